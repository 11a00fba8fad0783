"""Runs in the database: taken up, told of, ended. Every change of a run goes to the screens with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Json

from geo.change import Change, record
from geo.clock import Wall
from geo.forecast.simulation_member import ShownField
from geo.forecast.simulation_note import Note, note, with_notes
from geo.incident import Incident, incident_from_row
from geo.live_value import CHRONOLOGY_VERSION, chronology_value, inundation_value
from geo.queries import load

_SQL = load("geo", "inundation.sql")
Connection = psycopg.Connection[Any]

#: a run whose process gave no sign of life for so long is taken up anew [s]
LEASE_S: Final = 15.0
#: a run that ended its process so often is not tried again
MOST_ATTEMPTS: Final = 3


class RunLostError(RuntimeError):
    """Raised when a run is no longer ours: it was taken for dead and given to another process."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is told of a run while it is worked on."""

    progress: float
    member: str | None
    frames: Mapping[str, Sequence[int]]
    summary: Mapping[str, Any]
    notes: Sequence[Note]


def claim(connection: Connection, incident: Incident, wall: Wall) -> DictRow | None:
    """Take up the oldest waiting run of an incident, None when none waits; what is left of it is cleared."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        now = incident.now(wall())
        row = cursor.execute(_SQL["claim"], {"incident": incident.id, "now": now}).fetchone()
        if row is not None:
            cursor.execute(_SQL["clear"], {"run": row["id"]})
            publish(cursor, row)
    return row


def read_run(connection: Connection, run_id: int) -> DictRow:
    """Return a run's row, its terrain's name, datum, credit and file with it. Raises `LookupError`."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SQL["run"], {"run": run_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no inundation run {run_id}")
    return row


def tick(connection: Connection, run_id: int, attempt: int) -> bool:
    """Give a sign of life; return whether somebody asks the run to stop. Raises `RunLostError`."""
    with connection.transaction():
        row = connection.execute(_SQL["tick"], {"run": run_id, "attempt": attempt}).fetchone()
    if row is None:
        raise RunLostError(f"run {run_id} is no longer worked on by attempt {attempt}")
    return bool(row[0])


def tell(
    connection: Connection, run_id: int, attempt: int, standing: Standing, fields: Sequence[ShownField]
) -> None:
    """Store fields and say how far the run is, in one transaction. Raises `RunLostError`."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            _SQL["tell"],
            {
                "run": run_id,
                "attempt": attempt,
                "progress": standing.progress,
                "member": standing.member,
                "frames": Json(dict(standing.frames)),
                "summary": Json(dict(standing.summary)),
                "notes": Json(list(standing.notes)),
            },
        ).fetchone()
        if row is None:
            raise RunLostError(f"run {run_id} is no longer worked on by attempt {attempt}")
        for field in fields:
            _put_field(cursor, run_id, field)
        publish(cursor, row)


def _put_field(cursor: psycopg.Cursor[DictRow], run_id: int, field: ShownField) -> None:
    if not field.tiles:
        return
    cursor.execute(
        _SQL["put_tiles"],
        {
            "run": run_id,
            "member": field.member,
            "quantity": field.quantity,
            "t_s": field.t_s,
            "rows": [tile.row for tile in field.tiles],
            "columns": [tile.column for tile in field.tiles],
            "data": [tile.data for tile in field.tiles],
        },
    )


def put_document(connection: Connection, run_id: int, member: str, kind: str, document: object) -> None:
    """Store what was made of a member's fields: `lines` or `impact`."""
    with connection.transaction():
        connection.execute(
            _SQL["put_document"],
            {"run": run_id, "member": member, "kind": kind, "document": Json(document)},
        )


@dataclass(frozen=True, kw_only=True)
class End:
    """How a run ended: `done`, `stopped` or `failed`; `fault` in words."""

    state: str
    fault: str | None = None


