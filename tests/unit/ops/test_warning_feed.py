"""The feed's patience, without a database: what breaks is a stand-in for the store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from alerts.warning import Telegram, TelegramError
from alerts.warning_store import Recorded
from geo.clock import ReplayClock
from geo.incident import Incident
from ops import warning_feed
from ops.warning_feed import WarningFeed

BASE = datetime(2026, 6, 2, tzinfo=UTC)
WALL = datetime(2026, 11, 24, tzinfo=UTC)
INCIDENT = Incident(
    id=1,
    slug="x",
    name="x",
    kind="drill",
    opened_at=BASE,
    closed_at=None,
    clock=ReplayClock(base=BASE, wall=WALL, speed=60, end=BASE + timedelta(days=1)),
    version=1,
)
Store = Callable[[Telegram, datetime], Recorded]


def telegram(number: int) -> Telegram:
    return Telegram(source_id=f"t{number}", publisher="徳島県", issued_at=BASE, statements=())


@contextmanager
def feed_into(monkeypatch: pytest.MonkeyPatch, store: Store) -> Iterator[WarningFeed]:
    @contextmanager
    def connected(*_: Any, **__: Any) -> Iterator[None]:
        yield None

    def record(_connection: None, _incident: int, told: Telegram, *, received_at: datetime) -> Recorded:
        return store(told, received_at)

    monkeypatch.setattr(warning_feed, "connect", connected)
    monkeypatch.setattr(warning_feed, "record_telegram", record)
    with WarningFeed("postgresql://x", INCIDENT, wall=lambda: WALL + timedelta(minutes=1)) as feed:
        yield feed


def test_telegrams_are_recorded_in_order_at_the_incident_s_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def store(told: Telegram, at: datetime) -> Recorded:
        seen.append((told.source_id, at))
        return Recorded(kept=told.source_id != "t1", changed=0, entries=0)

    with feed_into(monkeypatch, store) as feed:
        for number in range(3):
            feed.tell(telegram(number))
        feed.wait(stop=threading.Event())
    assert seen == [(f"t{number}", BASE + timedelta(hours=1)) for number in range(3)]
    assert feed.recorded == 2, "one of them had been recorded before"


def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def store(told: Telegram, _at: datetime) -> Recorded:
        tries.append(told.source_id)
        if len(tries) < 3:
            raise psycopg.OperationalError("the database is starting up")
        return Recorded(kept=True, changed=0, entries=0)

    with feed_into(monkeypatch, store) as feed:
        feed.tell(telegram(0))
        feed.tell(telegram(1))
        feed.wait(stop=threading.Event())
    assert tries == ["t0", "t0", "t0", "t1"]
    assert feed.recorded == 2


def test_a_telegram_that_cannot_be_is_not_passed_over_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def store(_told: Telegram, _at: datetime) -> Recorded:
        raise TelegramError("from the future")

    with feed_into(monkeypatch, store) as feed:
        feed.tell(telegram(0))
        with pytest.raises(TelegramError, match="from the future"):
            feed.wait(stop=threading.Event())
        with pytest.raises(TelegramError):
            feed.raise_fault()


def test_leaving_does_not_wait_for_a_database_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def store(_told: Telegram, _at: datetime) -> Recorded:
        raise psycopg.OperationalError("gone")

    began = time.monotonic()
    with feed_into(monkeypatch, store) as feed:
        feed.tell(telegram(0))
        stop = threading.Event()
        threading.Timer(0.2, stop.set).start()
        feed.wait(stop=stop)
    assert time.monotonic() - began < 5
    assert feed.recorded == 0
