"""Family search and duplicate cards: what may be told of evacuees, and to whom (docs/tablet.md)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Meta

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import BadInputError, NotFoundError
from dashboard.parts import address_of, parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import SEARCH_TAKES_S, Connection, open_incident_of, take_attempt
from shelters.family_search import SearchError, Wanted, search_family
from shelters.person_links import LinkError, decide, proposals

router = APIRouter(prefix="/api/people")
Short = Annotated[str, Meta(max_length=200)]
Asking = Annotated[Session, Depends(require("duty_officer", "shelter_staff", "field"))]
Deciding = Annotated[Session, Depends(require("duty_officer"))]


class AskedBy(msgspec.Struct):
    """Who asks for somebody, as the person at the desk wrote it down."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    relation: Annotated[str, Meta(min_length=1, max_length=200)]
    contact: Annotated[str, Meta(min_length=1, max_length=200)]


class Search(msgspec.Struct):
    """Who is looked for, and by whom."""

    asked_by: AskedBy
    name: Short | None = None
    kana: Short | None = None
    birth: Short | None = None
    phone: Short | None = None
    address: Short | None = None


class CardKey(msgspec.Struct):
    """A card: shelter and person."""

    shelter: Short
    person: Short


class Link(msgspec.Struct):
    """A human's word on two cards."""

    a: CardKey
    b: CardKey
    decision: Literal["linked", "distinct", "undone"]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


@router.post("/search")
async def search(request: Request, session: Asking) -> Response:
    """Answer a family what the person allowed; nothing, in the same time, in every other case."""
    parts = parts_of(request)
    begun = parts.monotonic()
    asked = await read_json(request, Search)
    take_attempt(parts.tablets.search_attempts, session.login, begun, "searches")
    wanted = Wanted(
        name=asked.name, kana=asked.kana, birth=asked.birth, phone=asked.phone, address=asked.address
    )

    def work(connection: Connection) -> list[dict[str, Any]]:
        incident = open_incident_of(connection)
        found = search_family(connection, incident.id, wanted)
        _audit_search(connection, request, session, asked)
        return found

    try:
        found = await parts.tablets.run(work)
    except SearchError as fault:
        raise BadInputError(str(fault)) from fault
    # An answer that came sooner or later than others would tell what it does not say.
    await asyncio.sleep(max(0.0, SEARCH_TAKES_S - (parts.monotonic() - begun)))
    return json_answer({"found": found})


@router.get("/duplicates")
async def duplicates(request: Request, _session: Deciding) -> Response:
    """Return cards that may be one person, for a human to decide."""
    parts = parts_of(request)
    found = await parts.tablets.run(lambda connection: proposals(connection, open_incident_of(connection).id))
    return json_answer({"proposals": found})


@router.post("/links")
async def link(request: Request, session: Deciding) -> Response:
    """Write down whether two cards are one person; `undone` takes a word back."""
    parts = parts_of(request)
    asked = await read_json(request, Link)

    def work(connection: Connection) -> None:
        incident = open_incident_of(connection)
        decide(
            connection,
            incident.id,
            (asked.a.shelter, asked.a.person),
            (asked.b.shelter, asked.b.person),
            decision=asked.decision,
            reason=asked.reason,
            account_id=session.account_id,
        )
        audit.write(
            connection,
            AuditEntry(
                action=f"person.{asked.decision}",
                account_id=session.account_id,
                object_kind="person",
                object_id=asked.a.person,
                detail={"other": asked.b.person, "reason": asked.reason},
                address=address_of(request),
            ),
        )

    try:
        await parts.tablets.run(work)
    except LinkError as fault:
        raise NotFoundError(str(fault)) from fault
    return json_answer({"decision": asked.decision}, 201)


def _audit_search(connection: Connection, request: Request, session: Session, asked: Search) -> None:
    # Who was looked for stands as a hash: the audit must not become a second register, yet the same
    # question asked twice can be recognised.
    terms = "|".join(
        f"{getattr(asked, name) or ''}" for name in ("name", "kana", "birth", "phone", "address")
    )
    audit.write(
        connection,
        AuditEntry(
            action="people.search",
            account_id=session.account_id,
            object_kind="person",
            detail={
                "terms": hashlib.sha256(terms.encode()).hexdigest()[:16],
                "asked_by": msgspec.to_builtins(asked.asked_by),
            },
            address=address_of(request),
        ),
    )
