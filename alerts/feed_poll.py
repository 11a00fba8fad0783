"""One look at an Atom feed: a conditional request, and each new message fetched once.

A feed that is away or unreadable changes nothing that is in force; since when it is away is kept, told in
the heartbeat and in the chronology.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx
import psycopg
from psycopg.rows import dict_row

from alerts.feed import Entry, read_feed
from alerts.intake import refuse, take_in
from alerts.jma_report import is_used
from alerts.telegram_xml import SIZE_MAX
from alerts.warning import TelegramError
from geo.change import record
from geo.chronology import Event, write_events
from geo.incident import Incident
from geo.queries import load

_SQL = load("alerts", "intake.sql")
TIMEOUT_S: Final = 10.0
#: longest feed [bytes]
FEED_MAX: Final = SIZE_MAX
AGENT: Final = "Sonae/0.1 (disaster centre; conditional requests)"


@dataclass(frozen=True)
class Poll:
    """What one look found; `fault` None = the feed answered and every message was fetched."""

    fault: str | None
    taken: int = 0
    refused: int = 0


def make_client() -> httpx.Client:
    """Return a client for feeds: no redirects, no waiting for ever."""
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, headers={"User-Agent": AGENT})


def poll(
    connection: psycopg.Connection[Any],
    incident: Incident,
    client: httpx.Client,
    address: str,
    *,
    wall: datetime,
    prefectures: frozenset[str] = frozenset(),
    titles: bool = False,
) -> Poll:
    """Look at the feed once and take in what is new, the oldest first.

    `titles`: entries are titled by their kind (気象庁), so those of kinds that are not used need not be
    fetched. Raises `psycopg.Error` alone.
    """
    keys = {"incident": incident.id, "address": address}
    with connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute(_SQL["feed"], keys).fetchone() or {}
    headers = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
    try:
        status, body, answer = _get(client, address, {k: v for k, v in headers.items() if v}, FEED_MAX)
        if status == httpx.codes.NOT_MODIFIED:
            return _done(connection, incident, keys, known, known, Poll(None), wall)
        entries = read_feed(body, address)
    except TelegramError as fault:
        if fault.code != "away":
            refuse(connection, incident.id, body if fault.code != "too-large" else b"", address, fault, wall)
        return _done(connection, incident, keys, known, known, Poll(str(fault)), wall)
    found = _take_new(connection, incident, client, address, entries, wall, prefectures, titles=titles)
    # A message that could not be fetched is asked for again: the next request must not be conditional.
    told = {"etag": answer.get("etag"), "last_modified": answer.get("last-modified")}
    return _done(connection, incident, keys, known, told if found.fault is None else {}, found, wall)


def _get(
    client: httpx.Client, address: str, headers: dict[str, str], most: int
) -> tuple[int, bytes, httpx.Headers]:
    """Return status, body and headers. Raises `TelegramError` with code `away` when nothing usable came."""
    try:
        with client.stream("GET", address, headers=headers) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return answer.status_code, b"", answer.headers
            if answer.status_code != httpx.codes.OK:
                raise TelegramError(f"{address}: answered {answer.status_code}", code="away")
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > most:
                    raise TelegramError(f"{address}: longer than {most} bytes", code="too-large")
            return answer.status_code, bytes(body), answer.headers
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise TelegramError(f"{address}: {type(fault).__name__} {fault}".strip(), code="away") from fault


def _take_new(
    connection: psycopg.Connection[Any],
    incident: Incident,
    client: httpx.Client,
    address: str,
    entries: list[Entry],
    wall: datetime,
    prefectures: frozenset[str],
    *,
    titles: bool,
) -> Poll:
    ids = [f"{address} {entry.id}" for entry in entries]
    rows = connection.execute(_SQL["known_entries"], {"incident": incident.id, "ids": ids}).fetchall()
    known = dict(rows)
    taken = refused = 0
    missing: list[str] = []
    new = [entry for entry in entries if known.get(f"{address} {entry.id}") != entry.updated]
    for entry in sorted(new, key=lambda entry: entry.updated):
        if titles and not is_used(entry.title):
            outcome = "not-used"
        elif entry.address is None:
            fault = TelegramError(
                f"{address}: {entry.id} leads to no message on this server", code="bad-link"
            )
            refuse(connection, incident.id, entry.id.encode(), address, fault, wall)
            outcome = fault.code
        else:
            try:
                _, body, _ = _get(client, entry.address, {}, SIZE_MAX)
            except TelegramError as fault:
                missing.append(str(fault))
                continue
            outcome = take_in(
                connection, incident, body, entry.address, wall=wall, prefectures=prefectures
            ).outcome
        taken += outcome == "recorded"
        refused += outcome not in ("recorded", "known", "not-used")
        key = {"incident": incident.id, "id": f"{address} {entry.id}", "updated": entry.updated}
        connection.execute(_SQL["put_entry"], {**key, "at": wall, "outcome": outcome})
    fault_words = f"{len(missing)} messages not fetched: {missing[0]}" if missing else None
    return Poll(fault_words, taken, refused)


def _done(
    connection: psycopg.Connection[Any],
    incident: Incident,
    keys: dict[str, Any],
    before: dict[str, Any],
    told: dict[str, Any],
    found: Poll,
    wall: datetime,
) -> Poll:
    """Keep what the feed answered, and say in the chronology when it goes away and comes back."""
    away, was_away = found.fault is not None, before.get("fault") is not None
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            _SQL["put_feed"],
            {
                **keys,
                "etag": told.get("etag"),
                "last_modified": told.get("last_modified"),
                "answered_at": None if away else wall,
                "fault": found.fault,
            },
        )
        if away != was_away:
            event = _event(incident, keys["address"], before.get("answered_at"), found.fault, wall)
            record(cursor, incident.id, write_events(cursor, incident.id, [event]))
    return found


def _event(
    incident: Incident, address: str, answered_at: datetime | None, fault: str | None, wall: datetime
) -> Event:
    away = fault is not None
    words = "ができません（最後の状態を表示中）" if away else "が復旧しました"
    words_en = "do not arrive; the last state is shown" if away else "arrive again"
    return Event(
        event_at=incident.now(wall),
        category="system",
        object_kind="feed",
        object_id=address,
        severity=3 if away else 0,
        code="feed.away" if away else "feed.back",
        text=f"公的情報の受信{words}: {address}",
        text_en=f"official messages {words_en}: {address}",
        params={"fault": fault, "answered_at": None if answered_at is None else answered_at.isoformat()},
    )
