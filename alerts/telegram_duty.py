"""The duty over official messages: feeds looked at by threads of their own, a folder, and what expires.

Nothing is fetched unless a feed is set. An incident with a clock of its own (a replay) reads no feed: what
is in force today is not what was in force then.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from alerts.feed_poll import make_client, poll
from alerts.intake import take_in
from alerts.warning_store import expire
from geo import heartbeat
from geo.clock import Wall
from geo.engine import connect
from geo.heartbeat import Sign
from geo.incident import Incident, NoIncidentError, find_incident
from geo.queries import load
from geo.settings import Settings

log = logging.getLogger(__name__)
_SQL = load("alerts", "intake.sql")

EVERY_S: Final = 2.0
#: from one look at a feed to the next [s]; 気象庁 renews its short feed every minute
POLL_S: Final = 60.0
#: longest wait after faults [s]
POLL_MOST_S: Final = 600.0
#: a file younger than this may still be being written [s]
SETTLED_S: Final = 1.0


class FeedThread:
    """Looks at one feed again and again, on a connection of its own."""

    def __init__(self, settings: Settings, kind: str, address: str, wall: Wall, rng: random.Random) -> None:
        self.kind, self.address = kind, address
        self.fault: str | None = "not yet asked"
        self.answered_at: datetime | None = None
        self.taken = self.refused = 0
        self._settings, self._wall, self._rng = settings, wall, rng
        self._stop, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"feed {address}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; a request in hand is left to its own timeout."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=3)

    def wake(self) -> None:
        """Look now: another incident was opened, for which nothing is known yet."""
        self._wake.set()

    def _run(self) -> None:
        faults = 0
        with make_client() as client:
            while not self._stop.is_set():
                try:
                    self.fault = self._look(client)
                except Exception as fault:
                    log.exception("the feed %s", self.address)
                    self.fault = f"{type(fault).__name__}: {fault}"[:300]
                faults = 0 if self.fault is None else faults + 1
                cap = min(POLL_S * 2 ** min(faults, 8), POLL_MOST_S) if faults else POLL_S
                # Not on the minute, when everybody asks.
                self._wake.wait(cap * self._rng.uniform(0.8, 1.0))
                self._wake.clear()

    def _look(self, client: Any) -> str | None:  # noqa: ANN401 - httpx enters by `feed_poll`
        url = self._settings.require_database_url()
        with connect(url, application="sonae-feeds", autocommit=True) as connection:
            try:
                incident = find_incident(connection)
            except NoIncidentError:
                return "no incident is open"
            if incident.clock is not None:
                return "the drill runs on a clock of its own"
            found = poll(
                connection,
                incident,
                client,
                self.address,
                wall=self._wall(),
                prefectures=self._settings.warning_prefectures,
                titles=self.kind == "jma",
            )
        self.taken += found.taken
        self.refused += found.refused
        if found.fault is None:
            self.answered_at = self._wall()
        return found.fault


class TelegramDuty:
    """Everything of official messages coming in; `work` never waits for anybody else's server."""

    def __init__(self, settings: Settings, wall: Wall, random_source: random.Random | None = None) -> None:
        """Prepare; threads start with the first `work`."""
        self._settings, self._wall = settings, wall
        self._random = random_source or random.Random()  # noqa: S311 - jitter, not a secret
        self._started_at = wall()
        self._threads: list[FeedThread] | None = None
        self._seen: dict[tuple[int, Path], tuple[int, int]] = {}
        self._incident_id: int | None = None
        self.folder: dict[str, int] = {}

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat says."""
        return {"feeds": [thread.address for thread in self._threads or ()], "folder": dict(self.folder)}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Start the feeds, tell how they are, take in the folder, end what has expired."""
        if self._threads is None:
            self._threads = [
                FeedThread(self._settings, kind, address, self._wall, self._random)
                for kind, addresses in (("jma", self._settings.jma_feed), ("cap", self._settings.cap_feed))
                for address in addresses
            ]
        if self._incident_id not in (None, incident.id):
            for thread in self._threads:
                thread.wake()
        self._incident_id = incident.id
        if self._threads:
            heartbeat.beat(connection, incident.id, [self._sign(thread) for thread in self._threads])
        if self._settings.telegram_folder is not None:
            self._take_folder(connection, incident, self._settings.telegram_folder)
        expire(connection, incident.id, incident.now(self._wall()))

    def close(self) -> None:
        """End the threads."""
        for thread in self._threads or ():
            thread.close()

    def _sign(self, thread: FeedThread) -> Sign:
        """Return the sign of life of a feed; while it is away `seen_at` is when it last answered."""
        away = thread.fault is not None
        return Sign(
            service_id=f"feed-{thread.kind}:{thread.address}",
            state="away" if away else "up",
            started_at=self._started_at,
            seen_at=(thread.answered_at or self._started_at) if away else self._wall(),
            detail={
                "fault": thread.fault,
                "answered_at": None if thread.answered_at is None else thread.answered_at.isoformat(),
                "taken": thread.taken,
                "refused": thread.refused,
            },
        )

    def _take_folder(self, connection: psycopg.Connection[Any], incident: Incident, folder: Path) -> None:
        """Take in the files of the folder that are new or changed. Raises `OSError` naming the folder."""
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.suffix.lower() not in (".xml", ".cap") or not path.is_file():
                continue
            stat = path.stat()
            mark = (stat.st_mtime_ns, stat.st_size)
            if (
                self._seen.get((incident.id, path)) == mark
                or self._wall().timestamp() - stat.st_mtime < SETTLED_S
            ):
                continue
            key = {"incident": incident.id, "id": f"folder {path}", "updated": f"{mark[0]} {mark[1]}"}
            known = dict(
                connection.execute(
                    _SQL["known_entries"], {"incident": incident.id, "ids": [key["id"]]}
                ).fetchall()
            )
            if known.get(key["id"]) != key["updated"]:
                wall = self._wall()
                taken = take_in(
                    connection, incident, path.read_bytes(), path.name, wall=wall,
                    prefectures=self._settings.warning_prefectures,
                )  # fmt: skip
                connection.execute(_SQL["put_entry"], {**key, "at": wall, "outcome": taken.outcome})
                self.folder[taken.outcome] = self.folder.get(taken.outcome, 0) + 1
            self._seen[incident.id, path] = mark
