"""Who saw a place, and when: every camera, drone and helicopter, with its best picture.

docs/footprints.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg.rows import DictRow

from dashboard.answer import json_answer
from dashboard.errors import BadInputError
from dashboard.parameters import moment
from dashboard.parts import parts_of
from dashboard.rows import fetch, require_incident
from dashboard.seen import seen_cameras, sightings, unknown_cameras
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.moment import utc_text
from geo.queries import load
from sensors.footprint.limits import Memory, footprint_limits

router = APIRouter(prefix="/api")
_SQL = load("geo", "seen.sql")

#: how far it is looked back when nothing is said, and at most
USUAL, LONGEST = timedelta(hours=1), timedelta(days=7)
#: frames of one fixed camera that are looked through
_MOST_FRAMES: Final = 3000
#: pictures of a fixed camera that show nothing of the place, or of another one
BLIND: Final = ["placeholder", "stuck", "dark", "moved", "unreadable"]


@dataclass(frozen=True)
class _Question:
    """A place [degrees, EPSG:4326], a time, and the incident it is asked of."""

    lon: float
    lat: float
    from_at: datetime
    to_at: datetime
    incident_id: int

    def parameters(self, memory: Memory) -> dict[str, Any]:
        """Return what the statements ask for."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "from": self.from_at,
            "to": self.to_at,
            "incident": self.incident_id,
            "gap_s": memory.span_gap_s,
            "intervals": memory.intervals,
            "longest_interval_s": memory.longest_interval_s,
            "within_m": memory.unknown_within_m,
            "blind": BLIND,
            "limit": _MOST_FRAMES,
        }


@router.get("/seen")
async def seen(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    from_text: Annotated[str | None, Query(alias="from")] = None,
    to_text: Annotated[str | None, Query(alias="to")] = None,
) -> Response:
    """Return who sees or saw a place between `from` and `to` (default: the last hour)."""
    parts = parts_of(request)
    async with parts.pool.connection() as connection, connection.transaction():
        incident = await require_incident(connection)
        now = incident.now(parts.wall())
        to_at = moment("to", to_text) if to_text else now
        from_at = moment("from", from_text) if from_text else to_at - USUAL
        if from_at > to_at:
            raise BadInputError(f"from {utc_text(from_at)} lies after to {utc_text(to_at)}")
        if to_at - from_at > LONGEST:
            raise BadInputError(f"from: at most {LONGEST.days} days can be looked through at once")
        question = _Question(lon, lat, from_at, to_at, incident.id)
        answer = await _answer(connection, question, now)
    return json_answer(answer)


async def _answer(
    connection: psycopg.AsyncConnection[Any], question: _Question, now: datetime
) -> dict[str, Any]:
    memory = footprint_limits().memory
    parameters = question.parameters(memory)

    async def rows(statement: str, **more: Any) -> list[DictRow]:  # noqa: ANN401 - whatever it asks for
        return await fetch(connection, _SQL[statement], **parameters, **more)

    # What was asked for may lie in the past, where nothing is seen now.
    current = question.to_at >= now - timedelta(seconds=memory.now_s)
    fixed = await rows("fixed")
    found = sightings(await rows("spans"), fixed, await rows("newest"), memory, now=now)
    if not current:
        for sighting in found.values():
            sighting.now = False
    details = await rows("footprints", ids=[sighting.best for sighting in found.values()])
    unknown = unknown_cameras(
        await rows("unknown_views"), fixed, await rows("unposed_cameras"), await rows("unposed_vehicles")
    )
    return {
        "lon": question.lon,
        "lat": question.lat,
        "from": utc_text(question.from_at),
        "to": utc_text(question.to_at),
        "at": utc_text(now),
        "cameras": seen_cameras(found, details),
        "unknown": unknown,
        "unknown_within_m": memory.unknown_within_m,
    }
