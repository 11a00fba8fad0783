"""What residents send, and the few questions that have no ready answer. No account, no cookie.

Nothing here is logged: neither who sent something nor what it was.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from alerts.order_store import Cursor
from alerts.public.parts import PublicParts, parts_of
from alerts.public.refusals import (
    BadInputError,
    NoIncidentError,
    NotThereError,
    TooLargeError,
    TooManyError,
)
from alerts.reservation_store import cancel, reserve, resident_rules
from alerts.safety_store import Report, take_report
from alerts.terms import terms
from alerts.vapid import load_or_make
from alerts.web_push import PushError, check_endpoint, check_keys
from geo.attempts import address_key
from geo.incident import Incident, incident_from_row
from geo.moment import utc_text
from geo.queries import load

router = APIRouter()
_SQL: Final = load("alerts", "resident.sql")
T = TypeVar("T", bound=msgspec.Struct)

Code = Annotated[str, msgspec.Meta(pattern="^[0-9]{5}$")]
#: people leave this field empty, programs that fill every field do not
Trap = Annotated[str, msgspec.Meta(max_length=200)]


class ReservationForm(msgspec.Struct, forbid_unknown_fields=True):
    """Where a household means to go; 0 people = it does not go there after all."""

    shelter: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    people: Annotated[int, msgspec.Meta(ge=0, le=50)]
    token: uuid.UUID | None = None
    website: Trap = ""


class SafetyForm(msgspec.Struct, forbid_unknown_fields=True):
    """Whether somebody is safe or needs help."""

    state: Literal["safe", "help"]
    area: Code
    people: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    words: Annotated[str, msgspec.Meta(max_length=400)] | None = None
    position: tuple[float, float] | None = None
    token: uuid.UUID | None = None
    website: Trap = ""


class Keys(msgspec.Struct, forbid_unknown_fields=True):
    """Keys of a subscription as the Push API gives them."""

    p256dh: Annotated[str, msgspec.Meta(max_length=200)]
    auth: Annotated[str, msgspec.Meta(max_length=100)]


class SubscriptionForm(msgspec.Struct, forbid_unknown_fields=True):
    """A browser that wants to be told of `areas`; none = not any more."""

    endpoint: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    keys: Keys
    areas: Annotated[list[Code], msgspec.Meta(max_length=20)]
    language: Annotated[str, msgspec.Meta(max_length=10)] = "ja"
    website: Trap = ""


@router.get("/health")
async def health(request: Request) -> Response:
    """Tell whether the answers are true: 200, or 503 with what is wrong."""
    keeper = parts_of(request).keeper
    age_s = keeper.age_s
    told = {
        "state": "up" if keeper.fault is None else "fault",
        "age_s": None if age_s is None else round(age_s, 1),
        "fault": keeper.fault,
    }
    return _json(told, 200 if keeper.fault is None else 503)


@router.get("/data/push-key.json")
async def push_key(request: Request) -> Response:
    """Return the key that a browser subscribes with."""
    return _json({"public_key": load_or_make(parts_of(request).settings.state_dir).public})


@router.post("/data/reservation")
async def reservation(request: Request) -> Response:
    """Count a household at a shelter; tell a better one when it would be crushed."""
    parts, form = await _taken(request, ReservationForm)
    if form is None:
        return _json({"token": str(uuid.uuid4()), "expires_at": None, "suggested": None})
    if form.people == 0:
        if form.token is not None:
            token = form.token
            await parts.write(lambda cursor: cancel(cursor, token))
        return _json({"token": None, "expires_at": None, "suggested": None})
    now = parts.wall()

    def work(cursor: Cursor) -> Any:  # noqa: ANN401 - handed through
        incident = _incident(cursor, parts)
        return reserve(cursor, incident.id, form.shelter, form.people, form.token, now)

    try:
        made = await parts.write(work)
    except LookupError as fault:
        raise NotThereError(str(fault)) from fault
    return _json(
        {
            "token": str(made.token),
            "expires_at": utc_text(made.expires_at),
            "suggested": parts.keeper.suggested.get(form.shelter),
        }
    )


@router.post("/data/safety")
async def safety(request: Request) -> Response:
    """Take "I am safe" or "I need help" to the desk."""
    parts, form = await _taken(request, SafetyForm)
    if form is None:
        return _json({"token": str(uuid.uuid4()), "at": utc_text(parts_of(request).wall())})
    if form.position is not None and not _is_on_earth(form.position):
        raise BadInputError("position is longitude and latitude in degrees")
    words = (form.words or "").replace("\0", "").strip() or None
    report = Report(
        area=form.area,
        state=form.state,
        persons=form.people,
        words=words,
        position=form.position,
        token=form.token,
    )

    def work(cursor: Cursor) -> tuple[uuid.UUID, str]:
        incident = _incident(cursor, parts)
        now = incident.now(parts.wall())
        return take_report(cursor, incident.id, report, now), utc_text(now)

    try:
        token, at = await parts.write(work)
    except LookupError as fault:
        raise NotThereError(str(fault)) from fault
    return _json({"token": str(token), "at": at})


@router.post("/data/subscription")
async def subscription(request: Request) -> Response:
    """Keep a browser's subscription, change it, or end it (no areas)."""
    parts, form = await _taken(request, SubscriptionForm)
    if form is None:
        return _json({"areas": []})
    if form.language not in terms().languages:
        raise BadInputError(f"language {form.language!r} is not among those of the term table")
    try:
        check_keys(form.keys.p256dh, form.keys.auth)
        check_endpoint(form.endpoint, demo=parts.demo)
    except PushError as fault:
        raise BadInputError(str(fault)) from fault
    values = {
        "endpoint": form.endpoint,
        "p256dh": form.keys.p256dh,
        "auth": form.keys.auth,
        "areas": sorted(set(form.areas)),
        "language": form.language,
    }
    statement = "subscribe" if form.areas else "unsubscribe"
    await parts.write(lambda cursor: cursor.execute(_SQL[statement], values))
    return _json({"areas": values["areas"]})


async def _taken(request: Request, form: type[T]) -> tuple[PublicParts, T | None]:
    """Return what was sent, None when a program filled in what people leave empty.

    Raises `TooManyError`, `TooLargeError`, `BadInputError`.
    """
    parts = parts_of(request)
    host = None if request.client is None else request.client.host
    for attempts, key in ((parts.attempts, address_key(host)), (parts.all_attempts, "all")):
        if wait_s := attempts.wait_s(key, parts.monotonic()):
            raise TooManyError(wait_s)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadInputError("the body must be JSON (Content-Type: application/json)")
    longest = int(resident_rules()["limits"]["longest_body"])
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise TooLargeError(f"the body is longer than {longest} bytes")
    try:
        read = msgspec.json.decode(bytes(body), type=form)
    except msgspec.DecodeError as fault:
        raise BadInputError(str(fault)) from fault
    return parts, None if getattr(read, "website", "") else read


def _incident(cursor: Cursor, parts: PublicParts) -> Incident:
    row = cursor.execute(_SQL["incident"], {"demo": parts.demo}).fetchone()
    if row is None:
        raise NoIncidentError("no incident is open: nobody would read it; call 119 in need")
    return incident_from_row(row)


def _is_on_earth(position: tuple[float, float]) -> bool:
    lon, lat = position
    return -180 <= lon <= 180 and -90 <= lat <= 90


def _json(content: Any, status: int = 200) -> Response:  # noqa: ANN401 - any JSON
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(content), status, headers, "application/json")
