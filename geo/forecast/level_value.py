"""What is told of a level forecast: the live value and the whole document (docs/live.md); pure.

Both are built from the columns that are stored, so that a forecast asked for later says what was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.forecast import STEPS_S, TIME_LEVELS, time_to_threshold
from geo.flood.levels.network import LEVELS
from geo.live_value import THRESHOLDS
from geo.moment import utc_text

Row = Mapping[str, Any]
Floats = NDArray[np.float64]

HOURS: Final = (1, 2, 3, 4, 5, 6)
#: quantiles of the whole document
TOLD_LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
#: the drivers that the fitted model does not use, whether they are known or not
UNUSED: Final = ("rain_mm_per_h", "upstream_m", "release_m3_per_s", "tide_m")

_AT_HOURS: Final = [int(np.flatnonzero(hour * 3600 == STEPS_S)[0]) for hour in HOURS]
_BAND: Final = {name: LEVELS.index(p) for name, p in (("low_m", 0.1), ("median_m", 0.5), ("high_m", 0.9))}
_TIMES: Final = {name: TIME_LEVELS.index(p) for name, p in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))}
_SHAPE: Final = (len(STEPS_S), len(LEVELS))
#: a probability that is not certain is never told as 1
_ALMOST: Final = 0.9999


def live_value(row: Row) -> dict[str, Any]:
    """Return a `forecast` of the live wire from its `level_forecast` row.

    `time_to_s`, as `level_making.Made` has it of the gauge, spares deriving the times again.
    """
    told: dict[str, Any] = {
        "id": row["gauge_id"],
        "origin_at": utc_text(row["origin_at"]),
        "made_at": utc_text(row["made_at"]),
        "status": row["status"],
        "observed_at": utc_text(row["observed_at"]),
        "newest_m": row["newest_m"],
        "hours": [],
        "low_m": [],
        "median_m": [],
        "high_m": [],
        "passing": {},
        "time_to": {},
        "peak": None,
        "alarm": row["alarm"],
    }
    if row["level_m"] is None:
        return told
    level_m, passing = _levels(row["level_m"]), _passing(row)
    band = {name: _millimetres(level_m[_AT_HOURS, at]) for name, at in _BAND.items()}
    return {
        **told,
        "hours": list(HOURS),
        **band,
        "passing": {name: _chances(by_step[_AT_HOURS]) for name, by_step in passing.items()},
        "time_to": _time_to(passing, row.get("time_to_s")),
        "peak": _peak(row["peak"]),
    }


def whole_document(row: Row) -> dict[str, Any]:
    """Return a whole forecast from its `level_forecast` row: the live value with every step."""
    told = {**live_value(row), "thresholds": _thresholds(row), "unused": list(UNUSED)}
    told |= {"levels": list(TOLD_LEVELS), "steps_s": [], "level_m": [], "highest_m": [], "passing_steps": {}}
    if row["level_m"] is None:
        return told
    columns = [LEVELS.index(level) for level in TOLD_LEVELS]
    return {
        **told,
        "steps_s": [int(step) for step in STEPS_S],
        "level_m": [_millimetres(step) for step in _levels(row["level_m"])[:, columns]],
        "highest_m": [_millimetres(step) for step in _levels(row["highest_m"])[:, columns]],
        "passing_steps": {name: _chances(by_step) for name, by_step in _passing(row).items()},
    }


def after(origin_at: datetime, seconds: float) -> datetime | None:
    """Return the moment so long after an origin; None = not within the forecast (infinite)."""
    if not np.isfinite(seconds):
        return None
    return datetime.fromtimestamp(origin_at.timestamp() + seconds, origin_at.tzinfo)


def _levels(flat: Any) -> Floats:  # noqa: ANN401 - a list from the database or an array
    return np.asarray(flat, dtype=float).reshape(_SHAPE)


def _thresholds(row: Row) -> dict[str, float]:
    known = zip(THRESHOLDS, row["thresholds_m"], strict=True)
    return {name: round(float(level), 3) for name, level in known if not np.isnan(level)}


def _passing(row: Row) -> dict[str, Floats]:
    by_threshold = np.asarray(row["passing"], dtype=float).reshape(len(THRESHOLDS), len(STEPS_S))
    return {
        name: by_step
        for name, by_step in zip(THRESHOLDS, by_threshold, strict=True)
        if not np.isnan(by_step[0])
    }


def _time_to(passing: Mapping[str, Floats], made: Floats | None) -> dict[str, dict[str, int | None]]:
    if not passing:
        return {}
    if made is None:
        times = time_to_threshold(np.stack(list(passing.values())))
    else:
        times = made[[THRESHOLDS.index(name) for name in passing]]
    return {
        name: {key: _seconds(reached[at]) for key, at in _TIMES.items()}
        for name, reached in zip(passing, times, strict=True)
    }


def _peak(stored: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a list from the database or an array
    if stored is None or np.isnan(stored[0]):
        return None
    *after_s, past, later = (float(value) for value in stored)
    told: dict[str, Any] = {key: _seconds(after_s[at]) for key, at in _TIMES.items()}
    return {**told, "past": round(past, 3), "later": round(later, 3)}


def _seconds(value: float) -> int | None:
    return round(float(value)) if np.isfinite(value) else None


def _millimetres(values: Floats) -> list[float]:
    return [round(value, 3) for value in values.tolist()]


def _chances(values: Floats) -> list[float]:
    return [1.0 if value >= 1 else min(round(value, 4), _ALMOST) for value in values.tolist()]
