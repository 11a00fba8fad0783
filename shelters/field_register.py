"""A register: one field that several tablets write, merged without an order of arrival (`docs/tablet.md`).

What was knowingly replaced is covered, the newest of the rest is the value, and other values told at about
the same time by other devices are kept as conflicts until a person settles them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shelters.canonical import canonical_text
from shelters.clock import HybridTime

#: two values of one field within this time contradict each other, farther apart the newer is just newer [ms]
CONFLICT_WITHIN_MS: Final = 600_000

#: the order of operations: corrected time, counter, device, id
Order = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one operation wrote into a register."""

    order: Order
    #: when, by the incident's clock [ms]
    seen_ms: int
    hlc: HybridTime
    actor: str
    observed_at: str | None
    after: frozenset[str]
    value: Any

    @property
    def op(self) -> str:
        """The operation's id."""
        return self.order[3]

    @property
    def device(self) -> str:
        """The device that wrote."""
        return self.order[2]

    @property
    def at_ms(self) -> int:
        """When, by the server's clock [ms]."""
        return self.order[0]


def uncovered(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that nobody knowingly replaced, all of them when every one was replaced."""
    named = {op for entry in entries for op in entry.after if op != entry.op}
    last: dict[str, HybridTime] = {}
    for entry in entries:
        last[entry.device] = max(entry.hlc, last.get(entry.device, entry.hlc))
    left = [entry for entry in entries if entry.op not in named and entry.hlc == last[entry.device]]
    return left or list(entries)


def winner_of(entries: Sequence[Entry]) -> tuple[Entry, list[Entry]]:
    """Return the entry whose value holds, and those that contradict it, oldest first."""
    left = uncovered(entries)
    winner = max(left, key=_order)
    held = canonical_text(winner.value)
    conflicts = [
        entry
        for entry in left
        if entry.device != winner.device
        and winner.at_ms - entry.at_ms <= CONFLICT_WITHIN_MS
        and canonical_text(entry.value) != held
    ]
    return winner, sorted(conflicts, key=_order)


def resolve_register(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the state of a register (`docs/tablet.md`) that `entries`, at least one, wrote."""
    winner, conflicts = winner_of(entries)
    return {
        "actor": winner.actor,
        "conflicts": conflict_list(conflicts),
        "device": winner.device,
        "observed_at": winner.observed_at,
        "op": winner.op,
        "seen_ms": winner.seen_ms,
        "value": winner.value,
    }


def conflict_list(conflicts: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return conflicts as the state shows them."""
    return [
        {
            "actor": entry.actor,
            "device": entry.device,
            "op": entry.op,
            "seen_ms": entry.seen_ms,
            "value": entry.value,
        }
        for entry in conflicts
    ]


def _order(entry: Entry) -> Order:
    return entry.order
