"""What is known of the river at a gauge: its class, its trend, when word of it is due, and alarm.

All functions take and return arrays over G gauges. Levels and thresholds are metres above the
datum of the gauge, times are seconds since 1970-01-01 UTC, and NaN means unknown throughout.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sensors.flags import Flag
from sensors.river_levels import (
    CLASSES,
    THRESHOLDS,
    LevelName,
    RiverRules,
    ThresholdName,
    class_name,
    river_rules,
)

__all__ = [
    "CLASSES",
    "THRESHOLDS",
    "TRENDS",
    "TREND_CODES",
    "LevelName",
    "RiverRules",
    "ThresholdName",
    "Trend",
    "TrendName",
    "alarm",
    "class_name",
    "classify",
    "due_at",
    "river_rules",
    "settle",
    "threshold_doubt",
    "trend",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]

TrendName = Literal["unknown", "falling", "steady", "rising"]
#: trend names by trend code + 2: −2 unknown, −1 falling, 0 steady, 1 rising
TRENDS: Final[tuple[TrendName, ...]] = get_args(TrendName)
TREND_CODES: Final[dict[TrendName, int]] = {name: place - 2 for place, name in enumerate(TRENDS)}

_EVACUATION: Final = THRESHOLDS.index("evacuation")
_DANGER: Final = THRESHOLDS.index("danger")


class Trend(NamedTuple):
    """How fast n levels change."""

    #: least-squares slope, float64[n] [m/h], NaN = unknown
    slope_m_per_h: Floats
    #: its standard deviation, float64[n] [m/h], NaN = unknown
    sd_m_per_h: Floats
    #: −2 unknown, −1 falling, 0 steady, 1 rising, int8[n]; names in `TRENDS`
    code: Codes


def classify(level_m: Floats, thresholds_m: Floats) -> Codes:
    """Return the class of each level: the highest known threshold that it reaches.

    `level_m` float64[G]; `thresholds_m` float64[G, 6] in the order of `THRESHOLDS`. Returns
    int8[G]: 1 … 6 for the thresholds, 0 below all that are known, −1 unknown: no level, or no
    threshold at all. Thresholds need not rise; a level that reaches danger is danger.

    >>> classify(np.array([6.79]), np.array([[4.96, np.nan, 6.03, np.nan, 6.67, np.nan]]))
    array([5], dtype=int8)
    """
    reached = level_m[:, None] >= thresholds_m
    highest = (reached * np.arange(1, thresholds_m.shape[1] + 1)).max(axis=1, initial=0)
    unknown = np.isnan(level_m) | np.isnan(thresholds_m).all(axis=1)
    return np.where(unknown, -1, highest).astype(np.int8)


def settle(level_m: Floats, thresholds_m: Floats, settled: Codes, rules: RiverRules) -> Codes:
    """Return the classes that are told as events, which do not flap.

    The class on the map is always `classify` of the newest level, to the centimetre. A list of
    events ("passed", "fell below") and the alarm would flap with it while a level rocks about a
    threshold, so they go by the settled class: it rises at once, and falls only when the level is
    `hysteresis_m` below the threshold. `settled` int8[G] is the last one, −1 at first. A missing
    level leaves it as it was.
    """
    now = classify(level_m, thresholds_m)
    eased = classify(level_m + rules.hysteresis_m, thresholds_m)
    return np.where(now < 0, settled, np.maximum(now, np.minimum(settled, eased))).astype(np.int8)


def alarm(
    level_m: Floats,
    flag: NDArray[np.uint8],
    thresholds_m: Floats,
    alarmed: Mask,
    doubted: Mask,
    rules: RiverRules,
) -> Mask:
    """Tell which gauges alarm: at or above danger, or evacuation where that is known and lower.

    `level_m` float64[G, k] and `flag` uint8[G, k] are the newest readings in order of time, the
    newest last, k ≥ 2 (`QualityControl.recent`); `alarmed` bool[G] is the last answer; `doubted`
    bool[G] from `threshold_doubt`. Failed and missing readings are passed over, so silence or a
    fault never ends an alarm. One good reading (flag 1 or 2) at or over the line alarms, or two
    suspect ones (3) in a row: a fault alone raises nobody, a flood that looks like one waits for
    one more reading. An alarm ends as it begins, by one good reading or two suspect ones, but
    `hysteresis_m` below the line; the class that is shown does not wait (`settle`).
    """
    line_m = np.fmin(thresholds_m[:, _EVACUATION], thresholds_m[:, _DANGER])
    line_m = np.fmin(line_m, thresholds_m[:, _DANGER + 1])
    newest_m, newest_flag, before_m = _last_two(level_m, flag)
    sure = newest_flag != Flag.SUSPECT
    over = (newest_m >= line_m) & (sure | (before_m >= line_m))
    low_m = line_m - rules.hysteresis_m
    under = (newest_m < low_m) & (sure | (before_m < low_m))
    known = ~np.isnan(line_m)
    raised: Mask = known & ~doubted & (over | (alarmed & ~under))
    return raised


def due_at(
    observed_s: Floats,
    level_m: Floats,
    start_level_m: Floats,
    active_interval_s: Floats,
    idle_interval_s: Floats,
    flag: NDArray[np.uint8],
    moving: Trend,
    rules: RiverRules,
) -> Floats:
    """Return by when the next reading of each gauge is due, float64[G] [s], NaN = none has come.

    Below its start level a gauge sends about daily, so its silence is normal until then; above
    it, three missed messages are silence that must be told. A river that ebbs passes its start
    level between two messages, and the last one is still above it: where the level does not rise
    and its trend `moving`, less one standard deviation, leads below the start level within those
    three messages, the gauge is expected as an idle one. (Of the 83 gauges silent after the night
    of 3 June 2026 about 70 had ebbed so; calling them all silent would bury the others.) A gauge
    without a start level, without a trend, or whose newest reading has no usable level (`flag` 4
    or 9), is expected at its active interval: where nothing is known, silence is not normal.
    """
    usable = (flag >= Flag.GOOD) & (flag <= Flag.SUSPECT)
    active_s = active_interval_s * rules.active_factor
    ebbs = (moving.code == TREND_CODES["falling"]) | (moving.code == TREND_CODES["steady"])
    lowest_slope = np.fmin(np.where(ebbs, moving.slope_m_per_h - moving.sd_m_per_h, 0.0), 0.0)
    soon_m = level_m + lowest_slope * active_s / 3600
    idle = usable & (soon_m < start_level_m)
    return observed_s + np.where(idle, idle_interval_s * rules.idle_factor, active_s)


def threshold_doubt(above_danger_since_s: Floats, now_s: float, rules: RiverRules) -> Mask:
    """Tell, bool[G], which danger levels are doubted, having been exceeded for days on end.

    `above_danger_since_s` float64[G]: since when without a break, NaN = it is not above.
    """
    doubted: Mask = now_s - above_danger_since_s >= rules.doubt_after_s
    return doubted


def trend(observed_s: Floats, level_m: Floats, usable: Mask, at_s: Floats, rules: RiverRules) -> Trend:
    """Return the trend of each level at `at_s`, by least squares over the last hour.

    `observed_s`, `level_m` float64[G, k] and `usable` bool[G, k] are readings in order of time,
    the newest last; `at_s` float64[G]. Where the hour holds fewer than `trend_readings`, the
    newest ones back to `trend_reach_s` are taken. Fewer than two: unknown.

    The standard deviation is that of the slope [ordinary least squares, e.g. Draper and Smith
    1998, eq. 1.4.5], with the scatter about the line never below the instrument's noise, plus
    what the level may have done unseen where readings lie farther apart than `dense_s`: it grows
    with the root of the interval, as that of a random walk does, and with the slope itself,
    because a flood bends. Rising or falling is said when the slope exceeds `steady_m_per_h` and what
    noise and wandering can make of a level that does not move. The bend does not enter there: it is a
    share of the slope itself, and would call a rise of a metre between two polls steady; how sure it
    is that the rise still goes on is what the standard deviation tells.
    """
    taken = _window(observed_s, usable & ~np.isnan(level_m), at_s, rules)
    count = np.count_nonzero(taken, axis=1)
    enough = count >= 2
    n = np.where(enough, count, 2)
    hours = np.where(taken, (observed_s - at_s[:, None]) / 3600, 0.0)
    level = np.where(taken, level_m, 0.0)
    hours = np.where(taken, hours - (hours.sum(axis=1) / n)[:, None], 0.0)
    level = np.where(taken, level - (level.sum(axis=1) / n)[:, None], 0.0)
    spread = (hours * hours).sum(axis=1)
    enough &= spread > 0
    spread = np.where(enough, spread, 1.0)
    slope = (hours * level).sum(axis=1) / spread
    residual = ((level - slope[:, None] * hours) ** 2 * taken).sum(axis=1) / np.maximum(n - 2, 1)
    scatter = np.maximum(residual, rules.noise_m**2)
    span_h = hours.max(axis=1) - hours.min(axis=1)
    walk, bend = _unseen_m_per_h(slope, span_h, n, rules)
    still = np.sqrt(scatter / spread + walk**2)
    sd = np.hypot(still, bend)
    moving = np.abs(slope) > np.maximum(still, rules.steady_m_per_h)
    code = np.where(enough, np.where(moving, np.sign(slope), 0), -2).astype(np.int8)
    return Trend(np.where(enough, slope, np.nan), np.where(enough, sd, np.nan), code)


def _window(observed_s: Floats, usable: Mask, at_s: Floats, rules: RiverRules) -> Mask:
    """Choose the readings that make the trend, bool[G, k]."""
    age_s = at_s[:, None] - observed_s
    within = usable & (age_s >= 0)
    hour = within & (age_s <= rules.trend_window_s)
    reach = within & (age_s <= rules.trend_reach_s)
    from_newest = np.cumsum(reach[:, ::-1], axis=1)[:, ::-1]
    few = np.count_nonzero(hour, axis=1) < rules.trend_readings
    return np.where(few[:, None], reach & (from_newest <= rules.trend_readings), hour)


def _unseen_m_per_h(
    slope: Floats, span_h: Floats, count: NDArray[np.int64], rules: RiverRules
) -> tuple[Floats, Floats]:
    """Return what wandering and bending between readings may add to the error of the slope [m/h]."""
    span = np.where(span_h > 0, span_h, 1.0)
    interval_h = span / np.maximum(count - 1, 1)
    sparse_h = np.maximum(interval_h - rules.dense_s / 3600, 0.0)
    walk = rules.wander_m_per_sqrt_h * np.sqrt(sparse_h) / span
    bend = rules.wander_share * np.abs(slope) * np.sqrt(sparse_h)
    return walk, bend


def _last_two(level_m: Floats, flag: NDArray[np.uint8]) -> tuple[Floats, NDArray[np.uint8], Floats]:
    """Return level and flag of the newest usable reading, and the level of the one before it."""
    usable = (flag >= Flag.GOOD) & (flag <= Flag.SUSPECT) & ~np.isnan(level_m)
    from_newest = np.cumsum(usable[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(len(level_m))
    picked = []
    for turn in (1, 2):
        here = usable & (from_newest == turn)
        column = here.argmax(axis=1)
        picked.append((np.where(here.any(axis=1), level_m[rows, column], np.nan), column))
    (newest_m, column), (before_m, _) = picked
    return newest_m, flag[rows, column], before_m
