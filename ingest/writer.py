"""One transaction per batch: readings, verdicts, states, chronology, quarantine, and what changed.

Everything of a batch is committed together or not at all, so that no screen ever hears of a reading that
is not in the database, and a crash at any point leaves nothing half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import dict_row

from geo.arrays import (
    bool_array,
    float8_array,
    int2_array,
    int4_array,
    register,
    timestamptz_array,
)
from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.live_value import gauge_value
from geo.partition import ensure_months
from geo.queries import load
from ingest import quarantine
from ingest.camera_desk import FrameWork
from ingest.camera_writer import write_frames
from ingest.event import spoke_again
from ingest.photo_message import write_photos
from ingest.quarantine import Unreadable
from ingest.register import KnownGauge

_SQL = load("ingest", "write.sql")
Known = Callable[[str], KnownGauge]
Floats = NDArray[np.float64]


@dataclass(slots=True)
class ReadingColumns:
    """Readings of a batch, by column, as the table wants them; times [s since 1970-01-01 UTC]."""

    gauge_ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    #: JSON of fields that are not interpreted
    extras: list[str | None] = field(default_factory=list)
    observed_s: Floats = field(default_factory=lambda: np.empty(0))
    received_s: Floats = field(default_factory=lambda: np.empty(0))
    #: NaN = the device told no time
    device_s: Floats = field(default_factory=lambda: np.empty(0))
    #: NaN = missing
    level_m: Floats = field(default_factory=lambda: np.empty(0))
    flag: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    reasons: NDArray[np.uint16] = field(default_factory=lambda: np.empty(0, np.uint16))
    corrected: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    #: whether the same message may be there under another observed time
    doubtful: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.keys)

    def select(self, rows: Sequence[int]) -> ReadingColumns:
        """Return the readings at `rows`, in that order."""
        chosen = ReadingColumns()
        for name in ReadingColumns.__slots__:
            column = getattr(self, name)
            picked = [column[row] for row in rows] if isinstance(column, list) else column[list(rows)]
            setattr(chosen, name, picked)
        return chosen

    def months(self) -> set[tuple[int, int]]:
        """Return the (year, month) in UTC of all observed times."""
        whole = np.unique(self.observed_s.astype("datetime64[s]").astype("datetime64[M]"))
        return {(month.year, month.month) for month in whole.tolist()}

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of `write.sql: readings`."""
        same_source = len(set(self.sources)) == 1
        return {
            "gauge_ids": self.gauge_ids,
            "keys": self.keys,
            # unnest pads a shorter array with nulls: what is alike for all rows is sent once, or not at all
            "source": self.sources[0],
            "sources": [] if same_source else self.sources,
            "extras": self.extras if any(extra is not None for extra in self.extras) else [],
            "observed": timestamptz_array(self.observed_s),
            "received": timestamptz_array(self.received_s),
            "device": timestamptz_array(self.device_s),
            "levels": float8_array(self.level_m),
            "flags": int2_array(self.flag),
            "reasons": int4_array(self.reasons),
            "corrected": bool_array(self.corrected),
            "doubtful": bool_array(self.doubtful),
        }


@dataclass(slots=True, frozen=True)
class Verdict:
    """A later judgement on an earlier reading."""

    gauge_id: str
    observed_at: datetime
    decided_at: datetime
    flag: int
    reasons: int


@dataclass(slots=True, frozen=True)
class DeviceStatus:
    """What a device, or its last will, said of its connection."""

    device_id: str
    online: bool
    seen_at: datetime


@dataclass(slots=True)
class Work:
    """Everything one batch of messages amounts to, ready to be written (again, if the database was away)."""

    #: by the incident's clock
    now: datetime
    readings: ReadingColumns = field(default_factory=ReadingColumns)
    verdicts: list[Verdict] = field(default_factory=list)
    #: new `river_state` rows, keyed by its columns
    states: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    statuses: list[DeviceStatus] = field(default_factory=list)
    frames: list[FrameWork] = field(default_factory=list)
    #: columns of photographs (`geo/sql/photo.sql`)
    photos: list[dict[str, Any]] = field(default_factory=list)


