"""A connection to the database that outlives it: away, restarted or unreachable, it is tried again.

What was not committed is done again when the database is back; so an action must be whole in itself.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg

log = logging.getLogger(__name__)
T = TypeVar("T")

#: back-off between attempts to reach the database [s]: full jitter up to a cap that grows to `MOST_S`
FIRST_S: Final = 0.1
MOST_S: Final = 5.0

#: the database is away; anything else that psycopg raises is about the rows
AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class Stopped(Exception):  # noqa: N818 - not an error: the process was asked to end
    """Raised when the process is asked to stop while the database is away; nothing was committed."""


class PersistentConnection:
    """Holds one connection and makes it anew after a failure."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        *,
        sleep: Callable[[float], bool],
        random_source: random.Random,
        on_retry: Callable[[], None] = lambda: None,
    ) -> None:
        """`sleep(seconds)` waits and returns True when the process is asked to stop."""
        self._connect = connect
        self._sleep = sleep
        self._random = random_source
        self._on_retry = on_retry
        self._connection: psycopg.Connection[Any] | None = None

    def call(self, action: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Run `action(connection)` until the database lets it through. Raises `Stopped`."""
        attempt = 0
        while True:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                return action(self._connection)
            except AWAY as error:
                self.close()
                self._on_retry()
                cap = min(FIRST_S * 2**attempt, MOST_S)
                log.warning("database away (%s), trying again within %.1f s", str(error).strip(), cap)
                attempt += 1
                if self._sleep(self._random.uniform(0, cap)):
                    raise Stopped from error

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
