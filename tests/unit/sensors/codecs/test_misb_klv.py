"""KLV: values as the standard tells them, checksums, torn streams; no bytes do more than be refused."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensors.codecs.misb_klv import MisbKlvCodec, records_of
from sensors.codecs.misb_local_set import KEY, checksum, local_sets, read_local_set
from sensors.codecs.mpeg_ts import TransportStream, crc32_mpeg
from sensors.codecs.vehicle_codec import PartlyUnreadable
from sensors.reading import UnreadableMessage
from sensors.track import Pose, Track
from tests.unit.sensors.codecs.transport import ASYNCHRONOUS, SYNCHRONOUS, klv, mux, tables

NOW = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "data" / "klv"
FALSE = (SAMPLES / "DynamicConstantMISMMSPacketData.bin").read_bytes()
#: the packet with constant items as it should be: its file holds the checksum of other bytes
WHOLE = FALSE[:-2] + checksum(FALSE[:-2]).to_bytes(2, "big")
SHORT = (SAMPLES / "DynamicOnlyMISMMSPacketData.bin").read_bytes()
MICROS = int(NOW.timestamp() * 1e6)
HERE = {
    2: MICROS.to_bytes(8, "big"),
    13: (0x30000000).to_bytes(4, "big"),
    14: (0x60000000).to_bytes(4, "big"),
}


def pair(data: bytes, topic: str = "klv/heli-1") -> tuple[Track, Pose]:
    track, pose = records_of(data, topic)
    assert isinstance(track, Track)
    assert isinstance(pose, Pose)
    return track, pose


def test_the_standards_own_example_is_read_as_the_standard_tells_it() -> None:
    told = read_local_set(WHOLE)
    # values of the tables of ST 0601 for these very bytes
    assert told.numbers["platform_heading_deg"] == pytest.approx(159.9744, abs=1e-4)
    assert told.numbers["platform_pitch_deg"] == pytest.approx(-0.43153, abs=1e-5)
    assert told.numbers["platform_roll_deg"] == pytest.approx(3.40586, abs=1e-4)
    assert told.numbers["sensor_lat"] == pytest.approx(60.17682297, abs=1e-8)
    assert told.numbers["sensor_lon"] == pytest.approx(128.42675904, abs=1e-8)
    assert told.numbers["sensor_altitude_m"] == pytest.approx(14190.72, abs=0.01)
    assert told.numbers["slant_range_m"] == pytest.approx(68590.98, abs=0.01)
    assert told.numbers["centre_lat"] == pytest.approx(-10.54238863, abs=1e-8)
    track, pose = pair(WHOLE)
    assert (track.source_id, track.registration) == ("heli-1", None)
    assert track.altitudes[0].reference == "mean sea level"
    assert pose.hfov_deg == pytest.approx(144.5713, abs=1e-4)
    # a clock of 2009 is not believed, and is kept to be looked at
    assert track.observed_at is None
    assert track.extra is not None
    assert track.extra["precision_time_us"] == 1231798102000000
    assert track.extra["mission"] == "Mission 12"
    assert "48" in dict(track.extra["unknown_tags"])  # type: ignore[call-overload]


def test_out_of_range_is_told_and_is_no_number() -> None:
    least = (-(2**31)).to_bytes(4, "big", signed=True)
    level = {5: b"\x00\x00", 6: b"\x80\x00", 7: b"\x00\x00", 18: bytes(4), 19: bytes(4)}
    _, pose = pair(klv({**HERE, **level, 23: least, 24: least}))
    assert (pose.pitch_deg, pose.centre, pose.corners) == (None, None, None)
    assert pose.extra is not None
    assert pose.extra["out_of_range"] == ["centre_lat", "centre_lon", "platform_pitch_deg"]
    with pytest.raises(UnreadableMessage, match="no place"):
        records_of(klv({**HERE, 13: least}), "klv/a")
    # a value of another width than the standard's is no number either
    narrow, _ = pair(klv({**HERE, 15: b"\x10"}))
    assert narrow.altitudes == ()
    assert narrow.extra == {"unknown_tags": {"15": "10"}}


def test_the_gimbal_turns_with_the_vehicle() -> None:
    def angle(degrees: float, most: float, width: int, *, signed: bool) -> bytes:
        top = 2 ** (8 * width - 1) - 1 if signed else 2 ** (8 * width) - 1
        return round(degrees / most * top).to_bytes(width, "big", signed=signed)

    flying = {
        5: angle(90, 360, 2, signed=False),
        6: b"\0\0",
        7: angle(30, 50, 2, signed=True),
        18: angle(90, 360, 4, signed=False),
        19: angle(-40, 180, 4, signed=True),
        75: b"\x20\x00",
        79: angle(0, 327, 2, signed=True),
        80: angle(50, 327, 2, signed=True),
    }
    track, pose = pair(klv({**HERE, **flying}))
    assert track.observed_at == NOW
    assert (track.course_deg, track.ground_speed_m_s) == pytest.approx((90, 50), abs=0.01)
    assert [one.reference for one in track.altitudes] == ["ellipsoid"]
    # banked 30° to the right and looking 40° down over the right side: 70° down
    assert (pose.yaw_deg, pose.pitch_deg) == pytest.approx((180, -70), abs=0.02)


def test_corners_are_kept_as_told_or_from_their_offsets() -> None:
    offset = [(500, -500), (500, 500), (-500, 500), (-500, -500)]
    tags = {23: HERE[13], 24: HERE[14]}
    for number, (lat, lon) in enumerate(offset):
        tags |= {26 + 2 * number: lat.to_bytes(2, "big", signed=True)}
        tags |= {27 + 2 * number: lon.to_bytes(2, "big", signed=True)}
    _, pose = pair(klv({**HERE, **tags}))
    assert pose.corners is not None
    assert pose.centre is not None
    assert pose.corners[1][0] - pose.centre[0] == pytest.approx(500 * 0.075 / 32767)
    full = {82 + n: (0x20000000 + n).to_bytes(4, "big") for n in range(8)}
    _, better = pair(klv({**HERE, **tags, **full}))
    assert better.corners is not None
    assert better.corners[0][1] == pytest.approx(90 * 0x20000000 / (2**31 - 1))


def test_a_wrong_checksum_is_refused_and_hides_nothing_else() -> None:
    with pytest.raises(UnreadableMessage, match="checksum aa43, counted 3e1e"):
        records_of(FALSE, "klv/a")
    broken = WHOLE[:40] + bytes([WHOLE[40] ^ 1]) + WHOLE[41:]
    with pytest.raises(UnreadableMessage, match="checksum"):
        records_of(broken, "klv/a")
    with pytest.raises(PartlyUnreadable) as fault:
        records_of(broken + SHORT, "klv/a")
    assert len(fault.value.records) == 2
    cut = KEY + bytes([len(SHORT) - 21]) + SHORT[17:-4]
    with pytest.raises(UnreadableMessage, match="is not its checksum"):
        records_of(cut, "klv/a")


@pytest.mark.parametrize("kind", [ASYNCHRONOUS, SYNCHRONOUS])
def test_metadata_come_out_of_a_stream_however_it_is_cut(kind: int) -> None:
    stream = mux([WHOLE, SHORT, WHOLE], kind)
    for size in (len(stream), 188 * 3, 100, 7):
        reader = TransportStream()
        found = [unit for at in range(0, len(stream), size) for unit in reader.feed(stream[at : at + size])]
        assert [*found, *reader.finish()] == [WHOLE, SHORT, WHOLE]
        assert reader.torn == 0


def test_a_torn_stream_loses_what_is_torn_only() -> None:
    stream = mux([WHOLE, SHORT, WHOLE], ASYNCHRONOUS)
    packets = [stream[at : at + 188] for at in range(0, len(stream), 188)]
    first = next(n for n, one in enumerate(packets) if KEY in one)
    reader = TransportStream()
    found = reader.feed(b"noise" + b"".join(packets[: first + 1] + packets[first + 2 :]))
    assert [*found, *reader.finish()] == [SHORT, WHOLE]
    assert reader.torn >= 1
    # other data streams of type 0x06 are no metadata
    assert TransportStream().feed(mux([WHOLE], ASYNCHRONOUS, registered=False)) == []


def test_a_stream_over_messages_gives_records_as_they_become_whole() -> None:
    codec = MisbKlvCodec()
    stream = mux([WHOLE, SHORT], ASYNCHRONOUS)
    records = [
        one for at in range(0, len(stream), 188) for one in codec.decode("klv/b", stream[at : at + 188], NOW)
    ]
    assert [type(one).__name__ for one in records] == ["Track", "Pose"] * 2
    assert [one.key for one in records[:2]] == [one.key for one in pair(WHOLE, "klv/b")]


def test_a_table_with_a_wrong_sum_is_not_followed() -> None:
    assert crc32_mpeg(b"123456789") == 0x0376E6E7
    stream = bytearray(mux([WHOLE], ASYNCHRONOUS))
    stream[2 * 188 - 1] ^= 0x10
    assert TransportStream().feed(bytes(stream)) == []


@settings(max_examples=120, deadline=1000)
@given(st.binary(max_size=400), st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))
@example(KEY + b"\x84\xff\xff\xff\xff", 0, 0)
@example(KEY + b"\x80", 0, 0)
@example(KEY * 20, 0, 0)
def test_no_bytes_do_more_than_be_refused(junk: bytes, start: int, end: int) -> None:
    torn = WHOLE[:start] + junk + WHOLE[end:]
    signed = KEY + b"\x82" + (len(junk) + 4).to_bytes(2, "big") + junk + b"\x01\x02"
    signed += checksum(signed).to_bytes(2, "big")
    stream = tables(ASYNCHRONOUS) + (b"\x47\x41\x01\x10" + torn + bytes(188))[:188]
    for data in (torn, signed, junk, stream, b"\x47" + junk, stream + torn):
        with suppress(UnreadableMessage):
            MisbKlvCodec().decode("klv/x", data, NOW)


def test_an_endless_unit_does_not_grow_memory() -> None:
    reader = TransportStream()
    reader.feed(tables(ASYNCHRONOUS) + mux([WHOLE], ASYNCHRONOUS)[376:])
    packets = b"".join(bytes([0x47, 0x01, 0x01, 0x10 | n & 15]) + bytes(184) for n in range(1, 400))
    start = bytes([0x47, 0x41, 0x01, 0x10]) + b"\0\0\1\xbd\0\0\x80\0\0" + bytes(175)
    tracemalloc.start()
    for _ in range(5):
        reader.feed(start + packets)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200_000
    assert list(local_sets(b"")) == []
