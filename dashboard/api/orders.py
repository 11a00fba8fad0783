"""Orders of municipalities: drafted, signed by two people, updated, lifted, recorded (docs/orders.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from psycopg.rows import dict_row

from alerts import order_store
from alerts.order import Content
from alerts.order_reading import (
    area_names,
    area_view,
    default_life,
    first_words,
    revision_view,
    revisions,
    terms_view,
)
from alerts.order_store import Cursor, Desk, live_order, read_order
from alerts.order_text import PARTS
from alerts.proposal_desk import evidence_of, stale_of, take_if_open
from alerts.terms import WRITTEN
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.errors import BadInputError, ChangedMeanwhileError
from dashboard.order_desk import act, read
from dashboard.parameters import moment
from dashboard.parts import parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require())]

Line = Annotated[str, msgspec.Meta(max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]


class District(msgspec.Struct, forbid_unknown_fields=True):
    """A named part of a municipality."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """What an order shall say. Words that are missing are put together from fixed terms."""

    level: Annotated[int, msgspec.Meta(ge=3, le=5)]
    hazard: Literal["flood", "landslide", "surge", "inland"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    reason_en: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    districts: Annotated[list[District], msgspec.Meta(max_length=500)] = []
    geometry: dict[str, Any] | None = None
    households: Count | None = None
    persons: Count | None = None
    expires_at: str | None = None
    texts: dict[str, dict[str, Line]] = {}


class NewOrder(Draft, kw_only=True):
    """A first draft."""

    area: Annotated[str, msgspec.Meta(pattern="^[0-9]{5}$")]
    proposal_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Beginning(NewOrder, kw_only=True):
    """What words are asked for: of a first order, of an update, or of a lifting."""

    act: Literal["issue", "update", "lift"] = "issue"


class Change(Draft, kw_only=True):
    """A draft that shall replace or lift what is in force."""

    act: Literal["update", "lift"] = "update"


class Record(NewOrder, kw_only=True):
    """What a municipality ordered outside this system."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    at: str
    order_id: int | None = None
    act: Literal["issue", "update", "lift"] = "issue"


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why something is returned or withdrawn."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Signature(msgspec.Struct, forbid_unknown_fields=True):
    """What the second person signs: the digest of what was on the screen, and the level told once more."""

    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    level: Annotated[int, msgspec.Meta(ge=3, le=5)]
    stale_known: bool = False


@router.get("/terms")
async def fixed_terms(_session: SignedIn) -> Response:
    """Return the fixed words of orders in all languages."""
    return json_answer(terms_view())


@router.get("/areas")
async def areas(request: Request, _session: SignedIn) -> Response:
    """Return the municipalities, also without an open incident."""
    found = await parts_of(request).tablets.run(_areas)
    return json_answer({"areas": found})


@router.get("/areas/{code}/desk")
async def area(request: Request, session: SignedIn, code: str) -> Response:
    """Return a municipality as the editor needs it."""
    return json_answer(await read(request, session, lambda cursor, _desk: area_view(cursor, code)))


@router.post("/orders")
async def draft(request: Request, session: SignedIn) -> Response:
    """Draft an order."""
    asked = await read_json(request, NewOrder)

    def work(cursor: Cursor, desk: Desk) -> int:
        content = _content(cursor, desk, asked, asked.area, "issue", evidence_from=asked.proposal_id)
        drafted = order_store.draft_order(cursor, desk, asked.area, content, proposal_id=asked.proposal_id)
        take_if_open(cursor, desk, asked.proposal_id)
        return drafted

    number = await act(request, session, ("order.drafted", "order", None), work, level=asked.level)
    return json_answer({"id": number, "revision": 1}, 201)


@router.post("/orders/texts")
async def texts(request: Request, session: SignedIn) -> Response:
    """Return the words that a draft would begin with; nothing is kept."""
    asked = await read_json(request, Beginning)

    def work(cursor: Cursor, desk: Desk) -> dict[str, dict[str, str]]:
        content = _bare(desk, asked)
        return first_words(
            cursor, asked.area, content, act=asked.act, contact=asked.contact, reason_en=asked.reason_en
        )

    return json_answer({"texts": await read(request, session, work)})


@router.post("/orders/record")
async def record(request: Request, session: SignedIn) -> Response:
    """Record what a municipality ordered outside this system."""
    asked = await read_json(request, Record)
    at = moment("at", asked.at)

    def work(cursor: Cursor, desk: Desk) -> int:
        content = _content(cursor, desk, asked, asked.area, asked.act, since=at)
        return order_store.record_order(
            cursor,
            desk,
            asked.area,
            content,
            source=asked.source,
            at=at,
            order_id=asked.order_id,
            act=asked.act,
        )

    number = await act(request, session, ("order.recorded", "order", None), work, source=asked.source)
    return json_answer({"id": number}, 201)


@router.get("/orders/{order_id}")
async def order(request: Request, session: SignedIn, order_id: int) -> Response:
    """Return an order as it stands, with all its revisions, the newest first."""

    def work(cursor: Cursor, desk: Desk) -> dict[str, Any]:
        found = read_order(cursor, desk.incident, order_id, lock=False)
        _version, value = live_order(cursor, order_id)
        return {"order": value, "revisions": revisions(cursor, found, session.account_id)}

    return json_answer(await read(request, session, work))


