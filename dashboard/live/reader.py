"""The one reader of the change feed in a process: LISTENs, reads on, and comes back whatever happens.

A notification only wakes it; it also looks every second, and shortly after any look at which a
transaction was still running. When the database is away every screen is told, and told again when it is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from dashboard.live.hub import Batch, Hub
from dashboard.live.message import LiveChange, live_change, picture_id
from dashboard.live.recent import MOST_CHANGES
from dashboard.metrics import LiveMetrics
from geo import change
from geo.change import Horizon, Position
from geo.clock import Wall
from geo.engine import libpq_url
from geo.live_value import service_value
from geo.queries import load

log = logging.getLogger(__name__)
_SQL = load("dashboard", "snapshot.sql")

#: look again after this time [s] while a transaction was running at the last look
SETTLE_S = 0.02
#: look without being woken [s]
POLL_S = 1.0
#: between two deltas to the screens [s]: twenty a second are more than an eye follows
PACE_S = 0.05
#: an answer of the database that takes longer counts as none [s]; and all answers to begin a picture
ANSWER_S, BEGIN_S = 5.0, 30.0
#: changes that are read and sent together
BATCH = 5000
#: first and longest wait before connecting again [s]
BACKOFF_S, BACKOFF_CAP_S = 0.1, 5.0
#: how often the screens are told that the database is well [s]; a service counts as down after 10 s
TELL_S = 4.0
#: a feed held back for longer by one running transaction is told to the screens [s]
BEHIND_S = 5.0

NEVER = float("-inf")
AWAY = (psycopg.Error, OSError, TimeoutError)


class Reader:
    """Reads the feed of the current incident into a hub, for ever."""

    def __init__(
        self,
        database_url: str,
        hub: Hub,
        metrics: LiveMetrics,
        *,
        wall: Wall,
        chance: Callable[[], float],
    ) -> None:
        """`chance` gives uniform numbers in [0, 1): many processes shall not come back in one instant."""
        self._url = libpq_url(database_url)
        self._hub = hub
        self._metrics = metrics
        self._wall = wall
        self._chance = chance
        self._picture: str | None = None
        self._incident_id: int | None = None
        self._position = Position(0, 0)
        self._started_at: datetime = wall()
        self._seen_at: datetime = self._started_at
        self._version = 0
        #: by the loop's clock [s]
        self._told_at = self._looked_at = NEVER
        #: the feed has been read up to all transactions that had begun at this time
        self._mark, self._marked_at = 0, NEVER
        #: what the screens were told last: up, behind or down
        self.state = "unknown"

    async def run(self) -> None:
        """Read until cancelled."""
        failures = 0
        while True:
            try:
                async with await self._connect() as connection:
                    await self._begin(connection)
                    failures = 0
                    await self._follow(connection)
            except AWAY as fault:
                log.warning("the feed cannot be read: %s", _words(fault))
                self._tell("down", error=_words(fault))
            except Exception as fault:
                # A fault of our own must be seen on the screens as well, not end the reading.
                log.exception("the feed cannot be read")
                self._tell("down", error=f"internal fault: {_words(fault)}")
            self._metrics.connected.set(0)
            wait_s = min(BACKOFF_S * 2 ** min(failures, 10), BACKOFF_CAP_S)
            await asyncio.sleep(wait_s * (0.5 + self._chance() / 2))
            failures += 1

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            application_name="sonae dashboard feed",
            options="-c timezone=UTC",
            connect_timeout=5,
        )

    async def _begin(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Listen, and see whether what was read before can be continued."""
        async with asyncio.timeout(ANSWER_S):
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(change.CHANNEL)))
            horizon = await change.horizon(connection)
        if not horizon.can_resume(self._position):
            self._picture = None
        self._looked_at = self._told_at = self._marked_at = NEVER
        self._mark = 0
        self._metrics.connected.set(1)

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            if begun - self._looked_at >= POLL_S:
                self._looked_at = begun
                await self._look_up(connection)
            async with asyncio.timeout(ANSWER_S):
                horizon = await change.horizon(connection)
                more = await self._read(connection, horizon)
            waiting_s = self._note(horizon, loop.time())
            took = loop.time() - begun
            if more:
                # What the screens take to serve is left to everything else at least once over.
                await asyncio.sleep(max(PACE_S, 2 * took) - took)
            elif horizon.settled:
                await _woken(connection, POLL_S)
            else:
                await _woken(connection, min(max(SETTLE_S, waiting_s / 10), POLL_S))

    async def _look_up(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """See which incident is current; another one is another picture."""
        async with asyncio.timeout(ANSWER_S):
            row = await (await connection.execute(_SQL["identity"])).fetchone()
        assert row is not None  # noqa: S101 - a SELECT without FROM always answers
        picture = picture_id(row[0], row[1])
        if picture != self._picture:
            async with asyncio.timeout(BEGIN_S):
                await self._open(connection, picture, row[1])

    async def _open(
        self, connection: psycopg.AsyncConnection[Any], picture: str, incident_id: int | None
    ) -> None:
        """Begin with a picture, the newest changes of it in hand, so that screens can resume."""
        horizon = await change.horizon(connection)
        start = position = horizon.position
        batches: list[Batch] = []
        if incident_id is not None:
            oldest = Position(horizon.pruned_to, 2**62)
            found = await change.start_of_newest(connection, incident_id, MOST_CHANGES)
            start = oldest if found is None else max(found, oldest)
            position = start
            while (batch := await change.read_after(connection, incident_id, position))[0]:
                batches.append((_live(batch[0]), batch[1]))
                position = batch[1]
        self._position = position
        self._hub.restart(picture, start, batches)
        self._hub.next_transaction = horizon.next_transaction
        self._picture, self._incident_id = picture, incident_id

    async def _read(self, connection: psycopg.AsyncConnection[Any], horizon: Horizon) -> bool:
        """Read and publish one batch; return whether there was any.

        `horizon` was looked at before: when nothing is left to read, everything below it has been read.
        """
        if self._incident_id is None:
            return False
        rows, position = await change.read_after(connection, self._incident_id, self._position, limit=BATCH)
        if len(rows) < BATCH:
            position = max(position, horizon.position)
        self._position = position
        self._hub.publish(_live(rows), position)
        if rows:
            self._metrics.changes.inc(len(rows))
            self._metrics.lag.observe(max(0.0, (self._wall() - rows[0].at).total_seconds()))
        return bool(rows)

    def _note(self, horizon: Horizon, now: float) -> float:
        """Tell hub, metrics and screens how far the feed can be read.

        Return how long [s] a running transaction has held it back.
        """
        self._seen_at = self._wall()
        self._hub.next_transaction = max(self._hub.next_transaction, horizon.next_transaction)
        if horizon.visible_below >= self._mark:
            self._mark, self._marked_at = horizon.next_transaction, now
        waiting_s = now - self._marked_at
        self._metrics.waiting.set(waiting_s)
        state = "behind" if waiting_s > BEHIND_S else "up"
        if state != self.state or now - self._told_at >= TELL_S:
            self._told_at = now
            self._tell(state, **({"waiting_s": round(waiting_s, 1)} if state == "behind" else {}))
        return waiting_s

    def _tell(self, state: str, **detail: Any) -> None:  # noqa: ANN401
        if state == self.state == "down":
            return
        self.state = state
        value = service_value(
            {
                "id": "database",
                "seen_at": self._seen_at,
                "started_at": self._started_at,
                "state": state,
                "detail": detail,
            }
        )
        # The wall clock as version: it rises across restarts and is alike in all our processes.
        self._version = max(self._version + 1, int(self._wall().timestamp() * 1000))
        self._hub.publish_local("service", "database", self._version, value)


def _live(rows: list[change.ReadChange]) -> list[LiveChange]:
    return [live_change(row.kind, row.object_id, row.version, row.value) for row in rows]


def _words(fault: BaseException) -> str:
    """Return the first line of what a fault says, its name when it says nothing."""
    return (str(fault).strip() or type(fault).__name__).splitlines()[0][:200]


async def _woken(connection: psycopg.AsyncConnection[Any], timeout_s: float) -> None:
    """Wait for a notification, at most `timeout_s`; those that came together wake once."""
    async for _notification in connection.notifies(timeout=timeout_s, stop_after=1):
        pass
