"""What a forecast has to beat: persistence, trend, and persistence with the errors of its state."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.features import State
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS
from geo.flood.levels.pairs import Pairs, at_hour
from geo.flood.levels.readings import Readings

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

#: leads that the baselines know [h]
HOURS: Final = (1, 2, 3, 4, 5, 6)
#: borders of the level classes, as shares of the way from start to flood level
LEVEL_CLASSES: Final = (0.1, 0.25, 0.5, 0.75, 1.0)
#: borders of the trend classes [m/h]
TREND_CLASSES: Final = (-0.3, -0.1, -0.03, -0.005, 0.005, 0.03, 0.1, 0.3, 0.6)
_TRENDS: Final = len(TREND_CLASSES) + 1
_CLASSES: Final = (len(LEVEL_CLASSES) + 1) * _TRENDS
#: fewer errors than this make no distribution; the trend class alone is taken
_FEWEST: Final = 40


class ConditionalPersistence(NamedTuple):
    """Error distributions of persistence by state, and how often states led over the flood level."""

    #: quantiles of the change at `network.LEVELS`, float64[hours, classes, levels] [m]
    change_m: Floats
    #: share of origins below the flood level that reached it within the hour, float64[hours, classes]
    reached: Floats


def state_class(now: State, gauges: Gauges, gauge: Indices) -> Indices:
    """Return the class of each origin: level class × trend class, int64[n]; −1 = no trend."""
    start, danger = gauges.start_m[gauge], gauges.danger_m[gauge]
    share = (now.level_m - start) / np.maximum(danger - start, 0.2)
    level = np.digitize(np.nan_to_num(share), LEVEL_CLASSES)
    trend = np.digitize(np.nan_to_num(now.slope_m_per_h), TREND_CLASSES)
    return np.where(np.isnan(now.slope_m_per_h), -1, level * _TRENDS + trend)


def fit_baseline(readings: Readings, gauges: Gauges, now: State, pairs: Pairs) -> ConditionalPersistence:
    """Return the baseline learned from `pairs`, origins as rows of `readings` and of `now`."""
    change_m = np.zeros((len(HOURS), _CLASSES, len(LEVELS)))
    reached = np.zeros((len(HOURS), _CLASSES))
    classes = state_class(now, gauges, readings.gauge)
    for row, hour in enumerate(HOURS):
        pair = at_hour(pairs, hour)
        origin, later = pairs.origin[pair], pairs.later[pair]
        moved_m = readings.level_m[later] - readings.level_m[origin]
        danger_m = gauges.danger_m[readings.gauge[origin]]
        below = readings.level_m[origin] < danger_m
        over = pairs.highest_m[pair] >= danger_m
        of = classes[origin]
        for number in range(_CLASSES):
            here = of == number
            if here.sum() < _FEWEST:
                here = (of >= 0) & (of % _TRENDS == number % _TRENDS)
            if here.any():
                change_m[row, number] = np.quantile(moved_m[here], LEVELS)
            # one in the number asked, so that what never happened is not impossible
            reached[row, number] = (over & below & here).sum() / ((below & here).sum() + 1)
    return ConditionalPersistence(change_m, reached)


def trend_m(now: State, hour: float) -> Floats:
    """Return the level of the last slope carried on [m], float64[n]."""
    return now.level_m + now.slope_m_per_h * hour