class Writer:
    """Writes `Work` for one incident on one connection."""

    def __init__(self, connection: psycopg.Connection[Any], incident_id: int, known: Known) -> None:
        """`known` gives a gauge of the register by its id."""
        register(connection)
        self._connection = connection
        self._incident_id = incident_id
        self._known = known
        self._months: set[tuple[int, int]] = set()

    def write(self, work: Work) -> int:
        """Commit `work`; return how many readings were new. Raises what psycopg raises, writing nothing."""
        months = work.readings.months() - self._months
        with self._connection.transaction(), self._connection.cursor(row_factory=dict_row) as cursor:
            if months:
                ensure_months(cursor, months)
            inserted = self._write_readings(cursor, work.readings)
            self._write_verdicts(cursor, work.verdicts)
            rows = self._write_states(cursor, work)
            _, seen = write_frames(cursor, self._incident_id, work.frames)
            changes = [*seen, *write_photos(cursor, self._incident_id, work.photos)]
            changes += [state_change(self._known(row["gauge_id"]), row) for row in rows]
            events = [*work.events, *self._spoken_again(rows)]
            changes += write_events(cursor, self._incident_id, events)
            changes += quarantine.put_aside(cursor, work.unreadable)
            write_statuses(cursor, work.statuses)
            record(cursor, self._incident_id, changes)
        self._months |= months
        return inserted

    def _write_readings(self, cursor: psycopg.Cursor[Any], readings: ReadingColumns) -> int:
        if not len(readings):
            return 0
        cursor.execute(_SQL["readings"], {"incident": self._incident_id, **readings.parameters()})
        return cursor.rowcount

    def _write_verdicts(self, cursor: psycopg.Cursor[Any], verdicts: Sequence[Verdict]) -> None:
        if verdicts:
            cursor.execute(
                _SQL["verdicts"],
                {
                    "gauge_ids": [verdict.gauge_id for verdict in verdicts],
                    "observed": [verdict.observed_at for verdict in verdicts],
                    "decided": [verdict.decided_at for verdict in verdicts],
                    "flags": [verdict.flag for verdict in verdicts],
                    "reasons": [verdict.reasons for verdict in verdicts],
                },
            )

    def _write_states(self, cursor: psycopg.Cursor[Any], work: Work) -> list[dict[str, Any]]:
        if not work.states:
            return []
        states = work.states
        cursor.execute(
            _SQL["states"],
            {
                "incident": self._incident_id,
                "now": work.now,
                "gauge_ids": [state["gauge_id"] for state in states],
                "levels": [state["level_m"] for state in states],
                "observed": [state["observed_at"] for state in states],
                "received": [state["received_at"] for state in states],
                "sources": [state["source"] for state in states],
                "flags": [state["flag"] for state in states],
                "reasons": [",".join(state["reasons"]) for state in states],
                "classes": [state["river_class"] for state in states],
                "provisional": [state["provisional"] for state in states],
                "alarms": [state["alarm"] for state in states],
                "doubts": [state["threshold_doubt"] for state in states],
                "above_since": [state["above_danger_since"] for state in states],
                "trends_m_per_h": [state["trend_m_per_h"] for state in states],
                "trend_sds_m_per_h": [state["trend_sd_m_per_h"] for state in states],
                "trends": [state["trend"] for state in states],
                "due": [state["due_at"] for state in states],
            },
        )
        return cursor.fetchall()

    def _spoken_again(self, states: Sequence[Mapping[str, Any]]) -> list[Event]:
        """Return the entries for gauges whose silence, noticed before, has ended."""
        return [
            spoke_again(self._known(row["gauge_id"]).place, row["observed_at"], level_m=row["level_m"])
            for row in states
            if row["was_silent"] and not row["silent"]
        ]


def write_statuses(cursor: psycopg.Cursor[Any], statuses: Sequence[DeviceStatus]) -> None:
    """Note which devices are connected, within the cursor's transaction; the newest word of each holds."""
    if statuses:
        newest = {status.device_id: status for status in statuses}
        cursor.execute(
            _SQL["device_status"],
            {
                "ids": list(newest),
                "online": [status.online for status in newest.values()],
                "seen_at": [status.seen_at for status in newest.values()],
            },
        )


def state_change(gauge: KnownGauge, state: Mapping[str, Any]) -> Change:
    """Return the change that tells the screens of a new `river_state` row."""
    return Change("gauge", state["gauge_id"], state["version"], gauge_value(gauge.identity, state))
