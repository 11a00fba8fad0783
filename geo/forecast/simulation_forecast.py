"""The newest level forecast of a gauge, as a run takes it: the river passed with 10, 50 and 90 %."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.rows import dict_row

from geo.flood.levels.forecast import STEPS_S
from geo.flood.levels.network import LEVELS
from geo.forecast.forecast_rules import forecast_rules
from geo.forecast.simulation_inflow import GaugeForecast
from geo.forecast.simulation_request import RequestError
from geo.moment import utc_text
from geo.queries import load

_SQL = load("geo", "inundation.sql")
#: quantile of each member
MEMBER_LEVELS: Final = {"low_m": 0.1, "median_m": 0.5, "high_m": 0.9}


def stale_after() -> timedelta:
    """Return from which age of its origin on a forecast is no longer one."""
    return timedelta(minutes=forecast_rules().stale_min)


def read_gauge_forecast(
    connection: psycopg.Connection[Any], incident_id: int, gauge_id: str, now: datetime
) -> GaugeForecast:
    """Return the newest forecast of a gauge at `now` (incident's clock).

    Raises `RequestError` for a gauge that is unknown, has no forecast with numbers, or only an old one.
    """
    keys = {"incident": incident_id, "gauge": gauge_id, "now": now}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SQL["gauge_forecast"], keys).fetchone()
    if row is None:
        raise RequestError("discharge.gauge", f"there is no gauge {gauge_id[:60]!r}")
    if row["origin_at"] is None or row["level_m"] is None:
        raise RequestError("discharge.gauge", f"{row['name']} has no level forecast now")
    if now - row["origin_at"] > stale_after():
        raise RequestError(
            "discharge.gauge",
            f"the newest level forecast of {row['name']} is old ({utc_text(row['origin_at'])})",
        )
    level_m = np.reshape(np.asarray(row["level_m"], np.float64), (len(STEPS_S), len(LEVELS)))
    levels = {
        name: level_m[:, int(np.argmin(np.abs(np.asarray(LEVELS) - level)))]
        for name, level in MEMBER_LEVELS.items()
    }
    return GaugeForecast(
        gauge_id=gauge_id,
        name=row["name"],
        river=row["river"],
        datum=row["datum"],
        zero_tp_m=row["zero_tp_m"],
        origin_at=row["origin_at"],
        time_s=np.asarray(STEPS_S, np.float64),
        **levels,
    )
