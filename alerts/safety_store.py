"""Safety reports: taken from residents, told to the desk, taken up by it. Inside the caller's transaction.

The cursor's rows are dicts. Whoever says "I am safe" is counted and shown to nobody; whoever asks for help is
shown to the desk, with a position only if the person sent one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from psycopg.rows import DictRow

from alerts.order import OrderError
from alerts.order_store import Cursor, Desk
from geo.change import Change, record
from geo.live_value import SAFETY_TOTAL_ID, safety_total_value, safety_value
from geo.queries import load

_SQL: Final = load("alerts", "resident.sql")
_LIVE: Final = load("geo", "safety.sql")

DeskState = Literal["seen", "handed_over", "done"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a resident says. `position` is lon, lat [degrees, EPSG:4326], None unless it was sent."""

    area: str
    state: Literal["safe", "help"]
    persons: int
    words: str | None = None
    position: tuple[float, float] | None = None
    token: uuid.UUID | None = None


def take_report(cursor: Cursor, incident: int, report: Report, now: datetime) -> uuid.UUID:
    """Keep a report and tell the desk; return the token by which the device may say more.

    `now` is the incident's. Raises `LookupError` for a municipality that is not loaded.
    """
    if not _one(cursor, "area", area=report.area)["there"]:
        raise LookupError(f"there is no municipality {report.area!r}")
    cursor.execute(_SQL["lock"], {"incident": incident})
    lon, lat = report.position or (None, None)
    values = {
        "incident": incident,
        "area": report.area,
        "state": report.state,
        "persons": report.persons,
        "words": report.words,
        "lon": lon,
        "lat": lat,
        "at": now,
    }
    row = None
    if report.token is not None:
        row = cursor.execute(_SQL["report_again"], {**values, "token": report.token}).fetchone()
    if row is None:
        row = _one(cursor, "report", **values)
    _tell(cursor, incident, row["id"])
    token: uuid.UUID = row["token"]
    return token


def take_up(cursor: Cursor, desk: Desk, report_id: int, state: DeskState, note: str | None) -> None:
    """Say what the desk has done about a report. Raises `OrderError` `not-found`."""
    cursor.execute(_SQL["lock"], {"incident": desk.incident.id})
    cursor.execute(_SQL["lock_report"], {"id": report_id, "incident": desk.incident.id})
    if cursor.fetchone() is None:
        raise OrderError("not-found", f"there is no safety report {report_id}")
    by, at = desk.signer.account_id, desk.now
    cursor.execute(_SQL["desk"], {"id": report_id, "desk": state, "note": note, "by": by, "at": at})
    _tell(cursor, desk.incident.id, report_id)


def _tell(cursor: Cursor, incident: int, report_id: int) -> None:
    """Tell the screens of a report, and of the counts."""
    shown = cursor.execute(_LIVE["reports"], {"incident": incident, "id": report_id}).fetchone()
    total = cursor.execute(_LIVE["total"], {"incident": incident}).fetchone()
    assert total is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    value = None if shown is None else safety_value(shown)
    # The sum of all versions rises with each of them, so it serves a report that is shown no more as well.
    version = total["version"]
    record(
        cursor,
        incident,
        [
            Change("safety", str(report_id), version if shown is None else shown["version"], value),
            Change("safety", SAFETY_TOTAL_ID, version, safety_total_value(total)),
        ],
    )


def _one(cursor: Cursor, statement: str, **values: Any) -> DictRow:  # noqa: ANN401
    row = cursor.execute(_SQL[statement], values).fetchone()
    assert row is not None  # noqa: S101 - each of these statements answers with a row
    return row
