"""Faults of the devices' clocks: ahead, dead, or silent, and what time to believe instead."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.flags import Reason
from sensors.quality_limits import QualityLimits

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

#: how many readings of a device its clock is learnt from
LAGS: Final = 12


class Corrected(NamedTuple):
    """Times to believe, float64[n] [s], and the `Reason` bits that say what was done, uint16[n]."""

    observed_s: Floats
    reasons: NDArray[np.uint16]


class DeviceClocks:
    """What is known of the clocks of G devices.

    The lag of a message is received − device time: the time it travelled, less what the clock is
    ahead. Travel is never negative, so the low end of the last lags tells the clock. The second
    lowest is taken: one odd time stamp then moves nothing.
    """

    def __init__(self, limits: QualityLimits, gauge_count: int) -> None:
        self._limits = limits
        self._lag_s = np.full((gauge_count, LAGS), np.nan)
        self._next = np.zeros(gauge_count, dtype=np.int64)

    def grow(self, count: int) -> None:
        """Add `count` devices of which nothing is known."""
        self._lag_s = np.concatenate([self._lag_s, np.full((count, LAGS), np.nan)])
        self._next = np.concatenate([self._next, np.zeros(count, dtype=np.int64)])

    def correct(self, gauge: Indices, device_s: Floats, received_s: Floats) -> Corrected:
        """Return when n readings of different gauges were observed, and learn from them.

        `device_s` float64[n], NaN = the device told no time; `received_s` float64[n], finite.
        No returned time lies after receipt.
        """
        limits = self._limits
        reasons = np.zeros(len(gauge), dtype=np.uint16)
        lag_s = received_s - device_s
        believed = (lag_s >= -limits.clock_bad_s) & (device_s >= limits.clock_earliest_s)
        if believed.all():
            self._learn(gauge, lag_s)
        else:
            silent = np.isnan(device_s)
            reasons[silent] = Reason.NO_TIME
            reasons[~silent & ~believed] = Reason.CLOCK_BAD
            self._learn(gauge[believed], lag_s[believed])
        observed_s = np.where(believed, device_s, received_s)
        early = believed & (self._earliest_lag_s(gauge) < -limits.clock_learn_s)
        if early.any():
            ahead_s = -self._steady_lag_s(gauge[early])
            known = ahead_s > limits.clock_learn_s
            observed_s[early] -= np.where(known, ahead_s, 0.0)
            noted = known | (lag_s[early] < -limits.clock_ahead_s)
            reasons[early] |= np.where(noted, Reason.CLOCK_AHEAD, 0).astype(np.uint16)
        return Corrected(np.minimum(observed_s, received_s), reasons)

    def lag_s(self, gauge: Indices) -> Floats:
        """Return the steady lag [s] of n devices, float64[n]; NaN = not known yet.

        Negative: the clock is ahead. More than `clock_behind_s`: the clock is behind, or the link
        holds every message back; the two cannot be told apart from here.
        """
        return self._steady_lag_s(gauge)

    def _learn(self, gauge: Indices, lag_s: Floats) -> None:
        place = self._next[gauge]
        self._lag_s[gauge, place] = lag_s
        self._next[gauge] = (place + 1) % LAGS

    def _earliest_lag_s(self, gauge: Indices) -> Floats:
        lags: Floats = np.fmin.reduce(self._lag_s[gauge], axis=1)
        return lags

    def _steady_lag_s(self, gauge: Indices) -> Floats:
        ordered = np.sort(self._lag_s[gauge], axis=1)
        enough = ~np.isnan(ordered[:, self._limits.clock_learn_readings - 1])
        return np.where(enough, ordered[:, 1], np.nan)
