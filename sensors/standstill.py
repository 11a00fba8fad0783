"""The flat-line test: water that stands still where a river in flood cannot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensors.quality_limits import QualityLimits

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Mask = NDArray[np.bool_]


class StandstillTest:
    """Since when each of G gauges has stood still.

    Only high water is judged: at ordinary levels a third of all readings stand still for hours and
    are right. A stuck instrument and a full reservoir look alike, so the test never fails a reading.
    """

    def __init__(self, limits: QualityLimits, gauge_count: int) -> None:
        self._limits = limits
        self._since_s = np.full(gauge_count, np.nan)
        self._last_s = np.full(gauge_count, np.nan)
        self._low_m, self._high_m = np.full(gauge_count, np.nan), np.full(gauge_count, np.nan)
        self._readings = np.zeros(gauge_count, dtype=np.int64)

    def grow(self, count: int) -> None:
        """Add `count` gauges of which nothing is known."""
        added = StandstillTest(self._limits, count)
        for name, held in vars(added).items():
            if isinstance(held, np.ndarray):
                setattr(self, name, np.concatenate([getattr(self, name), held]))

    def judge(self, gauge: Indices, observed_s: Floats, level_m: Floats, flat_above_m: Floats) -> Mask:
        """Tell, bool[n], which of n different gauges have stood still too long too high.

        Call it for every reading; `flat_above_m` float64[n] [m], NaN = not to be judged.
        """
        limits = self._limits
        low_m = np.minimum(self._low_m[gauge], level_m)
        high_m = np.maximum(self._high_m[gauge], level_m)
        still = (high_m - low_m <= limits.flat_tolerance_m + 1e-9) & (
            observed_s - self._last_s[gauge] <= limits.flat_gap_s
        )
        since_s = np.where(still, self._since_s[gauge], observed_s)
        readings = np.where(still, self._readings[gauge], 0) + 1
        self._low_m[gauge] = np.where(still, low_m, level_m)
        self._high_m[gauge] = np.where(still, high_m, level_m)
        self._since_s[gauge], self._last_s[gauge] = since_s, observed_s
        self._readings[gauge] = readings
        long: Mask = (observed_s - since_s >= limits.flat_s) & (readings >= limits.flat_readings)
        return long & (level_m >= flat_above_m)
