"""From flows into zones to cases for rows: what prices cannot tell, as at them all ways cost alike.

Flows are rounded so that the sum over each pool stays (cumulative rounding). Within a cell, the cases go
one by one to the row that gains most, which is the best a cell can do, since gains only fall. Rows and
flows of a cell are then laid side by side, and where they overlap, that much is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation
from shelters.matching.instance import Floats, Instance, Integers, QuotaPairs, needed, needed_penalty
from shelters.matching.zones import ZoneProblem

#: most steps in which a row is filled; larger rows take several cases a step
_MOST_STEPS: Final = 24
#: lots of one pool that are tried in turn for one shipment
_MOST_LOTS: Final = 4
#: what puts a lot behind all others
_LAST: Final = 1e12


@dataclass(frozen=True, kw_only=True)
class Shipments:
    """Cases for a row by a fleet: (N,) each, the most useful first."""

    row: Integers
    fleet: Integers
    cases: Integers


def follow_flows(instance: Instance, problem: ZoneProblem, flow: Floats, allocation: Allocation) -> None:
    """Send what `flow` (I, F, Z) [pd] says, in whole cases, as far as every limit allows."""
    if instance.lot.size == 0 or flow.size == 0:
        return
    ships = shipments(instance, problem.zone, whole_flows(problem, flow, instance.case), allocation)
    depot, truck = problem.fleet_depot[ships.fleet], problem.fleet_class[ships.fleet]
    left = ships.cases.copy()
    for _ in range(_MOST_LOTS):
        open_ = np.flatnonzero(left > 0)
        column = _next_column(instance, allocation, ships.row[open_], depot[open_])
        open_, column = open_[column >= 0], column[column >= 0]
        if not len(open_):
            return
        row = ships.row[open_]
        held = allocation.stock[instance.lot[row, column]] / allocation.case[row]
        # What the lot does not hold is asked of the next one.
        asked = np.minimum(left[open_], np.floor(held + WHOLE)).astype(np.int64)
        fit = allocation.fitting(row, column, truck[open_], asked)
        allocation.take(row, column, truck[open_], fit)
        left[open_] -= fit


def whole_flows(problem: ZoneProblem, flow: Floats, case: Floats) -> Integers:
    """Return `flow` (I, F, Z) in whole cases; each pool's sum is rounded, and never above its stock."""
    items, _, zones = flow.shape
    depots = len(problem.handling_kg)
    order = np.argsort(problem.fleet_depot, kind="stable")
    cases = flow[:, order] / case[:, None, None]
    # Zone by zone within a depot, so that crumbs for neighbours make one case.
    result = np.zeros(flow.shape, dtype=np.int64)
    for depot in range(depots):
        at = order[problem.fleet_depot[order] == depot]
        if not len(at):
            continue
        mine = cases[:, problem.fleet_depot[order] == depot].transpose(0, 2, 1).reshape(items, -1)
        stock = np.floor(problem.stock[depot] / case + WHOLE)
        along = np.minimum(np.round(np.cumsum(mine, axis=1)), stock[:, None])
        whole = np.diff(along, axis=1, prepend=0.0).astype(np.int64)
        result[:, at] = whole.reshape(items, zones, len(at)).transpose(0, 2, 1)
    return result


