"""Heartbeats of our processes: a screen that does not see one says that the process is down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json

from geo.change import Change, record
from geo.live_value import service_value
from geo.queries import load

_SQL = load("geo", "service.sql")
#: how often [s]; the screens call a service down after five of these
EVERY_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A sign of life, of a process itself or of what only that process sees; times by the wall clock."""

    service_id: str
    #: `up`, or what is wrong in a word; a screen takes anything but `up` for down
    state: str
    started_at: datetime
    #: when it was last known to be well
    seen_at: datetime
    detail: dict[str, Any] = field(default_factory=dict)


def beat(connection: psycopg.Connection[Any], incident_id: int, signs: Sequence[Sign]) -> None:
    """Write the signs of life down and tell the screens."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        changes = []
        for sign in signs:
            cursor.execute(
                _SQL["heartbeat"],
                {
                    "id": sign.service_id,
                    "state": sign.state,
                    "started_at": sign.started_at,
                    "seen_at": sign.seen_at,
                    "detail": Json(sign.detail),
                },
            )
            row = cursor.fetchone()
            assert row is not None  # noqa: S101 - an upsert returns its row
            changes.append(Change("service", sign.service_id, row["version"], service_value(row)))
        record(cursor, incident_id, changes)
