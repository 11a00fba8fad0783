"""The newest level forecast of a gauge, as a run takes it (none is kept yet)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from geo.forecast.simulation_inflow import GaugeForecast


def read_gauge_forecast(
    connection: psycopg.Connection[Any], incident_id: int, gauge_id: str, now: datetime
) -> GaugeForecast | None:
    """Return the newest usable forecast of a gauge at `now`, None when there is none."""
    _ = connection, incident_id, gauge_id, now
    return None
