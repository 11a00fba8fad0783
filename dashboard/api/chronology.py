"""The chronology beyond what a snapshot holds: filtered, as a file out and in, notes and corrections."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from psycopg.types.json import Json

from alerts.order_event import short_name
from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_bytes, read_json
from dashboard.chronology_file import (
    BYTE_ORDER_MARK,
    COLUMNS,
    ChronologyFileError,
    Told,
    cells,
    csv_line,
    key_of,
    read_file,
    surplus,
)
from dashboard.errors import BadInputError, NotFoundError, WrongStateError
from dashboard.parameters import contains, moment, words
from dashboard.parts import Parts, address_of, parts_of
from dashboard.rows import current_incident, fetch, require_incident
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.change import Change, record_async
from geo.incident import Incident
from geo.live_value import CHRONOLOGY_VERSION, Row, chronology_value
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "api.sql")
Writing = Annotated[Session, Depends(require("duty_officer", "approver"))]
Connection = psycopg.AsyncConnection[Any]

#: entries that are read at once for a file
PAGE: Final = 1000
#: a note may be about what is to come only as far as clocks differ
AHEAD: Final = timedelta(minutes=5)
#: a file that is taken in [bytes]
LARGEST_FILE: Final = 4 * 1024 * 1024


class Note(msgspec.Struct):
    """A note as it is sent; with `corrects_id` it is what the entry with that id should have said."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    event_at: str | None = None
    corrects_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which entries are asked for."""

    categories: list[str] | None
    q: str | None
    place: str | None
    begin: datetime | None
    end: datetime | None


def chosen(
    category: Annotated[str | None, Query(max_length=200, description="one or several, by commas")] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    place: Annotated[str | None, Query(pattern="^[0-9]{5}$", description="a municipality")] = None,
    begin: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    end: Annotated[str | None, Query(alias="to", max_length=40)] = None,
) -> Filter:
    """Return what the query asks for. Raises `BadInputError` naming the parameter."""
    names = words("category", category)
    return Filter(
        categories=None if names is None else [name.strip() for name in names.split(",")],
        q=contains(words("q", q)),
        place=place,
        begin=None if begin is None else moment("from", begin),
        end=None if end is None else moment("to", end),
    )


Chosen = Annotated[Filter, Depends(chosen)]


@router.get("/chronology")
async def entries(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    asked: Chosen,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """Return entries, newest first, with an id below `before`; `corrected_by` where one was corrected."""
    rows = await _page(parts_of(request), before, asked, limit)
    return json_answer({"entries": [_entry(row) for row in rows]})


@router.get("/chronology.csv")
async def file(
    request: Request, _session: Annotated[Session, Depends(require())], asked: Chosen
) -> StreamingResponse:
    """Return the entries as a CSV file, newest first, for spreadsheets."""
    return StreamingResponse(
        _lines(parts_of(request), asked),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="chronology.csv"', "Cache-Control": "no-store"},
    )


@router.post("/chronology")
async def add_note(request: Request, session: Writing) -> Response:
    """Write a note of the signed-in officer, or his correction of an entry; every screen shows it at once."""
    parts = parts_of(request)
    note = await read_json(request, Note)
    if not (text := note.text.strip()):
        raise BadInputError("text is blank")
    async with parts.pool.connection() as connection, connection.transaction():
        incident = await require_incident(connection)
        now = incident.now(parts.wall())
        old = await _to_correct(connection, incident, note.corrects_id)
        event_at = now if old is None else old["event_at"]
        if note.event_at is not None:
            event_at = moment("event_at", note.event_at)
        if event_at > now + AHEAD:
            raise BadInputError(f"event_at {note.event_at} lies in the future of the incident ({now})")
        rows = await fetch(
            connection,
            _SQL["add_note"],
            incident=incident.id,
            event_at=event_at,
            text=text,
            author=session.account_id,
            corrects=note.corrects_id,
            **_like(old),
        )
        value = await _tell(connection, incident, session, rows)
        action = "chronology.note" if old is None else "chronology.corrected"
        await _audit(connection, request, session, action, str(value[0]["id"]))
    return json_answer(value[0], 201)


@router.post("/chronology/import")
async def take_in(
    request: Request, session: Writing, origin: Annotated[str, Query(min_length=1, max_length=200)]
) -> Response:
    """Take in a CSV file: new rows are marked with `origin` and who took them in, bad ones are named."""
    parts = parts_of(request)
    try:
        told, faults = read_file(await read_bytes(request, LARGEST_FILE))
    except ChronologyFileError as fault:
        raise BadInputError(str(fault)) from fault
    if "\0" in origin:
        raise BadInputError("origin holds a NUL character")
    async with parts.pool.connection() as connection, connection.transaction():
        incident = await require_incident(connection)
        known = await fetch(connection, _SQL["known_entries"], incident=incident.id)
        new = surplus(told, Counter(key_of(row) for row in known))
        rows = await fetch(connection, _SQL["import_entries"], **_imported(incident, session, origin, new))
        await _tell(connection, incident, session, rows)
        detail = {"origin": origin, "added": len(new), "known": len(told) - len(new), "faults": len(faults)}
        await _audit(connection, request, session, "chronology.imported", None, detail)
    answer = [{"line": fault.line, "reason": fault.reason} for fault in faults]
    return json_answer({"added": len(new), "known": len(told) - len(new), "faults": answer})


async def _to_correct(connection: Connection, incident: Incident, entry: int | None) -> Row | None:
    """Return the entry that shall be corrected, None when none is asked for."""
    if entry is None:
        return None
    found = await fetch(connection, _SQL["to_correct"], incident=incident.id, entry=entry)
    if not found:
        raise NotFoundError(f"there is no entry {entry} in this incident")
    if (by := found[0]["corrected_by"]) is not None:
        raise WrongStateError(f"entry {entry} was corrected by {by} already: correct that one")
    return found[0]


def _like(old: Row | None) -> dict[str, Any]:
    """Return the columns of a note, or of a correction, which stands where the old entry stands."""
    if old is None:
        nothing = {"object_kind": None, "object_id": None, "severity": 0, "params": Json({})}
        return {"category": "note", "code": "note", **nothing}
    kept = {name: old[name] for name in ("category", "object_kind", "object_id", "severity")}
    area = old["params"].get("area")
    return {**kept, "code": "correction", "params": Json({} if area is None else {"area": area})}


def _imported(incident: Incident, session: Session, origin: str, new: list[Told]) -> dict[str, Any]:
    about = [
        {"origin": origin, "line": row.line, "author": row.author, **_foreign(row.foreign)} for row in new
    ]
    return {
        "incident": incident.id,
        "author": session.account_id,
        "event_at": [row.at for row in new],
        "categories": [row.category for row in new],
        "object_ids": [row.object_id for row in new],
        "severities": [row.severity for row in new],
        "params": [msgspec.json.encode(one).decode() for one in about],
        "texts": [row.text for row in new],
        "texts_en": [row.text_en for row in new],
    }


def _foreign(category: str | None) -> dict[str, str]:
    return {} if category is None else {"category": category}


async def _tell(
    connection: Connection, incident: Incident, session: Session, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the new entries as the screens are told of them, and tell them."""
    values = [chronology_value({**row, "author": session.display_name}) for row in rows]
    changes = [Change("chronology", str(value["id"]), CHRONOLOGY_VERSION, value) for value in values]
    await record_async(connection.cursor(), incident.id, changes)
    return values


