"""The watch over silence: a gauge whose next reading did not come in time is said to be silent.

Silence below the start level is normal until the daily message is missing; above it, it is not. The
database holds by when each gauge is due, so any one of several ingest processes can keep the watch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from geo.change import record
from geo.chronology import write_events
from geo.queries import load
from ingest.event import fell_silent
from ingest.register import KnownGauge
from ingest.writer import state_change

_SQL = load("ingest", "write.sql")
#: how often [s]
EVERY_S = 1.0


def note_silence(
    connection: psycopg.Connection[Any],
    incident_id: int,
    now: datetime,
    known: Callable[[str], KnownGauge],
) -> int:
    """Mark the gauges that are overdue at `now` (incident's clock); return how many were new."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["newly_silent"], {"incident": incident_id, "now": now})
        states = cursor.fetchall()
        events, changes = [], []
        for state in states:
            gauge = known(state["gauge_id"])
            waited_s = (state["due_at"] - state["observed_at"]).total_seconds()
            events.append(
                fell_silent(
                    gauge.place,
                    state["due_at"],
                    daily=waited_s >= gauge.row["idle_interval_s"],
                    last_at=state["observed_at"],
                )
            )
            changes.append(state_change(gauge, state))
        changes += write_events(cursor, incident_id, events)
        record(cursor, incident_id, changes)
    return len(states)
