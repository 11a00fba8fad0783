"""The least that a need with one allergen-free quota costs in whole cases, at given prices.

The need opens `f` cases that the quota can eat and `m` of any kind together; the dearer are the free ones.
People of the quota and of the rest share what is sent so that the penalty is least.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from shelters.matching.instance import Floats, Instance, Integers, penalty_at

#: a quota of more cases is not tried case by case
MOST_CASES: Final = 6
_WHOLE: Final = 1e-9


def quota_bounds(instance: Instance, rest: Integers, quota: Integers, cheapest: Floats) -> Floats:
    """Return the least cost [min] of pairs of rows `rest`, `quota` (N,); NaN where a quota is too large.

    `cheapest` (R,) [min/pd]: the least price that a row pays; inf = nothing can be sent.
    """
    case = instance.case[instance.row_item[rest]]
    wanted = instance.wanted[quota]
    most = np.ceil(wanted / case - _WHOLE)
    free_price, price = cheapest[quota], np.minimum(cheapest[rest], cheapest[quota])
    surely = np.where(np.isfinite(price), price, 0.0)
    extra = np.where(np.isfinite(free_price), free_price, 0.0) - surely
    nothing = penalty_at(instance, instance.wanted[:, None])[:, 0]
    alone = nothing[rest] + nothing[quota]
    best = alone.copy()
    for free in range(MOST_CASES + 1):
        amount, slope = _merged(instance, rest, quota, free * case)
        total = (amount * (slope > price[:, None])).sum(axis=1)
        low = np.maximum(np.floor(total / case + _WHOLE), free)
        for cases in (low, low + 1):
            sent = cases * case
            before = np.cumsum(amount, axis=1) - amount
            gained = (np.clip(sent[:, None] - before, 0.0, amount) * slope).sum(axis=1)
            cost = alone - gained + sent * surely + free * case * extra
            fine = (cases == 0) | np.isfinite(price)
            fine &= (free == 0) | np.isfinite(free_price)
            best = np.minimum(best, np.where(fine & (free <= most), cost, np.inf))
    return np.where(most > MOST_CASES, np.nan, best)


def _merged(instance: Instance, rest: Integers, quota: Integers, eatable: Floats) -> tuple[Floats, Floats]:
    """Return pieces of both rows, the dearest first: amounts [pd] and slopes [min/pd], both (N, 2 J).

    Of the quota only as much counts as there is `eatable` (N,) [pd].
    """
    pieces = instance.slopes.shape[1]
    step = instance.piece[quota][:, None]
    quota_amount = np.clip(eatable[:, None] - np.arange(pieces) * step, 0.0, step)
    quota_slope = instance.slopes[quota][:, ::-1]
    rest_amount = np.broadcast_to(instance.piece[rest][:, None], quota_amount.shape)
    amount = np.concatenate([quota_amount, rest_amount], axis=1)
    slope = np.concatenate([quota_slope, instance.slopes[rest][:, ::-1]], axis=1)
    order = np.argsort(-slope, axis=1, kind="stable")
    return np.take_along_axis(amount, order, axis=1), np.take_along_axis(slope, order, axis=1)
