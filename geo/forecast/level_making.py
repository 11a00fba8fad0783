"""From readings to everything a level forecast says, for many gauges at once; pure.

What is stored is what is told: levels and probabilities are rounded to the stored single precision
first, and times are taken from those.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.features import CYCLES_H, REACH_S
from geo.flood.levels.forecast import (
    OLDEST_S,
    STEPS_S,
    LevelForecast,
    forecast,
    passing,
    time_to_threshold,
)
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.parameters import Parameters
from geo.flood.levels.paths import Peak, peak
from geo.flood.levels.readings import Readings
from geo.forecast.forecast_rules import ForecastRules
from geo.live_value import THRESHOLDS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: readings older than this at the origin have no part in a forecast [s]
HISTORY_S: Final = OLDEST_S + max(CYCLES_H) * 3600 + REACH_S
_START: Final = THRESHOLDS.index("start")
_DANGER: Final = THRESHOLDS.index("danger")
#: the paths of every forecast are drawn from the same numbers, so that the same readings give the same peak
_SEED: Final = 20260602


class Asked(NamedTuple):
    """The gauges to forecast, n; `Readings` counts them 0 … n − 1."""

    #: as of when [s since 1970 UTC], float64[n]
    at_s: Floats
    #: in the order of `THRESHOLDS` [m above the gauge's datum], NaN = none, float64[n, 6]
    thresholds_m: Floats
    #: whose danger level is doubted, bool[n]
    doubted: Mask


class Made(NamedTuple):
    """The forecasts of n gauges with all that is told of them."""

    asked: Asked
    forecast: LevelForecast
    #: probability of having reached each threshold by each step, NaN = no threshold or no forecast,
    #: float64[n, 6, steps]
    passing: Floats
    #: after how long each threshold is reached, as `time_to_threshold`, float64[n, 6, times] [s]
    time_to_s: Floats
    peak: Peak
    #: probability of reaching danger within the look-ahead, NaN = unknown, float64[n]
    chance: Floats
    #: to be pointed out, bool[n]
    alarm: Mask


def make(asked: Asked, readings: Readings, parameters: Parameters, rules: ForecastRules) -> Made:
    """Forecast the asked gauges from `readings`, usable ones of `HISTORY_S` before their origins."""
    count = len(asked.at_s)
    gauges = Gauges(asked.thresholds_m[:, _START], asked.thresholds_m[:, _DANGER])
    exact = forecast(readings, gauges, np.arange(count), asked.at_s, parameters)
    made = exact._replace(level_m=_single(exact.level_m), highest_m=_single(exact.highest_m))
    by_step = np.stack(
        [_probability(passing(made, asked.thresholds_m[:, number])) for number in range(len(THRESHOLDS))],
        axis=1,
    )
    times = [time_to_threshold(by_step[:, number]) for number in range(len(THRESHOLDS))]
    chance = danger_chance(by_step, rules)
    with np.errstate(invalid="ignore"):
        # the paths of gauges without a forecast are NaN throughout, which casts loudly
        peaks = peak(made, np.random.default_rng(_SEED))
    alarm = (np.nan_to_num(chance) >= rules.alarm_probability) & ~asked.doubted
    return Made(asked, made, by_step, np.stack(times, axis=1), peaks, chance, alarm)


def danger_chance(by_step: Floats, rules: ForecastRules) -> Floats:
    """Return the probability of reaching danger within the look-ahead, from `Made.passing`, float64[n]."""
    step = int(np.searchsorted(STEPS_S, rules.look_ahead_h * 3600))
    return np.asarray(by_step[:, _DANGER, step], dtype=float)


def _single(values: Floats) -> Floats:
    return values.astype(np.float32).astype(float)


def _probability(values: Floats) -> Floats:
    """Round to single precision, keeping 1 for what has happened already."""
    below_one = float(np.nextafter(np.float32(1), np.float32(0)))
    return np.where(values < 1, np.minimum(_single(values), below_one), values)


def history(columns: list[tuple[int, Any, Any]]) -> Readings:
    """Return the readings of gauges: index, times [s since 1970 UTC], levels [m], oldest first."""
    gauge = np.repeat([index for index, _, _ in columns], [len(times) for _, times, _ in columns])
    observed_s = np.concatenate([np.asarray(times, dtype=float) for _, times, _ in columns] or [np.empty(0)])
    level_m = np.concatenate([np.asarray(levels, dtype=float) for _, _, levels in columns] or [np.empty(0)])
    return Readings(gauge.astype(np.int64), observed_s, level_m)
