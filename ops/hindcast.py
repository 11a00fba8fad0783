"""`hindcast levels`: forecast a record as it would have been forecast live, and score it.

Only origins that nothing was learned from are scored: those after the fit's last day, and those of
stations that the fit never saw. The baselines were learned from the same part as the forecast.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels import parameters as kept
from geo.flood.levels.baseline import HOURS, ConditionalPersistence, state_class, trend_m
from geo.flood.levels.fan import fan
from geo.flood.levels.features import State, chosen, state
from geo.flood.levels.forecast import exceedance, reaching
from geo.flood.levels.network import LEVELS, MEDIAN
from geo.flood.levels.pairs import Pairs, at_hour, following
from geo.flood.levels.score import brier, contingency, covered, crps_m, reliability
from ops.errors import OpsError
from ops.level_baseline import load_baseline
from ops.level_peaks import peak_scores
from ops.level_record import LevelRecord, read_record
from ops.level_skill import skill_document
from ops.level_split import unseen_stations
from ops.level_verified import Verified

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: origins scored: those with a reading before them as far back as polls lie apart [s]
_PREDECESSOR_S: Final = (40 * 60, 200 * 60)
#: cut-offs of the probability of passing at which an alarm would be given
CUT_OFFS: Final = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7)
_EDGES: Final = np.array([0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0])
_DETAILED_HOURS: Final = (1, 3, 6)


class HindcastError(OpsError):
    """Raised when a record holds nothing to score."""


def hindcast(
    record: LevelRecord,
    parameters: kept.Parameters,
    baseline: ConditionalPersistence,
    *,
    from_s: float = -np.inf,
    to_s: float = np.inf,
    name: str = "",
) -> dict[str, Any]:
    """Return all scores of the forecasts with origins from `from_s` to `to_s` [s since 1970 UTC].

    Every usable reading is an origin and is forecast from what had come until then. A target is the
    reading nearest to each full hour ahead, ±30 minutes, unless a later one proved it false. `name`
    is what the record is called beside the skill of each gauge.
    Raises `HindcastError` when no origin can be scored.
    """
    splits = verified_splits(record, parameters, baseline, from_s=from_s, to_s=to_s)
    if not any(len(part.truth_m) for parts in splits.values() for part in parts):
        raise HindcastError(
            "no origin of the record can be scored: all are short of readings or were learned from"
        )
    return {
        "record": record.origin,
        "fitted_to": parameters.origin,
        "scores": [row for name, parts in splits.items() for part in parts for row in _scores(name, part)],
        "crossings": [
            row for name, parts in splits.items() for part in parts for row in _crossings(name, part)
        ],
        "reliability": [
            row for name, parts in splits.items() for part in parts for row in _reliable(name, part)
        ],
        "peaks": peak_scores(splits),
        "skill": skill_document(record, splits, parameters.origin, name),
    }


def verified_splits(
    record: LevelRecord,
    parameters: kept.Parameters,
    baseline: ConditionalPersistence,
    *,
    from_s: float = -np.inf,
    to_s: float = np.inf,
) -> dict[str, list[Verified]]:
    """Return the forecasts beside what came, by split and for each of `baseline.HOURS`."""
    readings = record.readings
    now = state(readings, record.gauges, readings.gauge, readings.observed_s)
    pairs = _scored_pairs(record, now, from_s, to_s)
    late_s = datetime.fromisoformat(parameters.origin["learned_before"]).timestamp()
    unseen = unseen_stations(record.codes)
    at_peak = _near_peak(record, now, pairs)
    splits: dict[str, list[Verified]] = {"late": [], "unseen": [], "late and unseen": []}
    for hour in HOURS:
        pair = at_hour(pairs, hour)
        origin = pairs.origin[pair]
        is_late, is_unseen = readings.observed_s[origin] >= late_s, unseen[readings.gauge[origin]]
        pair = pair[is_late | is_unseen]
        is_late, is_unseen = (side[is_late | is_unseen] for side in (is_late, is_unseen))
        verified = _verify(record, now, pairs, pair, hour, at_peak, parameters, baseline)
        splits["late"].append(_part(verified, is_late))
        splits["unseen"].append(_part(verified, is_unseen & ~is_late))
        splits["late and unseen"].append(_part(verified, is_unseen & is_late))
    return splits


def _scored_pairs(record: LevelRecord, now: State, from_s: float, to_s: float) -> Pairs:
    readings = record.readings
    found = following(readings)
    before = readings.newest(readings.gauge, readings.observed_s - 0.001)
    apart_s = readings.observed_s - np.where(before >= 0, readings.observed_s[np.maximum(before, 0)], -np.inf)
    scored = (apart_s >= _PREDECESSOR_S[0]) & (apart_s <= _PREDECESSOR_S[1]) & ~np.isnan(now.slope_m_per_h)
    scored &= (readings.observed_s >= from_s) & (readings.observed_s <= to_s)
    keep = scored[found.origin] & record.stands[found.later]
    return Pairs(found.origin[keep], found.later[keep], found.lead_s[keep], found.highest_m[keep])


def _near_peak(record: LevelRecord, now: State, pairs: Pairs) -> Mask:
    """Return which readings are near a peak, bool[m]: risen 20 cm in 3 h, and 5 cm at most to come."""
    readings = record.readings
    then_s = readings.observed_s - 3 * 3600
    then_m = readings.level_at(readings.gauge, then_s, now.row, reach_s=4 * 3600.0)
    to_come = np.full(len(readings), np.inf)
    ahead = at_hour(pairs, 3)
    to_come[pairs.origin[ahead]] = pairs.highest_m[ahead] - readings.level_m[pairs.origin[ahead]]
    near: Mask = (readings.level_m - then_m >= 0.2) & (to_come <= 0.05)
    return near


def _verify(
    record: LevelRecord,
    now: State,
    pairs: Pairs,
    pair: Indices,
    hour: int,
    near_peak: Mask,
    parameters: kept.Parameters,
    baseline: ConditionalPersistence,
) -> Verified:
    """Forecast the origins of `pair` one lead ahead, and put beside it what came."""
    readings, origin = record.readings, pairs.origin[pair]
    gauge, at = readings.gauge[origin], chosen(now, origin)
    lead_s = np.full(len(pair), hour * 3600.0)
    fans = [
        fan(readings, gauge[part], chosen(at, part), lead_s[part], parameters) for part in _parts(len(pair))
    ]
    fan_m = np.concatenate([level for level, _ in fans]) if fans else np.empty((0, len(LEVELS)))
    highest_m = np.concatenate([highest for _, highest in fans]) if fans else fan_m
    row, of = HOURS.index(hour), state_class(at, record.gauges, gauge)
    baseline_m = at.level_m[:, None] + baseline.change_m[row, of]
    danger_m = record.gauges.danger_m[gauge]
    return Verified(
        hour=hour,
        gauge=gauge,
        observed_s=at.observed_s,
        newest_m=at.level_m,
        slope_m_per_h=at.slope_m_per_h,
        near_peak=near_peak[origin],
        truth_m=readings.level_m[pairs.later[pair]],
        fan_m=fan_m,
        baseline_m=baseline_m,
        trend_m=trend_m(at, hour),
        danger_m=danger_m,
        below=at.level_m < danger_m,
        passed=pairs.highest_m[pair] >= danger_m,
        probability=reaching(fan_m, highest_m, danger_m),
        baseline_probability=exceedance(baseline_m, danger_m),
        climatology=baseline.reached[row, of],
    )


def _parts(count: int) -> Iterator[Indices]:
    return (np.arange(first, min(first + 50_000, count)) for first in range(0, count, 50_000))


def _part(verified: Verified, where: Mask) -> Verified:
    columns = {name: value[where] for name, value in vars(verified).items() if name != "hour"}
    return Verified(hour=verified.hour, **columns)


def _limbs(part: Verified) -> dict[str, Mask]:
    slope = part.slope_m_per_h
    return {
        "all": np.ones(len(slope), dtype=np.bool_),
        "rising > 0.1 m/h": slope > 0.1,
        "rising > 0.3 m/h": slope > 0.3,
        "falling > 0.1 m/h": slope < -0.1,
        "near peak": part.near_peak,
    }


def _scores(split: str, part: Verified) -> Iterator[dict[str, Any]]:
    """Yield a row of the score table for each limb."""
    ours_m, base_m = crps_m(part.fan_m, part.truth_m), crps_m(part.baseline_m, part.truth_m)
    inside, base_inside = covered(part.fan_m, part.truth_m), covered(part.baseline_m, part.truth_m)
    width_m = part.fan_m[:, LEVELS.index(0.9)] - part.fan_m[:, LEVELS.index(0.1)]
    base_width_m = part.baseline_m[:, LEVELS.index(0.9)] - part.baseline_m[:, LEVELS.index(0.1)]
    for name, where in _limbs(part).items():
        if not where.any():
            continue
        yield {
            "split": split,
            "hour": part.hour,
            "limb": name,
            "n": int(where.sum()),
            "mae_m": _mean(np.abs(part.fan_m[:, MEDIAN] - part.truth_m)[where]),
            "persistence_mae_m": _mean(np.abs(part.newest_m - part.truth_m)[where]),
            "trend_mae_m": _mean(np.abs(part.trend_m - part.truth_m)[where]),
            "crps_m": _mean(ours_m[where]),
            "conditional_crps_m": _mean(base_m[where]),
            "skill": _skill(ours_m[where], base_m[where]),
            "coverage80": _mean(inside[where]),
            "width80_m": _mean(width_m[where]),
            "conditional_coverage80": _mean(base_inside[where]),
            "conditional_width80_m": _mean(base_width_m[where]),
        }


def _crossings(split: str, part: Verified) -> Iterator[dict[str, Any]]:
    """Yield how the flood level's passing was told, at each cut-off and by the baselines."""
    at = np.flatnonzero(part.below & ~np.isnan(part.probability))
    came = part.passed[at]
    if part.hour not in _DETAILED_HOURS or not came.any():
        return
    ours, base, often = part.probability[at], part.baseline_probability[at], part.climatology[at]
    by_trend = (part.trend_m[at] > part.newest_m[at]) & (part.trend_m[at] >= part.danger_m[at])
    common = {"split": split, "hour": part.hour, "n": len(at), "events": int(came.sum())}
    # a few gauges about a doubtful threshold can make most of the events
    common["gauges_with_events"] = len(np.unique(part.gauge[at][came]))
    reference = brier(often, came)
    for source, probability, cut_offs in (
        ("forecast", ours, CUT_OFFS),
        ("conditional persistence", base, CUT_OFFS),
        ("trend", by_trend.astype(float), (0.5,)),
        ("persistence", np.zeros(len(at)), (0.5,)),
    ):
        skill = 1 - brier(probability, came) / reference if reference else np.nan
        for cut_off in cut_offs:
            told = contingency(probability, came, cut_off)
            yield common | {
                "source": source,
                "cut_off": cut_off,
                "hits": told.hits,
                "misses": told.misses,
                "false_alarms": told.false_alarms,
                "pod": _number(told.pod),
                "far": _number(told.far),
                "csi": _number(told.csi),
                "brier_skill": _number(skill),
            }


