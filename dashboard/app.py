"""The FastAPI application. Making it connects nothing; its lifespan opens and closes everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.routing import Route, WebSocketRoute

from dashboard import errors, pages, static
from dashboard.api import (
    advice,
    airspaces,
    camera_poses,
    cameras,
    chronology,
    forecasts,
    gauges,
    health,
    inundations,
    landing_sites,
    layers,
    missions,
    order_preview,
    orders,
    people,
    photos,
    proposals,
    quarantine,
    refuges,
    rules,
    safety,
    seen,
    shelters,
    snapshot,
    supplies,
    supply_plan,
    videos,
)
from dashboard.api import wall as wall_room
from dashboard.headers import SecurityHeaders
from dashboard.live.events import LiveEvents
from dashboard.live.websocket import LiveSocket
from dashboard.parts import make_parts, running
from dashboard.signin import routes as signin
from dashboard.static import StaticFiles, web_folder
from dashboard.tablet import page as tablet_page
from dashboard.tablet import routes as tablet_routes
from dashboard.tiles import routes as tiles
from geo.clock import Wall, wall_now
from geo.settings import Settings

#: every module whose `router` answers requests
ROOMS: Final = (
    pages,
    static,
    signin,
    tiles,
    advice,
    airspaces,
    camera_poses,
    cameras,
    chronology,
    forecasts,
    gauges,
    health,
    inundations,
    landing_sites,
    layers,
    missions,
    order_preview,
    orders,
    people,
    photos,
    proposals,
    quarantine,
    refuges,
    rules,
    safety,
    seen,
    shelters,
    snapshot,
    supplies,
    supply_plan,
    videos,
    wall_room,
    tablet_routes,
    tablet_page,
)


def create_app(settings: Settings, *, wall: Wall = wall_now, web: Path | None = None) -> FastAPI:
    """Return the application of an installation.

    `web` is the front end's folder (default: the installed one). Raises `geo.settings.SettingsError` when
    no database is named, and `FileNotFoundError` when the front end is missing.
    """
    parts = make_parts(settings, StaticFiles(web or web_folder()), wall=wall)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(parts):
            yield

    # No pages of documentation: they load scripts from elsewhere, and nothing shall be open.
    app = FastAPI(
        title="Sonae",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    errors.register(app)
    app.add_middleware(SecurityHeaders, https=settings.secure_cookies)
    for room in ROOMS:
        app.include_router(room.router)
    app.router.routes += [
        WebSocketRoute("/live", LiveSocket()),
        Route("/live/events", LiveEvents(), methods=["GET"]),
    ]
    return app
