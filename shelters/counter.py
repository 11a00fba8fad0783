"""A counter: recounts and signed changes of several tablets, merged without an order of arrival.

A recount says what is there at its moment; changes after it add to it. −20 and −20 is −40, however often
and in whatever order they arrive. Sums are made in whole thousandths, so that they do not depend on order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from shelters.canonical import whole
from shelters.field_register import Entry, Order, conflict_list, winner_of
from shelters.operation import thousandths

#: a change: its place in the order, when by the incident's clock [ms], and how much [thousandths]
Change = tuple[Order, int, int]
#: the reason of a change of stock that says that people were given it
HANDED_OUT: Final = "handed-out"


def resolve_counter(totals: Sequence[Entry], changes: Sequence[Change]) -> dict[str, Any]:
    """Return the state of a counter (`docs/tablet.md`): the newest recount and the changes after it."""
    base, conflicts = winner_of(totals) if totals else (None, [])
    counted = [amount for order, _, amount in changes if base is None or order > base.order]
    since = sum(counted)
    known = base is None or base.value is not None
    start = thousandths(base.value) if base is not None and base.value is not None else 0
    seen_ms = max([seen for _, seen, _ in changes] + ([base.seen_ms] if base is not None else []))
    return {
        "base": None if base is None else base.value,
        "base_op": None if base is None else base.op,
        "conflicts": conflict_list(conflicts),
        "counted": base is not None and known,
        "deltas": len(counted),
        "negative": known and start + since < 0,
        "seen_ms": seen_ms,
        "since": whole(since / 1000),
        "value": whole((start + since) / 1000) if known else None,
    }
