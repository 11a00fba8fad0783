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
from alerts.warning_event import WarningEvent, announcements, events, expiry
from alerts.warning_rules import WarningRules, load_warning_rules
from alerts.warning_state import fold, in_force
from geo.change import Change, record
from geo.live_value import CHRONOLOGY_VERSION, chronology_value, warning_value
from geo.queries import load

_SQL = load("alerts", "warning.sql")
#: first key of the advisory lock of telegrams (an arbitrary but fixed number)
TELEGRAM_LOCK: Final = 7_266_325
#: a telegram from further in the future would outrank every true one: it is refused
FUTURE_MAX: Final = timedelta(minutes=10)
#: so many municipalities are named where a warning is shown; the map has them all
NAMES_MOST: Final = 4
#: what of a row must be as told, or the row is written anew
_TOLD: Final = ("issued_at", "source_id", "level", "areas", "status")


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
    body: bytes | None = None,
) -> Recorded:
    """Record a telegram that arrived at `received_at` by the incident's clock.

    `body` is the message as it came, if it came as one. One that was recorded before (by its source id)
    does nothing. One that is older than others of its publisher is kept, and changes only what the newer
    ones leave open. Raises `TelegramError` when it claims to be issued after it arrived.
    """
    if telegram.issued_at > received_at + FUTURE_MAX:
        raise TelegramError(
            f"{telegram.source_id} is issued at {telegram.issued_at}, after it arrived at {received_at}",
            code="from-the-future",
        )
    rules = rules or load_warning_rules()
    keys = {"incident": incident_id, "publisher": telegram.publisher}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["lock"], {"lock": TELEGRAM_LOCK, **keys})
        earlier = [_telegram(row) for row in cursor.execute(_SQL["telegrams"], keys)]
        if not _keep(cursor, incident_id, telegram, received_at, body):
            return Recorded(kept=False, changed=0, entries=0)
        before = in_force(fold(earlier, rules), received_at)
        now = in_force(fold([*earlier, telegram], rules), received_at)
        changes = _write_state(cursor, incident_id, telegram, now)
        told = [*announcements(telegram), *events(before, now, telegram, rules)]
        entered = [_enter(cursor, incident_id, event) for event in told]
        record(cursor, incident_id, [*changes, *entered])
    return Recorded(kept=True, changed=len(changes), entries=len(entered))


def expire(connection: psycopg.Connection[Any], incident_id: int, now: datetime) -> int:
    """End what its own publisher limited in time (`expires`); return how many warnings ended."""
    ended = 0
    rows = connection.execute(_SQL["publishers"], {"incident": incident_id, "now": now}).fetchall()
    rules = load_warning_rules()
    for (publisher,) in rows:
        keys = {"incident": incident_id, "publisher": publisher}
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(_SQL["lock"], {"lock": TELEGRAM_LOCK, **keys})
            told = [_telegram(row) for row in cursor.execute(_SQL["telegrams"], keys)]
            whole = fold(told, rules)
            standing = in_force(whole, now)
            over = [whole[id_] for id_ in whole.keys() - standing.keys()]
            if not over:
                continue
            last = max(over, key=lambda warning: warning.issued_at)
            telegram = next(one for one in told if one.source_id == last.source_id)
            changes = _write_state(cursor, incident_id, telegram, standing)
            gone = {change.object_id for change in changes if change.value is None}
            entered = [_enter(cursor, incident_id, expiry(item)) for item in over if item.id in gone]
            record(cursor, incident_id, [*changes, *entered])
            ended += len(gone)
    return ended


def _telegram(row: Mapping[str, Any]) -> Telegram:
    plain = (
        *("source_id", "publisher", "issued_at", "complete_from", "series", "info_type", "report_key"),
        *("sent_at", "standing", "title", "headlines"),
    )
    return Telegram(
        **{name: row[name] for name in plain},
        replaces=tuple(row["replaces"]),
        statements=tuple(msgspec.convert(item, Statement) for item in row["items"]),
    )


def _keep(
    cursor: psycopg.Cursor[Any],
    incident_id: int,
    telegram: Telegram,
    received_at: datetime,
    body: bytes | None,
) -> bool:
    plain = (
        *("source_id", "publisher", "issued_at", "complete_from", "series", "info_type", "report_key"),
        *("sent_at", "standing", "title"),
    )
    cursor.execute(
        _SQL["keep"],
        {
            **{name: getattr(telegram, name) for name in plain},
            "incident": incident_id,
            "received_at": received_at,
            "items": msgspec.json.encode([_item(statement) for statement in telegram.statements]).decode(),
            "replaces": list(telegram.replaces),
            "headlines": msgspec.json.encode(telegram.headlines).decode(),
            "body": body,
        },
    )
    return cursor.fetchone() is not None


def _item(statement: Statement) -> dict[str, Any]:
    """Return a statement as it is kept: what it does not say is left out."""
    plain = msgspec.to_builtins(statement)
    needed = ("region", "hazard", "level")
    return {name: value for name, value in plain.items() if name in needed or value not in (None, [], ())}


def _write_state(
    cursor: psycopg.Cursor[Any], incident_id: int, telegram: Telegram, now: Mapping[str, OfficialWarning]
) -> list[Change]:
    """Bring the rows of the publisher to `now`; return what changed."""
    cursor.execute(_SQL["in_force"], {"incident": incident_id, "publisher": telegram.publisher})
    standing = {row["id"]: tuple(row[name] for name in _TOLD) for row in cursor}
    rows = [
        _one(cursor, _SQL["put"], {"incident": incident_id, **_columns(warning)})
        for warning in now.values()
        if standing.get(warning.id) != _told(warning)
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


def _told(warning: OfficialWarning) -> tuple[Any, ...]:
    columns = _columns(warning)
    return tuple(columns[name] for name in _TOLD)


def _columns(warning: OfficialWarning) -> dict[str, Any]:
    names = (
        *("id", "publisher", "hazard", "level", "name", "name_en", "river"),
        *("issued_at", "source_id", "resolved", "expires_at", "exercise"),
    )
    geometry = warning.geometry
    return {
        **{name: getattr(warning, name) for name in names},
        "region": short_region(warning.region),
        "areas": list(warning.areas),
        "status": list(warning.status),
        "unknown_codes": list(warning.unknown_codes),
        "geometry": None if geometry is None else f'{{"type":"MultiPolygon","coordinates":{geometry}}}',
    }


def short_region(region: str) -> str:
    """Return the names of a region, of a long list the first few and how many there are."""
    names = region.split("・")
    if len(names) <= NAMES_MOST:
        return region
    return f"{'・'.join(names[:NAMES_MOST])}ほか計{len(names)}市町村"


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
