"""Improves a plan in whole cases: a case moves to who gains more than its owner loses."""

from __future__ import annotations

import numpy as np

from shelters.matching.allocation import Allocation, Loads, taken_before
from shelters.matching.instance import Flags, Floats, Instance, Integers
from shelters.matching.pricing import LimitPrices

#: a gain must exceed a loss by this share, or cases would move to and fro for nothing
_GAIN = 1e-6
_TINY = 1e-300
#: more rows than any problem has
_MOST_ROWS = 10**9


def transfer(instance: Instance, allocation: Allocation, *, rounds: int) -> int:
    """Move cases between rows of one item while that lowers the penalty; return how many moved.

    Within an item, who loses least is paired with who gains most, one case each, again in every round.
    """
    moved = 0
    for _ in range(rounds):
        loads = allocation.loads()
        if not len(loads.row):
            break
        giver, taker, column = _pairs(instance, allocation, loads)
        if not len(giver):
            break
        row, old, truck = loads.row[giver], loads.column[giver], loads.truck[giver]
        fit = _in_time(instance, allocation, row, taker, column, truck).astype(np.int64)
        allocation.take(row, old, truck, -fit)
        allocation.take(taker, column, truck, fit)
        moved += int(fit.sum())
        if not fit.any():
            break
    return moved


def _in_time(
    instance: Instance,
    allocation: Allocation,
    giver: Integers,
    taker: Integers,
    column: Integers,
    truck: Integers,
) -> Flags:
    """Return whether trucks have the time that the way to the taker is longer, all moves together (N,)."""
    depot = instance.lot_depot[instance.lot[taker, column]]
    fleet = truck * len(allocation.handling) + depot
    old, new = (allocation.minutes(row, depot, truck) for row in (giver, taker))
    good = np.ones(len(giver), dtype=bool)
    for before, after, left in zip(old, new, (allocation.weight, allocation.volume), strict=True):
        longer = np.maximum(after - before, 0.0)
        good &= taken_before(fleet, longer) + longer <= np.maximum(left.ravel()[fleet], 0.0)
    return good


def _pairs(instance: Instance, allocation: Allocation, loads: Loads) -> tuple[Integers, Integers, Integers]:
    """Return entries that give a case, rows that take it, and the column of the same lot there (N,)."""
    loss = -allocation.gain(loads.row, loads.column, -np.ones(len(loads.row)))
    gives = _first_of(loads.row, loss)
    rows = np.flatnonzero((allocation.unmet() > 0) & instance.usable.any(axis=1))
    gain = allocation.gain(rows, instance.usable[rows].argmax(axis=1), np.ones(len(rows)))
    gives = gives[np.lexsort((loss[gives], instance.row_item[loads.row[gives]]))]
    takes = np.lexsort((-gain, instance.row_item[rows]))
    giver_key = _ranked(instance.row_item[loads.row[gives]])
    taker_key = _ranked(instance.row_item[rows[takes]])
    _, left, right = np.intersect1d(giver_key, taker_key, assume_unique=True, return_indices=True)
    giver, taker, gained = gives[left], rows[takes[right]], gain[takes[right]]
    # Rows of one item list the same lots in the same columns.
    column, truck = loads.column[giver], loads.truck[giver]
    depot = instance.lot_depot[instance.lot[taker, column]]
    good = instance.usable[taker, column] & (taker != loads.row[giver])
    good &= np.isfinite(instance.trip_min[truck, depot, instance.row_shelter[taker]])
    good &= gained - loss[giver] > _GAIN * gained
    # The two rows of one need share their cases; moving one between them would count twice.
    good &= instance.row_need[taker] != instance.row_need[loads.row[giver]]
    return giver[good], taker[good], column[good]


def drop(
    instance: Instance, allocation: Allocation, prices: LimitPrices, *, worth: float, rounds: int
) -> int:
    """Give back cases whose loss is less than `worth` times their price at `prices`; return how many."""
    dropped = 0
    for _ in range(rounds):
        loads = allocation.loads()
        loss = -allocation.gain(loads.row, loads.column, -np.ones(len(loads.row)))
        ratio = loss / np.maximum(case_prices(instance, allocation, prices, loads), _TINY)
        at = _first_of(loads.row, ratio)
        at = at[ratio[at] < worth]
        if not len(at):
            break
        allocation.take(loads.row[at], loads.column[at], loads.truck[at], -np.ones(len(at), dtype=np.int64))
        dropped += len(at)
    return dropped


def case_prices(instance: Instance, allocation: Allocation, prices: LimitPrices, loads: Loads) -> Floats:
    """Return what one case of each entry costs at `prices` (N,) [min]."""
    lot = instance.lot[loads.row, loads.column]
    depot, case = instance.lot_depot[lot], allocation.case[loads.row]
    weight, volume = allocation.minutes(loads.row, depot, loads.truck)
    still = prices.lot[lot] + prices.handling[depot] * instance.kg[instance.row_item[loads.row]]
    driving = prices.weight[loads.truck, depot] * weight + prices.volume[loads.truck, depot] * volume
    result: Floats = case * still + driving + instance.minute_cost * np.maximum(weight, volume)
    return result


def _first_of(key: Integers, value: Floats) -> Integers:
    """Return for each distinct key the position of its smallest value."""
    order = np.lexsort((value, key))
    return order[_begins(key[order])]


def _begins(key: Integers) -> Flags:
    begins = np.ones(len(key), dtype=bool)
    begins[1:] = key[1:] != key[:-1]
    return begins


def _ranked(key: Integers) -> Integers:
    """Return a number for each entry of sorted `key` that tells key and rank within it."""
    at = np.arange(len(key))
    start = np.maximum.accumulate(np.where(_begins(key), at, 0))
    return np.asarray(key * _MOST_ROWS + at - start)
