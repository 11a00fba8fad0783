"""The application of the public face. Making it connects nothing; its lifespan opens and closes all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp

from alerts.public import feed_routes, refusals, routes
from alerts.public.parts import PublicParts, make_parts, running
from alerts.public.serving import ReadyFirst
from geo.clock import Wall, wall_now
from geo.settings import Settings


@dataclass(frozen=True)
class PublicApp:
    """The application as uvicorn serves it, and its parts."""

    asgi: ASGIApp
    parts: PublicParts


def create_app(settings: Settings, *, wall: Wall = wall_now, keeps: bool = True) -> PublicApp:
    """Return the public face of an installation; `keeps`: it keeps the last state on disk.

    Raises `geo.settings.SettingsError` when no database is named.
    """
    parts = make_parts(settings, wall=wall, keeps=keeps)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(parts):
            yield

    app = FastAPI(
        title="Sonae",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.public = parts
    refusals.register(app)
    app.include_router(routes.router)
    feed_routes.register(app)
    return PublicApp(ReadyFirst(app, parts.keeper.answers.by_path, parts.page), parts)
