"""One official message into an incident: recorded with its bytes, or refused and kept with the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from alerts.bulletin import admitted
from alerts.reading import read_bulletin
from alerts.telegram_xml import SIZE_MAX
from alerts.warning import Telegram, TelegramError
from alerts.warning_rules import prefecture_code
from alerts.warning_store import record_telegram
from geo.incident import Incident
from geo.queries import load

_SQL = load("alerts", "intake.sql")


@dataclass(frozen=True)
class Taken:
    """What became of a message: `recorded`, `known` (it was there already), or the code of the refusal."""

    outcome: str
    #: what it was, or why it was refused
    words: str

    @property
    def refused(self) -> bool:
        """Whether it put nothing in force."""
        return self.outcome not in ("recorded", "known")


def take_in(
    connection: psycopg.Connection[Any],
    incident: Incident,
    data: bytes,
    origin: str,
    *,
    wall: datetime,
    prefectures: frozenset[str] = frozenset(),
    cap_rules: Mapping[str, Any] | None = None,
) -> Taken:
    """Take a message in; nothing is lost whatever it is.

    `origin` is the file or address it came from, `prefectures` (two digits) whose messages concern us,
    none = all. Raises `psycopg.Error` alone.
    """
    try:
        telegram = admitted(read_bulletin(data, origin, cap_rules=cap_rules), incident)
        require_concern(telegram, prefectures)
        recorded = record_telegram(
            connection, incident.id, telegram, received_at=incident.now(wall), body=data
        )
    except TelegramError as fault:
        refuse(connection, incident.id, data, origin, fault, wall)
        return Taken(fault.code, str(fault))
    return Taken("recorded" if recorded.kept else "known", telegram.title or telegram.source_id)


def require_concern(telegram: Telegram, prefectures: frozenset[str]) -> None:
    """Raise `TelegramError` unless a telegram concerns one of `prefectures` (none = all do)."""
    if prefectures and not concerns(telegram, prefectures):
        raise TelegramError(f"{telegram.source_id}: speaks for {telegram.publisher}", code="elsewhere")


def concerns(telegram: Telegram, prefectures: frozenset[str]) -> bool:
    """Whether a telegram speaks for one of `prefectures`; what cannot be told does."""
    speakers = {prefecture_code(part) for part in telegram.publisher.split("・")}
    last = telegram.series.rpartition(":")[2]
    if telegram.series.startswith("jma:VXKO") or telegram.series.startswith("cap:"):
        last = ""
    codes = {code[:2] for statement in telegram.statements for code in statement.areas or ()}
    told = {code for code in (*speakers, last[:2], *codes) if len(code) == 2 and code.isdigit()}
    return not told or bool(told & prefectures)


def refuse(
    connection: psycopg.Connection[Any],
    incident_id: int | None,
    data: bytes,
    origin: str,
    fault: TelegramError,
    wall: datetime,
) -> None:
    """Keep a refused message with its bytes and the reason; an equal one is counted."""
    with connection.transaction():
        connection.execute(
            _SQL["refuse"],
            {
                "digest": hashlib.sha256(data + f"\0{fault.code}\0{incident_id}".encode()).digest(),
                "incident": incident_id,
                "origin": origin,
                "code": fault.code,
                "reason": str(fault).replace("\0", "\N{REPLACEMENT CHARACTER}"),
                "body": data[:SIZE_MAX],
                "size": len(data),
                "at": wall,
            },
        )


def read_standing(
    connection: psycopg.Connection[Any], incident_id: int
) -> tuple[list[tuple[str, datetime | None, str | None]], list[tuple[str, int, datetime]]]:
    """Return an incident's feeds (address, last answered, fault) and refusals (code, times, last)."""
    keys = {"incident": incident_id}
    return (
        connection.execute(_SQL["feeds"], keys).fetchall(),
        connection.execute(_SQL["refusals"], keys).fetchall(),
    )
