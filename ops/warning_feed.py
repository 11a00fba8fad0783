"""The stand-in for a feed of official telegrams: records them one after another, whatever breaks.

It runs in a thread of its own, so that a database that is away holds up the telegrams and not the
gauges, which do not know of it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

import psycopg

from alerts.warning import Telegram
from alerts.warning_store import record_telegram
from geo.engine import connect
from geo.incident import Incident
from ops.backoff import BackOff


class WarningFeed:
    """Records telegrams for `incident`; a context manager that starts and ends its thread."""

    def __init__(self, database_url: str, incident: Incident, *, wall: Callable[[], datetime]) -> None:
        #: telegrams that were recorded now; those recorded before do not count
        self.recorded = 0
        self._database_url = database_url
        self._incident = incident
        self._wall = wall
        self._queue: queue.SimpleQueue[Telegram | None] = queue.SimpleQueue()
        self._told = 0
        self._done = 0
        self._fault: Exception | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warning feed", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End after the telegram in hand; what is left is told again by the next replay."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()

    def tell(self, telegram: Telegram) -> None:
        """Hand over a telegram; returns at once."""
        self._told += 1
        self._queue.put(telegram)

    def raise_fault(self) -> None:
        """Raise what ended the thread, if anything did."""
        if self._fault is not None:
            raise self._fault

    def wait(self, *, stop: threading.Event) -> None:
        """Wait until every telegram is recorded, or `stop`. Raises what ended the thread."""
        while self._done < self._told and not stop.is_set():
            self.raise_fault()
            time.sleep(0.02)

    def _run(self) -> None:
        try:
            while (telegram := self._queue.get()) is not None and not self._closing.is_set():
                self._record(telegram)
        except Exception as fault:  # noqa: BLE001 - handed to the replay, which raises it
            self._fault = fault

    def _record(self, telegram: Telegram) -> None:
        back_off = BackOff()
        while not self._closing.is_set():
            try:
                with connect(self._database_url, application="sonae warnings") as connection:
                    recorded = record_telegram(
                        connection, self._incident.id, telegram, received_at=self._incident.now(self._wall())
                    )
            except psycopg.OperationalError:
                self._closing.wait(back_off.wait_s(time.monotonic()))
                continue
            self.recorded += recorded.kept
            self._done += 1
            return
