"""Duty of the alerts process: publish what came into force, have it sent, count who was reached."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from alerts import delivery_store as store
from alerts.channels.carriers import make_carriers
from alerts.channels.config import FILE, ChannelError, Channels, read_channels
from alerts.delivery_sums import count
from alerts.dispatch import Dispatcher
from geo.clock import Wall
from geo.engine import connect
from geo.incident import Incident
from geo.persistence import AWAY
from geo.settings import Settings

log = logging.getLogger(__name__)

#: how often new revisions are looked for [s]; the change feed wakes the process before
PUBLISH_EVERY_S: Final = 0.2
#: how often the funnel goes to the screens [s]
COUNT_EVERY_S: Final = 1.0


class DeliveryDuty:
    """Publishes, sends and counts for the current incident."""

    def __init__(self, settings: Settings, wall: Wall) -> None:
        """Prepare; the channels are read, and the sending thread begins, with the first turn."""
        self._settings, self._wall = settings, wall
        self._incident: Incident | None = None
        self._channels: Channels | None = None
        self._stamp: float | None = None
        self._fault: str | None = None
        self._dispatcher: Dispatcher | None = None

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the heartbeat says."""
        flying = 0 if self._dispatcher is None else self._dispatcher.flying
        listed = 0 if self._channels is None else len(self._channels.listed)
        return {"channels": listed, "letters_on_their_way": flying}

    def publish(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Publish every revision that came into force since, each in a transaction of its own.

        One that cannot be published stops no other; it is raised at the end, so that the process beats
        `fault` until somebody has seen to it.
        """
        self._incident = incident
        channels = self._read_channels()
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            found = store.unpublished(cursor, incident)
        faults = [] if self._fault is None else [self._fault]
        for order_id, revision in found:
            try:
                with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
                    store.publish(cursor, incident, order_id, revision, channels=channels, wall=self._wall())
            except AWAY:
                raise
            except Exception as fault:
                log.exception("revision %s of order %s is not published", revision, order_id)
                faults.append(f"{type(fault).__name__}: {fault}")
        self._sending(channels).start(incident)
        if faults:
            raise store.PublicationError("; ".join(faults))

    def count(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Bring the sums up to date, and raise what keeps the sender from sending."""
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            store.give_up_ended(cursor, incident, wall=self._wall())
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            count(cursor, incident, wall=self._wall())
        if self._dispatcher is not None and self._dispatcher.fault is not None:
            raise RuntimeError(f"nothing can be sent: {self._dispatcher.fault}")

    def close(self) -> None:
        """End the sending thread."""
        if self._dispatcher is not None:
            self._dispatcher.close()

    def _read_channels(self) -> Channels:
        """Return the channels, read again when their file changed.

        A file that was spoiled changes nothing but `fault`: the last usable list goes on. One that never
        was usable raises, for nothing is published by guess.
        """
        path = self._settings.state_dir / FILE
        stamp = path.stat().st_mtime if path.exists() else 0.0
        if self._channels is not None and stamp == self._stamp:
            return self._channels
        try:
            channels = read_channels(self._settings)
        except ChannelError as fault:
            if self._channels is None:
                raise
            self._fault = str(fault)
            return self._channels
        if self._dispatcher is not None:
            self._dispatcher.use(make_carriers(channels, self._wall, self._incident_now))
        self._channels, self._stamp, self._fault = channels, stamp, None
        return channels

    def _sending(self, channels: Channels) -> Dispatcher:
        if self._dispatcher is None:
            url = self._settings.require_database_url()
            self._dispatcher = Dispatcher(
                lambda: connect(url, application="sonae-deliveries", autocommit=True),
                make_carriers(channels, self._wall, self._incident_now),
                wall=self._wall,
            )
        return self._dispatcher

    def _incident_now(self) -> datetime:
        wall = self._wall().astimezone(UTC)
        return wall if self._incident is None else self._incident.now(wall)
