"""How somebody at the centre acts on what concerns the air: within the incident, in one transaction, told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import psycopg
from fastapi import Request
from psycopg.rows import DictRow, dict_row

from dashboard import audit
from dashboard.audit import AuditEntry
from dashboard.parts import address_of, parts_of
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection, open_incident_of
from geo.change import Change, record
from geo.chronology import Event, write_events

T = TypeVar("T")
Cursor = psycopg.Cursor[DictRow]


class Desk(NamedTuple):
    """Where and when somebody acts."""

    cursor: Cursor
    incident_id: int
    #: by the incident's clock
    now: datetime
    session: Session
    address: str | None


class Words(NamedTuple):
    """What the chronology says of an act."""

    code: str
    object_kind: str
    object_id: str
    text: str
    text_en: str
    params: Mapping[str, Any]


async def within(request: Request, session: Session, work: Callable[[Desk], T]) -> T:
    """Return `work(desk)` in one transaction within the current incident."""

    def in_thread(connection: Connection) -> T:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            incident = open_incident_of(connection)
            now = incident.now(parts_of(request).wall())
            return work(Desk(cursor, incident.id, now, session, address_of(request)))

    return await parts_of(request).tablets.run(in_thread)


def tell(desk: Desk, words: Words, changes: Sequence[Change]) -> None:
    """Tell the screens and the chronology of an act, and audit it."""
    audit.write(
        desk.cursor.connection,
        AuditEntry(
            action=words.code,
            account_id=desk.session.account_id,
            object_kind=words.object_kind,
            object_id=words.object_id,
            detail=dict(words.params),
            address=desk.address,
        ),
    )
    event = Event(
        event_at=desk.now,
        category="air",
        object_kind=words.object_kind,
        object_id=words.object_id,
        severity=1,
        code=words.code,
        text=words.text,
        text_en=words.text_en,
        params=dict(words.params),
        author_id=desk.session.account_id,
        author=desk.session.display_name,
    )
    entries = write_events(desk.cursor, desk.incident_id, [event])
    record(desk.cursor, desk.incident_id, [*changes, *entries])
