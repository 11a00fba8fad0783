"""The parts of a running public face, and how a request finds them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout
from starlette.requests import Request

from alerts.order_store import Cursor
from alerts.public.keeper import Keeper
from alerts.public.page import page_answers, page_folder
from alerts.public.ready import Ready
from alerts.public.refusals import AwayError
from alerts.reservation_store import resident_rules
from geo.attempts import Attempts
from geo.clock import Wall
from geo.engine import libpq_url
from geo.settings import Settings

T = TypeVar("T")

#: the last state, for a start without a database
KEPT: Final = "public/last.json"
#: how long a request waits for a connection that writes [s]
POOL_WAIT_S: Final = 3.0
Pool = ConnectionPool[psycopg.Connection[Any]]


def _attempts(prefix: str) -> Attempts:
    limits = resident_rules()["limits"]
    return Attempts(burst=limits[f"{prefix}burst"], every_s=limits[f"{prefix}every_s"])


@dataclass(frozen=True, kw_only=True)
class PublicParts:
    """Everything the routes use. Making it connects nothing."""

    settings: Settings
    wall: Wall
    keeper: Keeper
    page: Mapping[str, Ready]
    pool: Pool
    attempts: Attempts = field(default_factory=lambda: _attempts(""))
    all_attempts: Attempts = field(default_factory=lambda: _attempts("all_"))
    monotonic: Callable[[], float] = time.monotonic

    @property
    def demo(self) -> bool:
        """Whether this is a demo's public face, the only one that shows drills."""
        return self.settings.installation == "demo"

    async def write(self, work: Callable[[Cursor], T]) -> T:
        """Do `work(cursor)` in a transaction, off the loop. Raises `AwayError` when the database is away."""

        def in_thread() -> T:
            with self.pool.connection() as connection, connection.transaction():
                return work(connection.cursor(row_factory=dict_row))

        try:
            return await asyncio.to_thread(in_thread)
        except (psycopg.OperationalError, PoolTimeout) as fault:
            raise AwayError from fault


def make_parts(settings: Settings, *, wall: Wall, keeps: bool) -> PublicParts:
    """Return the parts, not yet connected; `keeps`: this process keeps the last state on disk.

    Raises `FileNotFoundError` when the page is not installed.
    """
    database_url = settings.require_database_url()
    pool: Pool = ConnectionPool(
        libpq_url(database_url),
        kwargs={
            "application_name": "sonae public intake",
            "options": "-c timezone=UTC -c statement_timeout=10s -c lock_timeout=5s",
            "connect_timeout": 5,
        },
        min_size=1,
        max_size=4,
        timeout=POOL_WAIT_S,
        max_waiting=200,
        check=ConnectionPool.check_connection,
        reconnect_timeout=5,
        open=False,
        name="public intake",
    )
    keeper = Keeper(
        database_url,
        installation=settings.installation,
        wall=wall,
        chance=random.SystemRandom().random,
        keep_at=settings.state_dir / KEPT if keeps else None,
    )
    return PublicParts(
        settings=settings, wall=wall, keeper=keeper, page=page_answers(page_folder()), pool=pool
    )


@asynccontextmanager
async def running(parts: PublicParts) -> AsyncIterator[None]:
    """Read the feed and keep the answers true until the context ends."""
    parts.keeper.recall()
    parts.pool.open(wait=False)
    tasks = [
        asyncio.create_task(parts.keeper.run(), name="public reader"),
        asyncio.create_task(parts.keeper.watch(), name="public watch"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(parts.pool.close, 2.0)


def parts_of(request: Request) -> PublicParts:
    """Return the parts of the public face that serves `request`."""
    parts: PublicParts = request.app.state.public
    return parts
