"""What is done without a plan: life-critical goods first, from the nearest depot that has some.

The baseline that the plan is measured against; it keeps the same hard limits.
"""

from __future__ import annotations

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation
from shelters.matching.instance import Instance
from shelters.matching.whole_cases import Market, best_ways


def nearest_depot_plan(instance: Instance) -> Allocation:
    """Return the plan of the greedy rule: who is heard first gets all that it lacks."""
    allocation = Allocation(instance)
    rows = np.flatnonzero(instance.usable.any(axis=1))
    if not len(rows):
        return allocation
    nothing = np.zeros((len(rows), instance.lot.shape[1]))
    every_minute = np.ones((*instance.truck_min.shape, len(instance.kg)))
    market = Market(instance, best_ways(instance, rows, nothing, every_minute), allocation)
    first = np.argsort(-instance.slopes[:, 0], kind="stable")
    rank = np.empty(len(first), dtype=np.int64)
    rank[first] = np.arange(len(first))
    while True:
        way, minutes = market.best_way(allocation)
        lack = allocation.unmet()
        asks = np.flatnonzero(np.isfinite(minutes) & (lack[rows] > 0))
        asks = asks[np.argsort(rank[rows[asks]], kind="stable")]
        row = rows[asks]
        column, truck = market.ways.column[asks, way[asks]], market.ways.truck[asks, way[asks]]
        cases = np.ceil(lack[row] / allocation.case[row] - WHOLE).astype(np.int64)
        fit = allocation.fitting(row, column, truck, cases)
        allocation.take(row, column, truck, fit)
        if not fit.any():
            return allocation
