"""How fixed cameras look: said by an officer, kept in versions, from which their footprints are made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import psycopg
from fastapi import APIRouter, Depends, Request, Response

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import BadInputError, NotFoundError
from dashboard.parts import address_of, parts_of
from dashboard.rows import fetch, require_incident
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.footprint import CameraPoseError, NewCameraPose, check_camera_pose, refusal
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api/cameras")
_SQL = load("geo", "footprint.sql")
_CAMERA = load("geo", "camera.sql")


class PoseDraft(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A pose as an officer says it; see `geo.footprint.NewCameraPose`."""

    height_tp_m: float
    yaw_deg: float
    pitch_deg: float
    hfov_deg: float
    vfov_deg: float
    source: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    roll_deg: float = 0.0
    height_sd_m: float = 1.0
    #: since when; None = from now on
    from_at: datetime | None = None


@router.get("/{camera_id}/poses")
async def poses(
    camera_id: str, request: Request, _session: Annotated[Session, Depends(require())]
) -> Response:
    """Return how a camera was said to look, newest first."""
    async with parts_of(request).pool.connection() as connection:
        await _require_camera(connection, camera_id)
        rows = await fetch(connection, _SQL["camera_poses"], camera=camera_id)
    told = [{**row, **{name: utc_text(row[name]) for name in ("from_at", "created_at")}} for row in rows]
    return json_answer({"camera": camera_id, "poses": told})


@router.post("/{camera_id}/poses")
async def say(
    camera_id: str,
    request: Request,
    session: Annotated[Session, Depends(require("duty_officer", "administrator"))],
) -> Response:
    """Say how a camera looks from a moment on; its footprint follows within half a minute. Audited."""
    draft = await read_json(request, PoseDraft)
    parts = parts_of(request)
    async with parts.pool.connection() as connection, connection.transaction():
        await _require_camera(connection, camera_id)
        incident = await require_incident(connection)
        from_at = draft.from_at or incident.now(parts.wall())
        if from_at.tzinfo is None:
            raise BadInputError("from_at: has no zone")
        told = {**msgspec.structs.asdict(draft), "from_at": from_at}
        pose = NewCameraPose(camera_id=camera_id, author_id=session.account_id, **told)
        number = await _add(connection, pose)
        await audit.write_async(
            connection,
            AuditEntry(
                action="camera.posed",
                account_id=session.account_id,
                object_kind="camera",
                object_id=camera_id,
                detail={**told, "from_at": utc_text(from_at), "pose": number},
                address=address_of(request),
            ),
        )
    return json_answer({"pose": number, "from_at": utc_text(from_at)}, 201)


async def _add(connection: psycopg.AsyncConnection[Any], pose: NewCameraPose) -> int:
    try:
        check_camera_pose(pose)
        parameters = {name: getattr(pose, name) for name in NewCameraPose.__dataclass_fields__}
        [row] = await fetch(connection, _SQL["add_camera_pose"], **parameters)
    except CameraPoseError as fault:
        raise BadInputError(str(fault)) from fault
    except (psycopg.errors.ForeignKeyViolation, psycopg.errors.UniqueViolation) as fault:
        raise BadInputError(str(refusal(pose, fault))) from fault
    return int(row["id"])


async def _require_camera(connection: psycopg.AsyncConnection[Any], camera_id: str) -> None:
    if "\0" in camera_id or not await fetch(connection, _CAMERA["known"], camera=camera_id):
        raise NotFoundError(f"there is no camera {camera_id[:64]!r}")
