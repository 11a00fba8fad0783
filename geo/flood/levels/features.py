"""What the forecaster looks at: the state of a gauge at an origin, in numbers near one.

Lengths enter through asinh(x / scale): linear where water is calm, logarithmic in floods, so that
one model serves a brook and a river. What is not known is 0 beside a 0 in its column of knowns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.gauges import Gauges
from geo.flood.levels.readings import Readings, Window

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: how far back the shape of the hydrograph is followed [h]
LAGS_H: Final = (1.0, 2.0, 3.0, 4.5, 6.0, 9.0, 12.0, 24.0)
#: after how long a river may do the same again: semidiurnal tide, a day, two tides [h]
CYCLES_H: Final = (12.42, 24.0, 24.84)
#: readings farther apart than this do not tell what happened between [s]
REACH_S: Final = 4.0 * 3600
#: readings that are looked at one by one, and how far apart they are taken [s]
_WINDOW: Final = 26
_APART_S: Final = 40.0 * 60
_SMALL_M: Final = 0.02


class State(NamedTuple):
    """What is known at n origins."""

    #: row of the newest reading in `Readings`, int64[n]; −1 = none
    row: Indices
    #: when it was observed [s], float64[n], NaN = none
    observed_s: Floats
    #: its level [m], float64[n], NaN = none
    level_m: Floats
    #: slope of the last interval [m/h], float64[n], NaN = no predecessor within `REACH_S`
    slope_m_per_h: Floats
    #: scale of what may happen next [m], float64[n]
    scale_m: Floats
    #: the numbers for the network, float32[n, F]
    features: NDArray[np.float32]


def state(
    readings: Readings,
    gauges: Gauges,
    gauge: Indices,
    at_s: Floats,
) -> State:
    """Return the state of n origins: gauges `gauge` int64[n] at `at_s` float64[n] [s].

    No reading after `at_s` is looked at. Origins are taken in parts, so memory stays bounded.
    """
    parts = [
        _state(readings, gauges, gauge[first : first + 40000], at_s[first : first + 40000])
        for first in range(0, max(len(gauge), 1), 40000)
    ]
    return parts[0] if len(parts) == 1 else State(*(np.concatenate(p) for p in zip(*parts, strict=True)))


def chosen(now: State, at: Indices) -> State:
    """Return the states of the rows `at`."""
    return State(
        now.row[at],
        now.observed_s[at],
        now.level_m[at],
        now.slope_m_per_h[at],
        now.scale_m[at],
        now.features[at],
    )


def cycle_features(readings: Readings, gauge: Indices, now: State, lead_s: Floats) -> NDArray[np.float32]:
    """Return what the level did over the same lead one cycle ago, float32[n, 2 · cycles].

    `lead_s` float64[n] [s] from the newest reading. Longer leads than the cycle know nothing.
    """
    columns = []
    for cycle_h in CYCLES_H:
        then_s = now.observed_s - cycle_h * 3600
        began = readings.level_at(gauge, then_s, now.row, reach_s=REACH_S)
        ended = readings.level_at(gauge, then_s + lead_s, now.row, reach_s=REACH_S)
        columns += [*_known(np.arcsinh((ended - began) / _SMALL_M))]
    return np.stack(columns, axis=1).astype(np.float32)


def _state(readings: Readings, gauges: Gauges, gauge: Indices, at_s: Floats) -> State:
    row = readings.newest(gauge, at_s)
    window = readings.spaced(row, _WINDOW, apart_s=_APART_S)
    observed_s, level_m = window.observed_s[:, 0], window.level_m[:, 0]
    lags = _lags(readings, gauge, row, observed_s, level_m)
    slope, shape = _shape(window)
    scale_m = _scale(slope, lags)
    columns = [
        *shape,
        *_against_thresholds(gauges, gauge, level_m),
        *_changes(lags, scale_m),
        np.log(scale_m),
    ]
    features = np.nan_to_num(np.stack(columns, axis=1)).astype(np.float32)
    return State(row, observed_s, level_m, slope, scale_m, features)


def _known(values: Floats) -> tuple[Floats, Floats]:
    """Return the values with 0 for what is unknown, and the column of knowns."""
    unknown = np.isnan(values)
    return np.where(unknown, 0.0, values), (~unknown).astype(float)


def _lags(readings: Readings, gauge: Indices, row: Indices, observed_s: Floats, level_m: Floats) -> Floats:
    """Return the rise since each of `LAGS_H`, float64[n, lags] [m], NaN = unknown."""
    then_s = observed_s[:, None] - np.array(LAGS_H) * 3600
    return level_m[:, None] - readings.level_at(gauge[:, None], then_s, row[:, None], reach_s=REACH_S)


def _scale(slope: Floats, lags: Floats) -> Floats:
    """Return how much the level may move [m]: a mean of what it has moved, never under 2 cm."""
    moved = np.abs(np.stack([slope, lags[:, 0], lags[:, 2] / 2, lags[:, 4] / 3], axis=1))
    known = ~np.isnan(moved)
    mean = np.where(known, moved, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    unknown = ~known.any(axis=1)
    return np.where(unknown, 0.06, 0.02 + mean)


def _shape(window: Window) -> tuple[Floats, list[Floats]]:
    """Return the newest slope [m/h] and the shape of the last day of readings."""
    elapsed_h = (window.observed_s[:, :-1] - window.observed_s[:, 1:]) / 3600
    moved_m = window.level_m[:, :-1] - window.level_m[:, 1:]
    slopes = np.where(elapsed_h <= REACH_S / 3600, moved_m / np.maximum(elapsed_h, 1 / 60), np.nan)
    age_h = (window.observed_s[:, :1] - window.observed_s) / 3600
    within = age_h <= 24
    low = np.where(within, window.level_m, np.inf)
    high = np.where(within, window.level_m, -np.inf)
    rows = np.arange(len(low))
    at_low, at_high = low.argmin(axis=1), high.argmax(axis=1)
    level = window.level_m[:, 0]
    columns = [
        *_known(np.arcsinh(slopes[:, 0] / _SMALL_M)),
        *_known(np.arcsinh(slopes[:, 1] / _SMALL_M)),
        *_known(np.arcsinh((slopes[:, 0] - slopes[:, 1]) / _SMALL_M)),
        *_known(np.arcsinh((slopes[:, 1] - slopes[:, 2]) / _SMALL_M)),
        np.log1p(np.where(np.isnan(elapsed_h[:, 0]), 24.0, np.minimum(elapsed_h[:, 0], 24.0))),
        np.arcsinh((level - low[rows, at_low]) / 0.1),
        np.log1p(age_h[rows, at_low]),
        np.arcsinh((high[rows, at_high] - level) / 0.1),
        np.log1p(age_h[rows, at_high]),
        within.sum(axis=1) / 24,
        np.log1p(np.nanmax(np.where(within, age_h, 0.0), axis=1)),
    ]
    return slopes[:, 0], columns


def _against_thresholds(gauges: Gauges, gauge: Indices, level_m: Floats) -> list[Floats]:
    """Return where the level stands between the thresholds."""
    start, danger = gauges.start_m[gauge], gauges.danger_m[gauge]
    span = np.where(danger > start, danger - start, np.nan)
    return [
        *_known(np.clip((level_m - start) / span, -3, 3)),
        np.nan_to_num(np.arcsinh((level_m - start) / 0.2)),
        np.nan_to_num(np.arcsinh((danger - level_m) / 0.5)),
        np.nan_to_num(np.log(span)),
    ]


def _changes(lags: Floats, scale_m: Floats) -> list[Floats]:
    """Return the rise since each lag, as it is and against the scale of the state."""
    columns: list[Floats] = []
    for lag in lags.T:
        columns += [*_known(np.arcsinh(lag / _SMALL_M)), np.nan_to_num(lag / scale_m)]
    return columns
