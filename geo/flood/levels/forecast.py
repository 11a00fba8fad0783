"""The level forecast: quantiles to six hours, chances and times of passing thresholds.

Works on levels alone. Rain, upstream gauges, releases and tides may be handed over; as long as no
fit has used them, the forecast says that it did not.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.fan import fan
from geo.flood.levels.features import State, chosen, state
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS
from geo.flood.levels.pairs import LONGEST_S
from geo.flood.levels.parameters import Parameters
from geo.flood.levels.readings import Readings

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: steps of the forecast, from the origin [s]
STEPS_S: Final = np.arange(600.0, 21601.0, 600.0)
HORIZON_S: Final = float(STEPS_S[-1])
#: an older newest reading makes no forecast [s]
OLDEST_S: Final = LONGEST_S - HORIZON_S
#: from this age on the forecast is told to be late [s]
LATE_S: Final = 1800.0
#: what kept a forecast from being all it could be; a code is an index
STATUS: Final = ("full", "late", "no-trend", "none")
#: probabilities of the quantiles of a time
TIME_LEVELS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)


class Drivers(NamedTuple):
    """What else may be known, all optional, float64[G, k] at `STEPS_S`-like steps of their own."""

    #: rain over the catchment, past and forecast [mm/h]
    rain_mm_per_h: Floats | None = None
    #: level of a gauge upstream [m]
    upstream_m: Floats | None = None
    #: release of a dam upstream [m³/s]
    release_m3_per_s: Floats | None = None
    #: predicted tide at the mouth [m]
    tide_m: Floats | None = None


class LevelForecast(NamedTuple):
    """The forecast of n origins; rows with status `none` are NaN throughout."""

    #: the origin [s since 1970 UTC], float64[n]
    at_s: Floats
    #: newest reading: when [s], level [m], slope of its interval [m/h] (NaN = unknown), float64[n]
    observed_s: Floats
    newest_m: Floats
    slope_m_per_h: Floats
    #: index into `STATUS`, int8[n]
    status: NDArray[np.int8]
    #: quantiles of the level at each of `STEPS_S`, at `network.LEVELS`, float64[n, steps, levels] [m]
    level_m: Floats
    #: quantiles of the highest level until each step, the newest reading included, the same shape
    highest_m: Floats
    #: drivers that were given and have no part in it
    unused: tuple[str, ...]


def forecast(
    readings: Readings,
    gauges: Gauges,
    gauge: Indices,
    at_s: Floats,
    parameters: Parameters,
    drivers: Drivers | None = None,
) -> LevelForecast:
    """Forecast n origins: gauges `gauge` int64[n] as of `at_s` float64[n] [s since 1970 UTC].

    No reading after `at_s` is looked at; a day of readings before it is enough. A gauge may be one
    that no fit has seen. Without a reading of the last `OLDEST_S` there is no forecast (status
    `none`); a newest reading older than `LATE_S` widens the fan, since its lead is longer (`late`);
    without a reading before it within four hours the fan is that of unknown trend (`no-trend`).

    Valid above the level from which the gauges send (below it nothing was there to learn from), for
    polls ten minutes to four hours apart. Raises `ValueError` for shapes that differ or a gauge
    that is not in `gauges`.
    """
    gauge, at_s = np.asarray(gauge, dtype=np.int64), np.asarray(at_s, dtype=float)
    if gauge.shape != at_s.shape or gauge.ndim != 1:
        raise ValueError(f"shapes differ: gauge {gauge.shape}, at_s {at_s.shape}")
    if len(gauge) and (gauge.min() < 0 or gauge.max() >= len(gauges.danger_m)):
        raise ValueError(f"gauge holds an index outside 0 … {len(gauges.danger_m) - 1}")
    now = state(readings, gauges, gauge, at_s)
    age_s = at_s - now.observed_s
    usable = age_s <= OLDEST_S
    level_m = np.full((len(gauge), len(STEPS_S), len(LEVELS)), np.nan)
    highest_m = level_m.copy()
    rows = np.flatnonzero(usable)
    if len(rows):
        shape = (len(rows), len(STEPS_S), len(LEVELS))
        at_level, at_highest = _fans(readings, gauge[rows], chosen(now, rows), age_s[rows], parameters)
        level_m[rows] = at_level.reshape(shape)
        highest_m[rows] = np.maximum.accumulate(at_highest.reshape(shape), axis=1)
    status = np.where(np.isnan(now.slope_m_per_h), 2, np.where(age_s > LATE_S, 1, 0))
    status = np.where(usable, status, 3).astype(np.int8)
    given = () if drivers is None else tuple(k for k, v in drivers._asdict().items() if v is not None)
    return LevelForecast(
        at_s, now.observed_s, now.level_m, now.slope_m_per_h, status, level_m, highest_m, given
    )


def exceedance(fan_m: Floats, threshold_m: Floats) -> Floats:
    """Return the probability, 0 … 1, of reaching a threshold, from quantiles.

    `fan_m` float64[…, levels] at `network.LEVELS`, in order; `threshold_m` [m] broadcasts with the
    rest of its shape. Linear between quantiles, exponential beyond the outermost two. NaN where
    either is unknown.
    """
    fan_m, threshold_m = np.asarray(fan_m), np.asarray(threshold_m)
    x = threshold_m[..., None]
    probability = np.array(LEVELS)
    shape = np.broadcast_shapes(fan_m.shape[:-1], threshold_m.shape)
    below = np.clip((fan_m < x).sum(axis=-1), 1, len(LEVELS) - 1)
    full = np.broadcast_to(fan_m, (*shape, len(LEVELS)))
    left = np.take_along_axis(full, below[..., None] - 1, axis=-1)[..., 0]
    right = np.take_along_axis(full, below[..., None], axis=-1)[..., 0]
    width = np.maximum(right - left, 1e-9)
    share = np.clip((threshold_m - left) / width, 0.0, 1.0)
    inside = probability[below - 1] + share * (probability[below] - probability[below - 1])
    low, high = full[..., 0], full[..., -1]
    far_low = probability[0] * _decay(low - threshold_m, full[..., 1] - low)
    far_high = 1 - probability[0] * _decay(threshold_m - high, high - full[..., -2])
    reached = np.where(threshold_m < low, far_low, np.where(threshold_m > high, far_high, inside))
    unknown = np.isnan(low) | np.isnan(threshold_m)
    return np.where(unknown, np.nan, 1 - reached)


def reaching(level_m: Floats, highest_m: Floats, threshold_m: Floats) -> Floats:
    """Return the probability of reaching a threshold by a lead, from both fans of `fan.fan`.

    The highest level is never less likely to reach it than the level itself, also in the tails.
    """
    return np.maximum(exceedance(highest_m, threshold_m), exceedance(level_m, threshold_m))


def passing(made: LevelForecast, threshold_m: Floats) -> Floats:
    """Return the probability that the level reaches a threshold by each step, float64[n, steps].

    `threshold_m` float64[n] [m]. It never falls with the lead, and is 1 throughout where the newest
    reading has reached it. NaN without a forecast or a threshold.
    """
    by_step = reaching(made.level_m, made.highest_m, threshold_m[:, None])
    by_step = np.maximum.accumulate(by_step, axis=1)
    return np.where((made.newest_m >= threshold_m)[:, None] & ~np.isnan(by_step), 1.0, by_step)


def time_to_threshold(by_step: Floats) -> Floats:
    """Return after how long the probability of having passed reaches each of `TIME_LEVELS`.

    `by_step` float64[n, steps] from `passing`. Returns float64[n, times] [s from the origin]; 0 =
    passed already, inf = not within the horizon, NaN = no forecast.
    """
    began = np.where(by_step[:, :1] >= 1.0, 1.0, 0.0)
    curve = np.concatenate([began, by_step], axis=1)
    steps_s = np.r_[0.0, STEPS_S]
    columns = []
    for level in TIME_LEVELS:
        reached: NDArray[np.bool_] = curve >= level
        at = reached.argmax(axis=1)
        before = np.maximum(at - 1, 0)
        rows = np.arange(len(curve))
        low, high = curve[rows, before], curve[rows, at]
        share = np.where(high > low, (level - low) / np.where(high > low, high - low, 1.0), 0.0)
        moment = steps_s[before] + share * (steps_s[at] - steps_s[before])
        columns.append(np.where(reached.any(axis=1), moment, np.inf))
    times = np.stack(columns, axis=1)
    return np.where(np.isnan(by_step[:, :1]), np.nan, times)


def _fans(
    readings: Readings, gauge: Indices, now: State, age_s: Floats, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Return the fans of every origin at every step, one row for each, origin by origin."""
    steps = len(STEPS_S)
    parts = []
    for first in range(0, len(gauge), 2000):
        at = np.repeat(np.arange(first, min(first + 2000, len(gauge))), steps)
        lead_s = age_s[at] + np.tile(STEPS_S, len(at) // steps)
        parts.append(fan(readings, gauge[at], chosen(now, at), lead_s, parameters))
    level_m, highest_m = zip(*parts, strict=True)
    return np.concatenate(level_m), np.concatenate(highest_m)


def _decay(beyond: Floats, last_width: Floats) -> Floats:
    """Return how much of the outermost probability is left `beyond` the outermost quantile."""
    # through the outermost two quantiles, 1 % and 5 %: a width is ln 5 lengths of decay
    length = np.maximum(last_width / np.log(LEVELS[1] / LEVELS[0]), 1e-6)
    return np.asarray(np.exp(-np.maximum(beyond, 0.0) / length))
