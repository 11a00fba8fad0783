"""Is it well: for whoever watches this process from outside, and for Prometheus."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any, Final

import psycopg
from fastapi import APIRouter, Request, Response
from psycopg_pool import PoolTimeout

from dashboard.answer import json_answer
from dashboard.errors import ForbiddenError
from dashboard.metrics import CONTENT_TYPE
from dashboard.parts import Parts, address_of, parts_of
from dashboard.rows import fetch
from dashboard.signin.guard import session_of
from geo.migrations.run import head
from geo.queries import load

router = APIRouter()
_SQL = load("dashboard", "api.sql")

#: a service that has not been seen for so long is down (docs/live.md) [s]
DOWN_AFTER_S: Final = 10.0


@router.get("/health")
async def health(request: Request) -> Response:
    """Return 200 when all is well, else 503 with the faults named. Open to all, so it tells no more."""
    parts = parts_of(request)
    faults, facts = await look(parts)
    if faults:
        return json_answer({"status": "fault", "faults": faults, **facts}, 503)
    return json_answer({"status": "ok", **facts})


async def look(parts: Parts) -> tuple[list[str], dict[str, Any]]:
    """Return the faults that are found, and what was looked at."""
    facts: dict[str, Any] = {"feed": parts.reader.state}
    faults = [] if parts.reader.state == "up" else [f"feed: {parts.reader.state}"]
    try:
        async with parts.pool.connection() as connection:
            revision = (await fetch(connection, _SQL["revision"]))[0]["version_num"]
            age_s = (await fetch(connection, _SQL["heartbeat"]))[0]["age_s"]
    except (psycopg.Error, PoolTimeout):
        return ["database: does not answer", *faults], {"database": "down", **facts}
    facts |= {
        "database": "up",
        "schema": revision,
        "ingest_age_s": None if age_s is None else round(age_s, 1),
    }
    if revision != _head():
        faults.append(f"schema: at {revision}, this program needs {_head()}: run './sonae migrate'")
    if age_s is None:
        faults.append("ingest: has never been seen")
    elif age_s > DOWN_AFTER_S:
        faults.append(f"ingest: not seen for {age_s:.0f} s")
    return faults, facts


@cache
def _head() -> str:
    return head()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return the counters, to this machine or an administrator."""
    if not is_loopback(address_of(request)):
        session = await session_of(request)
        if session is None or "administrator" not in session.roles:
            raise ForbiddenError("metrics are for this machine and for administrators")
    return Response(parts_of(request).metrics.text(), 200, {"Cache-Control": "no-store"}, CONTENT_TYPE)


def is_loopback(address: str | None) -> bool:
    """Whether `address` is this machine's own."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