def finish(connection: Connection, run_id: int, attempt: int, end: End, wall: Wall) -> None:
    """End a run and write it into the chronology. Raises `RunLostError`."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        incident = _incident_of(cursor, run_id)
        now = incident.now(wall())
        keys = {"run": run_id, "attempt": attempt, "state": end.state, "fault": end.fault, "now": now}
        row = cursor.execute(_SQL["finish"], keys).fetchone()
        if row is None:
            raise RunLostError(f"run {run_id} is no longer worked on by attempt {attempt}")
        publish(cursor, row)
        chronicle_end(cursor, row, now)


def release(connection: Connection, run_id: int, attempt: int, why: str, wall: Wall) -> DictRow | None:
    """Give back a run that nobody works on any more; it waits again, or has failed too often.

    `why` says in words what happened. Returns its row, None when it was no longer in that attempt's hands.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        held = cursor.execute(_SQL["run"], {"run": run_id}).fetchone()
        if held is None:
            return None
        now = _incident_of(cursor, run_id).now(wall())
        notes = with_notes(held["notes"], [note("restarted", times=attempt + 1)])
        fault = f"{why} ({attempt} attempts)"
        row = cursor.execute(
            _SQL["release"],
            {
                "run": run_id, "attempt": attempt, "most": MOST_ATTEMPTS, "fault": fault, "now": now,
                "notes": Json(notes if attempt < MOST_ATTEMPTS else held["notes"]),
            },
        ).fetchone()  # fmt: skip
        if row is not None:
            publish(cursor, row)
            if row["state"] != "waiting":
                chronicle_end(cursor, row, now)
    return row


def release_lost(connection: Connection, wall: Wall, *, ours: frozenset[int] = frozenset()) -> list[int]:
    """Give back every run without a sign of life for `LEASE_S`, but `ours`; return their ids."""
    with connection.transaction():
        lost = connection.execute(_SQL["lost"], {"lease_s": LEASE_S}).fetchall()
        return [
            run_id
            for run_id, attempt in lost
            if run_id not in ours
            and release(connection, run_id, attempt, "the computing process was lost", wall) is not None
        ]


def ask_stop(connection: Connection, incident: Incident, run_id: int, wall: Wall) -> DictRow | None:
    """Ask a run to stop; return its row, None when it neither waits nor runs."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        now = incident.now(wall())
        row = cursor.execute(
            _SQL["ask_stop"], {"run": run_id, "incident": incident.id, "now": now}
        ).fetchone()
        if row is not None:
            publish(cursor, row)
            if row["state"] == "stopped":
                chronicle_end(cursor, row, now)
    return row


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the chronology says of a run."""

    code: str
    text: str
    text_en: str
    severity: int = 0
    author_id: int | None = None
    author: str | None = None


def chronicle(cursor: psycopg.Cursor[DictRow], row: DictRow, entry: Entry, now: datetime) -> None:
    """Write an entry about a run; always said to be an assumption, never an observed flood."""
    stored = cursor.execute(
        _SQL["chronicle"],
        {
            "incident": row["incident_id"],
            "event_at": now,
            "run": str(row["id"]),
            "severity": entry.severity,
            "code": entry.code,
            "params": Json({"run": row["id"], "cause": row["cause"]}),
            "text": entry.text,
            "text_en": entry.text_en,
            "author": entry.author_id,
        },
    ).fetchone()
    assert stored is not None  # noqa: S101 - an insert returns its row
    value = chronology_value({**stored, "author": entry.author})
    record(
        cursor,
        row["incident_id"],
        [Change("chronology", str(value["id"]), CHRONOLOGY_VERSION, value)],
    )


def chronicle_end(cursor: psycopg.Cursor[DictRow], row: DictRow, now: datetime) -> None:
    """Write into the chronology how a run ended."""
    words = {"done": ("完了", "done"), "stopped": ("中止", "stopped"), "failed": ("失敗", "failed")}
    ja, en = words[row["state"]]
    if row["state"] == "failed":
        ja, en = f"{ja}（{row['fault']}）", f"{en} ({row['fault']})"
    elif (found := row["summary"].get("median")) is not None:
        ja = f"{ja} 浸水面積 {found['area_ever_km2']:.2f} km² 最大水深 {found['deepest_m']:.1f} m"
        en = f"{en}: {found['area_ever_km2']:.2f} km² flooded, up to {found['deepest_m']:.1f} m deep"
    entry = Entry(
        code=f"inundation.{row['state']}",
        text=f"浸水想定（シミュレーション）「{row['title']}」{ja}",
        text_en=f"Simulated flood “{row['title_en']}” {en}",
        severity=1 if row["state"] == "failed" else 0,
    )
    chronicle(cursor, row, entry, now)


def publish(cursor: psycopg.Cursor[DictRow], row: DictRow) -> None:
    """Tell the screens what a run is now."""
    change = Change("inundation", str(row["id"]), row["version"], inundation_value(row))
    record(cursor, row["incident_id"], [change])


def _incident_of(cursor: psycopg.Cursor[DictRow], run_id: int) -> Incident:
    row = cursor.execute(_SQL["incident_of"], {"run": run_id}).fetchone()
    if row is None:
        raise LookupError(f"there is no inundation run {run_id}")
    return incident_from_row(row)
