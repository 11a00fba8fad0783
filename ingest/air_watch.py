"""The duties over the air: contact, nearness, airspaces, each in one transaction of its own.

What was decided is in the database: a process that starts anew tells nothing twice and forgets nobody. Two
such processes do not disturb each other: one at a time holds an incident. Rows of vehicles that ingest is
writing are never waited for, they are looked at again in the next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import DictRow, dict_row

from geo.change import record
from geo.chronology import Event, write_events
from geo.clock import Wall
from geo.incident import Incident
from geo.queries import load
from ingest.air_contact import Hearing, Row, contact_limits, decide, hearing, last_known, silent_sources
from ingest.air_event import LOST, contact_lost, heard_again, source_silent
from ingest.track_ground import GroundHeights
from ingest.track_writer import vehicle_changes
from sensors.motion.air_rules import AirRules, air_rules
from sensors.motion.contact import ContactState
from sensors.motion.limits import MotionLimits, motion_limits
from sensors.motion.loss import weigh

log = logging.getLogger(__name__)
_SQL = load("ingest", "air.sql")
#: first key of the advisory lock of the air (arbitrary, but fixed)
AIR_LOCK: Final = 7_266_347
#: how often [s]
EVERY_S: Final = 0.5

Cursor = psycopg.Cursor[DictRow]


def try_hold(cursor: Cursor, incident_id: int) -> bool:
    """Take the air of an incident for this transaction; False = somebody else has it."""
    row = cursor.execute(_SQL["try_hold"], {"lock": AIR_LOCK, "incident": incident_id}).fetchone()
    return row is not None and bool(row["held"])


def heard_vehicles(cursor: Cursor, incident_id: int, now: datetime) -> list[DictRow]:
    """Return the vehicles that may be somewhere now."""
    return cursor.execute(_SQL["heard"], {"incident": incident_id, "now": now}).fetchall()


def as_json(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as the statements take them."""
    return msgspec.json.encode(list(rows)).decode()


def replay_speed(incident: Incident, now: datetime) -> float:
    """Return how many times as fast as the wall's the incident's clock runs (1 for one that stands still)."""
    clock = incident.clock
    return 1.0 if clock is None or now >= clock.end else clock.speed


class ContactDuty:
    """Keeps who is live, stale or lost, and tells losses and returns."""

    def __init__(
        self,
        wall: Wall,
        *,
        ground: GroundHeights | None = None,
        rules: AirRules | None = None,
        limits: MotionLimits | None = None,
    ) -> None:
        """Rules are the project's unless given; without `ground` no height above ground is known."""
        self._wall = wall
        self._ground = ground
        self._rules = rules or air_rules()
        self._limits = limits or motion_limits()
        self._hearing: Hearing | None = None
        #: what the heartbeat tells: vehicles by state, and whether anybody listens to the field
        self.detail: dict[str, Any] = {"contacts": {}, "listening": False}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Look at everybody once. Raises what psycopg raises, having written nothing."""
        wall = self._wall()
        now = incident.now(wall)
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if not try_hold(cursor, incident.id):
                return
            services = cursor.execute(_SQL["ears"]).fetchall()
            self._hearing = hearing(services, wall, self._hearing, self._rules.loss)
            rows = heard_vehicles(cursor, incident.id, now)
            limits = contact_limits(self._limits.contact, self._rules.loss, replay_speed(incident, now))
            since = incident.now(self._hearing.since)
            states = decide(rows, now, self._hearing, since, limits)
            self._write(cursor, incident.id, rows, states, now)
        self._tell_detail(rows, states)

    def _write(
        self,
        cursor: Cursor,
        incident_id: int,
        rows: Sequence[DictRow],
        states: dict[str, ContactState],
        now: datetime,
    ) -> None:
        if not states:
            return
        known = {row["id"]: row for row in rows}
        # Read before any row is held: a file of terrain may be slow, and ingest must not wait for it.
        grounds = {name: self._ground_m(known[name]) for name, state in states.items() if state == "lost"}
        wanted = [
            {"vehicle_id": name, "version": known[name]["version"], "contact": state}
            for name, state in states.items()
        ]
        cursor.execute(_SQL["contacts"], {"incident": incident_id, "now": now, "rows": as_json(wanted)})
        done = sorted(row["vehicle_id"] for row in cursor.fetchall())
        lost = [known[name] for name in done if states[name] == "lost"]
        back = [known[name] for name in done if known[name]["contact"] == "lost" and states[name] != "lost"]
        taken = {name: states[name] for name in done}
        sources = silent_sources(rows, taken, now, self._rules.loss)
        events = [
            *(source_silent(name, now, count, self._rules.loss) for name, count in sources.items()),
            *self._losses(cursor, lost, grounds, now),
            *_returns(cursor, incident_id, back, now),
        ]
        changes = vehicle_changes(cursor, incident_id, done)
        record(cursor, incident_id, [*changes, *write_events(cursor, incident_id, events)])

    def _ground_m(self, row: Row) -> float | None:
        if self._ground is None:
            return None
        try:
            return self._ground.at(row["lon"], row["lat"])
        except Exception:
            log.exception("the ground under %s cannot be read; its loss is told without", row["id"])
            return None

    def _losses(
        self, cursor: Cursor, lost: Sequence[Row], grounds: Mapping[str, float | None], now: datetime
    ) -> list[Event]:
        events = []
        for row, over_water in zip(lost, _waters(cursor, lost), strict=True):
            last = last_known(row, now, ground_m=grounds[row["id"]], over_water=over_water)
            weight = weigh(last, self._rules.loss)
            if weight is not None:
                events.append(contact_lost(row, now, weight))
        return events

    def _tell_detail(self, rows: Sequence[Row], states: dict[str, ContactState]) -> None:
        counts: dict[str, int] = {}
        for row in rows:
            state: str = states.get(row["id"]) or row["contact"]
            state = "ended" if state == "lost" and row["goodbye"] and row["on_ground"] else state
            counts[state] = counts.get(state, 0) + 1
        listening = self._hearing is not None and self._hearing.open
        self.detail = {"contacts": counts, "listening": listening}


def _returns(cursor: Cursor, incident_id: int, back: Sequence[Row], now: datetime) -> list[Event]:
    """Return the entries of those whose loss was told; a loss that was not told ends without a word."""
    if not back:
        return []
    parameters = {"incident": incident_id, "vehicles": [row["id"] for row in back]}
    told = {row["object_id"]: row for row in cursor.execute(_SQL["told_losses"], parameters).fetchall()}
    return [
        heard_again(row, now, told[row["id"]]["event_at"])
        for row in back
        if row["id"] in told and told[row["id"]]["code"] == LOST
    ]


def _waters(cursor: Cursor, rows: Sequence[Row]) -> list[bool | None]:
    if not rows:
        return []
    parameters = {"lons": [row["lon"] for row in rows], "lats": [row["lat"] for row in rows]}
    return [row["over_water"] for row in cursor.execute(_SQL["waters"], parameters).fetchall()]


def as_of(incident: Incident, now: datetime, rows: Sequence[Row]) -> datetime:
    """Return the moment that positions are compared at: now.

    In a replay faster than the wall clock, where what the chain takes is minutes of the incident, the moment
    of the newest position.
    """
    if not rows or replay_speed(incident, now) <= 1:
        return now
    newest: datetime = max(row["observed_at"] for row in rows)
    return min(now, newest)
