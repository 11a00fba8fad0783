"""What is written into the chronology: by our processes themselves, or for a person who acted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from geo.change import Change
from geo.live_value import CHRONOLOGY_VERSION, chronology_value
from geo.queries import load

_SQL = load("geo", "chronology.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the chronology; automatic unless a person (`author_id`, shown as `author`) acted."""

    event_at: datetime
    category: str
    object_id: str
    severity: int
    code: str
    text: str
    text_en: str
    object_kind: str = "gauge"
    params: Mapping[str, Any] = field(default_factory=dict)
    author_id: int | None = None
    author: str | None = None


def write_events(cursor: psycopg.Cursor[Any], incident_id: int, events: Sequence[Event]) -> list[Change]:
    """Add `events` to the chronology, in their order; return the changes that tell the screens.

    The cursor's rows must be dicts.
    """
    if not events:
        return []
    cursor.execute(
        _SQL["add"],
        {
            "incident": incident_id,
            "event_at": [event.event_at for event in events],
            "categories": [event.category for event in events],
            "object_kinds": [event.object_kind for event in events],
            "object_ids": [event.object_id for event in events],
            "severities": [event.severity for event in events],
            "codes": [event.code for event in events],
            "params": [msgspec.json.encode(event.params).decode() for event in events],
            "texts": [event.text for event in events],
            "texts_en": [event.text_en for event in events],
            "authors": [event.author_id for event in events],
        },
    )
    return [
        Change(
            "chronology",
            str(row["id"]),
            CHRONOLOGY_VERSION,
            chronology_value({**row, "author": event.author}),
        )
        for row, event in zip(cursor.fetchall(), events, strict=True)
    ]
