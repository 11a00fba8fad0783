"""What depots still have to give: lots as entered, less what trucks have been ordered to take. Pure.

A lot's amount is what somebody entered. What leaves by an order stays taken off for the whole incident: a
depot that is counted anew while trucks are under way is under-promised, never over-promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from shelters.ledger import FORWARD
from shelters.supply_situation import Situation, field_of

#: states in which a line's goods are spoken for or gone
TAKEN = frozenset(FORWARD[1:])
_NEVER = date.max


def available_lots(situation: Situation, without: Collection[str] = ()) -> dict[tuple[str, str], float]:
    """Return what is left of each lot [item units] by depot and lot, the trucks `without` not counted."""
    left = {(lot["depot"], lot["id"]): float(lot["amount"]) for lot in situation.lots}
    item_of = {(lot["depot"], lot["id"]): lot["item"] for lot in situation.lots}
    unnamed: dict[tuple[str, str], float] = defaultdict(float)
    for _, _, line in situation.lines():
        depot, truck = field_of(line, "depot"), field_of(line, "truck")
        if line["state"] not in TAKEN or not depot or not truck or truck in without:
            continue
        key = (depot, line["lot"] or "")
        if item_of.get(key) == line["item"]:
            left[key] -= float(line["amount"] or 0)
        else:
            unnamed[depot, line["item"]] += float(line["amount"] or 0)
    for (depot, item), amount in unnamed.items():
        _take_first_to_expire(situation, left, depot, item, amount)
    return {key: max(amount, 0.0) for key, amount in left.items()}


def _take_first_to_expire(
    situation: Situation, left: dict[tuple[str, str], float], depot: str, item: str, amount: float
) -> None:
    its = [lot for lot in situation.lots if (lot["depot"], lot["item"]) == (depot, item)]
    for lot in sorted(its, key=lambda lot: (lot["expires_on"] or _NEVER, lot["id"])):
        key = (depot, lot["id"])
        part = min(amount, max(left[key], 0.0))
        left[key] -= part
        amount -= part
