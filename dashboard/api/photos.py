"""Photographs of the field: brought, pinned, compared, and what officers say of it (docs/photos.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta, Struct
from psycopg.rows import DictRow, dict_row

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_bytes, read_json
from dashboard.errors import BadInputError, NotFoundError, WrongStateError
from dashboard.parameters import moment
from dashboard.parts import address_of, parts_of
from dashboard.refused_upload import keep_refused
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import open_incident_of
from geo.change import record
from geo.incident import Incident
from geo.moment import utc_text
from geo.photo import add_photo, forget_ground, photo_changes, touch_photos
from geo.queries import load
from sensors.camera.picture import UnreadablePicture
from sensors.photo.picture import MOST_BYTES, without_words
from sensors.photo.record import PINNED_M, photo_row

router = APIRouter(prefix="/api/photos")
_SQL = load("geo", "photo.sql")

Anybody = Annotated[Session, Depends(require())]
Officer = Annotated[Session, Depends(require("duty_officer", "approver", "field", "administrator"))]
Connection = psycopg.Connection[Any]

#: the bytes of a photograph never change; they are not for everybody
KEPT: Final = "private, max-age=31536000, immutable"


class Place(Struct):
    """Where a photograph was taken, degrees EPSG:4326."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]


class Pair(Struct):
    """Two photographs to be compared."""

    before: Annotated[int, Meta(gt=0, lt=2**62)]
    after: Annotated[int, Meta(gt=0, lt=2**62)]


class Verdict(Struct):
    """What an officer says of a tile."""

    verdict: Literal["confirmed", "dismissed"]
    note: Annotated[str, Meta(max_length=400)] = ""


@router.post("")
async def bring(
    request: Request,
    session: Anybody,
    note: Annotated[str, Query(max_length=400)] = "",
    taken_text: Annotated[str | None, Query(alias="taken_at")] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
) -> Response:
    """Take a photograph in: its bytes are the body. The same bytes again are the same photograph."""
    if (lon is None) != (lat is None):
        raise BadInputError("lon and lat: both or none")
    if "\0" in note:
        raise BadInputError("note: holds a NUL character")
    data = await read_bytes(request, MOST_BYTES)
    told_at = moment("taken_at", taken_text) if taken_text else None
    parts = parts_of(request)

    def work(connection: Connection) -> tuple[int, bool]:
        incident = open_incident_of(connection)
        try:
            row = photo_row(
                data,
                incident.now(parts.wall()),
                told_at=told_at,
                place=None if lon is None or lat is None else (lon, lat),
                author_id=session.account_id,
                note=note,
            )
        except UnreadablePicture as fault:
            _keep_refused(connection, incident, data, str(fault), incident.now(parts.wall()))
            raise BadInputError(f"photo: {fault}") from fault
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            number, new = add_photo(cursor, incident.id, row)
            if new:
                _audit(connection, request, session, "photo.brought", number, {"digest": row["digest"]})
                record(cursor, incident.id, photo_changes(connection, incident.id, [number]))
        return number, new

    number, new = await parts.tablets.run(work)
    return json_answer({"id": number, "new": new}, 201 if new else 200)


@router.get("/{photo_id}/{form}")
async def picture(
    photo_id: int,
    form: Literal["picture", "thumbnail"],
    request: Request,
    _session: Anybody,
) -> Response:
    """Return a photograph without a word about who took it and with what, or its thumbnail."""
    row = await _one(request, "bytes_of", f"there is no photo {photo_id}", id=_number(photo_id))
    if form == "thumbnail":
        return Response(bytes(row["thumbnail"]), 200, {"Cache-Control": KEPT}, "image/jpeg")
    try:
        clean = await asyncio.to_thread(without_words, bytes(row["data"]), row["orientation"])
    except UnreadablePicture as fault:
        raise NotFoundError(f"photo {photo_id} cannot be handed out: {fault}") from fault
    return Response(clean, 200, {"Cache-Control": KEPT}, row["content_type"])


@router.post("/{photo_id}/original")
async def original(photo_id: int, request: Request, session: Officer) -> Response:
    """Return a photograph byte for byte, with all that is in it. Audited."""

    def work(connection: Connection) -> DictRow:
        row = _row(connection, "bytes_of", f"there is no photo {photo_id}", id=_number(photo_id))
        _audit(connection, request, session, "photo.original", photo_id, {})
        return row

    row = await parts_of(request).tablets.run(work)
    return Response(bytes(row["data"]), 200, {"Cache-Control": "no-store"}, row["content_type"])


@router.post("/{photo_id}/place")
async def pin(photo_id: int, request: Request, session: Officer) -> Response:
    """Pin a photograph to a place by hand. Audited."""
    place = await read_json(request, Place)

    def change(cursor: psycopg.Cursor[DictRow], incident: Incident) -> list[int]:
        found = cursor.execute(
            _SQL["pin"],
            {
                "id": _number(photo_id),
                "incident": incident.id,
                "lon": place.lon,
                "lat": place.lat,
                "accuracy_m": PINNED_M,
            },
        ).fetchone()
        if found is None:
            raise NotFoundError(f"there is no photo {photo_id} in this incident")
        _audit(
            cursor.connection,
            request,
            session,
            "photo.pinned",
            photo_id,
            {"lon": place.lon, "lat": place.lat},
        )
        record(cursor, incident.id, forget_ground(cursor, incident.id, photo_id))
        return [photo_id]

    await _change(request, change)
    return json_answer({"id": photo_id})


