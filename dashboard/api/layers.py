"""How old every layer of the map is, whose data it shows, and under which terms."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from dashboard.answer import json_answer
from dashboard.parts import parts_of
from dashboard.rows import current_incident, fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "api.sql")


@router.get("/layers")
async def layers(request: Request, _session: Annotated[Session, Depends(require())]) -> Response:
    """Return every layer with its newest moment (null = it has none), count, source and licence."""
    async with parts_of(request).pool.connection() as connection:
        incident = await current_incident(connection)
        rows = await fetch(connection, _SQL["layers"], incident=None if incident is None else incident.id)
    return json_answer(
        [
            {
                "layer": row["layer"],
                "newest_at": utc_text(row["newest_at"]),
                "count": row["count"],
                "source": "; ".join(sorted(row["sources"] or [])) or layer_rules()[row["layer"]]["source"],
                "licence": layer_rules()[row["layer"]]["licence"],
            }
            for row in rows
        ]
    )


@cache
def layer_rules() -> dict[str, dict[str, Any]]:
    """Return the source and licence of every layer."""
    return tomllib.loads((files("dashboard") / "rules" / "layers.toml").read_text(encoding="utf-8"))
