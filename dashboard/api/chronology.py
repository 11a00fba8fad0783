"""The chronology beyond what a snapshot holds, as a file for the report, and the notes of the officers."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import BadInputError
from dashboard.parameters import moment, words
from dashboard.parts import Parts, address_of, parts_of
from dashboard.rows import current_incident, fetch, require_incident
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.change import Change, record_async
from geo.live_value import CHRONOLOGY_VERSION, Row, chronology_value
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "api.sql")

#: times in a file for people are Japanese
JST: Final = ZoneInfo("Asia/Tokyo")
#: Excel takes UTF-8 only behind a byte order mark
BYTE_ORDER_MARK: Final = "\ufeff"
COLUMNS: Final = (
    "番号",
    "発生時刻(JST)",
    "記録時刻(JST)",
    "分類",
    "重要度",
    "対象",
    "内容",
    "Content",
    "記入者",
)
#: entries that are read at once for a file
PAGE: Final = 1000
#: a note may be about what is to come only as far as clocks differ
AHEAD: Final = timedelta(minutes=5)


class Note(msgspec.Struct):
    """A note as it is sent."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    event_at: str | None = None


@router.get("/chronology")
async def entries(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    category: Annotated[str | None, Query(max_length=40)] = None,
) -> Response:
    """Return entries, newest first, those with an id below `before`."""
    rows = await _page(parts_of(request), before, words("category", category), limit)
    return json_answer({"entries": [chronology_value(row) for row in rows]})


@router.get("/chronology.csv")
async def file(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    category: Annotated[str | None, Query(max_length=40)] = None,
) -> StreamingResponse:
    """Return all entries as a CSV file, newest first, for spreadsheets."""
    return StreamingResponse(
        _lines(parts_of(request), words("category", category)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="chronology.csv"', "Cache-Control": "no-store"},
    )


@router.post("/chronology")
async def add_note(
    request: Request,
    session: Annotated[Session, Depends(require("duty_officer", "approver"))],
) -> Response:
    """Write a note of the signed-in officer; every screen shows it at once."""
    parts = parts_of(request)
    note = await read_json(request, Note)
    if not (text := note.text.strip()):
        raise BadInputError("text is blank")
    async with parts.pool.connection() as connection, connection.transaction():
        incident = await require_incident(connection)
        now = incident.now(parts.wall())
        event_at = now if note.event_at is None else moment("event_at", note.event_at)
        if event_at > now + AHEAD:
            raise BadInputError(f"event_at {note.event_at} lies in the future of the incident ({now})")
        rows = await fetch(
            connection,
            _SQL["add_note"],
            incident=incident.id,
            event_at=event_at,
            text=text,
            author=session.account_id,
        )
        value = chronology_value({**rows[0], "author": session.display_name})
        change = Change("chronology", str(value["id"]), CHRONOLOGY_VERSION, value)
        await record_async(connection.cursor(), incident.id, [change])
        await audit.write_async(
            connection,
            AuditEntry(
                action="chronology.note",
                account_id=session.account_id,
                object_kind="chronology",
                object_id=str(value["id"]),
                address=address_of(request),
            ),
        )
    return json_answer(value, 201)


async def _page(parts: Parts, before: int | None, category: str | None, limit: int) -> list[dict[str, Any]]:
    async with parts.pool.connection() as connection:
        incident = await current_incident(connection)
        return await fetch(
            connection,
            _SQL["chronology"],
            incident=None if incident is None else incident.id,
            before=before,
            category=category,
            limit=limit,
        )


async def _lines(parts: Parts, category: str | None) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    before = None
    while rows := await _page(parts, before, category, PAGE):
        yield "".join(csv_line(_cells(row)) for row in rows)
        before = rows[-1]["id"]


def _cells(row: Row) -> list[str]:
    return [
        str(row["id"]),
        _local(row["event_at"]),
        _local(row["recorded_at"]),
        row["category"],
        str(row["severity"]),
        row["object_id"] or "",
        row["text"],
        row["text_en"],
        row["author"] or "",
    ]


def _local(at: datetime) -> str:
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def csv_line(cells: list[str] | tuple[str, ...]) -> str:
    """Return one line of a CSV file in which no cell is taken for a formula by a spreadsheet.

    A note that begins with `=` would be run when the file is opened (OWASP, CSV Injection).
    """
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell[:1] in set("=+-@\t\r") else cell for cell in cells])
    return line.getvalue()
