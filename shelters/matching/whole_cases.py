"""Fills a plan in whole cases: every row asks for what is worth its price, and the worthiest are heard first.

At shadow prices a case goes where it does most good for what it takes from others; then prices fall to
nothing, so that what is left is used too. No limit is ever exceeded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.allocation import WHOLE, Allocation
from shelters.matching.instance import NO_LOT, Flags, Floats, Instance, Integers, penalty_at
from shelters.matching.pricing import LimitPrices

#: multiples of the price that a case must be worth, one after the other
LEVELS: Final = (3.0, 1.5, 1.2, 1.0, 0.8, 0.5, 0.2, 0.0)
#: rounds at one level; who was refused asks elsewhere in the next
_MOST_ROUNDS: Final = 4
#: ways that each row keeps in mind
_MOST_WAYS: Final = 24
_TINY: Final = 1e-300


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The cheapest ways for rows, in order, each (N, W); `row` (N,). A way is a lot and a class of trucks."""

    row: Integers
    column: Integers
    truck: Integers
    price: Floats


def candidates(
    instance: Instance, prices: LimitPrices, row: Integers, open_: Flags | None = None
) -> Candidates:
    """Return the cheapest ways at `prices` [min/pd] for `row`; inf = none.

    `open_` (L,): lots that count, all unless given.
    """
    lot = np.maximum(instance.lot[row], 0)
    depot, item = instance.lot_depot[lot], instance.row_item[row]
    still = prices.lot[lot] + instance.lot_cost[row] + prices.handling[depot] * instance.kg[item][:, None]
    weight, volume = instance.truck_share()
    per_minute = (
        instance.minute_cost * np.maximum(weight, volume)
        + prices.weight[:, :, None] * weight
        + prices.volume[:, :, None] * volume
    )
    return best_ways(instance, row, still, per_minute, open_)


def best_ways(
    instance: Instance, row: Integers, still: Floats, per_minute: Floats, open_: Flags | None = None
) -> Candidates:
    """Return the ways with the least `still` (N, C) + trip · `per_minute` (K, D, I) for `row` (N,)."""
    lot = np.maximum(instance.lot[row], 0)
    depot, shelter, item = instance.lot_depot[lot], instance.row_shelter[row], instance.row_item[row]
    usable = instance.usable[row] & (instance.lot[row] != NO_LOT)
    if open_ is not None:
        usable &= open_[lot]
    used = np.flatnonzero(np.isfinite(instance.trip_min).any(axis=(1, 2)))
    columns = lot.shape[1]
    table = np.full((len(row), len(used) * columns), np.inf)
    for part, truck in enumerate(used.tolist()):
        trip = instance.trip_min[truck][depot, shelter[:, None]]
        there = usable & np.isfinite(trip)
        price = still + np.where(there, trip, 0.0) * per_minute[truck][depot, item[:, None]]
        table[:, part * columns : (part + 1) * columns] = np.where(there, price, np.inf)
    ways = min(_MOST_WAYS, table.shape[1])
    if ways == 0:
        nothing = np.zeros((len(row), 0), dtype=np.int64)
        return Candidates(row=row, column=nothing, truck=nothing, price=nothing.astype(float))
    at = np.argpartition(table, ways - 1, axis=1)[:, :ways]
    at = np.take_along_axis(at, np.take_along_axis(table, at, axis=1).argsort(axis=1), axis=1)
    price = np.take_along_axis(table, at, axis=1)
    return Candidates(row=row, column=at % columns, truck=used[at // columns], price=price)


class Market:
    """Rows with the ways they keep in mind, and what one case takes on each."""

    def __init__(self, instance: Instance, ways: Candidates, allocation: Allocation) -> None:
        self.instance, self.ways = instance, ways
        self.lot = instance.lot[ways.row[:, None], ways.column]
        self.depot = instance.lot_depot[np.maximum(self.lot, 0)]
        self.case = allocation.case[ways.row][:, None]
        self.kg = self.case * instance.kg[instance.row_item[ways.row]][:, None]
        shares = allocation.shares
        trip = instance.trip_min[ways.truck, self.depot, instance.row_shelter[ways.row][:, None]]
        trip = np.where(np.isfinite(ways.price), trip, 0.0) * self.case
        item = instance.row_item[ways.row][:, None]
        self.weight, self.volume = (trip * share[ways.truck, self.depot, item] for share in shares)

    def fill(self, allocation: Allocation, levels: tuple[float, ...] = LEVELS) -> None:
        """Let rows ask at each of `levels` until nobody gets anything more."""
        for level in levels:
            for _ in range(_MOST_ROUNDS):
                if not self._round(allocation, level):
                    break

    def _round(self, allocation: Allocation, level: float) -> bool:
        """Let every row ask once; return whether anything was sent."""
        ways = self.ways
        if ways.price.size == 0:
            return False
        best, price = self.best_way(allocation)
        have, wanted = allocation.have(), self.instance.wanted
        asks = np.flatnonzero(np.isfinite(price) & (have < wanted * (1 - WHOLE))[ways.row])
        row, way = ways.row[asks], best[asks]
        column, truck = ways.column[asks, way], ways.truck[asks, way]
        cases, worth = self._worthwhile(allocation, row, column, have[row], price[asks] * level)
        keep = cases > 0
        # A case for a quota also feeds the rest of its need, which therefore waits for it.
        waits = np.zeros(len(wanted), dtype=bool)
        rest = allocation.pairs.rest[row[keep]]
        waits[rest[rest >= 0]] = True
        keep &= ~waits[row]
        order = np.flatnonzero(keep)[np.argsort(-worth[keep], kind="stable")]
        row, column, truck = row[order], column[order], truck[order]
        fit = allocation.fitting(row, column, truck, cases[order].astype(np.int64))
        allocation.take(row, column, truck, fit)
        return bool(fit.any())

    def best_way(self, allocation: Allocation) -> tuple[Integers, Floats]:
        """Return the cheapest way on which a case still fits, and its price; inf = none left (N,)."""
        ways, room = self.ways, 1 + WHOLE
        fits = np.isfinite(ways.price) & (allocation.stock[self.lot] * room >= self.case)
        fits &= allocation.handling[self.depot] * room >= self.kg
        fits &= allocation.weight[ways.truck, self.depot] * room >= self.weight
        fits &= allocation.volume[ways.truck, self.depot] * room >= self.volume
        best = fits.argmax(axis=1)
        rows = np.arange(len(best))
        return best, np.where(fits[rows, best], ways.price[rows, best], np.inf)

    def _worthwhile(
        self, allocation: Allocation, row: Integers, column: Integers, have: Floats, price: Floats
    ) -> tuple[Floats, Floats]:
        """Return how many cases gain more than `price` [min/pd], and the first one's gain ÷ price."""
        instance, case = self.instance, allocation.case[row]
        wanted, piece = instance.wanted[row], instance.piece[row]
        dear = (piece[:, None] * (instance.slopes[row] > price[:, None])).sum(axis=1)
        whole = np.floor(np.maximum(np.minimum(dear, wanted) - have, 0.0) / case + WHOLE)
        lack = wanted - have - whole * case
        last = penalty_at(instance, np.stack([lack, lack - case], axis=1), row)
        first = allocation.gain(row, column, np.ones(len(row)))
        cases = whole + (last[:, 0] - last[:, 1] > price * case)
        quota = instance.row_quota[row]
        cases = np.where(quota, np.ceil((wanted - have) / case - WHOLE) * (first > price * case), cases)
        return cases, first / np.maximum(price * case, _TINY)
