"""Messages that could not be read, for whoever looks after the instruments."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from dashboard.answer import json_answer
from dashboard.parts import parts_of
from dashboard.rows import fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "api.sql")


@router.get("/quarantine")
async def quarantine(
    request: Request,
    _session: Annotated[Session, Depends(require("duty_officer", "approver", "field"))],
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Return the unreadable messages, the newest first; equal ones are one with a count."""
    async with parts_of(request).pool.connection() as connection:
        rows = await fetch(connection, _SQL["quarantine"], limit=limit)
    return json_answer({"items": [{**row, "received_at": utc_text(row["received_at"])} for row in rows]})
