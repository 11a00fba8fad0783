"""The heartbeat of the ingest process: a screen that does not see it says that ingest is down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json

from geo.change import Change, record
from geo.live_value import service_value
from geo.queries import load

_SQL = load("ingest", "write.sql")
#: how often [s]; the screens call a service down after five of these
EVERY_S = 2.0


def beat(
    connection: psycopg.Connection[Any],
    incident_id: int,
    *,
    service_id: str,
    started_at: datetime,
    seen_at: datetime,
    detail: dict[str, Any],
) -> None:
    """Say that the service is alive; times by the wall clock."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            _SQL["heartbeat"],
            {"id": service_id, "started_at": started_at, "seen_at": seen_at, "detail": Json(detail)},
        )
        row = cursor.fetchone()
        assert row is not None  # noqa: S101 - an upsert returns its row
        record(cursor, incident_id, [Change("service", service_id, row["version"], service_value(row))])
