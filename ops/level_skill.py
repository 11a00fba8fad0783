"""The skill of the level forecast for screens: of each gauge, and of all that nothing was learned from.

What a gauge is scored on: of one that was learned from, the time after the fit's last day; of one that
was not, all of the record. A gauge that was never scored is judged by those never learned from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.network import MEDIAN
from geo.flood.levels.score import contingency, covered, crps_m
from geo.forecast.forecast_rules import forecast_rules
from geo.forecast.level_skill import FORMAT
from ops.level_record import LevelRecord
from ops.level_split import unseen_stations
from ops.level_verified import Verified

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

HOURS: Final = (1, 3, 6)
JST: Final = timezone(timedelta(hours=9))
#: what is said of each split, in Japanese and English
SPLITS: Final = {
    "late": ("学習した期間より後", "after the time that was learned from"),
    "unseen": (
        "学習に使っていない観測所、学習した期間の中",
        "gauges never learned from, within the time that was",
    ),
    "late and unseen": (
        "学習に使っていない観測所、学習した期間より後",
        "gauges never learned from, after the time that was",
    ),
}
_NEVER_SEEN: Final = ("学習に使っていない観測所（全期間）", "gauges never learned from, whole record")

Splits = Mapping[str, Sequence[Verified]]


class Errors(NamedTuple):
    """The errors of one lead at n origins."""

    hour: int
    gauge: NDArray[np.int64]
    observed_s: Floats
    #: of the median; of the forecast and of conditional persistence [m]
    absolute_m: Floats
    crps_m: Floats
    conditional_crps_m: Floats
    #: whether the 80 % band held
    held: Mask
    #: probability of passing danger within the lead, and whether it was; NaN where it was over before
    probability: Floats
    passed: Mask


def skill_document(
    record: LevelRecord, splits: Splits, fitted_to: Mapping[str, Any], name: str
) -> dict[str, Any]:
    """Return the contents of a skill file (`geo.forecast.level_skill`); `name` is the record for people."""
    cut_off = forecast_rules().alarm_probability
    unseen = unseen_stations(record.codes)
    errors = {
        split: [_errors(part) for part in parts if part.hour in HOURS] for split, parts in splits.items()
    }
    never_seen = [errors["unseen"], errors["late and unseen"]]
    documents = {
        split: _document(parts, name, SPLITS[split], cut_off)
        for split, parts in errors.items()
        if any(len(part.gauge) for part in parts)
    }
    whole = _document(_joined(never_seen), name, _NEVER_SEEN, cut_off)
    return {
        "format": FORMAT,
        "record": record.origin,
        "fitted_to": dict(fitted_to),
        "all": {**whole, "splits": documents},
        "gauges": dict(_gauges(record, _joined(list(errors.values())), unseen, name, cut_off)),
    }


def write_skill(document: Mapping[str, Any], path: Path, *, only: Iterable[str] | None = None) -> None:
    """Write a skill file; `only` names the gauges that stay in it."""
    gauges = document["gauges"]
    kept = gauges if only is None else {code: gauges[code] for code in only if code in gauges}
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = json.dumps({**document, "gauges": kept}, ensure_ascii=False, indent=None, separators=(",", ":"))
    path.write_text(lines.replace('},"', '},\n"') + "\n", encoding="utf-8")


def _errors(part: Verified) -> Errors:
    return Errors(
        part.hour,
        part.gauge,
        part.observed_s,
        np.abs(part.fan_m[:, MEDIAN] - part.truth_m),
        crps_m(part.fan_m, part.truth_m),
        crps_m(part.baseline_m, part.truth_m),
        covered(part.fan_m, part.truth_m),
        np.where(part.below, part.probability, np.nan),
        part.passed,
    )


def _gauges(
    record: LevelRecord, errors: Sequence[Errors], unseen: Mask, name: str, cut_off: float
) -> Iterable[tuple[str, dict[str, Any]]]:
    rows = {part.hour: _rows_of_gauges(part, len(record.codes)) for part in errors}
    for gauge in sorted({int(gauge) for part in errors for gauge in np.unique(part.gauge)}):
        parts = [_taken(part, rows[part.hour][gauge]) for part in errors]
        words = _NEVER_SEEN if unseen[gauge] else SPLITS["late"]
        yield (
            record.codes[gauge],
            {"name": record.names[gauge], **_document(parts, name, words, cut_off)},
        )


def _rows_of_gauges(part: Errors, count: int) -> list[NDArray[np.int64]]:
    order = np.argsort(part.gauge, kind="stable")
    return np.split(order, np.searchsorted(part.gauge[order], np.arange(1, count)))


def _document(parts: Sequence[Errors], name: str, words: tuple[str, str], cut_off: float) -> dict[str, Any]:
    told = [part for part in parts if len(part.gauge)]
    return {
        "record": name,
        "period": _period(told),
        "split": words[0],
        "split_en": words[1],
        "hours": {str(part.hour): _scores(part) for part in told},
        "crossings": {str(part.hour): _crossings(part, cut_off) for part in told},
    }


def _scores(part: Errors) -> dict[str, Any]:
    ours_m, base_m = float(part.crps_m.mean()), float(part.conditional_crps_m.mean())
    return {
        "n": len(part.gauge),
        "mae_m": round(float(part.absolute_m.mean()), 4),
        "crps_m": round(ours_m, 4),
        "conditional_crps_m": round(base_m, 4),
        "skill": round(1 - ours_m / base_m, 3) if base_m > 0 else None,
        "coverage80": round(float(part.held.mean()), 3),
    }


def _crossings(part: Errors, cut_off: float) -> dict[str, Any]:
    """Return how the passing of the danger level within the lead was told at the cut-off of alarms."""
    at = np.flatnonzero(~np.isnan(part.probability))
    told = contingency(part.probability[at], part.passed[at], cut_off)
    return {
        "cut_off": cut_off,
        "n": len(at),
        "events": told.hits + told.misses,
        "hits": told.hits,
        "misses": told.misses,
        "false_alarms": told.false_alarms,
        "pod": None if np.isnan(told.pod) else round(told.pod, 3),
        "far": None if np.isnan(told.far) else round(told.far, 3),
    }


def _period(parts: Sequence[Errors]) -> str:
    """Return the days of the first and last origin, in Japan's calendar."""
    if not parts:
        return ""
    moments = (min(part.observed_s.min() for part in parts), max(part.observed_s.max() for part in parts))
    first, last = (datetime.fromtimestamp(float(at), UTC).astimezone(JST).date() for at in moments)
    return f"{first.isoformat()}/{last.isoformat()}"


def _joined(splits: Sequence[Sequence[Errors]]) -> list[Errors]:
    return [_concatenated(same) for same in zip(*splits, strict=True)]


def _concatenated(parts: Sequence[Errors]) -> Errors:
    columns = [np.concatenate(column) for column in zip(*(part[1:] for part in parts), strict=True)]
    return Errors._make([parts[0].hour, *columns])


def _taken(part: Errors, rows: NDArray[np.int64]) -> Errors:
    return Errors._make([part.hour, *(column[rows] for column in part[1:])])
