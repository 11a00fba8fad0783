"""The watch over the streams: looks at every playlist, and tells the screens how each stream stands.

A stream that fails is looked at less often and never given up. Every dashboard process watches; the row's
version sees that only the first of them writes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dashboard.rows import current_incident, fetch
from dashboard.video.look import standing_of
from dashboard.video.origin import Origin
from dashboard.video.standing import Standing, worth_telling
from geo.change import Change, record_async
from geo.clock import Wall
from geo.queries import load
from geo.video import video_value

log = logging.getLogger(__name__)
_SQL = load("geo", "video.sql")

#: how often a stream that plays is looked at, and how often at the list where there is none [s]
LOOK_S: Final = 2.0
IDLE_S: Final = 5.0
#: the longest wait for a stream that fails [s]
LONGEST_WAIT_S: Final = 15.0
#: streams looked at together; a slow gateway must not hold the others
TOGETHER: Final = 8

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


class VideoWatch:
    """Looks at all streams until it is cancelled."""

    def __init__(
        self,
        pool: Pool,
        origin_of: Callable[[DictRow], Origin],
        forget: Callable[[set[str]], Awaitable[None]],
        *,
        wall: Wall,
        monotonic: Callable[[], float],
    ) -> None:
        """`forget` is told the ids that there are, so that others need not hold more."""
        self._pool = pool
        self._origin_of = origin_of
        self._forget = forget
        self._wall = wall
        self._monotonic = monotonic
        self._waits: dict[str, tuple[float, float]] = {}
        self._together = asyncio.Semaphore(TOGETHER)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at once: a stream was registered or changed."""
        self._woken.set()

    async def run(self) -> None:
        """Look and tell, for ever; a database that is away is waited for."""
        while True:
            wait_s = IDLE_S
            try:
                wait_s = await self.round()
            except (psycopg.Error, PoolTimeout) as fault:
                log.warning("videos cannot be told: %s", str(fault).strip())
            except Exception:
                log.exception("fault of ours while looking at videos")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait_s)
            self._woken.clear()

    async def round(self) -> float:
        """Look once at every stream that is due; return how long to wait then [s]."""
        async with self._pool.connection() as connection:
            rows = await fetch(connection, _SQL["videos"], id=None)
        ids = {row["id"] for row in rows}
        await self._forget(ids)
        self._waits = {id_: wait for id_, wait in self._waits.items() if id_ in ids}
        now_s = self._monotonic()
        due = [row for row in rows if self._waits.get(row["id"], (0.0, 0.0))[0] <= now_s]
        found = await asyncio.gather(*(self._look(row) for row in due))
        told = [
            (row, standing) for row, standing in zip(due, found, strict=True) if worth_telling(row, standing)
        ]
        if told:
            await self._tell(told)
        return LOOK_S if rows else IDLE_S

    async def _look(self, row: DictRow) -> Standing:
        async with self._together:
            standing = await standing_of(self._origin_of(row), self._wall())
        before_s = self._waits.get(row["id"], (0.0, 0.0))[1]
        wait_s = 0.0 if standing.state == "playing" else min(max(LOOK_S, 2 * before_s), LONGEST_WAIT_S)
        self._waits[row["id"]] = (self._monotonic() + wait_s, wait_s)
        return standing

    async def _tell(self, told: list[tuple[DictRow, Standing]]) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            incident = await current_incident(connection)
            changes = [
                change
                for row, standing in told
                if (change := await self._write(connection, row, standing)) is not None
            ]
            if incident is not None:
                async with connection.cursor() as cursor:
                    await record_async(cursor, incident.id, changes)

    async def _write(
        self, connection: psycopg.AsyncConnection[Any], row: DictRow, standing: Standing
    ) -> Change | None:
        """Write how a stream stands; None when another process did, or a person changed it."""
        written = await connection.execute(
            _SQL["stand"],
            {
                "id": row["id"],
                "version": row["version"],
                "state": standing.state,
                "reason": standing.reason,
                "newest_at": standing.newest_at,
                "time_source": standing.time_source,
                "segment_s": standing.segment_s,
                "codecs": standing.codecs,
                "now": self._wall(),
            },
        )
        if written.rowcount != 1:
            return None
        [fresh] = await fetch(connection, _SQL["videos"], id=row["id"])
        return Change("video", row["id"], fresh["version"], video_value(fresh))
