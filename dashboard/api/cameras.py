"""River cameras: their frames by time, their pictures, and the versions of their calibration."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg.rows import DictRow

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.camera_draft import TRIED, Draft, Stored, judged, whole
from dashboard.errors import BadInputError, NotFoundError
from dashboard.parameters import moment
from dashboard.parts import address_of, parts_of
from dashboard.rows import fetch, require_incident
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.change import Change, record_async
from geo.incident import Incident
from geo.live_value import camera_value
from geo.moment import utc_text
from geo.queries import load
from sensors.camera.calibration import Calibration, CalibrationError, read_calibration
from sensors.camera.geometry import fit

router = APIRouter(prefix="/api/cameras")
_SQL = load("geo", "camera.sql")

Anybody = Annotated[Session, Depends(require())]
Calibrator = Annotated[Session, Depends(require("duty_officer", "administrator"))]
Connection = psycopg.AsyncConnection[Any]

USUAL: Final = timedelta(hours=24)
MOST_FRAMES: Final = 500
#: the bytes of a frame never change; they are not for everybody
KEPT: Final = "private, max-age=31536000, immutable"


@router.get("/{camera_id}/frames")
async def frames(
    camera_id: str,
    request: Request,
    _session: Anybody,
    from_text: Annotated[str | None, Query(alias="from")] = None,
    to_text: Annotated[str | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FRAMES)] = 100,
) -> Response:
    """Return the frames observed between `from` and `to` (default: the last day), newest first."""
    parts = parts_of(request)
    async with parts.pool.connection() as connection:
        incident = await _incident_with(connection, camera_id)
        to_at = moment("to", to_text) if to_text else incident.now(parts.wall())
        from_at = moment("from", from_text) if from_text else to_at - USUAL
        if from_at > to_at:
            raise BadInputError(f"from {utc_text(from_at)} lies after to {utc_text(to_at)}")
        rows = await fetch(
            connection,
            _SQL["frames_of"],
            camera=camera_id,
            incident=incident.id,
            limit=limit,
            **{"from": from_at, "to": to_at},
        )
    return json_answer({"camera": camera_id, "frames": [_frame(camera_id, row) for row in rows]})


@router.get("/{camera_id}/frames/{frame_id}/{form}")
async def picture(
    camera_id: str, frame_id: int, form: Literal["picture", "thumbnail"], request: Request, _session: Anybody
) -> Response:
    """Return a frame's picture as it came, or its thumbnail."""
    async with parts_of(request).pool.connection() as connection:
        row = await _picture(connection, camera_id, frame_id)
    kind = row["content_type"] if form == "picture" else "image/jpeg"
    content = row["data"] if form == "picture" else row["thumbnail"]
    return Response(bytes(content), 200, {"Cache-Control": KEPT}, kind)


@router.get("/{camera_id}/calibrations")
async def calibrations(camera_id: str, request: Request, _session: Anybody) -> Response:
    """Return the newest versions of the calibration, the newest first."""
    async with parts_of(request).pool.connection() as connection:
        await _require_camera(connection, camera_id)
        rows = await fetch(connection, _SQL["calibrations_of"], camera=camera_id)
    return json_answer({"versions": [{**row, "created_at": utc_text(row["created_at"])} for row in rows]})


@router.post("/{camera_id}/calibrations/trial")
async def trial(camera_id: str, request: Request, _session: Calibrator) -> Response:
    """Return how a draft fits its marks, and what it reads from the newest frames; nothing is kept."""
    draft = await read_json(request, Draft)
    async with parts_of(request).pool.connection() as connection:
        incident = await _incident_with(connection, camera_id)
        reference = await _picture(connection, camera_id, draft.frame)
        base = await _base(connection, camera_id, draft)
        rows = await fetch(
            connection, _SQL["newest_pictures"], camera=camera_id, incident=incident.id, limit=TRIED
        )
    frames = [Stored(row["id"], row["observed_at"], bytes(row["data"])) for row in rows]
    return json_answer(await asyncio.to_thread(judged, draft, bytes(reference["data"]), frames, base))


