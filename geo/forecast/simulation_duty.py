"""The duty of the forecast process over simulated floods: one run at a time, in a process of its own.

The process of a run gives signs of life through the database. When it ends without having ended the run
(killed, out of memory), or the whole forecast process did, the run is taken up again, and fails with words
the second time: none stays `running` for ever.
"""

from __future__ import annotations

import logging
import multiprocessing
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from typing import Any, Final

import psycopg

from geo.clock import Wall
from geo.forecast import simulation_child
from geo.forecast.simulation_store import claim, release, release_lost
from geo.forecast.simulation_trigger import Trigger
from geo.incident import Incident
from geo.settings import Settings

log = logging.getLogger(__name__)

#: how often [s]
EVERY_S: Final = 1.0
#: how long a run may take to write down what it has when it is told to end [s]
GRACE_S: Final = 5.0


@dataclass(frozen=True)
class _Running:
    run_id: int
    attempt: int
    process: SpawnProcess


class SimulationDuty:
    """Takes up waiting runs; `work` is called every `EVERY_S`, `close` at the end."""

    def __init__(self, settings: Settings, wall: Wall) -> None:
        self._settings = settings
        self._wall = wall
        self._running: _Running | None = None
        self._trigger = Trigger(settings.state_dir)

    @property
    def pid(self) -> int | None:
        """The process that computes now."""
        return None if self._running is None else self._running.process.pid

    @property
    def run_id(self) -> int | None:
        """The run that is computed now."""
        return None if self._running is None else self._running.run_id

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """See to the run in hand and to runs that were lost, and take up the next."""
        self._look(connection)
        ours = frozenset() if self._running is None else frozenset({self._running.run_id})
        for run_id in release_lost(connection, self._wall, ours=ours):
            log.warning("run %d gave no sign of life; given back", run_id)
        self._trigger.look(connection, incident, incident.now(self._wall()))
        if self._running is None and (row := claim(connection, incident, self._wall)) is not None:
            self._start(row["id"], row["attempt"])

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        running = self._running
        if running is None or running.process.is_alive():
            return
        code = running.process.exitcode
        # The run is released first: should the database be away, this is tried again.
        why = f"the computing process ended unexpectedly ({_ending(code)})"
        if release(connection, running.run_id, running.attempt, why, self._wall) is not None:
            log.error("run %d: %s", running.run_id, why)
        running.process.close()
        self._running = None

    def _start(self, run_id: int, attempt: int) -> None:
        process = multiprocessing.get_context("spawn").Process(
            target=simulation_child.main,
            args=(self._settings, run_id, attempt),
            name=f"simulation {run_id}",
        )
        process.start()
        log.info("run %d is computed by process %s (attempt %d)", run_id, process.pid, attempt)
        self._running = _Running(run_id, attempt, process)

    def close(self) -> None:
        """End the process of the run in hand; it gives the run back, to be taken up at the next start."""
        running, self._running = self._running, None
        if running is None:
            return
        running.process.terminate()
        running.process.join(GRACE_S)
        if running.process.is_alive():
            running.process.kill()
            running.process.join()
        running.process.close()


def _ending(code: int | None) -> str:
    if code is None:
        return "no exit code"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
