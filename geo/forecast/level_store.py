"""The level forecasts in the database: what is due, its readings, and what was made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray

from geo.arrays import bool_array, float4_array, float8_array, timestamptz_array
from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.flood.levels.forecast import STATUS, STEPS_S
from geo.flood.levels.network import LEVELS
from geo.flood.levels.readings import Readings
from geo.forecast.forecast_rules import ForecastRules
from geo.forecast.level_making import HISTORY_S, Asked, Made, history
from geo.forecast.level_value import live_value
from geo.live_value import THRESHOLDS
from geo.partition import ensure_months
from geo.queries import load

Row = Mapping[str, Any]
Cursor = psycopg.Cursor[dict[str, Any]]
Mask = NDArray[np.bool_]

_SQL = load("geo", "level_forecast.sql")
#: first key of the advisory lock that keeps two processes apart (arbitrary, but fixed)
LEVEL_LOCK: Final = 7_266_328
_FAN: Final = len(STEPS_S) * len(LEVELS)


def hold(cursor: Cursor, incident_id: int) -> bool:
    """Take the levels of an incident for this transaction; False = another process has them."""
    cursor.execute(_SQL["hold"], {"lock": LEVEL_LOCK, "incident": incident_id})
    row = cursor.fetchone()
    return row is not None and bool(next(iter(row.values())))


def read_due(cursor: Cursor, incident_id: int, now: datetime, rules: ForecastRules) -> list[dict[str, Any]]:
    """Return the gauges to forecast at `now` (incident's clock), by id, each with its new `origin_at`.

    The origin is `now`, in whole milliseconds as the wire tells them; where a gauge's clock is ahead it is
    the gauge's newest reading, which must not wait.
    """
    before = now - timedelta(minutes=rules.refresh_min)
    cursor.execute(_SQL["due"], {"incident": incident_id, "refresh_before": before})
    rows = cursor.fetchall()
    for row in rows:
        row["origin_at"] = _next_millisecond(max(now, row["observed_at"]))
    return rows


def _next_millisecond(moment: datetime) -> datetime:
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def asked_of(rows: Sequence[Row]) -> Asked:
    """Return due gauges in arrays."""
    thresholds = [[row[f"{name}_m"] for name in THRESHOLDS] for row in rows]
    return Asked(
        at_s=np.array([row["origin_at"].timestamp() for row in rows]),
        thresholds_m=np.array(thresholds, dtype=float).reshape(len(rows), len(THRESHOLDS)),
        doubted=np.array([row["threshold_doubt"] for row in rows], dtype=np.bool_),
    )


def read_history(
    connection: psycopg.Connection[Any], incident_id: int, gauge_ids: Sequence[str], now: datetime
) -> Readings:
    """Return the usable readings of gauges, by index of `gauge_ids`, as far back as forecasts look."""
    index = {gauge_id: number for number, gauge_id in enumerate(gauge_ids)}
    parameters = {
        "incident": incident_id,
        "gauges": list(gauge_ids),
        "since": now - timedelta(seconds=HISTORY_S),
    }
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_SQL["history"], parameters)
        return history([(index[gauge_id], times, levels) for gauge_id, times, levels in cursor.fetchall()])


def write(
    cursor: Cursor,
    incident_id: int,
    rows: Sequence[Row],
    made: Made,
    warned: Mask,
    events: Sequence[Event],
    made_at: datetime,
) -> None:
    """Keep the forecasts, show them and tell the screens, in the cursor's transaction."""
    columns = stored_columns(rows, made)
    ensure_months(cursor, {(row["origin_at"].year, row["origin_at"].month) for row in rows}, "level_forecast")
    cursor.execute(_SQL["keep"], _keep_parameters(incident_id, rows, made, made_at))
    values = [live_value({**column, "made_at": made_at}) for column in columns]
    cursor.execute(
        _SQL["show"],
        {
            "incident": incident_id,
            "gauge_ids": [row["gauge_id"] for row in rows],
            "state_versions": [row["state_version"] for row in rows],
            "origins": [row["origin_at"] for row in rows],
            "statuses": [column["status"] for column in columns],
            "warned": bool_array(warned),
            "values": [msgspec.json.encode(value).decode() for value in values],
        },
    )
    versions = {row["gauge_id"]: row["version"] for row in cursor.fetchall()}
    changes = [Change("forecast", value["id"], versions[value["id"]], value) for value in values]
    changes += write_events(cursor, incident_id, events)
    record(cursor, incident_id, changes)


def stored_columns(rows: Sequence[Row], made: Made) -> list[dict[str, Any]]:
    """Return the forecasts as their rows of `level_forecast` will read without `made_at`, and `time_to_s`."""
    forecast = made.forecast
    peaks = _peaks(made)
    return [
        {
            "gauge_id": row["gauge_id"],
            "origin_at": row["origin_at"],
            "status": STATUS[forecast.status[at]],
            "observed_at": _moment(forecast.observed_s[at]),
            "newest_m": _number(forecast.newest_m[at]),
            "thresholds_m": made.asked.thresholds_m[at],
            "alarm": bool(made.alarm[at]),
            "level_m": None if _is_none(made, at) else forecast.level_m[at],
            "highest_m": None if _is_none(made, at) else forecast.highest_m[at],
            "passing": None if _is_none(made, at) else made.passing[at],
            "time_to_s": made.time_to_s[at],
            "peak": None if _is_none(made, at) else peaks[at],
        }
        for at, row in enumerate(rows)
    ]


def _keep_parameters(incident_id: int, rows: Sequence[Row], made: Made, made_at: datetime) -> dict[str, Any]:
    forecast = made.forecast
    peaks = _peaks(made)
    return {
        "incident": incident_id,
        "made_at": made_at,
        "gauge_ids": [row["gauge_id"] for row in rows],
        "origins": [row["origin_at"] for row in rows],
        "state_versions": [row["state_version"] for row in rows],
        "statuses": [STATUS[code] for code in forecast.status],
        "observed": timestamptz_array(forecast.observed_s),
        "newest": float8_array(forecast.newest_m),
        "slopes": float8_array(forecast.slope_m_per_h),
        "alarms": bool_array(made.alarm),
        "thresholds_m": float4_array(made.asked.thresholds_m.ravel()),
        "thresholds": len(THRESHOLDS),
        "levels": float4_array(forecast.level_m.ravel()),
        "highest": float4_array(forecast.highest_m.ravel()),
        "fan": _FAN,
        "passing": float4_array(made.passing.ravel()),
        "steps": len(THRESHOLDS) * len(STEPS_S),
        "peak": float4_array(peaks.ravel()),
        "peaks": peaks.shape[1],
    }


def _peaks(made: Made) -> NDArray[np.float64]:
    return np.column_stack([made.peak.after_s, made.peak.past, made.peak.later])


def _is_none(made: Made, at: int) -> bool:
    return STATUS[made.forecast.status[at]] == "none"


def _moment(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(float(seconds), UTC)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
