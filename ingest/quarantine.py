"""Messages that could not be read: kept with their bytes and the reason, counted, shown, never dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from geo.change import Change
from geo.live_value import QUARANTINE_ID, quarantine_value
from geo.queries import load
from ingest.subscriber import Message

_SQL = load("ingest", "write.sql")
#: what is kept of one payload [bytes]; its whole size is noted beside it
KEPT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message, what tried to read it, and why it failed."""

    message: Message
    adapter: str
    error_code: str
    detail: str
    #: by the incident's clock
    received_at: datetime

    @property
    def digest(self) -> bytes:
        """Equal for equal messages that fail for the same reason, so that a flood of them is one row."""
        text = f"{self.message.topic}\0{self.error_code}\0".encode()
        return hashlib.blake2b(text + self.message.payload, digest_size=16).digest()


def write(cursor: psycopg.Cursor[Any], unreadable: Sequence[Unreadable]) -> None:
    """Add messages to the quarantine within the cursor's transaction; equal ones raise the count."""
    if not unreadable:
        return
    groups: dict[bytes, list[Unreadable]] = {}
    for item in unreadable:
        groups.setdefault(item.digest, []).append(item)
    firsts = [items[0] for items in groups.values()]
    cursor.execute(
        _SQL["quarantine"],
        {
            "digests": list(groups),
            "topics": [_text(item.message.topic) for item in firsts],
            "payloads": [item.message.payload[:KEPT_BYTES] for item in firsts],
            "sizes": [len(item.message.payload) for item in firsts],
            "adapters": [item.adapter for item in firsts],
            "codes": [item.error_code for item in firsts],
            "details": [_text(item.detail)[:500] for item in firsts],
            "counts": [len(items) for items in groups.values()],
            "first_at": [min(item.received_at for item in items) for items in groups.values()],
            "last_at": [max(item.received_at for item in items) for items in groups.values()],
        },
    )


def put_aside(cursor: psycopg.Cursor[Any], unreadable: Sequence[Unreadable]) -> list[Change]:
    """Do what `write` does, and return the change that tells the screens. The cursor's rows must be dicts."""
    if not unreadable:
        return []
    write(cursor, unreadable)
    cursor.execute(_SQL["quarantine_total"])
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    value = quarantine_value(row["total"], row["latest_at"], row["reasons"])
    return [Change("quarantine", QUARANTINE_ID, row["total"], value)]


def _text(text: str) -> str:
    """PostgreSQL's text holds no NUL character: show it as its picture (U+2400)."""
    return text.replace("\0", "\u2400").encode("utf-8", "backslashreplace").decode()
