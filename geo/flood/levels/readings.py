"""Readings of many gauges in one sorted table, looked up for many moments at once.

Every look-up names the moment at which it is made and sees no reading after it, so a forecast made
in hindsight sees what it would have seen live.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: a gauge's readings keep to their own stretch of the one sorted axis [ms]
_STRETCH_MS: Final = 1 << 44


class Window(NamedTuple):
    """The newest readings of n origins, newest first, float64[n, k], NaN where there are fewer."""

    observed_s: Floats
    level_m: Floats


class Readings:
    """Usable readings of G gauges, sorted by gauge and time.

    `gauge` int[m] with 0 ≤ gauge < G; `observed_s` float64[m] [s since 1970-01-01 UTC, from 1970 to
    2500]; `level_m` float64[m] [m above the gauge's datum]. Any order; readings without a time or a
    level are left out; of two for the same millisecond the one given last counts. Raises
    `ValueError` when the shapes differ, a gauge is negative or a time is outside those years.
    """

    def __init__(self, gauge: NDArray[np.integer], observed_s: Floats, level_m: Floats) -> None:
        gauge = np.asarray(gauge, dtype=np.int64)
        observed_s, level_m = np.asarray(observed_s, dtype=float), np.asarray(level_m, dtype=float)
        if not gauge.shape == observed_s.shape == level_m.shape or gauge.ndim != 1:
            raise ValueError(
                f"shapes differ: gauge {gauge.shape}, observed_s {observed_s.shape}, level_m {level_m.shape}"
            )
        kept = np.isfinite(observed_s) & np.isfinite(level_m)
        gauge, observed_s, level_m = gauge[kept], observed_s[kept], level_m[kept]
        if len(gauge) and (gauge.min() < 0 or observed_s.min() < 0 or observed_s.max() * 1000 >= _STRETCH_MS):
            raise ValueError("a gauge is negative or a time is outside the years 1970 to 2500")
        key = _key(gauge, observed_s)
        order = np.argsort(key, kind="stable")
        key = key[order]
        last = np.r_[key[1:] != key[:-1], True][: len(key)]
        order = order[last]
        self._key = key[last]
        self.gauge = gauge[order]
        self.observed_s = observed_s[order]
        self.level_m = level_m[order]

    def __len__(self) -> int:
        return len(self._key)

    def newest(self, gauge: Indices, at_s: Floats) -> Indices:
        """Return the row of the newest reading not after `at_s`, int64[…]; −1 = none.

        `gauge` and `at_s` [s] broadcast; a NaN moment finds none.
        """
        gauge, at_s = np.broadcast_arrays(gauge, at_s)
        asked = np.isfinite(at_s) & (at_s >= 0)
        if not len(self):
            return np.full(gauge.shape, -1, dtype=np.int64)
        key = _key(gauge, np.where(asked, at_s, 0.0))
        # a sorted question is answered several times faster: neighbours in memory stay in the cache
        order = np.argsort(key, axis=None)
        flat = np.empty(key.size, dtype=np.int64)
        flat[order] = np.searchsorted(self._key, key.ravel()[order], side="right") - 1
        row: Indices = flat.reshape(key.shape)
        found = asked & (row >= 0) & (self.gauge[np.maximum(row, 0)] == gauge)
        return np.where(found, row, -1)

    def spaced(self, row: Indices, count: int, *, apart_s: float) -> Window:
        """Return readings back from each `row`, the newest first, at least `apart_s` [s] apart.

        `row` int64[n], −1 = none. So a gauge that sends every ten minutes is seen as one that is
        polled every hour; `apart_s` 0 gives every reading.
        """
        observed_s, level_m = np.full((len(row), count), np.nan), np.full((len(row), count), np.nan)
        if not len(self):
            return Window(observed_s, level_m)
        gauge = self.gauge[np.maximum(row, 0)]
        for column in range(count):
            there = np.flatnonzero(row >= 0)
            if not len(there):
                break
            observed_s[there, column] = self.observed_s[row[there]]
            level_m[there, column] = self.level_m[row[there]]
            before_s = np.minimum(observed_s[there, column] - apart_s, observed_s[there, column] - 0.001)
            row = row.copy()
            row[there] = self.newest(gauge[there], before_s)
        return Window(observed_s, level_m)

    def level_at(self, gauge: Indices, at_s: Floats, newest: Indices, *, reach_s: float) -> Floats:
        """Return levels [m] at past moments, by interpolation in time, float64[…].

        `newest` int64[…] is the row of the newest reading that may be seen; `at_s` [s] the moment
        asked for. NaN where the readings on both sides are not at hand or more than `reach_s`
        apart, unless one stands at that very moment. All arguments broadcast.
        """
        gauge, at_s, newest = np.broadcast_arrays(gauge, at_s, newest)
        before = self.newest(gauge, at_s)
        before = np.where(newest >= 0, np.minimum(before, newest), -1)
        after = np.minimum(before + 1, newest)
        found = before >= 0
        if not found.any():
            return np.full(gauge.shape, np.nan)
        b, a = np.maximum(before, 0), np.maximum(after, 0)
        from_s, apart_s = self.observed_s[b], self.observed_s[a] - self.observed_s[b]
        share = np.where(apart_s > 0, (at_s - from_s) / np.where(apart_s > 0, apart_s, 1.0), 0.0)
        at_reading = at_s - from_s < 0.001
        known = found & (at_reading | ((apart_s <= reach_s) & (apart_s > 0)))
        level = self.level_m[b] + share * (self.level_m[a] - self.level_m[b])
        return np.where(known, level, np.nan)


def _key(gauge: NDArray[np.integer], at_s: Floats) -> Indices:
    """Place gauge and time on one sorted axis; moments past the stretch stay at its end."""
    within = np.minimum(np.floor(at_s * 1000), _STRETCH_MS - 1)
    return np.asarray(gauge, dtype=np.int64) * _STRETCH_MS + within.astype(np.int64)
