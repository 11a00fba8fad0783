"""Why something does not come: for every unmet unit the first thing that keeps it away.

Causes are looked for among the lots that are left when the plan is made. The same lot may be told as the
reason of several needs: each of them could have had it but for that cause, not all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation
from shelters.matching.arrangement import Arrangement
from shelters.matching.instance import NO_LOT, Flags, Floats, Instance, Integers
from shelters.matching.road_network import cuts_on_way
from shelters.matching.travel import Journeys

#: causes in the order in which they are told: what could be mended first
CAUSES: Final = (
    "truck-capacity",
    "handling-capacity",
    "forbidden",
    "road-cut",
    "truck-class",
    "hours",
    "expiry",
    "allergen-free-lot-missing",
    "not-worth",
    "stock-used",
    "no-lot",
)
#: of these, what stands in the way of a lot is looked up per lot; the last two are what remains
_OF_LOTS: Final = CAUSES[:-2]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`amount` [pd] of `row` that does not come because of `cause`; its lot, and roads to open."""

    row: int
    cause: str
    amount: float
    lot: int | None = None
    depot: int | None = None
    cut: tuple[int, ...] = ()
    narrow: tuple[int, ...] = ()


def reasons(
    arrangement: Arrangement, ways: Journeys, largest: Integers, allocation: Allocation
) -> list[Reason]:
    """Return the reasons of all that is unmet; they add up to it. `largest` (S,): class that gets there."""
    instance = allocation.instance
    unmet = allocation.unmet()
    row = np.flatnonzero(unmet > 0)
    if not len(row):
        return []
    found: list[Reason] = []
    lack = unmet[row]
    left = _left_over(instance, allocation, row)
    cause = _causes(arrangement, ways, largest, allocation, row)
    for number, name in enumerate(_OF_LOTS):
        amount = np.where(cause == number, left, 0.0)
        part = np.minimum(lack, amount.sum(axis=1))
        column = amount.argmax(axis=1) if amount.shape[1] else np.zeros(len(row), dtype=np.int64)
        for at in np.flatnonzero(part > 0).tolist():
            lot = int(instance.lot[row[at], column[at]])
            found.append(
                Reason(
                    row=int(row[at]), cause=name, amount=float(part[at]), lot=lot,
                    depot=int(instance.lot_depot[lot]),
                )
            )  # fmt: skip
        lack = lack - part
    found += _without_lots(arrangement, row, lack)
    return _with_cuts(found, instance, ways, largest)


def _left_over(instance: Instance, allocation: Allocation, row: Integers) -> Floats:
    lot = instance.lot[row]
    if lot.shape[1] == 0:
        return np.zeros(lot.shape)
    left = allocation.stock[np.maximum(lot, 0)]
    whole = left * (1 + WHOLE) >= allocation.case[row][:, None]
    return np.where((lot != NO_LOT) & whole, left, 0.0)


def _causes(
    arrangement: Arrangement, ways: Journeys, largest: Integers, allocation: Allocation, row: Integers
) -> Integers:
    """Return the number in `_OF_LOTS` of what keeps each candidate from each row (N, C)."""
    instance, barriers = allocation.instance, arrangement.barriers
    lot = np.maximum(instance.lot[row], 0)
    if lot.shape[1] == 0:
        return np.zeros(lot.shape, dtype=np.int64)
    depot, shelter = instance.lot_depot[lot], instance.row_shelter[row][:, None]
    way = _way_causes(arrangement, ways, largest)[depot, shelter]
    number = {name: at for at, name in enumerate(_OF_LOTS)}
    kg = allocation.case[row] * instance.kg[instance.row_item[row]]
    choices: list[tuple[Flags, Integers | int]] = [
        (barriers.forbidden[row], number["forbidden"]),
        (barriers.no_way[row], way),
        (barriers.expiry[row], number["expiry"]),
        (barriers.allergen[row], number["allergen-free-lot-missing"]),
        (allocation.handling[depot] * (1 + WHOLE) < kg[:, None], number["handling-capacity"]),
        (~_truck_free(allocation, row, depot), number["truck-capacity"]),
    ]
    flags = [flag for flag, _ in choices]
    values = [np.broadcast_to(value, lot.shape) for _, value in choices]
    return np.asarray(np.select(flags, values, number["not-worth"]))


