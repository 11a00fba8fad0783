"""The desk of the river cameras: from a frame's message to the picture, its reading, and what it means.

The reader's memory of each camera is kept here and written with each frame, so that a process that
starts anew reads on as if it had never stopped. Frames of one camera must come to one desk, in order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from geo.chronology import Event
from geo.queries import load
from ingest import camera_event
from ingest.camera_event import CameraPlace
from ingest.still_fetch import Still
from ingest.subscriber import Message
from sensors.camera.calibration import Calibration, CalibrationError, read_calibration
from sensors.camera.limits import CameraLimits, camera_limits
from sensors.camera.picture import (
    MOST_BYTES,
    UnreadablePicture,
    check_size,
    content_hash,
    content_type,
    thumbnail,
)
from sensors.camera.reading import CameraReading, CameraState, Reader, glance
from sensors.camera.taken_at import time_in_exif
from sensors.device_time import parse_time
from sensors.flags import Flag
from sensors.reading import Datum, LevelReading, UnreadableMessage, payload_key

log = logging.getLogger(__name__)
_SQL = load("geo", "camera.sql")

FRAME_FILTER: Final = "sonae/v1/+/camera/+/frame"
#: the name under which accepted levels enter the quality control
SOURCE: Final = "camera"
#: zone of times in pictures of a camera without a calibration
_ZONE: Final = "Asia/Tokyo"
#: how far ahead of the receipt a told time may lie, and the earliest that is believed
_AHEAD: Final = timedelta(minutes=5)
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)

#: level [m], its datum, its gauge's height of zero [m above T.P.] or None, and when it was observed
Instrument = tuple[float, Datum, float | None, datetime]
#: gives the newest usable level of a gauge observed near a moment, by id, moment, and reach [s]
FindLevel = Callable[[str, datetime, float], Instrument | None]


@dataclass(slots=True)
class FrameWork:
    """A frame ready to be written."""

    camera_id: str
    digest: str
    data: bytes
    content_type: str
    width_px: int
    height_px: int
    thumbnail: bytes
    received_at: datetime
    time_source: str
    calibration: int | None
    reading: CameraReading
    #: JSON of what is carried to the next frame
    memory: bytes
    #: the newest comparison with the other gauge
    comparison: dict[str, Any] | None
    #: it is the newest of its camera
    current: bool


class _Memory(msgspec.Struct, kw_only=True):
    """What is carried from frame to frame, and by which calibration its edges were seen."""

    calibration: int | None = None
    state: CameraState = msgspec.field(default_factory=CameraState)
    health: str | None = None


_decode_memory = msgspec.json.Decoder(_Memory).decode


@dataclass(slots=True)
class _Known:
    """A camera as the register and its newest frame tell."""

    row: Mapping[str, Any]
    place: CameraPlace
    version: int | None = None
    reader: Reader | None = None
    memory: _Memory | None = None
    comparison: dict[str, Any] | None = None


class CameraDesk:
    """All cameras of the register, for one incident."""

    def __init__(self, cameras: Mapping[str, _Known], digest: str, limits: CameraLimits) -> None:
        self._cameras = cameras
        self._limits = limits
        #: differs when any camera or calibration differs
        self.digest = digest
        #: cameras whose pictures are fetched
        self.stills: Mapping[str, Still] = {
            name: Still(known.row["still_url"], known.row["interval_s"])
            for name, known in cameras.items()
            if known.row["still_url"]
        }

    @classmethod
    def load(cls, connection: psycopg.Connection[Any], incident_id: int) -> CameraDesk:
        """Read cameras, newest calibrations and memories. A calibration that cannot be used is left out."""
        limits = camera_limits()
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            digest = read_digest(cursor)
            cameras = {
                row["id"]: _Known(row, CameraPlace(row["id"], row["river"], row["name"]))
                for row in cursor.execute(_SQL["identities"]).fetchall()
            }
            for row in cursor.execute(_SQL["calibrations"]).fetchall():
                known = cameras[row["camera_id"]]
                known.reader = _reader(row["camera_id"], row["calibration"], limits)
                known.version = None if known.reader is None else row["version"]
            for row in cursor.execute(_SQL["memories"], {"incident": incident_id}).fetchall():
                known = cameras[row["camera_id"]]
                known.memory = _recalled(row["memory"])
                known.comparison = row["comparison"]
        return cls(cameras, digest, limits)

    def take(
        self, message: Message, received_at: datetime, find_level: FindLevel
    ) -> tuple[FrameWork | None, LevelReading | None, list[Event]]:
        """Return the frame to write, its level for the quality control, and what the chronology says.

        A frame that came before gives nothing. Raises `UnreadableMessage`.
        """
        camera = self._camera(message)
        picture = _picture(message.payload)
        observed_at, time_source = self._observed_at(camera, message, received_at)
        memory = self._memory(camera)
        history = memory.state.history
        digest = content_hash(message.payload)
        if (history.digest, history.at_s) == (digest, observed_at.timestamp()):
            return None, None, []
        current = observed_at.timestamp() >= history.at_s
        reading, state = self._read(camera, message.payload, observed_at, memory.state)
        events = self._events(camera, memory, reading, find_level) if current else []
        if current:
            camera.memory = _Memory(calibration=camera.version, state=state, health=reading.health)
        work = FrameWork(
            camera_id=camera.row["id"],
            digest=digest,
            data=message.payload,
            **picture,
            received_at=received_at,
            time_source=time_source,
            calibration=camera.version,
            reading=reading,
            memory=msgspec.json.encode(camera.memory),
            comparison=camera.comparison,
            current=current,
        )
        return work, self._level(camera, message, reading), events

    def _camera(self, message: Message) -> _Known:
        if len(message.payload) > MOST_BYTES:
            raise UnreadableMessage("too-large", f"{len(message.payload)} bytes; at most {MOST_BYTES}")
        name = message.topic.split("/")[4]
        if (found := self._cameras.get(name)) is None:
            raise UnreadableMessage("unknown-device", f"no camera is registered as {name!r}")
        return found

    def _observed_at(self, camera: _Known, message: Message, received_at: datetime) -> tuple[datetime, str]:
        """Return when the frame was taken, and who says so."""
        told = next((value for name, value in message.properties if name == "time"), None)
        zone = _ZONE if camera.reader is None else camera.reader.calibration.zone
        if told is not None:
            found, source = parse_time(told, "text", None), "message"
        elif (taken := time_in_exif(message.payload, zone)) is not None:
            found, source = taken, "exif"
        else:
            return received_at, "received"
        if not _EARLIEST <= found <= received_at + _AHEAD:
            return received_at, "received"
        return found, source

    def _memory(self, camera: _Known) -> _Memory:
        memory = camera.memory or _Memory()
        if memory.calibration != camera.version:
            # edges seen by another calibration lie at other heights
            kept = CameraState(history=memory.state.history)
            memory = _Memory(calibration=camera.version, state=kept, health=memory.health)
        camera.memory = memory
        return memory

    def _read(
        self, camera: _Known, frame: bytes, observed_at: datetime, state: CameraState
    ) -> tuple[CameraReading, CameraState]:
        if camera.reader is None:
            return glance(frame, observed_at, state, self._limits)
        return camera.reader.read(frame, observed_at, state)

    def _events(
        self, camera: _Known, memory: _Memory, reading: CameraReading, find_level: FindLevel
    ) -> list[Event]:
        events = []
        if reading.health != (memory.health or "ok"):
            events.append(camera_event.health_changed(camera.place, reading.observed_at, reading.health))
        fresh = self._compare(camera, reading, find_level)
        if fresh is not None:
            agreed = camera.comparison is None or camera.comparison["agrees"]
            if fresh["agrees"] != agreed:
                events.append(camera_event.comparison_changed(camera.place, reading.observed_at, fresh))
            camera.comparison = fresh
        return events

    def _compare(
        self, camera: _Known, reading: CameraReading, find_level: FindLevel
    ) -> dict[str, Any] | None:
        """Return how an accepted level stands to the instrument's, None where they cannot be compared."""
        gauge, limits = camera.row["compare_gauge_id"], self._limits
        if gauge is None or camera.reader is None or reading.level_m is None or reading.flag != Flag.GOOD:
            return None
        found = find_level(gauge, reading.observed_at, limits.disagree_within_s)
        if found is None:
            return None
        level_m, datum, zero_tp_m, at = found
        theirs_m = _on_tp(level_m, datum, zero_tp_m)
        own_m = _on_tp(reading.level_m, camera.reader.calibration.datum, camera.row["zero_tp_m"])
        if theirs_m is None or own_m is None:
            return None
        apart_m = own_m - theirs_m
        differed = camera.comparison is not None and not camera.comparison["agrees"]
        limit_m = limits.disagree_m * (limits.agree_share if differed else 1.0)
        return {
            "gauge": gauge,
            "gauge_tp_m": round(theirs_m, 3),
            "camera_tp_m": round(own_m, 3),
            "difference_m": round(apart_m, 3),
            "limit_m": limits.disagree_m,
            "agrees": abs(apart_m) <= limit_m,
            "gauge_at": at.isoformat(),
            "camera_at": reading.observed_at.isoformat(),
        }

    def _level(self, camera: _Known, message: Message, reading: CameraReading) -> LevelReading | None:
        """Return an accepted level as a reading of the camera's own gauge."""
        gauge = camera.row["gauge_id"]
        if gauge is None or camera.reader is None or reading.level_m is None or reading.flag != Flag.GOOD:
            return None
        return LevelReading(
            gauge_id=gauge,
            device_time=reading.observed_at,
            level_m=reading.level_m,
            datum=camera.reader.calibration.datum,
            raw_value=reading.level_m,
            raw_unit="m",
            key=payload_key(f"{message.topic} {reading.observed_at.isoformat()}", message.payload),
            source=SOURCE,
            extra={"quality": reading.quality, "calibration": camera.version},
        )


