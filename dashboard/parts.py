"""The parts of a running dashboard, and how a request finds them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from starlette.requests import HTTPConnection

from dashboard.live.guard import guard_sessions
from dashboard.live.hub import Hub
from dashboard.live.reader import Reader
from dashboard.live.snapshot import Snapshots
from dashboard.metrics import LiveMetrics
from dashboard.signin.session import Sessions
from dashboard.static import StaticFiles
from dashboard.tablet.room import TabletRoom
from dashboard.tiles.cache import TileCache
from dashboard.video.room import VideoRoom
from geo.attempts import Attempts
from geo.clock import Wall
from geo.engine import libpq_url
from geo.settings import Settings

#: sign-ins of one address: thirty at once (a whole shift behind one router), then one every four seconds
ADDRESS_BURST, ADDRESS_EVERY_S = 30, 4.0
#: of one login: eight at once, then one every half minute
LOGIN_BURST, LOGIN_EVERY_S = 8, 30.0
#: connections to the database beside the feed's own; kept small, there may be many processes
POOL_MIN, POOL_MAX = 2, 8
#: how long a request waits for a connection [s] before it is told that the database is away
POOL_WAIT_S = 3.0

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything the routes use. Making it connects nothing."""

    settings: Settings
    wall: Wall
    pool: Pool
    hub: Hub
    reader: Reader
    sessions: Sessions
    static: StaticFiles
    metrics: LiveMetrics
    tablets: TabletRoom
    videos: VideoRoom
    tiles: TileCache = field(default_factory=TileCache)
    address_attempts: Attempts = field(
        default_factory=lambda: Attempts(burst=ADDRESS_BURST, every_s=ADDRESS_EVERY_S)
    )
    login_attempts: Attempts = field(
        default_factory=lambda: Attempts(burst=LOGIN_BURST, every_s=LOGIN_EVERY_S)
    )
    #: one supply plan at a time: two at once would be slow for both, and for the live map
    planning: asyncio.Lock = field(default_factory=asyncio.Lock)
    monotonic: Callable[[], float] = time.monotonic

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; browsers keep `__Host-` cookies to this host and to https."""
        return "__Host-sonae" if self.settings.secure_cookies else "sonae"


def make_parts(settings: Settings, static: StaticFiles, *, wall: Wall) -> Parts:
    """Return the parts of a dashboard, not yet connected."""
    database_url = settings.require_database_url()
    pool = make_pool(database_url)
    metrics = LiveMetrics()
    hub = Hub(Snapshots(pool, monotonic=time.monotonic), metrics, wall=wall)
    reader = Reader(database_url, hub, metrics, wall=wall, chance=random.SystemRandom().random)
    return Parts(
        settings=settings,
        wall=wall,
        pool=pool,
        hub=hub,
        reader=reader,
        sessions=Sessions(pool, wall=wall),
        static=static,
        metrics=metrics,
        tablets=TabletRoom(database_url),
        videos=VideoRoom(settings, pool, wall=wall, monotonic=time.monotonic),
    )


def make_pool(database_url: str) -> Pool:
    """Return a pool of connections in UTC, not yet open; a broken connection is replaced when it is found."""
    return AsyncConnectionPool(
        libpq_url(database_url),
        connection_class=psycopg.AsyncConnection[Any],
        kwargs={
            "autocommit": True,
            "application_name": "sonae dashboard",
            "options": "-c timezone=UTC -c statement_timeout=20s",
            "connect_timeout": 5,
        },
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        timeout=POOL_WAIT_S,
        check=AsyncConnectionPool.check_connection,
        reconnect_timeout=5,
        open=False,
        name="dashboard",
    )


@asynccontextmanager
async def running(parts: Parts) -> AsyncIterator[None]:
    """Open the pool, read the feed, beat and watch over the sessions until the context ends."""
    async with parts.pool, parts.tablets, parts.videos:
        tasks = [
            asyncio.create_task(parts.reader.run(), name="feed reader"),
            asyncio.create_task(parts.hub.beat(), name="beats"),
            asyncio.create_task(guard_sessions(parts.hub, parts.sessions), name="session guard"),
            asyncio.create_task(parts.videos.watch.run(), name="video watch"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def parts_of(connection: HTTPConnection) -> Parts:
    """Return the parts of the dashboard that serves `connection`."""
    parts: Parts = connection.app.state.parts
    return parts


def address_of(connection: HTTPConnection) -> str | None:
    """Return the client's address; behind the configured proxy, what the proxy says."""
    return None if connection.client is None else connection.client.host
