"""The own solver: prices on zones, flows into whole cases, exchange; and a bound to judge it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation
from shelters.matching.consolidation import consolidate
from shelters.matching.exchange import drop, transfer
from shelters.matching.flows import follow_flows
from shelters.matching.instance import Instance
from shelters.matching.interior_point import Prices, shadow_prices
from shelters.matching.pricing import LimitPrices, lower_bound, no_prices
from shelters.matching.whole_cases import LEVELS, Market, candidates
from shelters.matching.zones import ZoneProblem, zone_problem

#: shelters are put into so many zones to find prices
ZONES: Final = 20
#: relative gap of the prices
_TOLERANCE: Final = 2e-3
_IMPROVEMENTS: Final = 2
_TRANSFERS: Final = 8
#: what gains less than this share of its price makes room for others
_WORTH: Final = 0.9


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A plan in whole cases: `cost` [min] and a `bound` [min] that no such plan is below."""

    allocation: Allocation
    cost: float
    bound: float
    prices: LimitPrices

    @property
    def gap(self) -> float:
        """Return by which share of its cost the plan may be above the best possible."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost > 0 else 0.0


def solve(instance: Instance, *, zones: int = ZONES) -> Solution:
    """Return a plan of `instance` and its bound. Raises `ProblemError` for what is not a number."""
    allocation = Allocation(instance)
    free = no_prices(instance)
    if not instance.usable.any() or not (instance.truck_min > 0).any():
        return Solution(
            allocation=allocation, cost=allocation.cost(), bound=lower_bound(instance, free), prices=free
        )
    zoned = zone_problem(instance, zones)
    found = shadow_prices(zoned, tolerance=_TOLERANCE)
    prices = limit_prices(instance, zoned, found)
    rows = np.flatnonzero(instance.usable.any(axis=1))
    market = Market(instance, candidates(instance, prices, rows), allocation)
    follow_flows(instance, zoned, found.flow, allocation)
    market.fill(allocation)
    for _ in range(_IMPROVEMENTS):
        transfer(instance, allocation, rounds=_TRANSFERS)
        drop(instance, allocation, prices, worth=_WORTH, rounds=4)
        market.fill(allocation)
    transfer(instance, allocation, rounds=2 * _TRANSFERS)
    allocation = consolidate(instance, allocation)
    market.fill(allocation)
    transfer(instance, allocation, rounds=_TRANSFERS)
    _use_what_is_left(instance, allocation)
    bound = max(lower_bound(instance, free), _best_bound(instance, prices, allocation))
    return Solution(allocation=allocation, cost=allocation.cost(), bound=bound, prices=prices)


def limit_prices(instance: Instance, problem: ZoneProblem, found: Prices) -> LimitPrices:
    """Return the prices of the zones' problem as prices of the limits of `instance`."""
    weight, volume = (np.zeros(instance.truck_min.shape) for _ in range(2))
    weight[problem.fleet_class, problem.fleet_depot] = found.weight
    volume[problem.fleet_class, problem.fleet_depot] = found.volume
    return LimitPrices(
        lot=found.pool.ravel()[problem.pool] * problem.lot_used, handling=found.handling, weight=weight,
        volume=volume,
    )  # fmt: skip


def _use_what_is_left(instance: Instance, allocation: Allocation) -> None:
    """Send what nobody had in mind: rows that still lack look at every lot that is left, at no price."""
    for _ in range(2):
        left = allocation.stock * (1 + WHOLE) >= instance.case[instance.lot_item]
        rows = np.flatnonzero((allocation.unmet() > 0) & (instance.usable & left[instance.lot]).any(axis=1))
        if not len(rows):
            return
        ways = candidates(instance, no_prices(instance), rows, left)
        Market(instance, ways, allocation).fill(allocation, LEVELS[-1:])


def _best_bound(instance: Instance, prices: LimitPrices, allocation: Allocation) -> float:
    """Return the best of the bounds at `prices`, and with lots that nobody took at less or nothing."""
    left = allocation.stock / np.maximum(instance.stock, WHOLE)
    unsold = np.where(allocation.stock * (1 + WHOLE) >= 2 * instance.case[instance.lot_item], left, 0.0)
    trials = [prices.lot, np.where(unsold > 0, 0.0, prices.lot), prices.lot * (1 - unsold)]
    return max(
        lower_bound(
            instance,
            LimitPrices(lot=lot, handling=prices.handling, weight=prices.weight, volume=prices.volume),
        )
        for lot in trials
    )
