"""From a batch of messages to `Work`: decode, check, judge; nothing here writes.

A message that cannot be read becomes an `Unreadable`; one bad message never stops the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import dict_row

from geo.incident import Incident
from geo.queries import load
from ingest import camera_desk, event
from ingest.camera_desk import FRAME_FILTER, CameraDesk, Instrument
from ingest.photo_message import PHOTO_FILTER, read_photo_message
from ingest.quarantine import Unreadable
from ingest.register import KnownGauge, Register, read_digest
from ingest.river_book import RiverBook
from ingest.still_fetch import Still
from ingest.subscriber import Message
from ingest.writer import DeviceStatus, ReadingColumns, Verdict, Work
from sensors.codecs.table import CodecTable
from sensors.codecs.topic_filter import matches
from sensors.flags import Flag, Reason, reason_names
from sensors.quality import RING_LENGTH, QualityControl, Verdicts
from sensors.quality_limits import gauge_bounds, quality_limits
from sensors.reading import LevelReading, UnreadableMessage
from sensors.river_levels import river_rules

_SQL = load("ingest", "gauge.sql")
#: where devices and their last wills say whether they are connected
STATUS_FILTER: Final = "sonae/v1/+/gauge/+/status"
CAMERA_STATUS_FILTER: Final = "sonae/v1/+/camera/+/status"
#: readings whose observed time is not what the device said
_CORRECTED: Final = np.uint16(Reason.CLOCK_AHEAD | Reason.CLOCK_BAD | Reason.NO_TIME)


class _Status(msgspec.Struct):
    online: bool


_decode_status = msgspec.json.Decoder(_Status).decode


class Intake:
    """Decodes and judges batches for one incident, with the register as it was read."""

    def __init__(
        self,
        register: Register,
        table: CodecTable,
        quality: QualityControl,
        book: RiverBook,
        cameras: CameraDesk,
    ) -> None:
        self._register = register
        self._table = table
        self._quality = quality
        self._book = book
        self._cameras = cameras
        self._corrected: set[int] = set()
        #: the last batch named a gauge or camera that the register does not know: it may be new
        self.saw_unknown_gauge = False

    @classmethod
    def load(
        cls, connection: psycopg.Connection[Any], incident: Incident, sources: Sequence[tuple[str, str]]
    ) -> Intake:
        """Read register, history and states from the database. Raises `SourceError` for a bad source file."""
        register = Register.read(connection)
        limits = quality_limits()
        bounds = gauge_bounds(register.thresholds_m, limits, danger_is_crest=register.danger_is_crest)
        quality = QualityControl(limits, bounds)
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            states = cursor.execute(_SQL["states"], {"incident": incident.id}).fetchall()
            history = cursor.execute(_SQL["recent_readings"], {"depth": RING_LENGTH}).fetchall()
            corrected = cursor.execute(_SQL["corrected_gauges"]).fetchall()
        book = RiverBook(register, quality, river_rules(), states)
        cameras = CameraDesk.load(connection, incident.id)
        intake = cls(register, CodecTable.from_files(sources), quality, book, cameras)
        intake._seed(history)
        intake._corrected = {
            index for row in corrected if (index := register.index(row["gauge_id"])) is not None
        }
        return intake

    @property
    def filters(self) -> list[str]:
        """Return the topic filters to subscribe to."""
        return [*self._table.topic_filters, STATUS_FILTER, CAMERA_STATUS_FILTER]

    @property
    def frame_filters(self) -> list[str]:
        """Return the topic filters of pictures, which are large and come on a connection of their own."""
        return [FRAME_FILTER, PHOTO_FILTER]

    @property
    def stills(self) -> Mapping[str, Still]:
        """Return the cameras whose pictures are fetched."""
        return self._cameras.stills

    @property
    def gauge_count(self) -> int:
        """Return how many gauges the register knows."""
        return len(self._register)

    def known(self, gauge_id: str) -> KnownGauge:
        """Return a gauge of the register by its id. Raises `KeyError`."""
        return self._register.known(gauge_id)

    def reloaded_if_changed(
        self, connection: psycopg.Connection[Any], incident: Incident, sources: Sequence[tuple[str, str]]
    ) -> Intake | None:
        """Return a fresh intake if gauges or devices changed since this one was loaded, else None."""
        with connection.transaction(), connection.cursor() as cursor:
            same = read_digest(cursor) == self._register.digest
            if same and camera_desk.read_digest(cursor) == self._cameras.digest:
                return None
        return Intake.load(connection, incident, sources)

    def first_states(self, now: datetime) -> Work:
        """Return the states of rivers whose readings are known but whose state is not.

        So it is when an incident has just been opened: the picture must not begin with unknown rivers.
        """
        work = Work(now)
        gauges = np.flatnonzero(np.isfinite(self._quality.recent(self._all()).observed_s).any(axis=1))
        work.states, _ = self._book.update(gauges.astype(np.int32), now)
        return work

    def _all(self) -> NDArray[np.int32]:
        return np.arange(len(self._register), dtype=np.int32)

    def prepare(self, batch: Sequence[Message], incident: Incident) -> tuple[Work, list[Message]]:
        """Return what `batch` amounts to, and the message of each of its readings."""
        last = incident.now(batch[-1].received)
        work = Work(last)
        self.saw_unknown_gauge = False
        origins: list[Message] = []
        readings: list[LevelReading] = []
        gauges: list[int] = []
        for message in batch:
            try:
                for reading, gauge in self._decode(message, work, incident):
                    origins.append(message)
                    readings.append(reading)
                    gauges.append(gauge)
            except UnreadableMessage as error:
                self.saw_unknown_gauge |= error.code == "unknown-device"
                work.unreadable.append(self._unreadable(message, error.code, error.detail, incident))
        if readings:
            self._judge(readings, gauges, origins, work, incident)
        return work, origins

    def _decode(self, message: Message, work: Work, incident: Incident) -> list[tuple[LevelReading, int]]:
        """Return the readings of a message with their gauges. Raises `UnreadableMessage`."""
        if message.topic.endswith("/status"):
            self._note_status(message, work, incident)
            return []
        if matches(FRAME_FILTER, message.topic):
            return self._take_frame(message, work, incident)
        if matches(PHOTO_FILTER, message.topic):
            work.photos.append(read_photo_message(message, incident.now(message.received)))
            return []
        found = []
        for reading in self._table.decode(message.topic, message.payload):
            gauge = self._register.index(reading.gauge_id)
            if gauge is None:
                raise UnreadableMessage("unknown-device", f"no gauge is registered for {reading.gauge_id!r}")
            found.append((self._on_datum(reading, gauge), gauge))
        return found

    def _take_frame(self, message: Message, work: Work, incident: Incident) -> list[tuple[LevelReading, int]]:
        """Note a frame, and return its level, if it is accepted and the camera has a gauge of its own."""
        frame, reading, events = self._cameras.take(message, incident.now(message.received), self._level_near)
        if frame is not None:
            work.frames.append(frame)
        work.events += events
        gauge = None if reading is None else self._register.index(reading.gauge_id)
        if reading is None or gauge is None:
            return []
        return [(self._on_datum(reading, gauge), gauge)]

    def _level_near(self, gauge_id: str, moment: datetime, within_s: float) -> Instrument | None:
        """Return the usable level of an instrument that was observed nearest to a moment."""
        gauge = self._register.index(gauge_id)
        if gauge is None:
            return None
        recent = self._quality.recent(np.array([gauge], dtype=np.int32))
        usable = (recent.flag[0] <= Flag.NOT_EVALUATED) & np.isfinite(recent.level_m[0])
        apart_s = np.where(usable, np.abs(recent.observed_s[0] - moment.timestamp()), np.inf)
        column = int(apart_s.argmin())
        if not apart_s[column] <= within_s:
            return None
        at = datetime.fromtimestamp(float(recent.observed_s[0, column]), UTC)
        row = self._register.rows[gauge]
        return float(recent.level_m[0, column]), row["datum"], row["zero_tp_m"], at

    def _on_datum(self, reading: LevelReading, gauge: int) -> LevelReading:
        """Return the reading above the datum of the gauge's thresholds. Raises `UnreadableMessage`."""
        row = self._register.rows[gauge]
        if reading.datum == row["datum"]:
            return reading
        if row["zero_tp_m"] is None:
            raise UnreadableMessage(
                "unknown-datum",
                f"level above {reading.datum}, thresholds of {row['id']} above {row['datum']},"
                " and the height of its zero is not known",
            )
        sign = -1 if reading.datum == "T.P." else 1
        return msgspec.structs.replace(
            reading, level_m=reading.level_m + sign * row["zero_tp_m"], datum=row["datum"]
        )

    def _note_status(self, message: Message, work: Work, incident: Incident) -> None:
        device = message.topic.split("/")[4]
        try:
            online = _decode_status(message.payload).online
        except msgspec.MsgspecError as error:
            raise UnreadableMessage("not-json", f"status of {device}: {error}") from error
        at = incident.now(message.received)
        work.statuses.append(DeviceStatus(device, online, at))
        if not online and not message.retained:
            work.events.append(event.device_lost(device, at))

    def _unreadable(self, message: Message, code: str, detail: str, incident: Incident) -> Unreadable:
        adapter = next((name for name in self._table.topic_filters if matches(name, message.topic)), "none")
        return Unreadable(message, adapter, code, detail, incident.now(message.received))

    def _judge(
        self,
        readings: list[LevelReading],
        gauges: list[int],
        origins: list[Message],
        work: Work,
        incident: Incident,
    ) -> None:
        received = [incident.now(message.received) for message in origins]
        received_s = np.array([moment.timestamp() for moment in received])
        gauge = np.array(gauges, dtype=np.int32)
        device_s = np.array(
            [np.nan if r.device_time is None else r.device_time.timestamp() for r in readings]
        )
        level_m = np.array([reading.level_m for reading in readings])
        verdicts = self._quality.check(gauge, device_s, received_s, level_m)
        work.readings = ReadingColumns(
            gauge_ids=[self._register.rows[g]["id"] for g in gauges],
            keys=[reading.key for reading in readings],
            sources=[reading.source for reading in readings],
            extras=[msgspec.json.encode(r.extra).decode() if r.extra else None for r in readings],
            observed_s=verdicts.observed_s,
            received_s=received_s,
            device_s=device_s,
            level_m=level_m,
            flag=verdicts.flag,
            reasons=verdicts.reasons,
            corrected=(verdicts.reasons & _CORRECTED) != 0,
        )
        self._note_corrected(gauge, work.readings)
        self._book.note_arrivals(gauges, verdicts.observed_s.tolist(), received, work.readings.sources)
        self._note_revisions(verdicts, work)
        states, events = self._book.update(np.unique(gauge), work.now)
        work.states = states
        work.events += events

    def _note_corrected(self, gauge: NDArray[np.int32], columns: ReadingColumns) -> None:
        """Remember gauges whose time was ever corrected: their messages are looked for by key as well."""
        self._corrected.update(gauge[columns.corrected].tolist())
        columns.doubtful = np.isin(gauge, list(self._corrected))

    def _note_revisions(self, verdicts: Verdicts, work: Work) -> None:
        """Turn later judgements into rows, and tell of readings that were shown and proved false."""
        revisions = verdicts.revisions
        for gauge, observed_s, flag, mask in zip(
            revisions.gauge.tolist(),
            revisions.observed_s.tolist(),
            revisions.flag.tolist(),
            revisions.reasons.tolist(),
            strict=True,
        ):
            place = self._register.places[gauge]
            observed_at = datetime.fromtimestamp(observed_s, UTC)
            work.verdicts.append(Verdict(place.gauge_id, observed_at, work.now, flag, mask))
            if flag == Flag.FAIL:
                recent = self._quality.recent(np.array([gauge], dtype=np.int32))
                column = int(np.flatnonzero(recent.observed_s[0] == observed_s)[0])
                work.events.append(
                    event.reading_failed(
                        place,
                        observed_at,
                        level_m=float(recent.level_m[0, column]),
                        reasons=reason_names(mask),
                    )
                )

    def _seed(self, history: Sequence[dict[str, Any]]) -> None:
        """Let the quality control see again what it saw before this process started."""
        gauges = [self._register.index(row["gauge_id"]) for row in history]
        known = [(g, row) for g, row in zip(gauges, history, strict=True) if g is not None]
        if not known:
            return
        self._quality.seed(
            np.array([g for g, _ in known], dtype=np.int32),
            np.array([_seconds(row["device_at"]) for _, row in known]),
            np.array([_seconds(row["received_at"]) for _, row in known]),
            np.array([np.nan if row["level_m"] is None else row["level_m"] for _, row in known]),
        )
        self._book.note_arrivals(
            [g for g, _ in known],
            [row["observed_at"].timestamp() for _, row in known],
            [row["received_at"] for _, row in known],
            [row["source"] for _, row in known],
        )


def _seconds(moment: datetime | None) -> float:
    return float("nan") if moment is None else moment.timestamp()
