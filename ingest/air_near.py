"""The duty over nearness (参考情報): all pairs at once, from smoothed positions, told while they last."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.rows import dict_row

from geo.air_value import proximity_id, proximity_value
from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.clock import Wall
from geo.incident import Incident
from geo.queries import load
from ingest.air_contact import Row
from ingest.air_event import came_near
from ingest.air_picture import AirPicture
from ingest.air_watch import Cursor, as_json, as_of, heard_vehicles, try_hold
from sensors.motion.air_rules import AirRules, air_rules
from sensors.motion.limits import MotionLimits, motion_limits
from sensors.motion.nearness import Meeting, Nearness, Pair, nearness

_SQL = load("ingest", "air.sql")
#: a pair that stands is told anew at most so often [s], and only when one of these changed by as much
RENEW_S: Final = 1.0
_MOVED_M, _MOVED_S = 10.0, 2.0


class NearnessDuty:
    """Keeps the pairs that are near each other."""

    def __init__(
        self,
        wall: Wall,
        *,
        rules: AirRules | None = None,
        limits: MotionLimits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Rules are the project's unless given; `monotonic` is a clock [s]."""
        self._wall = wall
        self._rules = rules or air_rules()
        self._limits = limits or motion_limits()
        self._monotonic = monotonic
        self._picture = AirPicture(self._rules)
        self._incident_id: int | None = None
        #: when a pair was last written [s]
        self._renewed: dict[Pair, float] = {}
        #: what the heartbeat tells: pairs that stand, vehicles not heard newly enough, seconds of a turn
        self.detail: dict[str, Any] = {"near": 0, "not_compared": 0, "near_s": 0.0}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Look at all pairs once. Raises what psycopg raises, having written nothing."""
        began = self._monotonic()
        if incident.id != self._incident_id:
            self._picture, self._incident_id = AirPicture(self._rules), incident.id
        now = incident.now(self._wall())
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if not try_hold(cursor, incident.id):
                return
            rows = [row for row in heard_vehicles(cursor, incident.id, now) if row["contact"] != "lost"]
            retell_s = self._rules.nearness.retell_s
            parameters = {"incident": incident.id, "now": now, "retell_s": retell_s}
            known = {_pair(row): row for row in cursor.execute(_SQL["pairs"], parameters).fetchall()}
            standing = {pair for pair, row in known.items() if row["ended_at"] is None}
            moment = as_of(incident, now, rows)
            craft = self._picture.take(rows, moment)
            found = nearness(craft, standing, self._limits, self._rules.nearness)
            changed = self._changed(found, known, {row["id"] for row in rows}, now, moment)
            self._write(cursor, incident.id, {row["id"]: row for row in rows}, found, known, changed, now)
        self.detail = {
            "near": len(found.pairs),
            "not_compared": len(found.unplaced),
            "near_s": round(self._monotonic() - began, 3),
        }

    def _changed(
        self,
        found: Nearness,
        known: Mapping[Pair, Row],
        heard: set[str],
        now: datetime,
        moment: datetime,
    ) -> list[dict[str, Any]]:
        """Return the rows to be written: pairs that are new, have moved, or have ended."""
        now_s = self._monotonic()
        rows = []
        for pair, meeting in found.pairs.items():
            row = pair_row(pair, meeting, known.get(pair), now, moment)
            renewed_s = self._renewed.get(pair, -np.inf)
            if _is_standing(known.get(pair)) and (
                now_s - renewed_s < RENEW_S or not _has_moved(row, known[pair])
            ):
                continue
            self._renewed[pair] = now_s
            rows.append(row)
        for pair, before in known.items():
            if _is_standing(before) and pair not in found.pairs and _is_over(pair, heard, found.unplaced):
                rows.append({**_plain(before), "ended_at": now})
                self._renewed.pop(pair, None)
        return rows

    def _write(
        self,
        cursor: Cursor,
        incident_id: int,
        vehicles: Mapping[str, Row],
        found: Nearness,
        known: Mapping[Pair, Row],
        changed: Sequence[dict[str, Any]],
        now: datetime,
    ) -> None:
        if not changed:
            return
        cursor.execute(_SQL["put_pairs"], {"incident": incident_id, "rows": as_json(changed)})
        changes = [
            Change(
                "proximity",
                proximity_id(row["first_id"], row["second_id"]),
                row["version"],
                proximity_value(row),
            )
            for row in cursor.fetchall()
        ]
        events: list[Event] = [
            came_near(vehicles[pair[0]], vehicles[pair[1]], now, found.pairs[pair])
            for pair in map(_pair, changed)
            # `known` holds also those that ended not long ago: they are not told again
            if pair in found.pairs and pair not in known
        ]
        record(cursor, incident_id, [*changes, *write_events(cursor, incident_id, events)])


def pair_row(
    pair: Pair, meeting: Meeting, before: Row | None, now: datetime, moment: datetime
) -> dict[str, Any]:
    """Return the row of a pair at `now`, from what was found as of `moment`.

    A pair that is near already keeps the moment at which it became so.
    """
    going_on = before is not None and before["ended_at"] is None
    entry_at = moment + timedelta(seconds=meeting.entry_s)
    if before is not None and going_on and meeting.entry_s <= 0:
        entry_at = min(before["entry_at"], entry_at)
    return {
        "first_id": pair[0],
        "second_id": pair[1],
        "since": before["since"] if before is not None and going_on else now,
        "entry_at": entry_at,
        "closest_at": moment + timedelta(seconds=meeting.closest_s),
        "horizontal_m": round(meeting.horizontal_m, 1),
        "vertical_m": None if meeting.vertical_m is None else round(meeting.vertical_m, 1),
        "horizontal_only": meeting.horizontal_only,
        "ended_at": None,
    }


def _plain(row: Row) -> dict[str, Any]:
    names = ("first_id", "second_id", "since", "entry_at", "closest_at", "horizontal_m", "vertical_m")
    return {name: row[name] for name in (*names, "horizontal_only")}


def _pair(row: Row) -> Pair:
    return row["first_id"], row["second_id"]


def _is_standing(row: Row | None) -> bool:
    return row is not None and row["ended_at"] is None


def _is_over(pair: Pair, heard: AbstractSet[str], unplaced: AbstractSet[str]) -> bool:
    """Whether two are apart, or one is lost; whose place is only too old says nothing, so the pair stands."""
    return not set(pair) <= heard or not set(pair) & unplaced


def _has_moved(row: Row, before: Row) -> bool:
    moved_m: float = abs(row["horizontal_m"] - before["horizontal_m"])
    moved_s: float = max(
        abs((row[name] - before[name]).total_seconds()) for name in ("entry_at", "closest_at")
    )
    flat: bool = row["horizontal_only"] != before["horizontal_only"]
    climbed_m: float = abs((row["vertical_m"] or 0.0) - (before["vertical_m"] or 0.0))
    return flat or max(moved_m, climbed_m) > _MOVED_M or moved_s > _MOVED_S
