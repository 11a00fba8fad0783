"""Limits of the quality control: the same for all gauges, and the range of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.rulebook import RulesError, number, read_rules

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class QualityLimits:
    """Limits of every test, from `rules/quality.toml`, which says what each means and whence it is."""

    suspect_above_crest_m: float
    fail_above_crest_m: float
    suspect_above_danger_m: float
    fail_above_danger_m: float
    suspect_below_lowest_m: float
    fail_below_lowest_m: float
    lowest_m: float
    highest_m: float
    jump_base_m: float
    jump_rate_m_per_s: float
    gap_s: float
    slope_memory: float
    drain_s: float
    return_tolerance_m: float
    near_m: float
    near_fraction: float
    longest_return_s: float
    foot_readings: int
    foot_s: float
    plateau_m: float
    plateau_settle_s: float
    box_m: float
    box_fraction: float
    step_memory_s: float
    flat_tolerance_m: float
    flat_s: float
    flat_readings: int
    flat_gap_s: float
    flat_fraction: float
    erratic_jumps: int
    erratic_readings: int
    erratic_s: float
    clock_ahead_s: float
    clock_bad_s: float
    clock_earliest_s: float
    clock_learn_s: float
    clock_learn_readings: int
    clock_behind_s: float

    def jump_m(self, elapsed_s: Floats) -> Floats:
        """Return the largest unsuspicious change [m] over `elapsed_s` [s], any shape."""
        seconds = np.minimum(elapsed_s, self.gap_s)
        return self.jump_base_m + self.jump_rate_m_per_s * seconds


def quality_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> QualityLimits:
    """Return the limits of `tables` (default: `rules/quality.toml`).

    Raises `RulesError` naming the table and key that is missing or not a number.
    """
    rules = read_rules("quality") if tables is None else tables

    def of(table: str, key: str) -> float:
        if table not in rules:
            raise RulesError(f"quality.toml: {table}: the table is missing")
        return number(rules[table], f"quality.toml: {table}", key)

    return QualityLimits(
        suspect_above_crest_m=of("range", "suspect_above_crest_m"),
        fail_above_crest_m=of("range", "fail_above_crest_m"),
        suspect_above_danger_m=of("range", "suspect_above_danger_m"),
        fail_above_danger_m=of("range", "fail_above_danger_m"),
        suspect_below_lowest_m=of("range", "suspect_below_lowest_m"),
        fail_below_lowest_m=of("range", "fail_below_lowest_m"),
        lowest_m=of("range", "lowest_m"),
        highest_m=of("range", "highest_m"),
        jump_base_m=of("jump", "base_m"),
        jump_rate_m_per_s=of("jump", "rate_m_per_h") / 3600,
        gap_s=of("jump", "gap_h") * 3600,
        slope_memory=of("jump", "slope_memory"),
        drain_s=of("return", "drain_min") * 60,
        return_tolerance_m=of("return", "tolerance_m"),
        near_m=of("return", "near_m"),
        near_fraction=of("return", "near_fraction"),
        longest_return_s=of("return", "longest_min") * 60,
        foot_readings=int(of("return", "foot_readings")),
        foot_s=of("return", "foot_h") * 3600,
        plateau_m=of("plateau", "flat_m"),
        plateau_settle_s=of("plateau", "settle_h") * 3600,
        box_m=of("plateau", "box_m"),
        box_fraction=of("plateau", "box_fraction"),
        step_memory_s=of("plateau", "memory_h") * 3600,
        flat_tolerance_m=of("flat_line", "tolerance_m"),
        flat_s=of("flat_line", "suspect_h") * 3600,
        flat_readings=int(of("flat_line", "readings")),
        flat_gap_s=of("flat_line", "gap_h") * 3600,
        flat_fraction=of("flat_line", "fraction"),
        erratic_jumps=int(of("erratic", "jumps")),
        erratic_readings=int(of("erratic", "readings")),
        erratic_s=of("erratic", "window_h") * 3600,
        clock_ahead_s=of("clock", "ahead_s"),
        clock_bad_s=of("clock", "bad_s"),
        clock_earliest_s=_moment(rules["clock"], "earliest"),
        clock_learn_s=of("clock", "learn_s"),
        clock_learn_readings=int(of("clock", "learn_readings")),
        clock_behind_s=of("clock", "behind_s"),
    )


class GaugeBounds(NamedTuple):
    """What each of G gauges can show, float64[G] [m above the gauge's datum]; NaN = unknown."""

    fail_below_m: Floats
    suspect_below_m: Floats
    suspect_above_m: Floats
    fail_above_m: Floats
    #: water that stands still above this is suspect
    flat_above_m: Floats


def gauge_bounds(
    thresholds_m: Floats, limits: QualityLimits, *, danger_is_crest: NDArray[np.bool_]
) -> GaugeBounds:
    """Return the bounds of G gauges from their thresholds.

    `thresholds_m` float64[G, 6]: start, standby, caution, evacuation, danger, overflow, NaN = unknown.
    `danger_is_crest` bool[G]: the danger level is the top of the bank, as it is with
    crisis-management gauges. Gauges without thresholds get the limits that hold for all rivers.
    """
    start, caution = thresholds_m[:, 0], thresholds_m[:, 2]
    danger, overflow = thresholds_m[:, 4], thresholds_m[:, 5]
    crest = np.where(np.isnan(overflow) & danger_is_crest, danger, overflow)
    lowest = np.fmin.reduce(thresholds_m, axis=1)
    between = start + limits.flat_fraction * (np.fmin(crest, danger) - start)
    return GaugeBounds(
        fail_below_m=np.fmax(lowest - limits.fail_below_lowest_m, limits.lowest_m),
        suspect_below_m=np.fmax(lowest - limits.suspect_below_lowest_m, limits.lowest_m),
        suspect_above_m=np.fmin(
            np.where(
                np.isnan(crest),
                danger + limits.suspect_above_danger_m,
                crest + limits.suspect_above_crest_m,
            ),
            limits.highest_m,
        ),
        fail_above_m=np.fmin(
            np.where(np.isnan(crest), danger + limits.fail_above_danger_m, crest + limits.fail_above_crest_m),
            limits.highest_m,
        ),
        flat_above_m=np.where(np.isnan(caution), between, caution),
    )


def _moment(table: Mapping[str, object], key: str) -> float:
    value = table.get(key)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise RulesError(f"quality.toml: clock: {key}: must be a time with zone, is {value!r}")
    return value.timestamp()
