"""Writing that outlives the database: try again while it is away, set aside what it refuses.

A database that is stopped, restarted or unreachable only delays: the batch is written when it is back,
and only then acknowledged. A row that the database itself refuses must not block the rest for ever: it is
found, put into quarantine with the database's own words, and the rest goes on.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any

import psycopg

from ingest.quarantine import Unreadable
from ingest.subscriber import Message
from ingest.writer import Work, Writer

log = logging.getLogger(__name__)

#: back-off between attempts to reach the database [s]: full jitter up to a cap that grows to `MOST`
FIRST_S, MOST_S = 0.1, 5.0

#: the database is away; anything else that psycopg raises is about the rows
AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
REFUSED = (psycopg.Error, UnicodeError)


class Stopped(Exception):  # noqa: N818 - not an error: the process was asked to end
    """Raised when the process is asked to stop while the database is away; nothing was acknowledged."""


class Persistence:
    """Holds the connection and the writer, and makes both anew after a failure."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        make_writer: Callable[[psycopg.Connection[Any]], Writer],
        *,
        sleep: Callable[[float], bool],
        random_source: random.Random,
        on_retry: Callable[[], None],
    ) -> None:
        """`sleep(seconds)` waits and returns True when the process is asked to stop."""
        self._connect = connect
        self._make_writer = make_writer
        self._sleep = sleep
        self._random = random_source
        self._on_retry = on_retry
        self._connection: psycopg.Connection[Any] | None = None
        self._writer: Writer | None = None

    def call(self, action: Callable[[psycopg.Connection[Any], Writer], Any]) -> Any:  # noqa: ANN401
        """Run `action(connection, writer)` until the database lets it through. Raises `Stopped`."""
        attempt = 0
        while True:
            try:
                connection, writer = self._open()
                return action(connection, writer)
            except AWAY as error:
                self.close()
                self._on_retry()
                cap = min(FIRST_S * 2**attempt, MOST_S)
                log.warning("database away (%s), trying again within %.1f s", str(error).strip(), cap)
                attempt += 1
                if self._sleep(self._random.uniform(0, cap)):
                    raise Stopped from error

    def write(self, work: Work, origins: list[Message]) -> int:
        """Commit `work`; `origins` names the message of each reading. Return how many were new."""
        try:
            return self._write_once(work)
        except REFUSED as error:
            log.error("the database refuses a batch (%s); looking for the rows", error)  # noqa: TRY400
            inserted = self._set_aside_refused(work, origins)
            return inserted + self._write_once(work)

    def _write_once(self, work: Work) -> int:
        return int(self.call(lambda _connection, writer: writer.write(work)))

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._writer = None

    def _open(self) -> tuple[psycopg.Connection[Any], Writer]:
        if self._connection is None or self._writer is None:
            self._connection = self._connect()
            self._writer = self._make_writer(self._connection)
        return self._connection, self._writer

    def _set_aside_refused(self, work: Work, origins: list[Message]) -> int:
        """Write the readings one by one; those refused go to `work.unreadable`. Return how many were new."""
        kept: list[int] = []
        inserted = 0
        for index, message in enumerate(origins):
            row = Work(work.now, work.readings.select([index]))
            try:
                inserted += self._write_once(row)
            except REFUSED as error:
                work.unreadable.append(
                    Unreadable(message, "database", "refused-by-database", str(error), work.now)
                )
            else:
                kept.append(index)
        work.readings = work.readings.select(kept)
        return inserted
