"""Who is on a shelter's roll: persons and households as its cards tell, present or not.

Pure. A household's presence holds for its members unless a member's own is newer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from geo.schema.evacuee import CONSENTS

#: presence by the newest operation about somebody; without one the card itself says: is here
HERE, AWAY, GONE, OUTSIDE = "here", "away", "gone", "outside"
_PRESENCE: Final = {"arrive": HERE, "absence": AWAY, "move": GONE, "leave": GONE, "outside": OUTSIDE}
HEALTH: Final = "health."


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """A person as a shelter's cards tell."""

    id: str
    household: str | None
    presence: str
    presence_ms: int | None
    destination: str | None
    consent: str
    protected: bool
    identity: dict[str, Any]
    health: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCard:
    """A household as a shelter's cards tell."""

    id: str
    people: int | None
    needs: bool | None
    presence: str
    presence_ms: int | None
    destination: str | None
    identity: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Roll:
    """All cards of a shelter."""

    persons: list[PersonCard]
    households: list[HouseholdCard]

    def count(self) -> dict[str, int]:
        """Return how many are on the roll: `persons`, `households`, `present`, `absent`, `outside`.

        A household that told a number counts at least so many.
        """
        members: Counter[tuple[str, str]] = Counter()
        for person in self.persons:
            members[person.household or f"person {person.id}", person.presence] += 1
        total = Counter(dict.fromkeys((HERE, AWAY, GONE, OUTSIDE), 0))
        for (_, presence), number in members.items():
            total[presence] += number
        for household in self.households:
            named = sum(members[household.id, place] for place in (HERE, AWAY, GONE, OUTSIDE))
            total[household.presence] += max(0, (household.people or 0) - named)
        living = sum(household.presence != GONE for household in self.households)
        return {
            "persons": total[HERE] + total[AWAY] + total[OUTSIDE],
            "households": living,
            "present": total[HERE],
            "absent": total[AWAY],
            "outside": total[OUTSIDE],
        }


def read_roll(state: dict[str, Any]) -> Roll:
    """Return the roll that a canonical state (`shelters.merge`) holds."""
    households = {id_: _household(id_, card) for id_, card in state["households"].items()}
    persons = [_person(id_, card, state["households"]) for id_, card in state["persons"].items()]
    return Roll(persons, list(households.values()))


def search_text(text: Any) -> str | None:  # noqa: ANN401 - whatever a card holds
    """Return a name or address in the one form that is compared: width, case, blanks, kana unified."""
    if not isinstance(text, str):
        return None
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"[\s・·,.，．、。‐-―－-]+", "", plain)
    return "".join(_katakana(character) for character in plain) or None


def digits(text: Any) -> str | None:  # noqa: ANN401
    """Return the digits of a telephone number, None without any."""
    if not isinstance(text, str | int):
        return None
    found = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", str(text)))
    return f"0{found[2:]}" if found.startswith("81") and len(found) > 10 else found or None


def _katakana(character: str) -> str:
    return chr(ord(character) + 0x60) if "ぁ" <= character <= "ゖ" else character


def _values(card: dict[str, Any]) -> dict[str, Any]:
    return {name: register["value"] for name, register in card["fields"].items()}


def _presence(*registers: dict[str, Any] | None) -> tuple[str, int | None, str | None]:
    told = [register for register in registers if register is not None]
    if not told:
        return HERE, None, None
    newest = max(told, key=lambda register: (register["seen_ms"], register["op"]))
    value = newest["value"]
    destination = value.get("destination")
    shelter = destination.get("shelter") if isinstance(destination, dict) else None
    return (
        _PRESENCE.get(value["kind"], HERE),
        newest["seen_ms"],
        shelter if isinstance(shelter, str) else None,
    )


def _person(id_: str, card: dict[str, Any], households: dict[str, Any]) -> PersonCard:
    values = _values(card)
    household = values.get("household")
    household = household if isinstance(household, str) else None
    shared = households.get(household) if household is not None else None
    presence, at_ms, destination = _presence(card["presence"], None if shared is None else shared["presence"])
    consent = values.get("consent")
    cards = [card] if shared is None else [card, shared]
    return PersonCard(
        id=id_,
        household=household,
        presence=presence,
        presence_ms=at_ms,
        destination=destination,
        consent=consent if consent in CONSENTS and not _contested(card, "consent") else "none",
        protected=any(_is_protected(one) for one in cards),
        identity={name: value for name, value in values.items() if not name.startswith(HEALTH)},
        health={
            name.removeprefix(HEALTH): value for name, value in values.items() if name.startswith(HEALTH)
        },
    )


def _is_protected(card: dict[str, Any]) -> bool:
    """Whether somebody said anything about protection but a plain, uncontested no."""
    register = card["fields"].get("protected")
    return register is not None and (register["value"] is not False or _contested(card, "protected"))


def _contested(card: dict[str, Any], name: str) -> bool:
    """Whether tablets contradict each other about a field: then nothing is given away on its strength."""
    register = card["fields"].get(name)
    return register is not None and bool(register["conflicts"])


def _household(id_: str, card: dict[str, Any]) -> HouseholdCard:
    values = _values(card)
    people, needs = values.get("count"), values.get("needs")
    presence, at_ms, destination = _presence(card["presence"])
    return HouseholdCard(
        id=id_,
        people=_count(people),
        needs=needs if isinstance(needs, bool) else None,
        presence=presence,
        presence_ms=at_ms,
        destination=destination,
        identity=values,
    )


def _count(value: Any) -> int | None:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10_000:
        return None
    return int(value)
