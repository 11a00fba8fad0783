"""A thread that writes a run's fields and progress down while the computation goes on.

It gives a sign of life, hears when somebody asks to stop, and publishes at most once a second. While the
database is away it waits and tries again; the computation goes on until the fields it holds are too many.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

import psycopg

from geo.forecast.simulation_member import ShownField
from geo.forecast.simulation_note import Note, with_notes
from geo.forecast.simulation_store import RunLostError, Standing, tell, tick

log = logging.getLogger(__name__)

#: how often the run is looked at, and how often it is published [s]
TICK_S: Final = 0.5
PUBLISH_S: Final = 1.0
#: fields that may wait for the database
_MOST_WAITING: Final = 200
_AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class RunWriter:
    """Writes for one attempt of one run; a context manager."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        run_id: int,
        attempt: int,
        *,
        members: Sequence[str],
        until_s: float,
        notes: Sequence[Note],
    ) -> None:
        self._connect = connect
        self._run, self._attempt = run_id, attempt
        self._until_s = until_s
        self._reached = dict.fromkeys(members, 0.0)
        self._frames: dict[str, list[int]] = {}
        self._summary: dict[str, Any] = {}
        self._notes = list(notes)
        self._member: str | None = None
        self._fields: queue.Queue[ShownField] = queue.Queue(_MOST_WAITING)
        self._lock = threading.Lock()
        self._told: Standing | None = None
        self._ending = threading.Event()
        self._connection: psycopg.Connection[Any] | None = None
        #: somebody asks to stop, or the run is no longer ours
        self.stop = threading.Event()
        #: why nothing can be written any more
        self.lost: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="run writer", daemon=True)

    def __enter__(self) -> Self:
        """Begin to write."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write what is left; after a fault of the computation too."""
        self._ending.set()
        self._thread.join()
        if self._connection is not None:
            self._connection.close()
        if self.lost is not None and kind is None:
            raise self.lost

    @property
    def stopping(self) -> bool:
        """Whether to stop."""
        return self.stop.is_set()

    def remark(self, notes: Sequence[Note]) -> None:
        """Take notes for the reader."""
        with self._lock:
            self._notes = with_notes(self._notes, notes)

    def show(self, field: ShownField) -> None:
        """Take a field; waits while too many wait for the database."""
        while self.lost is None:
            try:
                self._fields.put(field, timeout=1)
            except queue.Full:
                continue
            return

    def tell(self, member: str, t_s: float) -> None:
        """Take how far a member is [s]."""
        self._reached[member] = t_s
        self._member = member

    def sum_up(self, member: str, summary: dict[str, Any], notes: Sequence[Note]) -> None:
        """Take what a member came to."""
        with self._lock:
            self._summary = {**self._summary, member: summary}
            self._notes = with_notes(self._notes, notes)

    def _standing(self, summary: dict[str, Any], notes: Sequence[Note]) -> Standing:
        reached = sum(min(t_s / self._until_s, 1.0) for t_s in self._reached.values())
        return Standing(
            progress=round(reached / len(self._reached), 4),
            member=self._member,
            frames={name: list(times) for name, times in self._frames.items()},
            summary=summary,
            notes=notes,
        )

    def _work(self) -> None:
        waited_s = PUBLISH_S
        while not self._ending.is_set():
            self._ending.wait(TICK_S)
            waited_s += TICK_S
            self._try(publish=waited_s >= PUBLISH_S)
            if waited_s >= PUBLISH_S:
                waited_s = 0.0
            if self.lost is not None:
                return
        while not self._try(publish=True):
            threading.Event().wait(TICK_S)

    def _try(self, *, publish: bool) -> bool:
        """Write once; return whether there is nothing more to be done about it."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            if tick(self._connection, self._run, self._attempt):
                self.stop.set()
            if publish:
                self._publish(self._connection)
        except _AWAY as fault:
            log.warning("the database is away: %s", str(fault).strip())
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return False
        except (RunLostError, psycopg.Error) as fault:
            self.lost = fault
            self.stop.set()
        return True

    def _publish(self, connection: psycopg.Connection[Any]) -> None:
        # What a member came to is told only with all its fields: those were shown before.
        with self._lock:
            summary, notes = self._summary, self._notes
        fields = self._waiting()
        for field in fields:
            if field.quantity == "depth":
                times = self._frames.setdefault(field.member, [])
                times += [field.t_s] if field.t_s not in times else []
        standing = self._standing(summary, notes)
        if fields or standing != self._told:
            try:
                tell(connection, self._run, self._attempt, standing, fields)
            except _AWAY:
                self._unwritten = fields
                raise
            self._unwritten = []
            self._told = standing

    _unwritten: Sequence[ShownField] = ()

    def _waiting(self) -> list[ShownField]:
        """Take all fields that wait, those first that could not be written last time."""
        fields = list(self._unwritten)
        while True:
            try:
                fields.append(self._fields.get_nowait())
            except queue.Empty:
                return fields
