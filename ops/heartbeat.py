"""What our processes last said of themselves in the database (`service`), by the database's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from geo.engine import connect

#: a process that has not been seen for so long is down (docs/live.md) [s]
DOWN_AFTER_S = 10.0


@dataclass(frozen=True)
class Heartbeat:
    """The last word of one process."""

    id: str
    age_s: float
    state: str
    detail: dict[str, Any]

    @property
    def fresh(self) -> bool:
        """Whether it counts as alive."""
        return self.age_s <= DOWN_AFTER_S


def read_heartbeats(database_url: str) -> list[Heartbeat]:
    """Return the heartbeats, by id. Raises `psycopg.Error` when the database does not answer."""
    with connect(database_url, application="sonae ops", autocommit=True) as connection:
        rows = connection.execute(
            "SELECT id, extract(epoch FROM now() - seen_at)::float, state, detail FROM service ORDER BY id"
        ).fetchall()
    return [Heartbeat(*row) for row in rows]


def is_fresh(database_url: str, service: str) -> bool | None:
    """Whether `service` was seen just now; None when the database cannot tell."""
    try:
        beats = read_heartbeats(database_url)
    except psycopg.Error:
        return None
    return any(beat.fresh for beat in beats if beat.id == service)
