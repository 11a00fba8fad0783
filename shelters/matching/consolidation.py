"""Who gets how much is kept, and how much leaves each lot; who gets it from where is made short and simple.

Prices leave it open which depot serves which shelter: many ways cost the same, and a plan that uses them
all sends crumbs from everywhere to everywhere, which no truck can drive. Here every shelter takes what it
is to get from the depot nearest to it that still has some to give, the nearest pairs first.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation, Loads
from shelters.matching.instance import Flags, Instance, Integers
from shelters.matching.whole_cases import Market, best_ways

#: as often rows look further afield for what the nearest depots could not give
_MOST_MARKETS: Final = 5
#: what breaks ties [min]
_LEAST: Final = 1e-3
#: share of truck time that is hardly any
_BUSY: Final = 0.01
_TINY: Final = 1e-300


def consolidate(instance: Instance, allocation: Allocation) -> Allocation:
    """Return `allocation` with the same amounts per lot and row as far as possible, over shorter ways."""
    loads = allocation.loads()
    if not len(loads.row):
        return allocation
    fresh = Allocation(instance)
    # Where trucks have hardly any time left, who is served was chosen for its short way: that is kept.
    busy = _busy_depots(instance, allocation)[instance.lot_depot[instance.lot[loads.row, loads.column]]]
    fresh.take(loads.row[busy], loads.column[busy], loads.truck[busy], loads.cases[busy])
    loads = Loads(
        row=loads.row[~busy], column=loads.column[~busy], truck=loads.truck[~busy], cases=loads.cases[~busy]
    )
    target = np.bincount(loads.row, loads.cases, minlength=len(instance.wanted))
    lot = instance.lot[loads.row, loads.column]
    amount = loads.cases * allocation.case[loads.row]
    # A lot gives what it gave; what it kept stays where it is.
    kept = fresh.stock - np.bincount(lot, amount, minlength=len(fresh.stock))
    fresh.stock -= kept
    left = _quotas_apart(allocation, fresh, target.astype(np.int64))
    # Who can use only some of the lots (allergens, expiry, roads) chooses before those who can use all.
    choice = instance.usable.sum(axis=1)
    widest = np.zeros(len(instance.kg), dtype=np.int64)
    np.maximum.at(widest, instance.row_item, choice)
    bound = choice < widest[instance.row_item]
    for first in (instance.row_quota, bound & ~instance.row_quota, ~bound & ~instance.row_quota):
        for _ in range(_MOST_MARKETS):
            open_ = fresh.stock * (1 + WHOLE) >= instance.case[instance.lot_item]
            rows = np.flatnonzero(first & (left > 0) & (instance.usable & open_[instance.lot]).any(axis=1))
            if not len(rows) or not _nearest_first(instance, fresh, rows, left, open_):
                break
    fresh.stock += kept
    return fresh


def _busy_depots(instance: Instance, allocation: Allocation) -> Flags:
    """Return the depots (D,) whose trucks, all classes together, have hardly any time left."""
    total = instance.truck_min.sum(axis=0)
    least = np.minimum(allocation.weight.sum(axis=0), allocation.volume.sum(axis=0))
    return np.asarray(least < _BUSY * total)


def _quotas_apart(allocation: Allocation, fresh: Allocation, target: Integers) -> Integers:
    """Return `target` (R,) [cases] with what quotas eat moved from their needs' other rows."""
    pairs = allocation.pairs
    rest = np.flatnonzero(pairs.quota >= 0)
    quota = pairs.quota[rest]
    due = np.maximum(allocation.have()[quota] - fresh.have()[quota], 0.0)
    eaten = np.ceil(due / allocation.case[quota] - WHOLE).astype(np.int64)
    moved = np.clip(eaten - target[quota], 0, target[rest])
    result = target.copy()
    result[quota] += moved
    result[rest] -= moved
    return result


def _nearest_first(
    instance: Instance, fresh: Allocation, rows: Integers, left: Integers, open_: Flags
) -> bool:
    """Give `rows` what is `left` (R,) [cases] of their due, nearest first; return whether any got some."""
    every_minute = np.ones((*instance.truck_min.shape, len(instance.kg)))
    # Among classes of trucks the largest goes; among lots of one depot, what expires first.
    weight, volume = instance.truck_share()
    share = np.maximum(weight, volume)
    still = _LEAST * instance.lot_cost[rows] / max(float(instance.lot_cost.max(initial=0.0)), _TINY)
    per_minute = every_minute + _LEAST * share / max(float(share.max(initial=0.0)), _TINY)
    market = Market(instance, best_ways(instance, rows, still, per_minute, open_), fresh)
    given = False
    while True:
        way, minutes = market.best_way(fresh)
        asks = np.flatnonzero(np.isfinite(minutes) & (left[rows] > 0))
        asks = asks[np.argsort(minutes[asks], kind="stable")]
        row, column = rows[asks], market.ways.column[asks, way[asks]]
        truck = market.ways.truck[asks, way[asks]]
        held = np.floor(fresh.stock[instance.lot[row, column]] / fresh.case[row] + WHOLE).astype(np.int64)
        fit = fresh.fitting(row, column, truck, np.minimum(left[row], held))
        fresh.take(row, column, truck, fit)
        left[row] -= fit
        if not fit.any():
            return given
        given = True
