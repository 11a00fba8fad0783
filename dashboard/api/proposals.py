"""Proposals to consider an order: read, taken up, rejected with a reason (docs/orders.md)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from alerts.proposal_desk import decide_proposal, proposal_view
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.order_desk import act, read
from dashboard.signin.guard import require
from dashboard.signin.session import Session

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require())]


class Rejection(msgspec.Struct, forbid_unknown_fields=True):
    """Why a proposal is not followed."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


@router.get("/proposals/{proposal_id}")
async def proposal(request: Request, session: SignedIn, proposal_id: str) -> Response:
    """Return a proposal as it stands."""
    return json_answer(
        await read(request, session, lambda cursor, desk: proposal_view(cursor, desk, proposal_id))
    )


@router.post("/proposals/{proposal_id}/take")
async def take(request: Request, session: SignedIn, proposal_id: str) -> Response:
    """Take a proposal up: somebody works on it."""
    value = await act(
        request,
        session,
        ("proposal.taken", "proposal", proposal_id),
        lambda cursor, desk: decide_proposal(cursor, desk, proposal_id, "taken"),
    )
    return json_answer(value)


@router.post("/proposals/{proposal_id}/reject")
async def reject(request: Request, session: SignedIn, proposal_id: str) -> Response:
    """Reject a proposal; the reason stays with it."""
    asked = await read_json(request, Rejection)
    value = await act(
        request,
        session,
        ("proposal.rejected", "proposal", proposal_id),
        lambda cursor, desk: decide_proposal(cursor, desk, proposal_id, "rejected", asked.reason),
        reason=asked.reason,
    )
    return json_answer(value)