def _reliable(split: str, part: Verified) -> Iterator[dict[str, Any]]:
    """Yield the reliability of the probability of passing the flood level, bin by bin."""
    at = np.flatnonzero(part.below & ~np.isnan(part.probability))
    if part.hour not in _DETAILED_HOURS:
        return
    for mean, share, count in reliability(part.probability[at], part.passed[at], _EDGES):
        yield {"split": split, "hour": part.hour, "forecast": mean, "observed": share, "n": count}


def _mean(values: NDArray[Any]) -> float:
    return round(float(values.mean()), 4)


def _skill(ours: Floats, base: Floats) -> float | None:
    return round(float(1 - ours.mean() / base.mean()), 4) if base.mean() > 0 else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def hindcast_files(
    observations: Path,
    stations: Path,
    *,
    parameters: Path | None,
    from_time: datetime | None,
    to_time: datetime | None,
    name: str | None = None,
) -> dict[str, Any]:
    """Return the scores of a record in files, with fitted parameters (default: the project's).

    `name` is what the record is called (default: the name of the file of observations).
    """
    try:
        fitted, baseline = kept.load(parameters), load_baseline(parameters)
    except kept.ParametersError as fault:
        raise HindcastError(str(fault)) from fault
    record = read_record(observations, stations)
    return hindcast(
        record,
        fitted,
        baseline,
        from_s=-np.inf if from_time is None else _utc_s(from_time),
        to_s=np.inf if to_time is None else _utc_s(to_time),
        name=name or observations.stem,
    )


def _utc_s(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
