"""Uploads that cannot be read: refused with their reason, and kept in the quarantine as messages are."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.change import Change, record
from geo.live_value import QUARANTINE_ID, quarantine_value
from geo.queries import load

_SQL: Final = load("dashboard", "api.sql")
_SNAPSHOT: Final = load("dashboard", "snapshot.sql")
#: what is kept of one upload [bytes]; its whole size is noted beside it
_KEPT_BYTES: Final = 64 * 1024


def keep_refused(
    connection: psycopg.Connection[Any],
    incident_id: int,
    data: bytes,
    *,
    topic: str,
    adapter: str,
    code: str,
    detail: str,
    at: datetime,
) -> None:
    """Put an upload aside and tell the screens how many there are now, in a transaction of its own."""
    digest = hashlib.blake2b(f"{topic}\0{code}\0".encode() + data, digest_size=16).digest()
    told = {
        "digest": digest,
        "topic": topic,
        "payload": data[:_KEPT_BYTES],
        "size": len(data),
        "adapter": adapter,
        "code": code,
        "detail": detail.replace("\0", "\u2400")[:500],
        "at": at,
    }
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["put_aside"], told)
        rows = cursor.execute(_SNAPSHOT["quarantine"]).fetchall()
        reasons = {row["error_code"]: row["messages"] for row in rows}
        total = sum(reasons.values())
        value = quarantine_value(total, max(row["latest_at"] for row in rows), reasons)
        record(cursor, incident_id, [Change("quarantine", QUARANTINE_ID, total, value)])
