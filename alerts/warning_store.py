"""Official warnings in the database: telegrams append-only, the state and the chronology that follow.

Everything of one telegram happens in one transaction: its row, the warnings it puts in force or lifts,
the chronology, and the change feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

import msgspec
import psycopg
from psycopg.rows import dict_row

from alerts.warning import OfficialWarning, Statement, Telegram, TelegramError
from alerts.warning_event import WarningEvent, events
from alerts.warning_rules import WarningRules, load_warning_rules
from alerts.warning_state import fold
from geo.change import Change, record
from geo.live_value import CHRONOLOGY_VERSION, chronology_value, warning_value
from geo.queries import load

_SQL = load("alerts", "warning.sql")
#: first key of the advisory lock of telegrams (an arbitrary but fixed number)
TELEGRAM_LOCK: Final = 7_266_325
#: a telegram from further in the future would outrank every true one: it is refused
FUTURE_MAX: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Recorded:
    """What a telegram came to. `kept` is False when it had been recorded before."""

    kept: bool
    changed: int
    entries: int


def record_telegram(
    connection: psycopg.Connection[Any],
    incident_id: int,
    telegram: Telegram,
    *,
    received_at: datetime,
    rules: WarningRules | None = None,
) -> Recorded:
    """Record a telegram that arrived at `received_at` by the incident's clock.

    One that was recorded before (by its source id) does nothing. One that is older than others of its
    publisher is kept, and changes only what the newer ones leave open. Raises `TelegramError` when it
    claims to be issued after it arrived.
    """
    if telegram.issued_at > received_at + FUTURE_MAX:
        raise TelegramError(
            f"{telegram.source_id} is issued at {telegram.issued_at}, after it arrived at {received_at}"
        )
    rules = rules or load_warning_rules()
    keys = {"incident": incident_id, "publisher": telegram.publisher}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["lock"], {"lock": TELEGRAM_LOCK, **keys})
        earlier = [_telegram(row) for row in cursor.execute(_SQL["telegrams"], keys)]
        if not _keep(cursor, incident_id, telegram, received_at):
            return Recorded(kept=False, changed=0, entries=0)
        before, now = fold(earlier, rules), fold([*earlier, telegram], rules)
        changes = _write_state(cursor, incident_id, telegram, now)
        entered = [_enter(cursor, incident_id, event) for event in events(before, now, telegram, rules)]
        record(cursor, incident_id, [*changes, *entered])
    return Recorded(kept=True, changed=len(changes), entries=len(entered))


def _telegram(row: Mapping[str, Any]) -> Telegram:
    return Telegram(
        source_id=row["source_id"],
        publisher=row["publisher"],
        issued_at=row["issued_at"],
        statements=tuple(Statement(item["region"], item["hazard"], item["level"]) for item in row["items"]),
        complete_from=row["complete_from"],
    )


def _keep(cursor: psycopg.Cursor[Any], incident_id: int, telegram: Telegram, received_at: datetime) -> bool:
    items = [
        {"region": statement.region, "hazard": statement.hazard, "level": statement.level}
        for statement in telegram.statements
    ]
    cursor.execute(
        _SQL["keep"],
        {
            "incident": incident_id,
            "source_id": telegram.source_id,
            "publisher": telegram.publisher,
            "issued_at": telegram.issued_at,
            "received_at": received_at,
            "items": msgspec.json.encode(items).decode(),
            "complete_from": telegram.complete_from,
        },
    )
    return cursor.fetchone() is not None


def _write_state(
    cursor: psycopg.Cursor[Any], incident_id: int, telegram: Telegram, now: Mapping[str, OfficialWarning]
) -> list[Change]:
    """Bring the rows of the publisher to `now`; return what changed."""
    cursor.execute(_SQL["in_force"], {"incident": incident_id, "publisher": telegram.publisher})
    standing = {row["id"]: (row["issued_at"], row["source_id"]) for row in cursor}
    rows = [
        _one(cursor, _SQL["put"], {"incident": incident_id, **_columns(warning)})
        for warning in now.values()
        if standing.get(warning.id) != (warning.issued_at, warning.source_id)
    ]
    rows += [
        _one(
            cursor,
            _SQL["lift"],
            {
                "incident": incident_id,
                "id": id_,
                "issued_at": telegram.issued_at,
                "source_id": telegram.source_id,
            },
        )
        for id_ in standing.keys() - now.keys()
    ]
    return [Change("warning", row["id"], row["version"], warning_value(row)) for row in rows]


def _columns(warning: OfficialWarning) -> dict[str, Any]:
    names = (
        *("id", "publisher", "region", "hazard", "level", "name", "river"),
        *("issued_at", "source_id"),
    )
    return {**{name: getattr(warning, name) for name in names}, "areas": list(warning.areas)}


def _enter(cursor: psycopg.Cursor[Any], incident_id: int, event: WarningEvent) -> Change:
    row = _one(
        cursor,
        _SQL["enter"],
        {
            "incident": incident_id,
            "event_at": event.event_at,
            "object_id": event.object_id,
            "severity": event.severity,
            "code": event.code,
            "params": msgspec.json.encode(event.params).decode(),
            "text": event.text,
            "text_en": event.text_en,
        },
    )
    return Change("chronology", str(row["id"]), CHRONOLOGY_VERSION, chronology_value(row))


def _one(
    cursor: psycopg.Cursor[Any], statement: LiteralString, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    cursor.execute(statement, parameters)
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - each of these statements returns its row
    return dict(row)