def shipments(instance: Instance, zone: Integers, flow: Integers, allocation: Allocation) -> Shipments:
    """Return who gets the cases of `flow` (I, F, Z), by gain."""
    zones = flow.shape[2]
    cell = instance.row_item * zones + zone[instance.row_shelter]
    row, cases, gain = _fill(instance, cell, flow.sum(axis=1).ravel(), allocation.pairs)
    # Rows and flows of each cell as intervals on one line; overlaps are shipments.
    order = np.lexsort((row, cell[row]))
    row, cases, gain = row[order], cases[order], gain[order]
    total = np.bincount(cell[row], cases, minlength=flow.shape[0] * zones)
    item, fleet, of_zone = np.nonzero(flow)
    amount, into = flow[item, fleet, of_zone], item * zones + of_zone
    order = np.lexsort((fleet, into))
    fleet, amount, into = fleet[order], amount[order], into[order]
    begin = np.concatenate(
        [[0], np.cumsum(np.maximum(total, np.bincount(into, amount, minlength=len(total))))[:-1]]
    )
    row_end = begin[cell[row]] + _within(cell[row], cases)
    flow_end = begin[into] + _within(into, amount)
    cuts = np.unique(np.concatenate([row_end, flow_end, row_end - cases, flow_end - amount]))
    middle = (cuts[1:] + cuts[:-1]) / 2
    at_row, at_flow = np.searchsorted(row_end, middle), np.searchsorted(flow_end, middle)
    inside = (at_row < len(row)) & (at_flow < len(fleet))
    at_row, at_flow, size = at_row[inside], at_flow[inside], np.diff(cuts)[inside]
    middle = middle[inside]
    meets = (middle > (row_end - cases)[at_row]) & (middle > (flow_end - amount)[at_flow])
    at_row, at_flow, size = at_row[meets], at_flow[meets], size[meets]
    best = np.argsort(-gain[at_row], kind="stable")
    return Shipments(
        row=row[at_row][best], fleet=fleet[at_flow][best], cases=np.round(size).astype(np.int64)[best]
    )


def _fill(
    instance: Instance, cell: Integers, supply: Floats, pairs: QuotaPairs
) -> tuple[Integers, Integers, Floats]:
    """Return rows, their cases of their cell's `supply`, and what the first gains [min/pd]."""
    case = instance.case[instance.row_item]
    most = np.ceil(needed(instance, pairs) / case - WHOLE) * instance.usable.any(axis=1)
    size = np.ceil(most / _MOST_STEPS)
    level = np.minimum(np.arange(_MOST_STEPS + 1) * size[:, None], most[:, None])
    penalty = needed_penalty(instance, pairs, level * case[:, None])
    step = np.diff(level, axis=1)
    row, at = np.nonzero(step > 0)
    gain = -np.diff(penalty, axis=1)[row, at] / (step[row, at] * case[row])
    order = np.lexsort((at, -gain, cell[row]))
    row, amount, gain = row[order], step[row, at][order], gain[order]
    before = _within(cell[row], amount) - amount
    got = np.clip(supply[cell[row]] - before, 0, amount)
    cases = np.bincount(row, got, minlength=len(case)).astype(np.int64)
    first = np.zeros(len(case))
    np.maximum.at(first, row, gain)
    some = np.flatnonzero(cases > 0)
    return some, cases[some], first[some]


def _next_column(instance: Instance, allocation: Allocation, row: Integers, depot: Integers) -> Integers:
    """Return the column of the lot at `depot` that is next for each row, -1 = none (N,).

    A case must be left of it. As long as a quota waits, lots that it can eat come first, then what expires
    first.
    """
    lot = np.maximum(instance.lot[row], 0)
    fine = instance.usable[row] & (instance.lot_depot[lot] == depot[:, None])
    fine &= allocation.stock[lot] * (1 + WHOLE) >= allocation.case[row][:, None]
    quota = allocation.pairs.quota[row]
    waits = (quota >= 0) & (allocation.unmet()[quota] > 0)
    eatable = instance.usable[quota]
    late = np.where(waits[:, None] & ~eatable, _LAST, 0.0)
    best = np.where(fine, instance.lot_cost[row] + late, np.inf).argmin(axis=1)
    return np.where(fine[np.arange(len(row)), best], best, -1)


def _within(key: Integers, amount: Floats | Integers) -> Floats:
    """Return the running sum of `amount` within equal neighbours of `key`."""
    total = np.cumsum(amount, dtype=float)
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = key[1:] != key[:-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(len(key)), 0))
    return np.asarray(total - (total[start] - amount[start])) if len(key) else total
