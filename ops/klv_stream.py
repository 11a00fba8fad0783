"""Metadata of video from the air, from a file or the network to the broker: what `./sonae read-klv` does.

The video itself is not looked at. A stream tells thirty positions a second; what is sent of them is thinned.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from ops.errors import OpsError
from ops.fleet import Gauge
from sensors.codecs.misb_klv import is_transport_stream, records_of
from sensors.codecs.misb_local_set import KEY, LONGEST_SET
from sensors.codecs.mpeg_ts import TransportStream
from sensors.codecs.vehicle_codec import PartlyUnreadable
from sensors.reading import UnreadableMessage
from sensors.simulate.encode_own import encode_pose, encode_track
from sensors.track import Pose, Record, Track

#: what is read from a file at once [bytes], and the largest datagram
_CHUNK_BYTES: Final = 256 * 188
_DATAGRAM_BYTES: Final = 65_536
#: how often a silent line is looked away from, to see whether to stop [s]
_LOOK_S: Final = 0.5


class KlvStreamError(OpsError):
    """Raised when a file or an address cannot be read, or tells nothing."""


@dataclass
class Tally:
    """What a stream gave."""

    tracks: int = 0
    poses: int = 0
    #: records that came too soon after the last one, or while the broker was away
    thinned: int = 0
    #: why local sets were refused, the first of them, and how many times something was
    refused: int = 0
    first_reason: str = ""
    torn: int = 0

    def count(self, record: Track | Pose, *, sent: bool) -> None:
        """Count a record that was sent, or left out."""
        self.thinned += not sent
        self.tracks += sent and isinstance(record, Track)
        self.poses += sent and isinstance(record, Pose)

    def refuse(self, reason: str) -> None:
        """Count something that could not be read."""
        self.refused += 1
        self.first_reason = self.first_reason or reason


@dataclass
class KlvReader:
    """Turns pieces of a stream, however it is cut, into records of one vehicle."""

    name: str
    tally: Tally = field(default_factory=Tally)
    _stream: TransportStream | None = None
    _rest: bytes = b""
    _begun: bool = False

    def take(self, data: bytes) -> list[Record]:
        """Return the records that are whole with `data`."""
        if not self._begun and data:
            self._begun = True
            self._stream = TransportStream() if is_transport_stream(data) else None
        if self._stream is None:
            return self._bare(data, last=False)
        units = self._stream.feed(data)
        self.tally.torn = self._stream.torn
        return [record for unit in units for record in self._read(unit)]

    def finish(self) -> list[Record]:
        """Return the records that only the end makes whole."""
        if self._stream is None:
            return self._bare(b"", last=True)
        return [record for unit in self._stream.finish() for record in self._read(unit)]

    def _bare(self, data: bytes, *, last: bool) -> list[Record]:
        """Read bare local sets; a torn end waits for more, with a bound."""
        held = self._rest + data
        cut = len(held) if last else max(held.rfind(KEY), 0)
        if len(held) - cut > LONGEST_SET:
            cut = len(held)
        self._rest = held[cut:]
        return self._read(held[:cut]) if held[:cut] else []

    def _read(self, unit: bytes) -> list[Record]:
        try:
            return records_of(unit, self.name)
        except PartlyUnreadable as fault:
            self.tally.refuse(fault.detail)
            return list(fault.records)
        except UnreadableMessage as fault:
            self.tally.refuse(fault.detail)
            return []


class Thinner:
    """Lets a record of a kind through at most every `every_s`, by its own time, else by `monotonic`."""

    def __init__(self, every_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._monotonic = monotonic
        self._last: dict[type, float] = {}

    def keeps(self, record: Track | Pose) -> bool:
        """Tell whether a record is let through."""
        told = record.observed_at
        at_s = self._monotonic() if told is None else told.timestamp()
        last = self._last.get(type(record))
        # a clock that was set back begins anew
        if last is not None and 0 <= at_s - last < self._every_s:
            return False
        self._last[type(record)] = at_s
        return True


def chunks(source: str, *, stopped: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """Yield the bytes of a file, or of `udp://HOST:PORT` until `stopped`. Raises `KlvStreamError`."""
    if source.startswith("udp://"):
        yield from _datagrams(source, stopped)
        return
    try:
        with Path(source).open("rb") as opened:
            while data := opened.read(_CHUNK_BYTES):
                yield data
    except OSError as fault:
        raise KlvStreamError(f"{source}: {fault.strerror}") from fault


def publish(
    pieces: Iterable[bytes],
    device: Gauge,
    send: Callable[[bytes, str], bool],
    *,
    every_s: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> Tally:
    """Send track and pose of each piece as `device` does; return what the stream gave.

    `send(payload, topic)` tells whether it took the message.
    """
    reader, thinner = KlvReader(device.id), Thinner(every_s, monotonic)
    for record in records(pieces, reader):
        reader.tally.count(record, sent=thinner.keeps(record) and send(*_message(record, device)))
    return reader.tally


def _message(record: Track | Pose, device: Gauge) -> tuple[bytes, str]:
    if isinstance(record, Track):
        return encode_track(record), device.topic("track")
    return encode_pose(record), device.topic("pose")


def records(pieces: Iterable[bytes], reader: KlvReader) -> Iterator[Track | Pose]:
    """Yield the tracks and poses of a stream as they become whole."""
    for piece in pieces:
        yield from (one for one in reader.take(piece) if isinstance(one, Track | Pose))
    yield from (one for one in reader.finish() if isinstance(one, Track | Pose))


def record_row(record: Track | Pose) -> dict[str, Any]:
    """Return a record as `--json` prints it, without what is not known."""
    kept = msgspec.to_builtins(record, builtin_types=(datetime,))
    found = {name: value for name, value in kept.items() if value not in (None, [], ())}
    if record.observed_at is not None:
        found["observed_at"] = record.observed_at.isoformat().replace("+00:00", "Z")
    return {"record": type(record).__name__.lower(), **found}


def _datagrams(source: str, stopped: Callable[[], bool]) -> Iterator[bytes]:
    host, port = _place(source)
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            if ip_address(host).is_multicast:
                group = struct.pack("4sI", socket.inet_aton(host), socket.INADDR_ANY)
                listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        except OSError as fault:
            raise KlvStreamError(f"{source}: {fault.strerror}") from fault
        listener.settimeout(_LOOK_S)
        while not stopped():
            try:
                yield listener.recv(_DATAGRAM_BYTES)
            except TimeoutError:
                continue


def _place(source: str) -> tuple[str, int]:
    """Return host and port of a `udp://` address; the host is a number. Raises `KlvStreamError`."""
    try:
        parts = urlsplit(source)
        host, port = parts.hostname or "", parts.port
        ip_address(host)
    except ValueError as fault:
        raise KlvStreamError(f"{source!r} must be udp://ADDRESS:PORT with a numeric address") from fault
    if port is None:
        raise KlvStreamError(f"{source!r} must be udp://ADDRESS:PORT, the port is missing")
    return host, port