@router.post("/{camera_id}/calibrations")
async def save(camera_id: str, request: Request, session: Calibrator) -> Response:
    """Save a draft as the next version; from now on frames are read by it. Audited."""
    draft = await read_json(request, Draft)
    async with parts_of(request).pool.connection() as connection, connection.transaction():
        incident = await _incident_with(connection, camera_id)
        reference = await _picture(connection, camera_id, draft.frame)
        base = await _base(connection, camera_id, draft)
        try:
            calibration = await asyncio.to_thread(whole, draft, bytes(reference["data"]), base)
            geometry = fit(calibration)
        except CalibrationError as error:
            raise BadInputError(str(error)) from error
        [row] = await fetch(
            connection,
            _SQL["add_calibration"],
            camera=camera_id,
            calibration=msgspec.json.encode(calibration).decode(),
            residual_m=geometry.residual_m,
            spare=geometry.spare,
            author=session.account_id,
        )
        await audit.write_async(
            connection,
            AuditEntry(
                action="camera.calibrated",
                account_id=session.account_id,
                object_kind="camera",
                object_id=camera_id,
                detail={"version": row["version"], "residual_m": geometry.residual_m, "frame": draft.frame},
                address=address_of(request),
            ),
        )
        await _tell(connection, incident, camera_id)
    return json_answer({"version": row["version"], "residual_m": geometry.residual_m}, 201)


async def _tell(connection: Connection, incident: Incident, camera_id: str) -> None:
    """Tell the screens that a camera has a new calibration."""
    await connection.execute(_SQL["touch"], {"incident": incident.id, "camera": camera_id})
    [row] = await fetch(connection, _SQL["standings"], incident=incident.id, camera=camera_id)
    change = Change("camera", camera_id, row["version"], camera_value(row))
    async with connection.cursor() as cursor:
        await record_async(cursor, incident.id, [change])


async def _incident_with(connection: Connection, camera_id: str) -> Incident:
    """Return the current incident, once it is sure that there is such a camera."""
    await _require_camera(connection, camera_id)
    return await require_incident(connection)


async def _require_camera(connection: Connection, camera_id: str) -> None:
    if "\0" in camera_id or not await fetch(connection, _SQL["known"], camera=camera_id):
        raise NotFoundError(f"there is no camera {camera_id[:64]!r}")


async def _base(connection: Connection, camera_id: str, draft: Draft) -> Calibration | None:
    """Return the version a draft began with."""
    if draft.version is None:
        return None
    rows = await fetch(connection, _SQL["calibrations_of"], camera=camera_id)
    found = next((row["calibration"] for row in rows if row["version"] == draft.version), None)
    if found is None:
        raise BadInputError(f"version: {draft.version} is none of the newest versions")
    return read_calibration(msgspec.json.encode(found))


async def _picture(connection: Connection, camera_id: str, frame_id: int) -> DictRow:
    if "\0" in camera_id or not 0 < frame_id < 2**63:
        raise NotFoundError("there is no such frame")
    rows = await fetch(connection, _SQL["picture_of"], camera=camera_id, frame=frame_id)
    if not rows:
        raise NotFoundError(f"camera {camera_id[:64]!r} has no frame {frame_id}")
    return rows[0]


def _frame(camera_id: str, row: DictRow) -> dict[str, Any]:
    names = (
        *("id", "time_source", "calibration", "level_m", "quality", "flag", "reason", "health", "waterline"),
        *("width_px", "height_px", "digest"),
    )
    address = f"/api/cameras/{camera_id}/frames/{row['id']}"
    return {
        **{name: row[name] for name in names},
        "observed_at": utc_text(row["observed_at"]),
        "received_at": utc_text(row["received_at"]),
        "picture": f"{address}/picture",
        "thumbnail": f"{address}/thumbnail",
    }
