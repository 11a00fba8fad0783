"""Shelters as the centre sees and writes them (docs/tablet.md, The centre)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta
from psycopg.rows import dict_row

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json, read_json_bytes
from dashboard.errors import BadInputError, ForbiddenError, NotFoundError
from dashboard.parts import address_of, parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.caller import EVERYWHERE, STAFF, check_shelter, is_staff_of
from dashboard.tablet.room import Connection, open_incident_of
from dashboard.tablet.routes import photo_answer, result_value
from geo.incident import Incident
from geo.live_value import shelter_value
from geo.moment import utc_text
from geo.queries import load
from shelters import tablets
from shelters.centre import CentreOperation, centre_documents
from shelters.export_file import LARGEST_BYTES, ExportError, read_export
from shelters.export_import import import_export
from shelters.operation_log import Sender
from shelters.people_store import read_register
from shelters.photo_store import shelters_of_photo
from shelters.roll import read_roll
from shelters.rulebook import items, norms
from shelters.status import covers
from shelters.supply_demand import demand_table

router = APIRouter(prefix="/api")
_STATUS: Final = load("shelters", "status.sql")
Working = Annotated[Session, Depends(require(STAFF, *EVERYWHERE))]
Reading = Annotated[Session, Depends(require(STAFF, "approver", "health", *EVERYWHERE))]
#: parts of the state that are about persons
_CARDS: Final = ("persons", "households")


class Offer(msgspec.Struct):
    """A tablet that shall be let in."""

    name: Annotated[str, Meta(max_length=80)] | None = None


class CentreOperations(msgspec.Struct):
    """What somebody at the centre says of a shelter."""

    operations: Annotated[list[CentreOperation], Meta(min_length=1, max_length=200)]


@router.post("/shelters/import")
async def import_tablet(request: Request, session: Working) -> Response:
    """Take in what a tablet exported to a file or QR pages."""
    parts = parts_of(request)
    data = await read_json_bytes(request, LARGEST_BYTES)
    try:
        export = read_export(data)
    except ExportError as fault:
        raise BadInputError(f"the export {fault}") from fault
    check_shelter(session, export.shelter)

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        done = import_export(
            connection, parts.tablets.log, incident, export, account_id=session.account_id, now=parts.wall()
        )
        _audit(connection, request, session, "tablet.imported", export.shelter, done.counts())
        return {**done.counts(), "results": [result_value(result) for result in done.results]}

    return json_answer(await parts.tablets.run(work))


@router.get("/shelters/photos/{name}")
async def photo(request: Request, name: str, session: Reading) -> Response:
    """Return a photo of a shelter that the caller may see."""
    places = await parts_of(request).tablets.run(lambda connection: shelters_of_photo(connection, name))
    allowed = [place for place in places if session.holds(EVERYWHERE) or is_staff_of(session, place)]
    if not allowed:
        raise NotFoundError(f"there is no photo {name[:64]!r}")
    return await photo_answer(request, name, allowed[0])


@router.post("/shelters/{shelter_id}/enrolment")
async def offer_tablet(request: Request, shelter_id: str, session: Working) -> Response:
    """Return a code that lets one tablet in for a shelter."""
    parts = parts_of(request)
    check_shelter(session, shelter_id)
    asked = await read_json(request, Offer)

    def work(connection: Connection) -> dict[str, Any]:
        code, expires_at = tablets.offer(
            connection, shelter_id, name=asked.name, account_id=session.account_id, now=parts.wall()
        )
        _audit(connection, request, session, "tablet.offered", shelter_id, {})
        return {"code": code, "expires_at": utc_text(expires_at), "link": f"/tablet/#code={code}"}

    try:
        return json_answer(await parts.tablets.run(work), 201)
    except tablets.TabletError as fault:
        raise NotFoundError(str(fault)) from fault


@router.get("/shelters/{shelter_id}/tablets")
async def tablets_of(request: Request, shelter_id: str, session: Reading) -> Response:
    """Return the tablets of a shelter."""
    check_shelter(session, shelter_id)
    found = await parts_of(request).tablets.run(
        lambda connection: tablets.list_tablets(connection, shelter_id)
    )
    return json_answer({"tablets": found})


@router.post("/tablets/{device}/revoke")
async def shut_out(request: Request, device: str, session: Working) -> Response:
    """Shut a lost tablet out, at once."""
    parts = parts_of(request)

    def work(connection: Connection) -> dict[str, Any]:
        shelter_id = tablets.shelter_of(connection, device)
        if shelter_id is None:
            raise NotFoundError(f"there is no tablet {device[:40]!r}")
        check_shelter(session, shelter_id)
        tablets.shut_out(connection, device, parts.wall())
        _audit(connection, request, session, "tablet.revoked", shelter_id, {"tablet": device})
        return {"device": device, "shelter": shelter_id}

    try:
        return json_answer(await parts.tablets.run(work))
    except tablets.TabletError as fault:
        raise NotFoundError(str(fault)) from fault


@router.get("/shelters/{shelter_id}")
async def shelter(request: Request, shelter_id: str, session: Reading) -> Response:
    """Return everything about a shelter but its people: of these, counts."""
    parts = parts_of(request)
    if "approver" not in session.roles and "health" not in session.roles:
        check_shelter(session, shelter_id)

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        row = _status_row(connection, incident, shelter_id)
        state, _ = parts.tablets.log.state(connection, incident.id, shelter_id)
        roll = read_roll(state).count()
        return {
            "shelter": shelter_value(row),
            "state": {name: part for name, part in state.items() if name not in _CARDS},
            "register": roll,
            "demand": demand_table(covers(state, roll["present"], norms()), state, items()),
        }

    return json_answer(await parts.tablets.run(work))


@router.post("/shelters/{shelter_id}/operations")
async def write_operations(request: Request, shelter_id: str, session: Working) -> Response:
    """Write what somebody at the centre says of a shelter, as operations of the device `centre`."""
    parts = parts_of(request)
    check_shelter(session, shelter_id)
    asked = await read_json(request, CentreOperations)

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        now = parts.wall()
        state, _ = parts.tablets.log.state(connection, incident.id, shelter_id)
        documents = centre_documents(
            asked.operations,
            state,
            incident_id=incident.id,
            shelter_id=shelter_id,
            actor=session.display_name,
            now_ms=round(now.timestamp() * 1000),
        )
        sender = Sender(road="centre", shelter_id=shelter_id, device="centre", account_id=session.account_id)
        results = parts.tablets.log.add(connection, incident, sender, documents, now)
        _audit(connection, request, session, "shelter.written", shelter_id, {"operations": len(documents)})
        return {"results": [result_value(result) for result in results]}

    return json_answer(await parts.tablets.run(work), 201)


@router.get("/shelters/{shelter_id}/demand")
async def demand(
    request: Request,
    shelter_id: str,
    session: Reading,
    days: Annotated[float, Query(gt=0, le=60)] = 3.0,
) -> Response:
    """Return what a shelter needs, by item, and for how many days its stock lasts."""
    parts = parts_of(request)
    if "approver" not in session.roles:
        check_shelter(session, shelter_id)

    def work(connection: Connection) -> list[dict[str, Any]]:
        incident = open_incident_of(connection)
        state, _ = parts.tablets.log.state(connection, incident.id, shelter_id)
        present = read_roll(state).count()["present"]
        return demand_table(covers(state, present, norms(), days=days), state, items())

    return json_answer(await parts.tablets.run(work))


@router.get("/shelters/{shelter_id}/register")
async def register(
    request: Request,
    shelter_id: str,
    session: Reading,
    reason: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """Return the persons of a shelter to those who may see them; every look is audited."""
    parts = parts_of(request)
    staff, health = is_staff_of(session, shelter_id), "health" in session.roles
    why = (reason or "").strip()
    if not staff and not health and not (session.holds(("duty_officer",)) and why):
        raise ForbiddenError("the register is for the staff of the shelter; the centre must give a reason")

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            _audit(connection, request, session, "register.read", shelter_id, {"reason": why, "staff": staff})
            return read_register(cursor, incident.id, shelter_id, health=staff or health, protected=staff)

    return json_answer(await parts.tablets.run(work))


def _status_row(connection: Connection, incident: Incident, shelter_id: str) -> dict[str, Any]:
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_STATUS["row"], {"incident": incident.id, "shelter": shelter_id}).fetchone()
    if row is None:
        raise NotFoundError(f"nobody has spoken of a shelter {shelter_id[:64]!r} in this incident")
    return row


def _audit(
    connection: Connection,
    request: Request,
    session: Session,
    action: str,
    shelter_id: str,
    detail: dict[str, Any],
) -> None:
    audit.write(
        connection,
        AuditEntry(
            action=action,
            account_id=session.account_id,
            object_kind="shelter",
            object_id=shelter_id,
            detail=detail,
            address=address_of(request),
        ),
    )
