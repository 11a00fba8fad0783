"""A gauge's readings, for its hydrograph."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg.rows import DictRow

from dashboard.answer import json_answer
from dashboard.errors import BadInputError, NotFoundError
from dashboard.parameters import moment
from dashboard.parts import parts_of
from dashboard.rows import current_incident, fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.live_value import gauge_identity, gauge_value
from geo.moment import utc_text
from geo.queries import load
from sensors.flags import reason_names

router = APIRouter(prefix="/api/gauges")
_SQL = load("dashboard", "api.sql")

#: what is shown when nothing else is asked for
USUAL: Final = timedelta(hours=24)
#: more readings than these are not sent; the oldest are left off, and the answer says so
MOST_READINGS: Final = 10_000


@router.get("/{gauge_id}/readings")
async def readings(
    gauge_id: str,
    request: Request,
    _session: Annotated[Session, Depends(require())],
    from_text: Annotated[str | None, Query(alias="from")] = None,
    to_text: Annotated[str | None, Query(alias="to")] = None,
) -> Response:
    """Return the readings observed between `from` and `to` (default: the last day), oldest first."""
    parts = parts_of(request)
    async with parts.pool.connection() as connection:
        incident = await current_incident(connection)
        now = parts.wall() if incident is None else incident.now(parts.wall())
        to_at = moment("to", to_text) if to_text else now
        from_at = moment("from", from_text) if from_text else to_at - USUAL
        if from_at > to_at:
            raise BadInputError(f"from {utc_text(from_at)} lies after to {utc_text(to_at)}")
        parameters = {"gauge": _known_text(gauge_id), "incident": None if incident is None else incident.id}
        gauges = await fetch(connection, _SQL["gauge"], **parameters)
        if not gauges:
            raise NotFoundError(f"there is no gauge {gauge_id[:64]!r}")
        states = await fetch(connection, _SQL["state"], **parameters)
        found = await fetch(
            connection,
            _SQL["readings"],
            **parameters,
            **{"from": from_at, "to": to_at, "limit": MOST_READINGS + 1},
        )
    kept = found[:MOST_READINGS][::-1]
    return json_answer(
        {
            "gauge": gauge_value(gauge_identity(gauges[0]), states[0] if states else None),
            "readings": [_reading(row) for row in kept],
            "truncated": len(found) > MOST_READINGS,
        }
    )


def _known_text(gauge_id: str) -> str:
    if "\0" in gauge_id:
        raise NotFoundError("there is no gauge with a NUL character in its id")
    return gauge_id


def _reading(row: DictRow) -> dict[str, Any]:
    return {
        "at": utc_text(row["observed_at"]),
        "level_m": row["level_m"],
        "flag": row["flag"],
        "reasons": reason_names(row["reasons"]),
        "received_at": utc_text(row["received_at"]),
        "source": row["source"],
    }
