"""From where a level rose: the foot of a jump, told by the readings before it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.quality_limits import QualityLimits

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

#: with fewer readings before a jump its foot is not known
_ENOUGH: Final = 3


class RiseFoot:
    """The last accepted readings of G gauges."""

    def __init__(self, limits: QualityLimits, gauge_count: int) -> None:
        self._limits = limits
        shape = (gauge_count, limits.foot_readings)
        self._observed_s, self._level_m = np.full(shape, np.nan), np.full(shape, np.nan)
        self._next = np.zeros(gauge_count, dtype=np.int64)

    def grow(self, count: int) -> None:
        """Add `count` gauges without readings."""
        added = RiseFoot(self._limits, count)
        for name, held in vars(added).items():
            if isinstance(held, np.ndarray):
                setattr(self, name, np.concatenate([getattr(self, name), held]))

    def add(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        """Note one accepted reading for each of n different gauges."""
        place = self._next[gauge]
        self._observed_s[gauge, place] = observed_s
        self._level_m[gauge, place] = level_m
        self._next[gauge] = (place + 1) % self._limits.foot_readings

    def forget(self, gauge: Indices) -> None:
        """Forget the readings of n gauges."""
        self._observed_s[gauge] = np.nan

    def before(self, gauge: Indices, base_s: Floats) -> Floats:
        """Return the lowest level of the readings up to `base_s`, float64[n] [m].

        NaN where fewer than three lie within the time that counts.
        """
        held_s = self._observed_s[gauge]
        recent = held_s >= (base_s - self._limits.foot_s)[:, None]
        lowest: Floats = np.where(recent, self._level_m[gauge], np.inf).min(axis=1)
        return np.where(np.count_nonzero(recent, axis=1) >= _ENOUGH, lowest, np.nan)
