"""The addresses of tablets (docs/tablet.md, Sync)."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import Meta

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_bytes, read_json, read_json_bytes
from dashboard.errors import (
    BadInputError,
    DashboardError,
    DeviceTakenError,
    ForbiddenError,
    NotFoundError,
    WrongCredentialsError,
)
from dashboard.parts import address_of, parts_of
from dashboard.tablet.bundle import bundle, changes, now_ms, operations_after
from dashboard.tablet.caller import Caller, caller_of
from dashboard.tablet.room import Connection, open_incident_of, take_attempt
from geo.attempts import address_key
from shelters.operation import DeviceId
from shelters.operation_log import (
    MOST_OPERATIONS,
    Result,
    Sender,
    stamp_value,
    tell_contact,
)
from shelters.photo import LARGEST_BYTES, PhotoError, check_photo, without_location
from shelters.photo_store import find_photo, keep_photo
from shelters.tablets import TabletError, let_in, note_seen, shut_out

router = APIRouter(prefix="/api/tablet")
Speaking = Annotated[Caller, Depends(caller_of)]

#: longest body of operations [bytes]
LONGEST_SYNC: Final = 9 * 1024 * 1024
#: a tablet that only asks is told to the screens at most this often
CONTACT_EVERY: Final = timedelta(seconds=60)


class Enrolment(msgspec.Struct):
    """A code and who uses it."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    device: DeviceId
    name: Annotated[str, Meta(max_length=80)] = ""


class Sync(msgspec.Struct):
    """Operations as a tablet sends them; each is read by itself."""

    operations: Annotated[list[msgspec.Raw], Meta(max_length=MOST_OPERATIONS)]
    sent_ms: Annotated[float, Meta(gt=0, lt=1e14)] | None = None
    waiting: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    oldest_ms: float | None = None
    app: Annotated[str, Meta(max_length=40)] | None = None


@router.post("/enrol")
async def enrol(request: Request) -> Response:
    """Let a tablet in by a code."""
    parts = parts_of(request)
    address = address_key(address_of(request))
    take_attempt(parts.tablets.enrol_attempts, address, parts.monotonic(), "codes tried")
    asked = await read_json(request, Enrolment)
    now = parts.wall()

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        tablet, token = let_in(connection, asked.code, device=asked.device, name=asked.name, now=now)
        audit.write(
            connection,
            AuditEntry(
                action="tablet.enrolled",
                object_kind="tablet",
                object_id=tablet.id,
                detail={"shelter": tablet.shelter_id},
                address=address_of(request),
            ),
        )
        return {
            "token": token,
            "device": tablet.id,
            "shelter": tablet.shelter_id,
            "incident": incident.id,
            "server_ms": now_ms(parts.wall),
        }

    try:
        entered = await parts.tablets.run(work)
    except TabletError as fault:
        raise _refusal(fault) from fault
    # Many tablets are let in behind one router on one morning; only wrong codes are counted.
    parts.tablets.enrol_attempts.forget(address)
    return json_answer(entered, 201)


@router.get("/bundle")
async def whole_bundle(request: Request, caller: Speaking) -> Response:
    """Return everything the caller's shelter needs."""
    parts = parts_of(request)
    _check_register(caller)
    await _note_contact(request, caller)

    def work(connection: Connection) -> dict[str, Any]:
        _audit_read(connection, request, caller, "bundle")
        return bundle(connection, parts.tablets.log, caller, parts.wall)

    return json_answer(await parts.tablets.run(work))


@router.post("/operations")
async def operations(request: Request, caller: Speaking) -> Response:
    """Take operations in, in any order, any number of times; say of each what became of it."""
    parts = parts_of(request)
    body = await read_json_bytes(request, LONGEST_SYNC)
    # The server's clock is read before the work, so that waiting for it is not taken for a wrong clock.
    received = parts.wall()
    try:
        sent = msgspec.json.decode(body, type=Sync)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(str(error)) from error
    received_ms = round(received.timestamp() * 1000)
    offset_ms = None if sent.sent_ms is None else round(sent.sent_ms) - received_ms
    tablet, session = caller.tablet, caller.session

    def work(connection: Connection) -> dict[str, Any]:
        incident = open_incident_of(connection)
        if tablet is not None:
            waiting = max(0, sent.waiting - len(sent.operations))
            note_seen(connection, tablet.id, now=received, offset_ms=offset_ms, waiting=waiting, app=sent.app)
        sender = Sender(
            road="sync",
            shelter_id=caller.shelter_id,
            device=None if tablet is None else tablet.id,
            account_id=None if session is None else session.account_id,
            offset_ms=offset_ms,
        )
        documents = [bytes(raw) for raw in sent.operations]
        results = parts.tablets.log.add(connection, incident, sender, documents, received)
        if tablet is not None and not any(result.result == "accepted" for result in results):
            tell_contact(connection, incident, caller.shelter_id, received)
        page = operations_after(connection, incident, caller.shelter_id, 2**31 - 1, 1)
        return {
            "server_ms": received_ms,
            "incident": incident.id,
            "results": [result_value(result) for result in results],
            "expected": page["expected"],
        }

    return json_answer(await parts.tablets.run(work))


