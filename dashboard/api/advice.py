"""Advice of the prefecture to a municipality (docs/orders.md): drafted, signed, acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from alerts import advice_store
from alerts.order_store import Cursor, Desk
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.order_desk import act
from dashboard.signin.guard import require
from dashboard.signin.session import Session

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require())]

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=advice_store.LONGEST)]


class NewAdvice(msgspec.Struct, forbid_unknown_fields=True):
    """Advice as it is drafted."""

    area: Annotated[str, msgspec.Meta(pattern="^[0-9]{5}$")]
    text: Text
    proposal_id: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """The words of advice: other ones, or those that were on the signer's screen."""

    text: Text


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """What the municipality answers."""

    answer: Annotated[str, msgspec.Meta(max_length=advice_store.LONGEST)] = ""


@router.post("/advice")
async def draft(request: Request, session: SignedIn) -> Response:
    """Draft advice."""
    asked = await read_json(request, NewAdvice)

    def work(cursor: Cursor, desk: Desk) -> int:
        return advice_store.draft_advice(cursor, desk, asked.area, asked.text, proposal_id=asked.proposal_id)

    return json_answer({"id": await act(request, session, ("advice.drafted", "advice", None), work)}, 201)


@router.put("/advice/{advice_id}")
async def edit(request: Request, session: SignedIn, advice_id: int) -> Response:
    """Put other words into advice that is not sent."""
    asked = await read_json(request, Words)
    return await _step(
        request,
        session,
        advice_id,
        "advice.edited",
        lambda cursor, desk: advice_store.edit_advice(cursor, desk, advice_id, asked.text),
    )


@router.post("/advice/{advice_id}/send")
async def send(request: Request, session: SignedIn, advice_id: int) -> Response:
    """Sign and send advice as the second person."""
    asked = await read_json(request, Words)
    return await _step(
        request,
        session,
        advice_id,
        "advice.sent",
        lambda cursor, desk: advice_store.send_advice(cursor, desk, advice_id, asked.text),
    )


@router.post("/advice/{advice_id}/acknowledge")
async def acknowledge(request: Request, session: SignedIn, advice_id: int) -> Response:
    """Say, as the municipality, that advice was read."""
    asked = await read_json(request, Answer)
    return await _step(
        request,
        session,
        advice_id,
        "advice.acknowledged",
        lambda cursor, desk: advice_store.acknowledge_advice(cursor, desk, advice_id, asked.answer),
    )


async def _step(
    request: Request, session: Session, advice_id: int, action: str, work: Callable[[Cursor, Desk], Any]
) -> Response:
    await act(request, session, (action, "advice", advice_id), work)
    return json_answer({"id": advice_id})
