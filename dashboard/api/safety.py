"""What the desk does about residents who asked for help (docs/public.md): seen, handed over, done."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from alerts.order_store import Cursor, Desk
from alerts.safety_store import take_up
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.order_desk import act
from dashboard.signin.guard import require
from dashboard.signin.session import Session

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require("duty_officer", "approver"))]


class TakeUp(msgspec.Struct, forbid_unknown_fields=True):
    """What has been done; `note` says to whom it was handed over, or how it ended."""

    desk: Literal["seen", "handed_over", "done"]
    note: Annotated[str, msgspec.Meta(max_length=400)] | None = None


@router.post("/safety/{report_id}")
async def take(request: Request, session: SignedIn, report_id: int) -> Response:
    """Say what was done about a report."""
    asked = await read_json(request, TakeUp)

    def work(cursor: Cursor, desk: Desk) -> None:
        take_up(cursor, desk, report_id, asked.desk, asked.note)

    await act(request, session, (f"safety.{asked.desk}", "safety", report_id), work)
    return json_answer({"id": report_id})
