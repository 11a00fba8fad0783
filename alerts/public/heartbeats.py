"""The public face's sign of life: in a thread, so that a database that hangs stops no answer."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from geo import heartbeat
from geo.clock import Wall
from geo.engine import connect
from geo.heartbeat import Sign
from geo.incident import NoIncidentError, find_incident

log = logging.getLogger(__name__)


class Heartbeats(threading.Thread):
    """Beats as `service` until `stop`; `state` gives what is wrong (None = nothing) and the detail."""

    def __init__(
        self,
        database_url: str,
        service: str,
        state: Callable[[], tuple[str | None, Mapping[str, Any]]],
        *,
        wall: Wall,
    ) -> None:
        super().__init__(name=f"{service} heartbeats", daemon=True)
        self._url = database_url
        self._service = service
        self._state = state
        self._wall = wall
        self._started_at = wall()
        self._asked = threading.Event()

    def stop(self) -> None:
        """Ask it to end and wait for it."""
        self._asked.set()
        self.join(timeout=10)

    def run(self) -> None:
        """Beat until asked to stop; the database may come and go."""
        while not self._asked.is_set():
            try:
                with connect(self._url, application="sonae public beat", autocommit=True) as connection:
                    while not self._asked.is_set():
                        self._beat(connection)
                        self._asked.wait(heartbeat.EVERY_S)
            except psycopg.Error as fault:
                log.warning("no heartbeat: %s", str(fault).strip())
                self._asked.wait(heartbeat.EVERY_S)

    def _beat(self, connection: psycopg.Connection[Any]) -> None:
        fault, detail = self._state()
        sign = Sign(
            service_id=self._service,
            state="up" if fault is None else "fault",
            started_at=self._started_at,
            seen_at=self._wall(),
            detail={**detail, "fault": fault, "pid": os.getpid()},
        )
        try:
            incident = find_incident(connection).id
        except NoIncidentError:
            incident = 0
        heartbeat.beat(connection, incident, [sign])
