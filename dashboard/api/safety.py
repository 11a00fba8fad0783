"""Residents who asked for help, as only the desk reads them, and what it does: seen, handed over, done.

docs/public.md.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from alerts.order_store import Cursor, Desk
from alerts.safety_store import take_up
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.order_desk import act
from dashboard.parts import parts_of
from dashboard.rows import current_incident, fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.live_value import safety_detail
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("geo", "safety.sql")
SignedIn = Annotated[Session, Depends(require("duty_officer", "approver"))]


class TakeUp(msgspec.Struct, forbid_unknown_fields=True):
    """What has been done; `note` says to whom it was handed over, or how it ended."""

    desk: Literal["seen", "handed_over", "done"]
    note: Annotated[str, msgspec.Meta(max_length=400)] | None = None


@router.get("/safety")
async def reports(request: Request, _session: SignedIn) -> Response:
    """Return what residents wrote and where they are: for the desk, not for every screen."""
    async with parts_of(request).pool.connection() as connection:
        incident = await current_incident(connection)
        rows = (
            []
            if incident is None
            else await fetch(connection, _SQL["reports"], incident=incident.id, id=None)
        )
    return json_answer({"reports": [safety_detail(row) for row in rows]})


@router.post("/safety/{report_id}")
async def take(request: Request, session: SignedIn, report_id: int) -> Response:
    """Say what was done about a report."""
    asked = await read_json(request, TakeUp)

    def work(cursor: Cursor, desk: Desk) -> None:
        take_up(cursor, desk, report_id, asked.desk, asked.note)

    await act(request, session, (f"safety.{asked.desk}", "safety", report_id), work)
    return json_answer({"id": report_id})