def _truck_free(allocation: Allocation, row: Integers, depot: Integers) -> Flags:
    """Return whether some class of trucks at `depot` (N, C) has time for one more case of each row."""
    free = np.zeros(depot.shape, dtype=bool)
    for truck in range(len(allocation.weight)):
        rows = np.broadcast_to(row[:, None], depot.shape)
        trip = allocation.instance.trip_min[truck, depot, allocation.instance.row_shelter[rows]]
        with np.errstate(invalid="ignore"):
            weight, volume = allocation.minutes(rows, depot, np.full(depot.shape, truck))
        fits = (allocation.weight[truck][depot] * (1 + WHOLE) >= weight) & (
            allocation.volume[truck][depot] * (1 + WHOLE) >= volume
        )
        free |= fits & np.isfinite(trip)
    return free


def _way_causes(arrangement: Arrangement, ways: Journeys, largest: Integers) -> Integers:
    """Return why no truck goes from depot to shelter (D, S), as a number in `_OF_LOTS`."""
    number = {name: at for at, name in enumerate(_OF_LOTS)}
    classes = np.arange(len(ways.minutes))[:, None, None]
    open_ = np.isfinite(ways.minutes) & (classes <= largest)
    owned = arrangement.fleet_count[:, :, None] > 0
    return np.asarray(
        np.select(
            [~open_.any(axis=0), ~(open_ & owned).any(axis=0), arrangement.pair_forbidden],
            [number["road-cut"], number["truck-class"], number["forbidden"]],
            number["hours"],
        )
    )


def _without_lots(arrangement: Arrangement, row: Integers, lack: Floats) -> list[Reason]:
    """Return reasons of what no lot that is left explains."""
    instance = arrangement.instance
    item = instance.row_item[row]
    stock = np.bincount(instance.lot_item, instance.stock, minlength=len(instance.kg))[item]
    blocked = arrangement.barriers.allergen[row].any(axis=1) & ~instance.usable[row].any(axis=1)
    names = np.select(
        [stock <= 0, blocked & instance.row_quota[row]],
        ["no-lot", "allergen-free-lot-missing"],
        "stock-used",
    )
    return [
        Reason(row=int(row[at]), cause=str(names[at]), amount=float(lack[at]))
        for at in np.flatnonzero(lack > WHOLE * instance.wanted[row]).tolist()
    ]


def _with_cuts(found: list[Reason], instance: Instance, ways: Journeys, largest: Integers) -> list[Reason]:
    """Name the roads to open for what is cut off, one search per depot and class."""
    network = ways.network
    if network is None or ways.depot_nodes is None or ways.shelter_nodes is None:
        return found
    asked: dict[tuple[int, int], set[int]] = {}
    for reason in found:
        if reason.cause in ("road-cut", "truck-class") and reason.depot is not None:
            shelter = int(instance.row_shelter[reason.row])
            truck = 0 if reason.cause == "road-cut" else int(largest[shelter])
            asked.setdefault((reason.depot, truck), set()).add(shelter)
    cuts: dict[tuple[int, int, int], tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for (depot, truck), shelters in asked.items():
        order = sorted(shelters)
        nodes = ways.shelter_nodes[np.array(order, dtype=np.int64)]
        along = cuts_on_way(network, truck, int(ways.depot_nodes[depot]), nodes)
        for shelter, (cut, narrow) in zip(order, along, strict=True):
            cuts[depot, truck, shelter] = (tuple(cut.tolist()), tuple(narrow.tolist()))
    result = []
    for reason in found:
        shelter = int(instance.row_shelter[reason.row])
        truck = 0 if reason.cause == "road-cut" else int(largest[shelter])
        depot = -1 if reason.depot is None else reason.depot
        to_open = cuts.get((depot, truck, shelter), ((), ()))
        result.append(
            Reason(
                row=reason.row, cause=reason.cause, amount=reason.amount, lot=reason.lot, depot=reason.depot,
                cut=to_open[0], narrow=to_open[1],
            )
        )  # fmt: skip
    return result
