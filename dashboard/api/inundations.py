"""Simulated floods: asking for one, stopping it, and the fields that a screen draws."""

from __future__ import annotations

import asyncio
import gzip
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response
from psycopg.rows import DictRow

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import BadInputError, NoIncidentOpenError, NotFoundError
from dashboard.parts import Parts, address_of, parts_of
from dashboard.rows import current_incident, fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tiles.cache import GZIP_LEVEL
from geo.engine import connect
from geo.forecast.simulation_order import Order, order_run
from geo.forecast.simulation_request import InundationRequest, RequestError, read_request
from geo.forecast.simulation_store import ask_stop
from geo.incident import NoIncidentError, find_incident
from geo.live_value import inundation_value
from geo.queries import load

router = APIRouter(prefix="/api")
_SQL = load("dashboard", "inundation.sql")

Anybody = Annotated[Session, Depends(require())]
Officer = Annotated[Session, Depends(require("duty_officer", "approver"))]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
Member = Literal["median", "low", "high"]
#: a field never changes once it is there; another session (another database) asks anew
IMMUTABLE: Final = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Cookie"}


@router.post("/inundations")
async def ask(request: Request, session: Officer) -> Response:
    """Ask what happens if the levee goes at a line; the run waits its turn."""
    try:
        asked = read_request(await read_json(request, dict[str, Any]))
        run = await asyncio.to_thread(_order, parts_of(request), asked, session, address_of(request))
    except RequestError as fault:
        raise BadInputError(str(fault)) from fault
    except NoIncidentError as fault:
        raise NoIncidentOpenError("no incident is open") from fault
    return json_answer({"id": run}, 201)


def _order(parts: Parts, asked: InundationRequest, session: Session, address: str | None) -> int:
    settings = parts.settings
    with (
        connect(settings.require_database_url(), application="sonae dashboard order") as connection,
        connection.transaction(),
    ):
        incident = find_incident(connection)
        order = Order(request=asked, account_id=session.account_id, account_name=session.display_name)
        row = order_run(connection, order, incident, incident.now(parts.wall()), settings.state_dir)
        audit.write(connection, _audit("inundation.ask", row["id"], session, address, row["request"]))
    return int(row["id"])


@router.post("/inundations/{run}/stop")
async def stop(run: Number, request: Request, session: Officer) -> Response:
    """Ask a run to stop; what was computed stays."""
    if not await asyncio.to_thread(_stop, parts_of(request), run, session, address_of(request)):
        raise NotFoundError(f"no inundation {run} waits or runs")
    return Response(status_code=202)


def _stop(parts: Parts, run: int, session: Session, address: str | None) -> bool:
    with (
        connect(parts.settings.require_database_url(), application="sonae dashboard stop") as connection,
        connection.transaction(),
    ):
        try:
            incident = find_incident(connection)
        except NoIncidentError:
            return False
        if ask_stop(connection, incident, run, parts.wall) is None:
            return False
        audit.write(connection, _audit("inundation.stop", run, session, address, {}))
    return True


def _audit(
    action: str, run: int, session: Session, address: str | None, detail: dict[str, Any]
) -> AuditEntry:
    return AuditEntry(
        action=action,
        account_id=session.account_id,
        object_kind="inundation",
        object_id=str(run),
        detail=detail,
        address=address,
    )


@router.get("/inundations")
async def runs(request: Request, _session: Anybody) -> Response:
    """Return the runs of the incident, newest first."""
    rows = await _runs(parts_of(request), None)
    return json_answer({"inundations": [inundation_value(row) for row in rows]})


@router.get("/inundations/{run}")
async def one(run: Number, request: Request, _session: Anybody) -> Response:
    """Return a run with its grid and the times of its frames."""
    rows = await _runs(parts_of(request), run)
    if not rows:
        raise NotFoundError(f"there is no inundation {run} in this incident")
    row = rows[0]
    grid = dict(row["grid"])
    unknown = grid.pop("unknown")
    more = {"grid": grid, "frames_s": row["frames"], "terrain_unknown": unknown, "request": row["request"]}
    return json_answer({**inundation_value(row), **more})


@router.get("/inundations/{run}/{member}/lines")
async def lines(run: Number, member: Member, request: Request, _session: Anybody) -> Response:
    """Return bands of peak depth and lines of arrival of a member that was computed."""
    return await _document(request, run, member, "lines")


@router.get("/inundations/{run}/{member}/impact")
async def impact(run: Number, member: Member, request: Request, _session: Anybody) -> Response:
    """Return who and what stands in the water, of a member that was computed."""
    return await _document(request, run, member, "impact")


@router.get("/inundations/{run}/{member}/{quantity}/{t_s}/{row}/{column}")
async def tile(
    run: Number,
    member: Member,
    quantity: Literal["depth", "peak", "arrival", "duration"],
    t_s: Number,
    row: Number,
    column: Number,
    request: Request,
    _session: Anybody,
) -> Response:
    """Return a square of a field as it is stored (docs/live.md); 204 = nothing but known dry ground."""
    parts = parts_of(request)
    keys = {"run": run, "member": member, "quantity": quantity, "t_s": t_s, "row": row, "column": column}
    async with parts.pool.connection() as connection:
        incident = await current_incident(connection)
        found = await fetch(
            connection, _SQL["tile"], incident=None if incident is None else incident.id, **keys
        )
    if not found or not found[0]["there"]:
        raise NotFoundError(f"inundation {run} has no {member} {quantity} at {t_s} s, tile {row}/{column}")
    data = found[0]["data"]
    if data is None:
        return Response(status_code=204, headers=IMMUTABLE)
    headers = {**IMMUTABLE, "Content-Encoding": "deflate"}
    return Response(bytes(data), 200, headers, "application/octet-stream")


async def _runs(parts: Parts, run: int | None) -> list[DictRow]:
    async with parts.pool.connection() as connection:
        incident = await current_incident(connection)
        keys = {"incident": None if incident is None else incident.id, "run": run}
        return await fetch(connection, _SQL["runs"], **keys)


async def _document(request: Request, run: int, member: str, kind: str) -> Response:
    async with parts_of(request).pool.connection() as connection:
        incident = await current_incident(connection)
        keys = {"incident": None if incident is None else incident.id, "run": run, "member": member}
        found = await fetch(connection, _SQL["document"], **keys, kind=kind)
    if not found:
        raise NotFoundError(f"inundation {run} has no {kind} of {member} (yet)")
    document: str = found[0]["document"]
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return json_answer(msgspec.Raw(document.encode()))
    packed = gzip.compress(document.encode(), GZIP_LEVEL, mtime=0)
    headers = {"Cache-Control": "no-store", "Content-Encoding": "gzip"}
    return Response(packed, 200, headers, "application/json")
