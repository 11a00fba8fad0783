"""Which rules the forecasts of gauges fulfil: all gauges at once, one forecast of each after another. Pure.

A rule that was reached stays fulfilled until a fresh forecast lies below its lower value: no forecast, a
late one or an unknown value leaves it as it is. So what is fulfilled is a function of the forecasts in
their order alone, however often and whenever they are looked at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.proposal_rules import GaugeRule, ProposalRules
from alerts.sun import is_dark
from geo.flood.levels.forecast import STEPS_S
from geo.live_value import THRESHOLDS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Signals(NamedTuple):
    """One forecast of each of n gauges; rows of `none` forecasts are not `known`."""

    origin_s: Floats
    lon: Floats
    lat: Floats
    known: Mask
    #: [m above the gauge's datum], NaN = unknown
    newest_m: Floats
    slope_m_per_h: Floats
    #: in the order of `THRESHOLDS`, NaN = none, float64[n, 6]
    thresholds_m: Floats
    #: probability of having reached each threshold by each step, float64[n, 6, steps]
    passing: Floats


def values(signals: Signals, rule: GaugeRule) -> Floats:
    """Return what `rule` looks at, float64[n]: a probability or metres above its threshold, NaN = unknown."""
    at = THRESHOLDS.index(rule.threshold)
    if rule.signal == "observed":
        return signals.newest_m - signals.thresholds_m[:, at]
    step = int(np.searchsorted(STEPS_S, rule.within_h * 3600))
    return signals.passing[:, at, step]


def fulfilled(before: Mask, signals: Signals, rules: ProposalRules) -> Mask:
    """Return which rules are fulfilled after one more forecast of each gauge, bool[n, rules]."""
    after = before.copy()
    for number, rule in enumerate(rules.gauge_rules):
        value = values(signals, rule)
        factor = np.ones(len(value))
        if rule.night:
            dark = is_dark(signals.origin_s + rule.within_h * 3600, signals.lon, signals.lat)
            factor = np.where(dark, rules.night_factor, 1.0)
        fresh = signals.known & ~np.isnan(value)
        reached = fresh & (np.nan_to_num(value, nan=-np.inf) >= rule.reach * factor)
        if rule.rising:
            reached &= np.nan_to_num(signals.slope_m_per_h) > 0
        eased = fresh & (np.nan_to_num(value, nan=np.inf) < rule.ease * factor)
        after[:, number] = (before[:, number] & ~eased) | reached
    return after


def levels(active: Mask, rules: ProposalRules) -> NDArray[np.int64]:
    """Return the highest level whose rule is fulfilled, 0 = none, int64[n]; `active` bool[n, rules]."""
    each = np.array([rule.level for rule in rules.gauge_rules], dtype=np.int64)
    return np.asarray(np.max(np.where(active, each, 0), axis=1, initial=0))


def area_levels(
    area: NDArray[np.int64], gauge: NDArray[np.int64], level: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Return the highest level of the gauges bound to each of `count` areas, int64[count].

    `area[k]` is bound to `gauge[k]`; `level` by gauge.
    """
    found = np.zeros(count, dtype=np.int64)
    np.maximum.at(found, area, level[gauge])
    return found
