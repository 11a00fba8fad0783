"""Level forecasts of a gauge, whole and earlier ones too, and how well they have done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response

from dashboard.answer import json_answer
from dashboard.errors import BadInputError, NoForecastError, NotFoundError
from dashboard.parameters import moment
from dashboard.parts import parts_of
from dashboard.rows import current_incident, fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.forecast.level_skill import ALL
from geo.forecast.level_value import whole_document
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api/gauges")
_SQL = load("dashboard", "forecast.sql")

Anybody = Annotated[Session, Depends(require())]
#: what is listed when nothing else is asked for
USUAL: Final = timedelta(hours=24)
#: more forecasts than these are not listed; the oldest are left off, and the answer says so
MOST_FORECASTS: Final = 5000


@router.get("/{gauge_id}/forecast")
async def forecast(
    gauge_id: str,
    request: Request,
    _session: Anybody,
    at_text: Annotated[str | None, Query(alias="at")] = None,
) -> Response:
    """Return the whole newest forecast as of `at` or before; by default the newest of all."""
    at = moment("at", at_text) if at_text else None
    async with parts_of(request).pool.connection() as connection:
        parameters = await _parameters(connection, gauge_id)
        rows = await fetch(connection, _SQL["newest"], **parameters, at=at)
    if not rows:
        raise NoForecastError(f"no forecast of {gauge_id[:64]!r} as of {utc_text(at) or 'now'}")
    return json_answer(whole_document(rows[0]))


@router.get("/{gauge_id}/forecasts")
async def forecasts(
    gauge_id: str,
    request: Request,
    _session: Anybody,
    from_text: Annotated[str | None, Query(alias="from")] = None,
    to_text: Annotated[str | None, Query(alias="to")] = None,
) -> Response:
    """Return as of when there are forecasts between `from` and `to` (default: the last day), newest first."""
    parts = parts_of(request)
    async with parts.pool.connection() as connection:
        parameters = await _parameters(connection, gauge_id)
        incident = await current_incident(connection)
        now = parts.wall() if incident is None else incident.now(parts.wall())
        to_at = moment("to", to_text) if to_text else now + timedelta(hours=1)
        from_at = moment("from", from_text) if from_text else to_at - USUAL
        _require_order(from_at, to_at)
        period = {"from": from_at, "to": to_at, "limit": MOST_FORECASTS + 1}
        found = await fetch(connection, _SQL["made"], **parameters, **period)
    told = [{"origin_at": utc_text(row["origin_at"]), "status": row["status"]} for row in found]
    return json_answer(
        {"forecasts": told[:MOST_FORECASTS], "truncated": len(told) > MOST_FORECASTS},
    )


@router.get("/{gauge_id}/skill")
async def skill(gauge_id: str, request: Request, _session: Anybody) -> Response:
    """Return how well forecasts of this gauge, and of all, have done; null where that is not known."""
    async with parts_of(request).pool.connection() as connection:
        parameters = await _parameters(connection, gauge_id)
        rows = await fetch(connection, _SQL["skill"], gauge=parameters["gauge"])
    documents = {row["subject"]: row["document"] for row in rows}
    return json_answer({"gauge": documents.get(gauge_id), "all": documents.get(ALL)})


def _require_order(from_at: datetime, to_at: datetime) -> None:
    if from_at > to_at:
        raise BadInputError(f"from {utc_text(from_at)} lies after to {utc_text(to_at)}")


async def _parameters(connection: psycopg.AsyncConnection[Any], gauge_id: str) -> dict[str, Any]:
    """Return gauge and incident as parameters. Raises `NotFoundError` for a gauge that is not there."""
    known = [] if "\0" in gauge_id else await fetch(connection, _SQL["gauge"], gauge=gauge_id)
    if not known:
        raise NotFoundError(f"there is no gauge {gauge_id[:64]!r}")
    incident = await current_incident(connection)
    return {"gauge": gauge_id, "incident": None if incident is None else incident.id}
