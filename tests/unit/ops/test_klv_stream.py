"""Metadata of video from files and the network: however cut, thinned, refused by name, sent as a device."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ops.fleet import Gauge
from ops.klv_stream import KlvReader, KlvStreamError, chunks, publish, record_row, records
from sensors.codecs.own_track import OwnTrackCodec
from sensors.track import Pose, Track
from tests.unit.sensors.codecs.transport import ASYNCHRONOUS, klv, mux

NOW = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
DEVICE = Gauge("heli-1", "secret", "36205", kind="heli")


def local_set(seconds: float) -> bytes:
    at = NOW + timedelta(seconds=seconds)
    place = {13: (0x30000000).to_bytes(4, "big"), 14: (0x60000000).to_bytes(4, "big"), 15: b"\x10\x00"}
    return klv({2: int(at.timestamp() * 1e6).to_bytes(8, "big"), **place, 23: b"\x80\0\0\0"})


SETS = [local_set(number / 10) for number in range(21)]


@pytest.mark.parametrize("stream", [mux(SETS, ASYNCHRONOUS), b"".join(SETS)], ids=["transport", "bare"])
@pytest.mark.parametrize("size", [50, 188, 100_000])
def test_a_stream_is_sent_as_a_device_sends(stream: bytes, size: int) -> None:
    sent: list[tuple[str, bytes]] = []

    def send(payload: bytes, topic: str) -> bool:
        sent.append((topic, payload))
        return True

    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    if size == 50:
        # a stream is known by its first two packets
        pieces = [stream[:400], *(stream[at : at + 50] for at in range(400, len(stream), 50))]
    tally = publish(pieces, DEVICE, send, every_s=0.5)
    assert (tally.tracks, tally.poses, tally.thinned, tally.refused) == (5, 5, 32, 0)
    assert sent[0][0] == "sonae/v1/36205/heli/heli-1/track"
    codec = OwnTrackCodec()
    found = [one for topic, payload in sent for one in codec.decode(topic, payload, NOW)]
    tracks = [one for one in found if isinstance(one, Track)]
    assert [(one.observed_at or NOW) - NOW for one in tracks] == [timedelta(seconds=n / 2) for n in range(5)]
    assert tracks[0].altitudes[0].reference == "mean sea level"
    [pose] = [one for one in found if isinstance(one, Pose)][:1]
    assert pose.extra is not None
    assert pose.extra["out_of_range"] == ["centre_lat"]


def test_what_the_broker_does_not_take_is_counted() -> None:
    tally = publish([b"".join(SETS)], DEVICE, lambda *_: False, every_s=0)
    assert (tally.tracks, tally.thinned) == (0, 42)


def test_a_broken_set_is_told_and_hides_nothing_else(tmp_path: Path) -> None:
    broken = SETS[1][:-1] + bytes([SETS[1][-1] ^ 1])
    file = tmp_path / "a.klv"
    file.write_bytes(SETS[0] + broken + SETS[2] + SETS[3][:30])
    reader = KlvReader("x")
    rows = [record_row(one) for one in records(chunks(str(file)), reader)]
    assert [row["record"] for row in rows] == ["track", "pose", "track", "pose"]
    assert rows[0]["observed_at"] == "2026-06-02T14:36:00Z"
    assert msgspec.json.encode(rows[0])
    assert reader.tally.refused >= 1
    assert "checksum" in reader.tally.first_reason
    with pytest.raises(KlvStreamError, match="No such file"):
        list(chunks(str(tmp_path / "none")))
    for wrong in ("udp://river.example:5000", "udp://127.0.0.1", "udp://127.0.0.1:99999"):
        with pytest.raises(KlvStreamError, match=r"udp://ADDRESS:PORT"):
            list(chunks(wrong))


def test_datagrams_are_read_until_it_is_stopped() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    heard: list[bytes] = []
    stop = threading.Event()

    def listen() -> None:
        for piece in chunks(f"udp://127.0.0.1:{port}", stopped=stop.is_set):
            heard.append(piece)
            stop.set()

    listener = threading.Thread(target=listen)
    listener.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while not stop.wait(0.02):
            sender.sendto(SETS[0], ("127.0.0.1", port))
    listener.join(5)
    assert heard[0] == SETS[0]


def test_endless_noise_does_not_grow() -> None:
    reader: Any = KlvReader("x")
    for _ in range(50):
        reader.take(SETS[0][:16] + bytes(1000))
        reader.take(bytes(20_000))
    assert len(reader._rest) <= 40_000
