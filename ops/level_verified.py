"""Forecasts of one lead beside what came: what all scores are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Verified:
    """Forecasts of one lead beside what came; arrays over n origins."""

    hour: int
    gauge: Indices
    observed_s: Floats
    newest_m: Floats
    slope_m_per_h: Floats
    near_peak: Mask
    truth_m: Floats
    #: quantiles of the forecast and of conditional persistence, float64[n, levels]
    fan_m: Floats
    baseline_m: Floats
    trend_m: Floats
    danger_m: Floats
    #: below the flood level at the origin; at it or above within the lead
    below: Mask
    passed: Mask
    #: probability of that: forecast, conditional persistence, share of the same state
    probability: Floats
    baseline_probability: Floats
    climatology: Floats