@router.get("/orders/{order_id}/revisions/{number}")
async def revision(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Return a revision, what changed in it, its digest, and whether its proposal still holds."""

    def work(cursor: Cursor, desk: Desk) -> dict[str, Any]:
        found = read_order(cursor, desk.incident, order_id, lock=False)
        stale = stale_of(cursor, found, number, desk.now)
        told = None if stale is None else {"ja": stale.words, "en": stale.words_en}
        return {**revision_view(cursor, found, number, session.account_id), "stale": told}

    return json_answer(await read(request, session, work))


@router.post("/orders/{order_id}/revisions")
async def change(request: Request, session: SignedIn, order_id: int) -> Response:
    """Draft what shall replace or lift an order in force."""
    asked = await read_json(request, Change)

    def work(cursor: Cursor, desk: Desk) -> int:
        standing = read_order(cursor, desk.incident, order_id)
        content = _content(cursor, desk, asked, standing.area, asked.act, evidence_from=standing.proposal_id)
        return order_store.draft_change(cursor, desk, order_id, asked.act, content)

    what = ("order.drafted", "order", order_id)
    return json_answer({"id": order_id, "revision": await act(request, session, what, work)}, 201)


@router.put("/orders/{order_id}/revisions/{number}")
async def edit(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Put other words into a draft."""
    asked = await read_json(request, Draft)

    def work(cursor: Cursor, desk: Desk) -> None:
        standing = read_order(cursor, desk.incident, order_id)
        kind = standing.pending.act if standing.pending is not None else "issue"
        content = _content(cursor, desk, asked, standing.area, kind)
        order_store.edit_order(cursor, desk, order_id, number, content)

    await act(request, session, ("order.edited", "order", order_id), work, revision=number)
    return json_answer({"id": order_id, "revision": number})


@router.post("/orders/{order_id}/revisions/{number}/submit")
async def submit(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Lay a draft before the second person."""
    return await _step(request, session, order_id, number, "order.submitted", order_store.submit_order)


@router.post("/orders/{order_id}/revisions/{number}/return")
async def give_back(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Return a draft to its author."""
    asked = await read_json(request, Reason)

    def work(cursor: Cursor, desk: Desk, order_id: int, number: int) -> None:
        order_store.return_order(cursor, desk, order_id, number, asked.reason)

    return await _step(request, session, order_id, number, "order.returned", work, reason=asked.reason)


@router.post("/orders/{order_id}/revisions/{number}/withdraw")
async def withdraw(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Drop a draft; what is in force stays so."""
    asked = await read_json(request, Reason)

    def work(cursor: Cursor, desk: Desk, order_id: int, number: int) -> None:
        order_store.withdraw_order(cursor, desk, order_id, number, asked.reason)

    return await _step(request, session, order_id, number, "order.withdrawn", work, reason=asked.reason)


@router.post("/orders/{order_id}/revisions/{number}/approve")
async def approve(request: Request, session: SignedIn, order_id: int, number: int) -> Response:
    """Sign as the second person: from now on it is in force."""
    asked = await read_json(request, Signature)

    def work(cursor: Cursor, desk: Desk, order_id: int, number: int) -> None:
        standing = read_order(cursor, desk.incident, order_id)
        pending = standing.pending
        if pending is not None and pending.content.level != asked.level:
            raise ChangedMeanwhileError(
                f"level {asked.level} was signed, revision {number} is of level {pending.content.level}"
            )
        order_store.approve_order(
            cursor,
            desk,
            order_id,
            number,
            asked.digest,
            stale=stale_of(cursor, standing, number, desk.now),
            stale_known=asked.stale_known,
        )

    return await _step(request, session, order_id, number, "order.approved", work, digest=asked.digest)


def _areas(connection: Connection) -> list[dict[str, str]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return area_names(cursor)


async def _step(
    request: Request,
    session: Session,
    order_id: int,
    number: int,
    action: str,
    work: Callable[[Cursor, Desk, int, int], None],
    **detail: Any,  # noqa: ANN401 - any JSON
) -> Response:
    await act(
        request,
        session,
        (action, "order", order_id),
        lambda cursor, desk: work(cursor, desk, order_id, number),
        revision=number,
        **detail,
    )
    _version, value = await read(request, session, lambda cursor, _desk: live_order(cursor, order_id))
    return json_answer(value)


def _content(
    cursor: Cursor,
    desk: Desk,
    asked: Draft,
    area: str,
    kind: str,
    *,
    evidence_from: str | None = None,
    since: datetime | None = None,
) -> Content:
    """Return what is asked for as content; words that are not given are put together."""
    content = _bare(desk, asked, since)
    wanted = {language: dict(words) for language, words in asked.texts.items()}
    for language, words in wanted.items():
        if unknown := set(words) - set(PARTS):
            raise BadInputError(f"texts.{language}: {', '.join(sorted(unknown))} is none of {PARTS}")
    if set(WRITTEN) - set(wanted):
        made = first_words(cursor, area, content, act=kind, contact=asked.contact, reason_en=asked.reason_en)
        wanted = {**made, **wanted}
    return replace(content, texts=wanted, evidence=evidence_of(cursor, desk.incident.id, evidence_from))


def _bare(desk: Desk, asked: Draft, since: datetime | None = None) -> Content:
    if asked.expires_at is None:
        expires = (since or desk.now) + default_life()
    else:
        expires = moment("expires_at", asked.expires_at)
    return Content(
        level=asked.level,
        hazard=asked.hazard,
        reason=asked.reason.strip(),
        expires_at=expires,
        districts=tuple(msgspec.to_builtins(district) for district in asked.districts),
        geometry=asked.geometry,
        households=asked.households,
        persons=asked.persons,
    )