@router.get("/changes")
async def changes_since(
    request: Request,
    caller: Speaking,
    since: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Response:
    """Return the operations of the caller's shelter after a position."""
    parts = parts_of(request)
    _check_register(caller)
    await _note_contact(request, caller)

    def work(connection: Connection) -> dict[str, Any]:
        found = changes(connection, caller, since, limit, parts.wall)
        # A tablet that reads on was audited when it began; who begins anew reads everything once more.
        if not since or found["reset"] or caller.tablet is None:
            _audit_read(connection, request, caller, "changes")
        return found

    return json_answer(await parts.tablets.run(work))


@router.post("/leave")
async def leave(request: Request, caller: Speaking) -> Response:
    """End the token of the tablet that asks: it was emptied, or moves to another shelter."""
    parts, tablet = parts_of(request), caller.tablet
    if tablet is None:
        raise BadInputError("only a tablet can leave")

    def work(connection: Connection) -> None:
        shut_out(connection, tablet.id, parts.wall())
        audit.write(
            connection,
            AuditEntry(
                action="tablet.left",
                object_kind="tablet",
                object_id=tablet.id,
                detail={"shelter": tablet.shelter_id},
                address=address_of(request),
            ),
        )

    await parts.tablets.run(work)
    return json_answer({"device": tablet.id})


@router.put("/photos/{name}")
async def put_photo(
    request: Request, caller: Speaking, name: str, location: Literal["keep", "strip"] = "keep"
) -> Response:
    """Keep a photo under the SHA-256 of its bytes."""
    parts = parts_of(request)
    data = await read_bytes(request, LARGEST_BYTES)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if hashlib.sha256(data).hexdigest() != name:
        raise BadInputError(f"the bytes are not those of {name[:64]!r}")
    try:
        check_photo(data, media_type)
        kept = without_location(data) if location == "strip" else data
    except PhotoError as fault:
        raise BadInputError(f"photo {name[:12]}: {fault}") from fault

    def work(connection: Connection) -> bool:
        incident = open_incident_of(connection)
        return keep_photo(
            connection,
            incident.id,
            caller.shelter_id,
            name,
            kept,
            media_type,
            stripped=location == "strip",
        )

    new = await parts.tablets.run(work)
    return json_answer({"photo": name, "new": new}, 201 if new else 200)


@router.get("/photos/{name}")
async def get_photo(request: Request, caller: Speaking, name: str) -> Response:
    """Return a photo of the caller's shelter."""
    return await photo_answer(request, name, caller.shelter_id)


async def photo_answer(request: Request, name: str, shelter_id: str) -> Response:
    """Return a photo of a shelter. Raises `NotFoundError`."""
    found = await parts_of(request).tablets.run(lambda connection: find_photo(connection, shelter_id, name))
    if found is None:
        raise NotFoundError(f"there is no photo {name[:64]!r}")
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(found[1], 200, headers, found[0])


def result_value(result: Result) -> dict[str, Any]:
    """Return what became of an operation as it goes over the wire."""
    told: dict[str, Any] = {"id": result.id, "result": result.result}
    if result.stamp is not None:
        told["stamp"] = stamp_value(result.stamp)
    if result.reason is not None:
        told |= {"reason": result.reason, "detail": result.detail}
    return told


def _check_register(caller: Caller) -> None:
    """See that somebody may read who is in a shelter. Raises `ForbiddenError`."""
    if not caller.reads_register:
        raise ForbiddenError("the register is for the staff of the shelter; the centre must give a reason")


def _audit_read(connection: Connection, request: Request, caller: Caller, road: str) -> None:
    """Write down that the whole register of a shelter was read, by which tablet or whom."""
    detail = {"road": road}
    if caller.tablet is not None:
        detail["tablet"] = caller.tablet.id
    if caller.reason:
        detail["reason"] = caller.reason
    audit.write(
        connection,
        AuditEntry(
            action="register.read",
            account_id=None if caller.session is None else caller.session.account_id,
            object_kind="shelter",
            object_id=caller.shelter_id,
            detail=detail,
            address=address_of(request),
        ),
    )


async def _note_contact(request: Request, caller: Caller) -> None:
    """Write down now and then that a tablet which only asks was heard of."""
    parts, tablet = parts_of(request), caller.tablet
    now = parts.wall()
    if tablet is None or (tablet.seen_at is not None and now - tablet.seen_at < CONTACT_EVERY):
        return

    def work(connection: Connection) -> None:
        note_seen(connection, tablet.id, now=now, offset_ms=None, waiting=tablet.waiting, app=None)
        tell_contact(connection, open_incident_of(connection), caller.shelter_id, now)

    await parts.tablets.run(work)


def _refusal(fault: TabletError) -> DashboardError:
    kinds: dict[str, type[DashboardError]] = {
        "wrong-credentials": WrongCredentialsError,
        "device-taken": DeviceTakenError,
        "not-found": NotFoundError,
    }
    return kinds[fault.code](str(fault))
