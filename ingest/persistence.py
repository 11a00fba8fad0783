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

from geo.persistence import PersistentConnection
from ingest.quarantine import Unreadable
from ingest.subscriber import Message
from ingest.writer import Work, Writer

log = logging.getLogger(__name__)

REFUSED = (psycopg.Error, UnicodeError)


class Persistence:
    """Holds the connection and the writer on it; both are made anew after a failure."""

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
        self._held = PersistentConnection(
            connect, sleep=sleep, random_source=random_source, on_retry=on_retry
        )
        self._make_writer = make_writer
        self._writer: Writer | None = None
        self._writes_on: psycopg.Connection[Any] | None = None

    def call(self, action: Callable[[psycopg.Connection[Any], Writer], Any]) -> Any:  # noqa: ANN401
        """Run `action(connection, writer)` until the database lets it through. Raises `Stopped`."""
        return self._held.call(lambda connection: action(connection, self._writer_on(connection)))

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
        """Close the connection; the next call opens another, with a new writer."""
        self._held.close()
        self._writer = self._writes_on = None

    def _writer_on(self, connection: psycopg.Connection[Any]) -> Writer:
        if self._writer is None or self._writes_on is not connection:
            self._writer, self._writes_on = self._make_writer(connection), connection
        return self._writer

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
