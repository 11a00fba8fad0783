"""The pages: the live map for those signed in, the sign-in for everybody."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from dashboard.errors import AWAY
from dashboard.parts import parts_of
from dashboard.signin.guard import session_of

router = APIRouter()

#: a page names its files by content: asking again costs little, an old page would miss its files
HEADERS: Final = {"Cache-Control": "no-store"}


@router.get("/")
async def live_map(request: Request) -> Response:
    """Serve the live map, or send to the sign-in."""
    return await _for_the_signed_in(request, "/", "map.html")


@router.get("/supply-plan")
async def supply_plan(request: Request) -> Response:
    """Serve the page of supply plans, or send to the sign-in."""
    return await _for_the_signed_in(request, "/supply-plan", "supply-plan.html")


@router.get("/wall")
async def video_wall(request: Request) -> Response:
    """Serve the video wall, or send to the sign-in."""
    return await _for_the_signed_in(request, "/wall", "wall.html")


@router.get("/cameras/{camera_id}/calibration")
async def camera_calibration(camera_id: str, request: Request) -> Response:
    """Serve the page on which a camera is calibrated, or send to the sign-in."""
    return await _for_the_signed_in(
        request, f"/cameras/{quote(camera_id, safe='')}/calibration", "camera-calibration.html"
    )


async def _for_the_signed_in(request: Request, path: str, page: str) -> Response:
    """Serve a page, or send to the sign-in and from there back.

    While the database is away nobody can be known: the page holds nothing secret, says that it is cut
    off, and goes on when the database is back.
    """
    try:
        known = await session_of(request) is not None
    except AWAY:
        known = True
    if not known:
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(
            status_code=303, headers={**HEADERS, "Location": f"/sign-in?next={quote(path + query)}"}
        )
    return _page(request, page)


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """Serve the sign-in page."""
    return _page(request, "sign-in.html")


def _page(request: Request, name: str) -> Response:
    return Response(parts_of(request).static.page(name), 200, HEADERS, "text/html; charset=utf-8")
