"""The whole picture once, for programs and for comparing with what a stream has shown."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from dashboard.live.snapshot import read_snapshot
from dashboard.live.viewport import Viewport
from dashboard.parameters import viewport
from dashboard.parts import parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session

router = APIRouter(prefix="/api")


@router.get("/snapshot")
async def snapshot(
    request: Request,
    _session: Annotated[Session, Depends(require())],
    box: Annotated[Viewport | None, Depends(viewport)],
) -> Response:
    """Return a `snapshot` message, read now."""
    parts = parts_of(request)
    frame = parts.hub.frame_of(await read_snapshot(parts.pool), box)
    return Response(frame.text, 200, {"Cache-Control": "no-store"}, "application/json")