async def _audit(
    connection: Connection,
    request: Request,
    session: Session,
    action: str,
    entry: str | None,
    detail: dict[str, Any] | None = None,
) -> None:
    await audit.write_async(
        connection,
        AuditEntry(
            action=action,
            account_id=session.account_id,
            object_kind="chronology",
            object_id=entry,
            detail=detail or {},
            address=address_of(request),
        ),
    )


async def _page(parts: Parts, before: int | None, asked: Filter, limit: int) -> list[dict[str, Any]]:
    async with parts.pool.connection() as connection:
        incident = await current_incident(connection)
        return await fetch(
            connection,
            _SQL["chronology"],
            **{
                "incident": None if incident is None else incident.id,
                "before": before,
                "categories": asked.categories,
                "q": asked.q,
                "place": asked.place,
                "place_name": await _named(connection, asked.place),
                "from": asked.begin,
                "to": asked.end,
                "limit": limit,
            },
        )


async def _named(connection: Connection, place: str | None) -> str | None:
    """Return the pattern of what names a municipality, as people call it."""
    found = [] if place is None else await fetch(connection, _SQL["area_name"], place=place)
    return contains(short_name(found[0]["name"], place or "")) if found else None


async def _lines(parts: Parts, asked: Filter) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    before = None
    while rows := await _page(parts, before, asked, PAGE):
        yield "".join(csv_line(cells(row)) for row in rows)
        before = rows[-1]["id"]


def _entry(row: Row) -> dict[str, Any]:
    corrected = row["corrected_by"]
    return {**chronology_value(row), **({} if corrected is None else {"corrected_by": corrected})}
