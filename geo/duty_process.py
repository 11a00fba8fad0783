"""A process that sees to several duties for the current incident, and tells that it lives.

One thread: it sleeps until the change feed wakes it (or a second has passed), sees to its duties and
beats. A duty that fails is tried again and said, and stops no other; the beat then says `fault`, which
screens take for down. A duty that waits for somebody else (a server, a computation) does so in a thread
or process of its own, or the beat would stop with it.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import psycopg

from geo import heartbeat
from geo.change import CHANNEL
from geo.clock import Wall, wall_now
from geo.duty import Duty
from geo.engine import connect
from geo.heartbeat import Sign
from geo.incident import Incident, NoIncidentError, find_incident
from geo.persistence import PersistentConnection, Stopped
from geo.settings import Settings

log = logging.getLogger(__name__)

#: longest sleep when nothing changes [s]: time itself makes things old, and a notification may be missed
WAIT_S: Final = 1.0
#: shortest time from one turn to the next [s]: changes are not chased one by one
TURN_S: Final = 0.1
#: how long a duty that failed is left alone [s]
PAUSE: Final = timedelta(seconds=5)


class Work(Protocol):
    """What a duty does for the current incident, on a connection in autocommit."""

    def __call__(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Do what is due."""


def _nothing() -> Mapping[str, Any]:
    return {}


def _leave() -> None:
    return


@dataclass(frozen=True)
class Charge:
    """A duty of a process by its name in logs and in the heartbeat."""

    name: str
    #: at most this often [s]
    every_s: float
    work: Work
    #: what the heartbeat's `detail` says of it
    detail: Callable[[], Mapping[str, Any]] = _nothing
    #: called once when the process ends
    close: Callable[[], None] = _leave


class DutyProcess:
    """Everything such a process holds."""

    def __init__(
        self,
        service: str,
        charges: Sequence[Charge],
        settings: Settings,
        *,
        wall: Wall = wall_now,
        random_source: random.Random | None = None,
    ) -> None:
        """Prepare the process that beats as `service`; nothing connects before `run`."""
        self._service = service
        self._charges = charges
        self._settings = settings
        self._wall = wall
        self._stop = threading.Event()
        self._started_at = wall()
        self._faults: dict[str, str] = {}
        self._held = PersistentConnection(
            self._connect,
            sleep=self._stop.wait,
            random_source=random_source or random.Random(),  # noqa: S311 - jitter, not a secret
        )

    def stop(self) -> None:
        """Ask the process to end after the duty in hand."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop`."""
        duties = [Duty(heartbeat.EVERY_S, self._beat), *map(self._duty, self._charges)]
        try:
            while not self._stop.is_set():
                began_s = time.monotonic()
                for duty in duties:
                    duty.run_if_due(self._wall())
                self._held.call(_wait_for_change)
                self._stop.wait(max(began_s + TURN_S - time.monotonic(), 0.0))
        except Stopped:
            log.info("stopped while the database was away; what is due is done when it is back")
        finally:
            for charge in self._charges:
                charge.close()
            self._held.close()

    def _connect(self) -> psycopg.Connection[Any]:
        url = self._settings.require_database_url()
        connection = connect(url, application=f"sonae-{self._service}", autocommit=True)
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def _duty(self, charge: Charge) -> Duty:
        paused_until: list[datetime] = []

        def work() -> None:
            if paused_until and self._wall() < paused_until[-1]:
                return
            paused_until.clear()
            if not self._tried(charge):
                paused_until.append(self._wall() + PAUSE)

        return Duty(charge.every_s, work)

    def _tried(self, charge: Charge) -> bool:
        """Work for the current incident, if there is one; return whether the work went well."""
        try:
            self._held.call(lambda connection: _for_current_incident(connection, charge.work))
        except Stopped:
            raise
        except Exception as fault:
            log.exception("the duty over %s failed", charge.name)
            self._faults[charge.name] = f"{type(fault).__name__}: {fault}"[:300]
            self._held.close()
            return False
        self._faults.pop(charge.name, None)
        return True

    def _beat(self) -> None:
        """Tell that we live; a duty that fails makes the state `fault`, which screens take for down."""
        sign = Sign(
            service_id=self._service,
            state="fault" if self._faults else "up",
            started_at=self._started_at,
            seen_at=self._wall(),
            detail={
                **{name: value for charge in self._charges for name, value in charge.detail().items()},
                "faults": dict(self._faults),
                "pid": os.getpid(),
            },
        )

        def beat(connection: psycopg.Connection[Any]) -> None:
            heartbeat.beat(connection, _current_id(connection), [sign])

        self._held.call(beat)


def run_until_signal(process: DutyProcess) -> None:
    """Run a process, with its log on standard error, until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    def ask(*_: object) -> None:
        process.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    process.run()


def _for_current_incident(connection: psycopg.Connection[Any], work: Work) -> None:
    # A drill's clock may have been set anew, so the incident is read each time.
    try:
        incident = find_incident(connection)
    except NoIncidentError:
        return
    work(connection, incident)


def _current_id(connection: psycopg.Connection[Any]) -> int:
    try:
        return find_incident(connection).id
    except NoIncidentError:
        return 0


def _wait_for_change(connection: psycopg.Connection[Any]) -> None:
    """Sleep until something is written, at most `WAIT_S`."""
    for _ in connection.notifies(timeout=WAIT_S, stop_after=1):
        pass
