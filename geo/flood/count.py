"""Sums of weights, and numbers for JSON: whole where they are whole, so that sums of people stay exact."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

#: what a time loses where depths are float32 [s]
_ROUNDING_S = 0.01
#: a number this near to a whole one is whole
_WHOLE = 1e-6


def sums(index: NDArray[np.int64], weights: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """Return the sum of `weights` (n,) by `index` (n,), 0 to `number` − 1; exact for whole ones."""
    return np.bincount(index, weights, number).astype(np.float64)


def count(value: float) -> int | float | None:
    """Return a number of people, seconds or square kilometres, whole or to two decimals; None = not known."""
    if value != value:  # NaN alone differs from itself
        return None
    nearest = round(value)
    return nearest if abs(value - nearest) < _WHOLE else round(value, 2)


def counts(values: Iterable[float]) -> list[int | float | None]:
    """Return `count` of each."""
    return [count(float(value)) for value in values]


def second(value: float) -> int | None:
    """Return a time [s] in whole seconds, rounded down so that nothing is told later than it comes."""
    return None if value != value else int((value + _ROUNDING_S) // 1)


def depth(value: float) -> float | None:
    """Return a depth [m] to the centimetre."""
    return None if value != value else round(float(value), 2)
