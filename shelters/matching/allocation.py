"""What has been sent so far in whole cases, and what is left of every limit.

A need with one allergen-free quota counts what was sent to it from lots free of those allergens, to
whichever of its rows: those people are served first, the rest of the need gets what is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.instance import Flags, Floats, Instance, Integers, penalty_at, quota_pairs

#: rounding must neither lose nor invent a case
WHOLE: Final = 1e-9
_TINY: Final = 1e-300


@dataclass(frozen=True, kw_only=True)
class Loads:
    """Entries of a plan, all (N,): `row`, `column` of the row's candidates, class of trucks, `cases` > 0."""

    row: Integers
    column: Integers
    truck: Integers
    cases: Integers


class Allocation:
    """A plan that grows: `sent` (R,) [pd], and `stock`, `handling`, `weight`, `volume` that are left."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.case = instance.case[instance.row_item]
        self.sent = np.zeros(len(instance.wanted))
        #: what was sent to the rest of a need that its quota could eat [pd]
        self.free = np.zeros(len(instance.wanted))
        self.stock = instance.stock.copy()
        self.handling = instance.handling_kg.copy()
        self.weight, self.volume = instance.truck_min.copy(), instance.truck_min.copy()
        self.pairs = quota_pairs(instance)
        self.shares = instance.truck_share()
        self._keys: list[Integers] = []
        self._cases: list[Integers] = []

    def have(self) -> Floats:
        """Return what each row has (R,) [pd]."""
        pairs, wanted = self.pairs, self.instance.wanted
        result = self.sent.copy()
        over = pairs.surplus >= 0
        extra = np.maximum(self.sent - wanted, 0.0)[over]
        np.add.at(result, pairs.surplus[over], extra)
        quota = np.flatnonzero(pairs.rest >= 0)
        rest = pairs.rest[quota]
        eaten = np.minimum(self.sent[quota] + self.free[rest], wanted[quota])
        result[rest] = self.sent[quota] + self.sent[rest] - eaten
        result[quota] = eaten
        return result

    def unmet(self) -> Floats:
        """Return what each row lacks (R,) [pd]."""
        lack = self.instance.wanted - self.have()
        return np.where(lack > WHOLE * self.instance.wanted, lack, 0.0)

    def gain(self, row: Integers, column: Integers, cases: Floats | Integers) -> Floats:
        """Return by how much the penalty falls [min] when `cases` more (negative: fewer) are sent (N,)."""
        instance, pairs = self.instance, self.pairs
        amount = cases * self.case[row]
        have = self.have()
        result = self._fall(row, have[row], amount)
        quota = np.where(instance.row_quota[row], row, pairs.quota[row])
        rest = np.where(instance.row_quota[row], pairs.rest[row], row)
        both = np.flatnonzero((quota >= 0) & (rest >= 0) & (pairs.rest[quota] == rest))
        if len(both):
            quota, rest, amount = quota[both], rest[both], amount[both]
            eatable = np.where(self._eatable(row[both], column[both]), amount, 0.0)
            total = self.sent[quota] + self.sent[rest] + amount
            eaten = np.minimum(self.sent[quota] + self.free[rest] + eatable, instance.wanted[quota])
            result[both] = self._fall(quota, have[quota], eaten - have[quota]) + self._fall(
                rest, have[rest], total - eaten - have[rest]
            )
        return result

    def _fall(self, row: Integers, have: Floats, more: Floats) -> Floats:
        lack = (self.instance.wanted[row] - have)[:, None]
        at = penalty_at(self.instance, np.concatenate([lack, lack - more[:, None]], axis=1), row)
        return np.asarray(at[:, 0] - at[:, 1])

    def _eatable(self, row: Integers, column: Integers) -> Flags:
        """Return whether what is sent is free of the allergens of the quota of the row's need."""
        quota = np.where(self.instance.row_quota[row], row, self.pairs.quota[row])
        return np.asarray((quota >= 0) & self.instance.usable[quota, column])

    def take(self, row: Integers, column: Integers, truck: Integers, cases: Integers) -> None:
        """Send `cases` (give back when negative); the caller has made sure that they fit (`fitting`)."""
        some = cases != 0
        row, column, truck, cases = row[some], column[some], truck[some], cases[some]
        instance, lot = self.instance, self.instance.lot[row, column]
        depot = instance.lot_depot[lot]
        amount = cases * self.case[row]
        weight, volume = self.minutes(row, depot, truck)
        np.add.at(self.sent, row, amount)
        rest = (self.pairs.quota[row] >= 0) & self._eatable(row, column)
        np.add.at(self.free, row[rest], amount[rest])
        np.subtract.at(self.stock, lot, amount)
        np.subtract.at(self.handling, depot, amount * instance.kg[instance.row_item[row]])
        np.subtract.at(self.weight, (truck, depot), cases * weight)
        np.subtract.at(self.volume, (truck, depot), cases * volume)
        self._keys.append((row * instance.lot.shape[1] + column) * len(self.weight) + truck)
        self._cases.append(cases)

    def fitting(self, row: Integers, column: Integers, truck: Integers, cases: Integers) -> Integers:
        """Return how many of `cases` each entry can have if those before it get all they ask for."""
        lot = self.instance.lot[row, column]
        depot = self.instance.lot_depot[lot]
        weight, volume = self.minutes(row, depot, truck)
        fleet = truck * len(self.handling) + depot
        limits = (
            (lot, self.case[row], self.stock),
            (depot, self.case[row] * self.instance.kg[self.instance.row_item[row]], self.handling),
            (fleet, weight, self.weight.ravel()),
            (fleet, volume, self.volume.ravel()),
        )
        fit = cases.astype(float)
        for key, use, left in limits:
            room = left[key] - taken_before(key, cases * use)
            fit = np.minimum(fit, np.floor(room / np.maximum(use, _TINY) + WHOLE))
        return np.asarray(np.maximum(fit, 0), dtype=np.int64)

    def minutes(self, row: Integers, depot: Integers, truck: Integers) -> tuple[Floats, Floats]:
        """Return minutes of a truck that one case takes by weight and by volume (N,)."""
        instance, item = self.instance, self.instance.row_item[row]
        trip = instance.trip_min[truck, depot, instance.row_shelter[row]] * self.case[row]
        weight, volume = self.shares
        return trip * weight[truck, depot, item], trip * volume[truck, depot, item]

    def loads(self) -> Loads:
        """Return all that is sent, equal entries joined."""
        if not self._keys:
            none = np.zeros(0, dtype=np.int64)
            return Loads(row=none, column=none, truck=none, cases=none)
        key, at = np.unique(np.concatenate(self._keys), return_inverse=True)
        cases = np.rint(np.bincount(at, np.concatenate(self._cases))).astype(np.int64)
        self._keys, self._cases = [key[cases != 0]], [cases[cases != 0]]
        rest, truck = np.divmod(self._keys[0], len(self.weight))
        row, column = np.divmod(rest, self.instance.lot.shape[1])
        return Loads(row=row, column=column, truck=truck, cases=self._cases[0])

    def cost(self) -> float:
        """Return what the plan costs [min]: penalties, driving, lateness and freshness."""
        loads, instance = self.loads(), self.instance
        depot = instance.lot_depot[instance.lot[loads.row, loads.column]]
        driving = np.maximum(*self.minutes(loads.row, depot, loads.truck)) * instance.minute_cost
        other = instance.lot_cost[loads.row, loads.column] * self.case[loads.row]
        return float(instance.penalty(self.unmet()) + (loads.cases * (driving + other)).sum())


def taken_before(key: Integers, use: Floats) -> Floats:
    """Return how much entries before each with the same key take together (N,), in the order given."""
    if not len(key):
        return np.zeros(0)
    order = np.argsort(key, kind="stable")
    total = np.cumsum(use[order])
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = key[order][1:] != key[order][:-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    result = np.empty(len(order))
    result[order] = total - use[order] - (total[start] - use[order][start])
    return result