@router.post("/pairs")
async def ask(request: Request, session: Officer) -> Response:
    """Have two photographs compared that nobody proposed. Audited."""
    pair = await read_json(request, Pair)
    if pair.before == pair.after:
        raise BadInputError("before, after: a photo is not compared with itself")
    asked: list[int] = []

    def change(cursor: psycopg.Cursor[DictRow], incident: Incident) -> list[int]:
        parameters = {"incident": incident.id, "ids": [pair.before, pair.after]}
        if len(cursor.execute(_SQL["photos"], parameters).fetchall()) != 2:
            raise NotFoundError("one of the photos is not in this incident")
        told = {
            "incident": incident.id,
            "before": pair.before,
            "after": pair.after,
            "asked_by": session.account_id,
        }
        found = cursor.execute(_SQL["propose"], told).fetchone()
        if found is None:
            raise WrongStateError("these photos are compared already")
        asked.append(found["id"])
        _audit(cursor.connection, request, session, "photo.pair", pair.after, {"before": pair.before})
        touch_photos(cursor, [pair.after])
        return [pair.after]

    await _change(request, change)
    return json_answer({"id": asked[0]}, 202)


@router.get("/pairs/{pair_id}/result")
async def result(pair_id: int, request: Request, _session: Anybody) -> Response:
    """Return what a comparison gave, with what was said of each tile."""

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        row = _row(
            connection,
            "pair",
            f"there is no pair {pair_id}",
            id=_number(pair_id),
            incident=incident.id,
        )
        with connection.cursor(row_factory=dict_row) as cursor:
            said = cursor.execute(_SQL["verdicts"], {"pair": pair_id}).fetchall()
        return _pair_value(row, said)

    return json_answer(await parts_of(request).tablets.run(work))


@router.get("/pairs/{pair_id}/aligned")
async def aligned(pair_id: int, request: Request, _session: Anybody) -> Response:
    """Return the earlier picture as it lies on the later one."""
    row = await _one(request, "aligned", f"pair {pair_id} has no picture", id=_number(pair_id))
    return Response(bytes(row["aligned"]), 200, {"Cache-Control": KEPT}, "image/jpeg")


@router.post("/pairs/{pair_id}/tiles/{tile}")
async def say(pair_id: int, tile: int, request: Request, session: Officer) -> Response:
    """Say of a tile that it is a change, or that it is none. Audited; the newest word holds."""
    said = await read_json(request, Verdict)
    parts = parts_of(request)

    def change(cursor: psycopg.Cursor[DictRow], incident: Incident) -> list[int]:
        row = _row(
            cursor.connection,
            "pair",
            f"there is no pair {pair_id}",
            id=_number(pair_id),
            incident=incident.id,
        )
        if not 0 <= tile < len(row["tiles"]):
            raise NotFoundError(f"pair {pair_id} has no tile {tile}")
        cursor.execute(
            _SQL["say"],
            {
                "pair": pair_id,
                "tile": tile,
                "verdict": said.verdict,
                "note": said.note,
                "author": session.account_id,
                "said_at": incident.now(parts.wall()),
            },
        )
        detail = {"pair": pair_id, "tile": tile, "verdict": said.verdict}
        _audit(cursor.connection, request, session, "photo.verdict", row["after_id"], detail)
        touch_photos(cursor, [row["after_id"]])
        return [row["after_id"]]

    await _change(request, change)
    return json_answer({"pair": pair_id, "tile": tile, "verdict": said.verdict}, 201)


def _keep_refused(connection: Connection, incident: Incident, data: bytes, reason: str, at: datetime) -> None:
    keep_refused(
        connection,
        incident.id,
        data,
        topic="upload/photo",
        adapter="photo",
        code="not-a-picture",
        detail=reason,
        at=at,
    )


async def _change(
    request: Request, change: Callable[[psycopg.Cursor[DictRow], Incident], Sequence[int]]
) -> None:
    """Do `change`, and tell the screens of the photographs it names, in one transaction."""

    def work(connection: Connection) -> None:
        incident = open_incident_of(connection)
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            touched = change(cursor, incident)
            record(cursor, incident.id, photo_changes(connection, incident.id, touched))

    await parts_of(request).tablets.run(work)


async def _one(request: Request, statement: str, absent: str, **parameters: Any) -> DictRow:  # noqa: ANN401
    return await parts_of(request).tablets.run(
        lambda connection: _row(connection, statement, absent, **parameters)
    )


def _row(connection: Connection, statement: str, absent: str, **parameters: Any) -> DictRow:  # noqa: ANN401
    """Return the one row of a statement. Raises `NotFoundError` with the words `absent`."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(_SQL[statement], parameters).fetchone()
    if found is None:
        raise NotFoundError(absent)
    return found


def _number(value: int) -> int:
    """Return a number that a database can hold. Raises `NotFoundError`."""
    if not 0 < value < 2**62:
        raise NotFoundError(f"there is no {value}")
    return value


def _pair_value(row: DictRow, said: Sequence[DictRow]) -> dict[str, Any]:
    words = {one["tile"]: {**one, "said_at": utc_text(one["said_at"])} for one in said}
    names = (
        *("id", "reason", "inliers", "correlation", "overlap", "compared", "differing", "asked_by"),
        *("before_id", "after_id"),
    )
    return {
        **{name: row[name] for name in names},
        "made_at": utc_text(row["made_at"]),
        "aligned": f"/api/photos/pairs/{row['id']}/aligned" if row["has_aligned"] else None,
        "tiles": [{**tile, "said": words.get(number)} for number, tile in enumerate(row["tiles"])],
    }


def _audit(
    connection: Connection,
    request: Request,
    session: Session,
    action: str,
    photo_id: int,
    detail: dict[str, Any],
) -> None:
    audit.write(
        connection,
        AuditEntry(
            action=action,
            account_id=session.account_id,
            object_kind="photo",
            object_id=str(photo_id),
            detail=detail,
            address=address_of(request),
        ),
    )
