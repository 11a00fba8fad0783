"""A recorded storm, sent as its gauges would send it, on a clock that the whole system follows.

Every reading is published by its own gauge at the moment it became due on the incident's clock: when
it was observed, and a little later for the way. Official warnings are recorded at their time of issue
through the same store that a feed of 気象庁's telegrams would use, whose stand-in this is.

Stopping freezes the incident's clock; the next replay goes on from there and leaves out what the
database already holds. After a crash it goes on from what was received last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from zlib import crc32

import psycopg

from alerts.warning import Telegram
from geo.clock import ReplayClock, wall_now
from geo.engine import connect
from geo.incident import Incident, find_incident, set_clock
from ops.errors import OpsError
from ops.fleet import Fleet
from ops.heartbeat import read_heartbeats
from ops.scenario import Scenario, ScenarioReading, require_demo
from ops.servers.process import wait_until
from ops.warning_feed import WarningFeed

#: first key of the advisory lock that keeps two replays of one incident apart (arbitrary, but fixed)
REPLAY_LOCK: Final = 7_266_326
#: how long a reading is on its way, from the shortest to the longest [s]
DELAY_S: Final = (20, 60)
#: how long the broker may take to acknowledge the rest, and the ingest to appear [s]
ACKNOWLEDGE_S: Final = 60.0
INGEST_S: Final = 30.0
JST: Final = timezone(timedelta(hours=9))


class ReplayError(OpsError):
    """Raised when a storm cannot be replayed; says what is missing."""


@dataclass(frozen=True)
class Due:
    """Something that happens at a moment of the incident's clock."""

    at: datetime
    item: ScenarioReading | Telegram


@dataclass(frozen=True)
class Progress:
    """How far a replay is."""

    now: datetime
    sent: int
    acknowledged: int
    telegrams: int
    total: int


@dataclass(frozen=True)
class Report:
    """What a replay did. `already_there` readings were left out, because the database held them."""

    clock: ReplayClock
    readings: int
    already_there: int
    sent: int
    acknowledged: int
    telegrams: int
    reconnections: int
    seconds: float
    #: False when it was stopped on the way
    finished: bool


def delay(key: str) -> timedelta:
    """Return how long a reading is on its way: the same for the same reading in every replay."""
    shortest, longest = DELAY_S
    return timedelta(seconds=shortest + crc32(key.encode()) % (longest - shortest + 1))


def plan(scenario: Scenario) -> list[Due]:
    """Return everything that happens, in the order of the incident's clock.

    What a gauge said before the period arrives at its start: it is what the gauge last said.
    """
    due = [Due(reading.observed_at + delay(reading.key), reading) for reading in scenario.readings]
    due += [Due(told.issued_at, told) for told in scenario.telegrams]
    within = [replace(one, at=min(max(one.at, scenario.start), scenario.end)) for one in due]
    # At one moment a gauge's older reading goes first: sorting is stable, and the files are in order.
    return sorted(within, key=lambda one: one.at)


def message(reading: ScenarioReading, datum: str) -> dict[str, Any]:
    """Return what a gauge sends for a reading (docs/topics.md)."""
    return {
        "id": reading.key,
        "time": reading.observed_at.astimezone(JST).isoformat(),
        "level_m": reading.level_m,
        "datum": datum,
    }


