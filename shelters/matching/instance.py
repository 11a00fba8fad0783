"""A supply problem as arrays, in person-days: what the solver, its oracle and the greedy rule all work on.

A need with an allergen-free quota is split: its quota is a row of its own that only lots free of those
allergens can serve, so that the quota is a hard constraint and not a wish.

    D depots, S shelters, K classes of trucks, I items, L lots, R rows (needs and quotas), C candidates (the
    most lots that an item has), J pieces of the penalty
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from shelters.matching.matching_errors import ProblemError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: where a row has fewer candidates than others
NO_LOT = -1
_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Arrays of one problem. Amounts are person-days [pd]: units of the item ÷ what one person needs a day.

    Rows: `row_need`, `row_shelter`, `row_item` (R,); `row_quota` (R,) bool; `wanted` (R,) [pd];
    `slopes` (R, J) [min/pd]: penalty of each of J equal pieces of `wanted`, from the last unmet to the first.
    Lots: `lot_depot`, `lot_item` (L,); `stock` (L,) [pd], whole cases only.
    Items: `case` [pd], `kg`, `m3` [per pd], `unit` [units per pd] (I,).
    Candidates: `lot` (R, C), `NO_LOT` = none; `usable` (R, C); `lot_cost` (R, C) [min/pd]: FEFO and lateness.
    Trucks: `trip_min` (K, D, S) [min]: there and back with loading, inf = never; `payload_kg`, `box_m3`
    (K, D); `truck_min` (K, D) [min]: minutes of all trucks of the class that are planned with.
    Depots: `handling_kg` (D,) [kg] in the hours of the plan. `minute_cost` [min/min].
    """

    row_need: Integers
    row_shelter: Integers
    row_item: Integers
    row_quota: Flags
    wanted: Floats
    slopes: Floats
    lot_depot: Integers
    lot_item: Integers
    stock: Floats
    case: Floats
    kg: Floats
    m3: Floats
    unit: Floats
    lot: Integers
    usable: Flags
    lot_cost: Floats
    trip_min: Floats
    payload_kg: Floats
    box_m3: Floats
    truck_min: Floats
    handling_kg: Floats
    minute_cost: float

    def __post_init__(self) -> None:
        """Refuse what is not a number, and negative amounts. Raises `ProblemError` naming the array."""
        for field in fields(self):
            values = getattr(self, field.name)
            if field.name != "minute_cost" and values.dtype.kind == "f":
                if np.isnan(values).any() or (field.name != "trip_min" and np.isinf(values).any()):
                    raise ProblemError(field.name, "holds what is not a number")
                if (values < 0).any():
                    raise ProblemError(field.name, "holds a negative number")

    @property
    def piece(self) -> Floats:
        """Return how much one piece of the penalty is [pd], shape (R,)."""
        return np.asarray(self.wanted / self.slopes.shape[1])

    def truck_share(self) -> tuple[Floats, Floats]:
        """Return the share of a truck that a person-day fills by weight and by volume, both (K, D, I)."""
        weight = self.kg / self.payload_kg[:, :, None]
        volume = self.m3 / self.box_m3[:, :, None]
        return weight, volume

    def penalty(self, unmet: Floats) -> float:
        """Return the penalty [min] of `unmet` (R,) [pd]."""
        return float(penalty_at(self, unmet[:, None]).sum())


def penalty_at(instance: Instance, unmet: Floats, row: Integers | None = None) -> Floats:
    """Return the penalty [min] at each of `unmet` (N, M) [pd] of the rows `row` (N,) or of all.

    Below zero counts as zero.
    """
    slopes, wanted, piece = instance.slopes, instance.wanted, instance.piece
    if row is not None:
        slopes, wanted, piece = slopes[row], wanted[row], piece[row]
    piece = np.maximum(piece, _TINY)[:, None]
    unmet = np.clip(unmet, 0.0, wanted[:, None])
    at = np.minimum((unmet / piece).astype(np.int64), slopes.shape[1] - 1)
    below = np.concatenate([np.zeros((len(unmet), 1)), np.cumsum(slopes * piece, axis=1)[:, :-1]], axis=1)
    slope = np.take_along_axis(slopes, at, axis=1)
    return np.asarray(np.take_along_axis(below, at, axis=1) + slope * (unmet - at * piece))


@dataclass(frozen=True, kw_only=True)
class QuotaPairs:
    """How rows of one need belong together, each (R,), -1 = none.

    `quota` of the rest of a need with one quota: the quota's row; `rest` of such a quota: the row of the
    rest; `surplus` of a quota among several: the row of the rest, which gets what the quota's cases have
    over.
    """

    quota: Integers
    rest: Integers
    surplus: Integers


def quota_pairs(instance: Instance) -> QuotaPairs:
    """Return which rows belong together."""
    rows = np.arange(len(instance.wanted))
    needs = int(instance.row_need.max(initial=-1)) + 1
    rest_of = np.full(needs, -1, dtype=np.int64)
    plain = rows[~instance.row_quota]
    rest_of[instance.row_need[plain]] = plain
    number = np.bincount(instance.row_need[instance.row_quota], minlength=needs)
    rest = np.where(instance.row_quota, rest_of[instance.row_need], -1)
    single = number[instance.row_need] == 1
    quota = np.full(len(rows), -1, dtype=np.int64)
    paired = rows[(rest >= 0) & single]
    quota[rest[paired]] = paired
    return QuotaPairs(quota=quota, rest=np.where(single, rest, -1), surplus=np.where(single, -1, rest))


def needed(instance: Instance, pairs: QuotaPairs) -> Floats:
    """Return what is to be sent to each row (R,) [pd] where the rest of a need stands for its quota too."""
    together = instance.wanted.copy()
    rest = np.flatnonzero(pairs.quota >= 0)
    together[rest] += instance.wanted[pairs.quota[rest]]
    together[pairs.quota[rest]] = 0.0
    return together


def needed_penalty(instance: Instance, pairs: QuotaPairs, sent: Floats) -> Floats:
    """Return the penalty [min] of each row when `sent` (R, N) [pd] of `needed` is there; quotas eat first."""
    wanted = instance.wanted[:, None]
    result = penalty_at(instance, wanted - sent)
    rest = np.flatnonzero(pairs.quota >= 0)
    quota = pairs.quota[rest]
    eaten = np.minimum(sent[rest], wanted[quota])
    result[rest] = penalty_at(instance, wanted[quota] - eaten, quota) + penalty_at(
        instance, wanted[rest] - (sent[rest] - eaten), rest
    )
    result[quota] = 0.0
    return result
