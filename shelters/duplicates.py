"""Proposals that two cards are one person: similar names, the same birth or telephone. A human decides.

Pure. Nothing is merged: a link is a human's word, and can be taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

#: weights of what agrees; a proposal needs `PROPOSED`. Choices of this program
SAME_BIRTH, SAME_PHONE, SAME_NAME, SAME_KANA, SIMILAR = 0.4, 0.25, 0.4, 0.4, 0.2
PROPOSED = 0.6
#: how alike two names are that were written by different hands (ratio of difflib)
ALIKE = 0.75
#: a group of cards that agree in one thing is compared pair by pair up to this size
LARGEST_GROUP = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is compared of a card; names and telephone in their one form (`shelters.roll`)."""

    shelter: str
    id: str
    name: str | None
    kana: str | None
    birth: str | None
    phone: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart."""
        return self.shelter, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two cards that may be one person."""

    a: Card
    b: Card
    score: float
    reasons: tuple[str, ...]


def propose(cards: Sequence[Card]) -> list[Proposal]:
    """Return the pairs that may be one person, the likeliest first; cards with one id are one person already.

    Pairs are looked for among cards that agree in birth, telephone, name or kana: cards that agree in
    none of them are not proposed.
    """
    pairs: dict[tuple[tuple[str, str], tuple[str, str]], tuple[Card, Card]] = {}
    for group in _groups(cards):
        for one, other in combinations(sorted(group, key=lambda card: card.key), 2):
            if one.id != other.id:
                pairs[one.key, other.key] = (one, other)
    found = [proposal for pair in pairs.values() if (proposal := compare(*pair)).score >= PROPOSED]
    return sorted(found, key=lambda proposal: (-proposal.score, proposal.a.key, proposal.b.key))


def compare(a: Card, b: Card) -> Proposal:
    """Return how likely two cards are one person, in [0, 1], and why."""
    score = 0.0
    reasons: list[str] = []
    if a.birth and b.birth:
        if a.birth == b.birth:
            score, reasons = score + SAME_BIRTH, [*reasons, "birth"]
        else:
            score -= SAME_BIRTH
    if a.phone and a.phone == b.phone:
        score, reasons = score + SAME_PHONE, [*reasons, "phone"]
    same = [
        (weight, word)
        for weight, word, one, other in (
            (SAME_NAME, "name", a.name, b.name),
            (SAME_KANA, "kana", a.kana, b.kana),
        )
        if one and one == other
    ]
    if same:
        weight, _ = max(same)
        score, reasons = score + weight, [*reasons, *(word for _, word in same)]
    elif any(one and other and _alike(one, other) for one, other in ((a.name, b.name), (a.kana, b.kana))):
        score, reasons = score + SIMILAR, [*reasons, "similar-name"]
    return Proposal(a=a, b=b, score=round(min(1.0, max(0.0, score)), 2), reasons=tuple(reasons))


def _groups(cards: Iterable[Card]) -> list[list[Card]]:
    groups: dict[tuple[str, str], list[Card]] = defaultdict(list)
    for card in cards:
        for word in ("birth", "phone", "name", "kana"):
            if value := getattr(card, word):
                groups[word, value].append(card)
    return [group for group in groups.values() if 2 <= len(group) <= LARGEST_GROUP]


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