def read_digest(cursor: psycopg.Cursor[Any]) -> str:
    """Return a text that differs when any camera or calibration differs."""
    cursor.execute(_SQL["digest"])
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    return str(next(iter(row.values())) if isinstance(row, dict) else row[0])


def _reader(camera_id: str, calibration: Any, limits: CameraLimits) -> Reader | None:  # noqa: ANN401
    try:
        return Reader(_calibration(calibration), limits)
    except CalibrationError as error:
        log.error("camera %s: its calibration cannot be used: %s", camera_id, error)  # noqa: TRY400
        return None


def _calibration(document: Any) -> Calibration:  # noqa: ANN401 - JSON of the database
    return read_calibration(msgspec.json.encode(document))


def _recalled(document: Any) -> _Memory:  # noqa: ANN401 - JSON of the database
    try:
        return _decode_memory(msgspec.json.encode(document))
    except msgspec.ValidationError:
        return _Memory()


def _picture(data: bytes) -> dict[str, Any]:
    """Return what is kept of a picture besides its bytes. Raises `UnreadableMessage`."""
    try:
        width, height = check_size(data)
        return {
            "content_type": content_type(data),
            "width_px": width,
            "height_px": height,
            "thumbnail": thumbnail(data),
        }
    except UnreadablePicture as error:
        raise UnreadableMessage("not-a-picture", str(error)) from error


def _on_tp(level_m: float, datum: Datum, zero_tp_m: float | None) -> float | None:
    """Return a level above T.P. [m], None when the height of its zero is unknown."""
    if datum == "T.P.":
        return level_m
    return None if zero_tp_m is None else level_m + zero_tp_m
