"""Evacuation sites and shelters: where people can go."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from dashboard.answer import json_answer
from dashboard.errors import BadInputError
from dashboard.live.viewport import Viewport
from dashboard.parameters import contains, viewport, words
from dashboard.parts import parts_of
from dashboard.rows import fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.queries import load
from geo.schema.place import HAZARDS

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "api.sql")


@router.get("/refuges")
async def refuges(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    box: Annotated[Viewport | None, Depends(viewport)],
    kind: Literal["site", "shelter"] | None = None,
    hazard: str | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> Response:
    """Return refuges by name; `total` tells how many there are beyond `limit`.

    Only sites are designated for hazards: `hazard` leaves out the shelters.
    """
    if hazard is not None and hazard not in HAZARDS:
        raise BadInputError(f"hazard {hazard[:40]!r} must be one of {', '.join(HAZARDS)}")
    async with parts_of(request).pool.connection() as connection:
        rows = await fetch(
            connection,
            _SQL["refuges"],
            kind=kind,
            hazard=hazard,
            q=contains(words("q", q)),
            limit=limit,
            west=None if box is None else box.west,
            south=None if box is None else box.south,
            east=None if box is None else box.east,
            north=None if box is None else box.north,
        )
    total = rows[0]["total"] if rows else 0
    found = [{name: value for name, value in row.items() if name != "total"} for row in rows]
    return json_answer({"refuges": found, "total": total})
