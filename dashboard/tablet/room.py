"""The room where shelters are worked on: threads with connections of their own, away from the screens.

Folding a shelter's operations takes milliseconds of the processor. In the event loop that would delay
every live map; here it delays nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from dashboard.errors import NoIncidentOpenError, TooManyAttemptsError
from geo.attempts import Attempts
from geo.engine import libpq_url
from geo.incident import Incident, NoIncidentError, find_incident
from shelters.operation_log import OperationLog

T = TypeVar("T")
Connection = psycopg.Connection[Any]

#: connections beside the event loop's own
POOL_MOST: Final = 4
POOL_WAIT_S: Final = 3.0
#: of one tablet: a burst after a night without network, then steadily; of one family search account
SYNC_BURST, SYNC_EVERY_S = 120, 0.5
SEARCH_BURST, SEARCH_EVERY_S = 10, 60.0
ENROL_BURST, ENROL_EVERY_S = 20, 10.0
#: a family search is answered no sooner [s], so that the time tells nothing
SEARCH_TAKES_S: Final = 0.5


class TabletRoom:
    """What the routes of tablets, registers and supplies use. Making it connects nothing."""

    def __init__(self, database_url: str) -> None:
        self.log = OperationLog()
        self.sync_attempts = Attempts(burst=SYNC_BURST, every_s=SYNC_EVERY_S)
        self.search_attempts = Attempts(burst=SEARCH_BURST, every_s=SEARCH_EVERY_S)
        self.enrol_attempts = Attempts(burst=ENROL_BURST, every_s=ENROL_EVERY_S)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            libpq_url(database_url),
            connection_class=psycopg.Connection[Any],
            kwargs={
                "autocommit": True,
                "application_name": "sonae dashboard tablets",
                "options": "-c timezone=UTC -c statement_timeout=20s",
                "connect_timeout": 5,
            },
            min_size=1,
            max_size=POOL_MOST,
            timeout=POOL_WAIT_S,
            check=ConnectionPool.check_connection,
            reconnect_timeout=5,
            open=False,
            name="tablets",
        )

    async def __aenter__(self) -> Self:
        """Begin to connect; a database that is away is waited for by each request."""
        await asyncio.to_thread(self._pool.open)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._pool.close)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Return `work(connection)`, done in a thread."""

        def in_thread() -> T:
            with self._pool.connection() as connection:
                return work(connection)

        return await asyncio.to_thread(in_thread)


def open_incident_of(connection: Connection) -> Incident:
    """Return the current incident. Raises `NoIncidentOpenError`."""
    try:
        return find_incident(connection)
    except NoIncidentError as fault:
        raise NoIncidentOpenError("no incident is open") from fault


def take_attempt(attempts: Attempts, key: str, now_s: float, what: str) -> None:
    """Count a request of `key`. Raises `TooManyAttemptsError`."""
    wait_s = attempts.wait_s(key, now_s)
    if wait_s:
        raise TooManyAttemptsError(wait_s, what)
