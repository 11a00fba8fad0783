"""The ingest process: from the broker into the database, one batch after another, until told to stop.

`main` is the entry point of the process. The loop has one thread beside paho's: take a batch, decode and
check it, commit it, acknowledge it; between batches it keeps the watch over silence, its heartbeat and
the pruning of the change feed.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from geo import change, heartbeat
from geo.clock import wall_now
from geo.duty import Duty
from geo.engine import connect
from geo.heartbeat import Sign
from geo.incident import Incident, find_incident
from geo.persistence import Stopped
from geo.settings import Settings
from ingest import watch
from ingest.batch import take
from ingest.intake import Intake
from ingest.metrics import Metrics
from ingest.persistence import Persistence
from ingest.quarantine import Unreadable
from ingest.sources import read_sources
from ingest.still_fetch import StillFetcher
from ingest.subscriber import RECEIVE_MAXIMUM, BrokerAddress, Message, Subscriber
from ingest.track_feed import TrackFeed
from ingest.writer import Writer
from shelters import silence_watch

log = logging.getLogger(__name__)

#: most messages of one transaction
BATCH_MOST = RECEIVE_MAXIMUM
#: longest wait for a message before the regular duties are looked at [s]
WAIT_S = 0.2
#: how long the change feed is kept for screens that were away [s], and how often it is pruned [s]
FEED_KEPT_S, PRUNE_EVERY_S = 6 * 3600.0, 300.0
#: pictures that may be unacknowledged at a time, and most taken between two batches of levels
FRAMES_UNACKNOWLEDGED, FRAMES_AT_ONCE = 16, 2
#: messages of vehicles that may be unacknowledged, and how often it is looked whom the screens wait for [s]
TRACKS_UNACKNOWLEDGED, TELL_EVERY_S = 2_000, 0.2
#: how often it is looked who has left the picture of the air [s]
LEAVE_EVERY_S = 60.0
#: so many messages of vehicles are taken at once
TRACKS_AT_ONCE = 500
#: how often the register of gauges is looked at for changes [s]
REGISTER_EVERY_S = 15.0
#: how often it is looked whether another incident was opened [s]
INCIDENT_EVERY_S = 1.0


class IngestProcess:
    """Everything one ingest process holds."""

    def __init__(
        self,
        settings: Settings,
        *,
        wall: Callable[[], datetime] = wall_now,
        random_source: random.Random | None = None,
    ) -> None:
        """Prepare; nothing connects before `run`."""
        self.metrics = Metrics()
        self._settings = settings
        self._service_id = service_id = settings.service_id or "ingest"
        self._wall = wall
        self._stop = threading.Event()
        self._metrics_port = settings.metrics_port
        self._started_at = wall()
        self._persistence = Persistence(
            lambda: connect(settings.require_database_url(), application=f"sonae-{service_id}"),
            self._make_writer,
            sleep=self._stop.wait,
            random_source=random_source or random.Random(),  # noqa: S311 - jitter, not a secret
            on_retry=self.metrics.retries.inc,
        )
        self._incident: Incident | None = None
        self._intake: Intake | None = None
        self._tracks = TrackFeed(self._persistence, settings.state_dir)
        self._counts = {"committed": 0, "repeated": 0, "quarantined": 0}
        self._behind_s = self._tracks_behind_s = 0.0
        self._broker_seen_at = self._started_at

    def stop(self) -> None:
        """Ask the process to end after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Run until `stop`."""
        try:
            incident = self._persistence.call(lambda connection, _writer: find_incident(connection))
            self._prepare(incident)
            if self._metrics_port is not None:
                self._metrics_port = self.metrics.serve(self._metrics_port)
            subscriber, frames = self._subscriber(), self._frame_subscriber()
            tracks = self._track_subscriber()
            for one in (subscriber, frames, tracks):
                one.start()
            stills = self._still_fetcher(frames)
            stills.start()
            try:
                self._loop(subscriber, frames, tracks)
            finally:
                stills.stop()
                for one in (tracks, frames, subscriber):
                    one.stop()
        except Stopped:
            log.info("stopped while the database was away; what was not committed was not acknowledged")
        finally:
            self._persistence.close()

    def _prepare(self, incident: Incident) -> None:
        """Begin to work for `incident`: its register, what was last read of every river, its states."""
        self._incident = incident
        self._persistence.close()
        self._intake = self._persistence.call(
            lambda connection, _writer: Intake.load(
                connection, incident, read_sources(self._settings.state_dir)
            )
        )
        work = self._intake.first_states(incident.now(self._wall()))
        if work.states:
            self._persistence.write(work, [])
        self._tracks.load(incident)

    def _follow_incident(self) -> None:
        """Go over to another incident when one was opened."""
        newest = self._persistence.call(lambda connection, _writer: find_incident(connection))
        if self._incident is not None and newest.id != self._incident.id:
            log.info("incident %s is open now: %s", newest.slug, newest.name)
            self._prepare(newest)

    def _subscriber(self) -> Subscriber:
        return Subscriber(
            BrokerAddress.parse(self._settings.require_mqtt_url()),
            filters=self._require_intake().filters,
            client_id=f"sonae-{self._settings.installation}-{self._service_id}",
            wall=self._wall,
            share_group=self._settings.mqtt_share_group,
        )

    def _frame_subscriber(self) -> Subscriber:
        """Return the connection for pictures: large, few at a time, and never between processes.

        One camera's frames belong to one process, since each is read by what the last one showed: of
        several processes only the first, whose name ends with -1, hears them.
        """
        return Subscriber(
            BrokerAddress.parse(self._settings.require_mqtt_url()),
            filters=self._require_intake().frame_filters if self._is_first else [],
            client_id=f"sonae-{self._settings.installation}-{self._service_id}-frames",
            wall=self._wall,
            receive_maximum=FRAMES_UNACKNOWLEDGED,
            tells_status=False,
        )

    def _track_subscriber(self) -> Subscriber:
        """Return the connection for vehicles: like pictures they belong to one process."""
        return Subscriber(
            BrokerAddress.parse(self._settings.require_mqtt_url()),
            filters=self._tracks.filters if self._is_first else [],
            client_id=f"sonae-{self._settings.installation}-{self._service_id}-tracks",
            wall=self._wall,
            receive_maximum=TRACKS_UNACKNOWLEDGED,
            tells_status=False,
        )

    @property
    def _is_first(self) -> bool:
        return self._settings.mqtt_share_group is None or self._service_id.endswith("-1")

    def _still_fetcher(self, frames: Subscriber) -> StillFetcher:
        """Return what fetches the pictures of cameras that do not send, into the queue of those that do."""
        return StillFetcher(
            lambda: self._require_intake().stills if self._is_first else {},
            frames.messages.put,
            wall=self._wall,
            monotonic=time.monotonic,
        )

    def _loop(self, subscriber: Subscriber, frames: Subscriber, tracks: Subscriber) -> None:
        duties = [
            Duty(INCIDENT_EVERY_S, self._follow_incident),
            Duty(watch.EVERY_S, self._note_silence),
            Duty(silence_watch.EVERY_S, self._watch_shelters),
            Duty(heartbeat.EVERY_S, lambda: self._beat(subscriber, tracks)),
            Duty(PRUNE_EVERY_S, self._prune),
            Duty(REGISTER_EVERY_S, self._reload_if_changed),
            Duty(REGISTER_EVERY_S, self._tracks.reload),
            Duty(TELL_EVERY_S, lambda: self._tracks.tell(self._wall())),
            Duty(LEAVE_EVERY_S, self._let_leave),
        ]
        # What is loaded now stays: collections under load need not look through it again.
        gc.collect()
        gc.freeze()
        while not self._stop.is_set():
            # Positions gather while a river is waited for; many at once are not left waiting.
            idle = frames.messages.empty() and tracks.messages.qsize() < TRACKS_AT_ONCE
            wait_s = WAIT_S if idle else 0.0
            for source, most, wait in ((subscriber, BATCH_MOST, wait_s), (frames, FRAMES_AT_ONCE, 0.0)):
                if batch := take(source.messages, most=most, wait_s=wait):
                    self._ingest(batch, source)
            if batch := take(tracks.messages, most=TRACKS_UNACKNOWLEDGED, wait_s=0.0):
                self._ingest_tracks(batch, tracks)
            else:
                self._tracks_behind_s = 0.0
            for duty in duties:
                duty.run_if_due(self._wall())

    def _ingest_tracks(self, batch: list[Message], subscriber: Subscriber) -> None:
        with self.metrics.commit_seconds.time():
            unreadable = self._tracks.take(batch, self._current_incident())
            subscriber.acknowledge(batch)
        self.metrics.received.inc(len(batch))
        self.metrics.batch_size.observe(len(batch))
        self._count_unreadable(unreadable)
        self._tracks_behind_s = (self._wall() - batch[0].received).total_seconds()

    def _ingest(self, batch: list[Message], subscriber: Subscriber) -> None:
        with self.metrics.commit_seconds.time():
            incident = self._current_incident()
            work, origins = self._require_intake().prepare(batch, incident)
            if self._require_intake().saw_unknown_gauge and self._reload_if_changed():
                work, origins = self._require_intake().prepare(batch, incident)
            inserted = self._persistence.write(work, origins)
            subscriber.acknowledge(batch)
        self._count(batch, inserted, len(origins), work.unreadable, work.readings.flag)

    def _count(
        self,
        batch: list[Message],
        inserted: int,
        readings: int,
        unreadable: list[Unreadable],
        flags: NDArray[np.uint8],
    ) -> None:
        metrics = self.metrics
        metrics.received.inc(len(batch))
        metrics.batch_size.observe(len(batch))
        metrics.committed.inc(inserted)
        metrics.repeated.inc(readings - inserted)
        self._count_unreadable(unreadable)
        for flag, count in zip(*np.unique(flags, return_counts=True), strict=True):
            metrics.flagged.labels(str(flag)).inc(count)
        self._counts["committed"] += inserted
        self._counts["repeated"] += readings - inserted
        self._behind_s = (self._wall() - batch[0].received).total_seconds()

    def _count_unreadable(self, unreadable: list[Unreadable]) -> None:
        for item in unreadable:
            self.metrics.quarantined.labels(item.error_code).inc()
        self._counts["quarantined"] += len(unreadable)

    def _current_incident(self) -> Incident:
        """Return the incident; a drill's replay clock may have been set anew, so it is read each time."""
        incident = self._incident
        assert incident is not None, "run() prepares first"  # noqa: S101
        if incident.kind == "drill":
            incident = self._persistence.call(
                lambda connection, _writer: find_incident(connection, incident.slug)
            )
            self._incident = incident
        return incident

    def _require_intake(self) -> Intake:
        assert self._intake is not None, "run() prepares first"  # noqa: S101
        return self._intake

    def _note_silence(self) -> None:
        incident = self._current_incident()
        intake = self._require_intake()
        self._persistence.call(
            lambda connection, _writer: watch.note_silence(
                connection, incident.id, incident.now(self._wall()), intake.known
            )
        )

    def _watch_shelters(self) -> None:
        incident = self._current_incident()
        self._persistence.call(
            lambda connection, _writer: silence_watch.watch_shelters(
                connection, incident.id, incident.now(self._wall())
            )
        )

    def _beat(self, subscriber: Subscriber, tracks: Subscriber) -> None:
        """Tell that we live, and whether the broker does: no device is heard while it is away."""
        incident, wall = self._current_incident(), self._wall()
        queued = subscriber.messages.qsize()
        self.metrics.queued.set(queued)
        self.metrics.connected.set(subscriber.connected)
        if subscriber.connected:
            self._broker_seen_at = wall
        detail = {
            **self._counts,
            **self._tracks.counts,
            "behind_s": round(max(self._behind_s, self._tracks_behind_s), 3),
            # of several processes one hears the vehicles, and is deaf when its connection for them is
            "vehicles": tracks.connected if self._is_first else None,
            "queued": queued,
            # whether this process hears the broker: a replay waits for it (`ops.playback`)
            "broker": "connected" if subscriber.connected else "disconnected",
            "metrics_port": self._metrics_port,
            "pid": os.getpid(),
        }
        signs = [
            Sign(
                service_id=self._service_id,
                state="up",
                started_at=self._started_at,
                seen_at=wall,
                detail=detail,
            ),
            Sign(
                service_id="broker",
                state="up" if subscriber.connected else "disconnected",
                started_at=self._started_at,
                seen_at=self._broker_seen_at,
                detail={"connections": subscriber.connections},
            ),
        ]
        self._persistence.call(lambda connection, _writer: heartbeat.beat(connection, incident.id, signs))

    def _prune(self) -> None:
        def prune(connection: psycopg.Connection[Any], _writer: Writer) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                change.prune(cursor, keep_s=FEED_KEPT_S)

        self._persistence.call(prune)

    def _let_leave(self) -> None:
        if self._is_first:
            self._tracks.let_leave(self._current_incident(), self._wall())

    def _reload_if_changed(self) -> bool:
        """Load the register of gauges anew if it changed; return whether it did."""
        incident, intake = self._current_incident(), self._require_intake()
        fresh = self._persistence.call(
            lambda connection, _writer: intake.reloaded_if_changed(
                connection, incident, read_sources(self._settings.state_dir)
            )
        )
        if fresh is None:
            return False
        log.info("the register of gauges changed: %d gauges", fresh.gauge_count)
        self._intake = fresh
        self._persistence.close()
        return True

    def _make_writer(self, connection: psycopg.Connection[Any]) -> Writer:
        incident_id = self._incident.id if self._incident else 0
        return Writer(connection, incident_id, lambda gauge_id: self._require_intake().known(gauge_id))


def main(settings: Settings) -> None:
    """Run the ingest process until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    process = IngestProcess(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: process.stop())
    process.run()
