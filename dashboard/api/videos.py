"""Video streams: registering and ending them, their pieces byte for byte, thumbnails, WebRTC's handshake."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import httpx
import psycopg
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Meta, Struct
from psycopg.rows import DictRow

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_bytes, read_json
from dashboard.errors import BadInputError, NotFoundError, refusal
from dashboard.parts import address_of, parts_of
from dashboard.rows import fetch
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection
from dashboard.video.origin import OriginError
from dashboard.video.thumbnail import ThumbnailError
from geo.incident import NoIncidentError, find_incident
from geo.moment import utc_text
from geo.queries import load
from geo.video import NewVideo, VideoError, put_video, tell_video, video_value

router = APIRouter(prefix="/api/videos")
_SQL = load("geo", "video.sql")

Anybody = Annotated[Session, Depends(require())]
Keeper = Annotated[Session, Depends(require("duty_officer", "administrator"))]
Text = Annotated[str, Meta(min_length=1, max_length=200)]

#: an offer of WebRTC is a few kilobytes [bytes]
LONGEST_OFFER: Final = 64 * 1024
#: of the parameters of low-latency HLS; others are not passed on
_PASSED: Final = ("_HLS_msn", "_HLS_part", "_HLS_skip")


class VideoForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """A stream as an officer registers it; `path` is below the video folder or the gateway."""

    name: Text
    way: Literal["folder", "gateway"]
    path: Text
    source: Text
    whep: bool = False
    vehicle: Text | None = None
    camera: Text | None = None
    lon: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    lat: Annotated[float, Meta(ge=-85.0, le=85.0)] | None = None
    synthetic: bool = False


@router.get("")
async def videos(request: Request, _session: Anybody) -> Response:
    """Return the streams of the wall, and what this installation can do with them."""
    parts = parts_of(request)
    async with parts.pool.connection() as connection:
        rows = await fetch(connection, _SQL["videos"], id=None)
    room = parts.videos
    return json_answer(
        {
            "videos": [video_value(row) for row in rows],
            "gateway": room.gateway is not None,
            "whep": room.whep is not None,
        }
    )


@router.put("/{video_id}")
async def put(video_id: str, request: Request, session: Keeper) -> Response:
    """Register a stream under its id, or change it. Audited."""
    form = await read_json(request, VideoForm)
    try:
        video = NewVideo(
            id=video_id,
            name=form.name,
            way=form.way,
            path=form.path,
            source=form.source,
            whep=form.whep,
            vehicle_id=form.vehicle,
            camera_id=form.camera,
            lon=form.lon,
            lat=form.lat,
            synthetic=form.synthetic,
            author_id=session.account_id,
        )
    except VideoError as fault:
        raise BadInputError(str(fault)) from fault

    def write(connection: Connection) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            put_video(cursor, _incident(connection), video)
            detail = {"way": video.way, "path": video.path, "whep": video.whep}
            _audit(connection, request, session, "video.put", video_id, detail)

    try:
        await parts_of(request).tablets.run(write)
    except VideoError as fault:
        raise BadInputError(str(fault)) from fault
    parts_of(request).videos.watch.wake()
    return json_answer({"id": video_id}, 201)


@router.post("/{video_id}/end")
async def end(video_id: str, request: Request, session: Keeper) -> Response:
    """Take a stream off the wall: only a person does, never the time. Audited."""

    def write(connection: Connection) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            if cursor.execute(_SQL["end"], {"id": video_id}).rowcount != 1:
                raise NotFoundError(f"there is no stream {video_id[:64]!r} on the wall")
            tell_video(cursor, _incident(connection), video_id)
            _audit(connection, request, session, "video.ended", video_id, {})

    await parts_of(request).tablets.run(write)
    return json_answer({"id": video_id})


@router.get("/{video_id}/hls/{name:path}")
async def piece(video_id: str, name: str, request: Request, _session: Anybody) -> Response:
    """Return a playlist or a piece of a stream, byte for byte as it came."""
    row = await _row(request, video_id)
    asked = request.query_params
    query = "&".join(f"{key}={asked[key]}" for key in _PASSED if asked.get(key, "").isalnum())
    try:
        found = await parts_of(request).videos.origin(row).read(name, query)
    except OriginError as fault:
        return _unavailable(fault)
    # An encoder that begins anew gives old names to new pieces: nothing is kept.
    return Response(found.content, 200, {"Cache-Control": "no-store"}, found.media_type)


@router.get("/{video_id}/thumbnail")
async def thumbnail(video_id: str, request: Request, _session: Anybody) -> Response:
    """Return a keyframe of a stream's newest piece, 304 when the asker has it; with its time and motion."""
    row = await _row(request, video_id)
    room = parts_of(request).videos
    try:
        found = await room.thumbnails.of(video_id, room.origin(row))
    except ThumbnailError as fault:
        return _unavailable(fault)
    moving = found.motion
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{found.tag}"',
        "X-Sonae-Observed-At": utc_text(found.observed_at or row["newest_at"]) or "",
        "X-Sonae-Motion": "" if moving is None else f"{moving.share:.2f}",
        "X-Sonae-New-Motion": "1" if moving is not None and moving.new else "0",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, 200, headers, "image/jpeg")


@router.post("/{video_id}/whep")
async def whep(video_id: str, request: Request, _session: Anybody) -> Response:
    """Hand a browser's WebRTC offer (SDP) to the gateway, and its answer back; the pictures go past us."""
    row = await _row(request, video_id)
    room = parts_of(request).videos
    if room.whep is None or not row["whep"]:
        raise NotFoundError(f"{video_id[:64]!r} is not offered over WebRTC here")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/sdp":
        raise BadInputError("the offer must be SDP (Content-Type: application/sdp)")
    offer = await read_bytes(request, LONGEST_OFFER)
    address = f"{room.whep.rstrip('/')}/{row['path']}/whep"
    try:
        answer = await room.client.post(address, content=offer, headers={"Content-Type": "application/sdp"})
    except httpx.HTTPError as fault:
        return refusal(502, "gateway-away", f"the gateway does not answer: {type(fault).__name__}")
    if answer.status_code != 201 or len(answer.content) > LONGEST_OFFER:
        return refusal(502, "refused", f"the gateway answered {answer.status_code}")
    return Response(answer.content, 201, {"Cache-Control": "no-store"}, "application/sdp")


async def _row(request: Request, video_id: str) -> DictRow:
    async with parts_of(request).pool.connection() as connection:
        rows = [] if "\0" in video_id else await fetch(connection, _SQL["videos"], id=video_id)
    if not rows or rows[0]["ended_at"] is not None:
        raise NotFoundError(f"there is no stream {video_id[:64]!r} on the wall")
    return rows[0]


def _unavailable(fault: OriginError | ThumbnailError) -> Response:
    """Answer that a piece cannot be had, and why: the wall says it in the tile."""
    return refusal(404 if fault.code in ("missing", "elsewhere") else 503, fault.code, str(fault))


def _incident(connection: psycopg.Connection[Any]) -> int | None:
    try:
        return find_incident(connection).id
    except NoIncidentError:
        return None


def _audit(
    connection: Connection,
    request: Request,
    session: Session,
    action: str,
    video_id: str,
    detail: dict[str, Any],
) -> None:
    entry = AuditEntry(
        action=action,
        account_id=session.account_id,
        object_kind="video",
        object_id=video_id,
        detail=detail,
        address=address_of(request),
    )
    audit.write(connection, entry)