class Playback:
    """One replay of one scenario. `fleet` is connected; the incident exists (`import_scenario`)."""

    def __init__(
        self,
        scenario: Scenario,
        database_url: str,
        fleet: Fleet,
        *,
        speed: float,
        begin: datetime | None = None,
        end: datetime | None = None,
        stop: threading.Event | None = None,
        wall: Callable[[], datetime] = wall_now,
    ) -> None:
        """`speed` is seconds of the storm per second; `begin` and `end` cut the period."""
        if not 0 < speed <= 1_000_000:
            raise ReplayError(f"speed is {speed:g}; it must lie between 0 and 1,000,000")
        self._scenario = scenario
        self._database_url = database_url
        self._fleet = fleet
        self._speed = speed
        self._begin = begin
        self._end = min(end or scenario.end, scenario.end)
        self._stop = stop or threading.Event()
        self._wall = wall

    def run(self, on_progress: Callable[[Progress], None] = lambda _: None) -> Report:
        """Replay until the end or `stop`. Raises `ReplayError` and `FleetError`."""
        began = time.monotonic()
        with self._hold() as connection:
            incident = find_incident(connection, self._scenario.slug)
            there = _keys_there(connection, incident)
            begin = self._where_to_begin(connection, incident)
            clock = ReplayClock(base=begin, wall=self._wall(), speed=self._speed, end=self._end)
            incident = set_clock(connection, incident, clock)
            todo = [due for due in plan(self._scenario) if due.at <= self._end and not _is_there(due, there)]
            feed = WarningFeed(self._database_url, incident, wall=self._wall)
            with feed:
                finished = self._send_all(todo, clock, feed, on_progress)
            if not finished or clock.end < self._scenario.end:
                self._freeze(incident, clock)
        return Report(
            clock=clock,
            readings=len(self._scenario.readings),
            already_there=len(there),
            sent=self._fleet.sent,
            acknowledged=self._fleet.acknowledged,
            telegrams=feed.recorded,
            reconnections=self._fleet.reconnections,
            seconds=time.monotonic() - began,
            finished=finished,
        )

    @contextmanager
    def _hold(self) -> Iterator[psycopg.Connection[Any]]:
        """Hold the incident: two replays at once would fight for its clock and its gauges' accounts."""
        with connect(self._database_url, application="sonae replay", autocommit=True) as connection:
            require_demo(connection)
            incident = find_incident(connection, self._scenario.slug)
            row = connection.execute(
                "SELECT pg_try_advisory_lock(%s, %s)", (REPLAY_LOCK, incident.id)
            ).fetchone()
            if row is None or not row[0]:
                raise ReplayError(f"{self._scenario.slug} is being replayed already; stop that replay first")
            yield connection

    def _where_to_begin(self, connection: psycopg.Connection[Any], incident: Incident) -> datetime:
        reached = _reached(connection, incident)
        begin = self._begin or reached or self._scenario.start
        if reached is not None and begin < reached:
            raise ReplayError(
                f"the storm has reached {reached:%Y-%m-%d %H:%M} UTC and cannot go back to {begin:%H:%M};"
                " './sonae demo --from-start' begins it anew"
            )
        if not self._scenario.start <= begin <= self._scenario.end:
            raise ReplayError(
                f"{begin:%Y-%m-%d %H:%M} UTC lies outside the scenario"
                f" ({self._scenario.start:%Y-%m-%d %H:%M} to {self._scenario.end:%Y-%m-%d %H:%M} UTC)"
            )
        self._end = max(self._end, begin)
        return begin

    def _send_all(
        self,
        todo: Sequence[Due],
        clock: ReplayClock,
        feed: WarningFeed,
        on_progress: Callable[[Progress], None],
    ) -> bool:
        """Let everything happen when it is due; return False when stopped before the end."""
        for due in todo:
            if not self._wait_until(clock, due.at, feed, len(todo), on_progress):
                return False
            if isinstance(due.item, Telegram):
                feed.tell(due.item)
            else:
                self._fleet.send(due.item.gauge_id, message(due.item, self._scenario.datum))
        self._fleet.wait_acknowledged(ACKNOWLEDGE_S, stop=self._stop)
        feed.wait(stop=self._stop)
        return self._wait_until(clock, clock.end, feed, len(todo), on_progress)

    def _wait_until(
        self,
        clock: ReplayClock,
        moment: datetime,
        feed: WarningFeed,
        total: int,
        on_progress: Callable[[Progress], None],
    ) -> bool:
        while True:
            now = clock.at(self._wall())
            on_progress(Progress(now, self._fleet.sent, self._fleet.acknowledged, feed.recorded, total))
            feed.raise_fault()
            if self._stop.is_set():
                return False
            left_s = (clock.wall_at(moment) - self._wall()).total_seconds()
            if left_s <= 0:
                return True
            self._stop.wait(min(left_s, 0.25))

    def _freeze(self, incident: Incident, clock: ReplayClock) -> None:
        """Let the incident's time stand still; with the database away it runs on, as after a crash."""
        wall = self._wall()
        now = clock.at(wall)
        with suppress(psycopg.OperationalError), connect(self._database_url) as connection:
            set_clock(connection, incident, replace(clock, base=now, wall=wall, end=now))


def _reached(connection: psycopg.Connection[Any], incident: Incident) -> datetime | None:
    """Return the moment an earlier replay reached, None when there was none."""
    clock = incident.clock
    if clock is None:
        return None
    if clock.base == clock.end:
        return clock.base
    row = connection.execute(
        "SELECT greatest((SELECT max(received_at) FROM reading WHERE incident_id = %(incident)s),"
        " (SELECT max(received_at) FROM warning_telegram WHERE incident_id = %(incident)s))",
        {"incident": incident.id},
    ).fetchone()
    return max(clock.base, row[0]) if row is not None and row[0] is not None else clock.base


def _keys_there(connection: psycopg.Connection[Any], incident: Incident) -> set[str]:
    rows = connection.execute("SELECT key FROM reading WHERE incident_id = %s", (incident.id,))
    return {row[0] for row in rows}


def _is_there(due: Due, keys: set[str]) -> bool:
    return isinstance(due.item, ScenarioReading) and due.item.key in keys


def wait_for_ingest(database_url: str, *, timeout_s: float = INGEST_S) -> None:
    """Wait until an ingest process listens to the broker: what is sent before has no reader.

    Raises `ReplayError` when none appears.
    """

    def listens() -> bool:
        beats = read_heartbeats(database_url)
        return any(
            beat.fresh and beat.id.startswith("ingest") and beat.detail.get("broker") == "connected"
            for beat in beats
        )

    if not wait_until(listens, timeout_s):
        raise ReplayError(
            f"no ingest process has been connected to the broker for {timeout_s:g} s:"
            " start it ('./sonae demo', or './sonae ingest' beside the servers)"
        )
