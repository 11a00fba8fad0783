"""No bytes on any topic may raise anything but `UnreadableMessage`, hang, or grow memory."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sensors
from sensors.codecs.table import CodecTable
from sensors.reading import CODES, KEY_LENGTH, UnreadableMessage

FOLDER = Path(sensors.__file__).parent / "sources"
TABLE = CodecTable.from_files(
    [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
)

TOPICS = st.sampled_from(
    [
        "sonae/v1/36205/gauge/3600000017/level",
        "vendor/river/B-0417/water",
        "bridge/radar",
        "application/7/device/0102030405060708/event/up",
        "v3/rivers@ttn/devices/river-01/up",
    ]
)

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=80),
    st.sampled_from(["2026-06-03T24:00:00+09:00", "RD7", "river-01", "0102030405060708", "-1e5", "nan"]),
)
NAMES = st.sampled_from(
    [
        "id", "time", "level_m", "datum", "dt", "data", "stage", "serial", "device", "samples", "t",
        "distance_mm", "deduplicationId", "deviceInfo", "devEui", "object", "water_level",
        "end_device_ids", "device_id", "uplink_message", "decoded_payload", "frm_payload",
        "session_key_id", "f_cnt", "stage_ft", "measured_at", "received_at", "0", "",
    ]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=30,
)

COMPLETE: dict[str, Any] = {
    "id": "x", "time": "2026-06-03T00:04:00+09:00", "level_m": 6.79, "datum": "T.P.",
    "dt": "2026/06/03 24:00", "data": {"stage": 482}, "serial": 90211,
    "device": "RD7", "samples": [{"t": 1780499040000, "distance_mm": 3310}],
    "deduplicationId": "d", "deviceInfo": {"devEui": "0102030405060708"},
    "object": {"water_level": 1.0}, "end_device_ids": {"device_id": "river-01"},
    "uplink_message": {
        "session_key_id": "s", "frm_payload": "AA==",
        "decoded_payload": {"stage_ft": 3.1, "measured_at": 1780499040},
    },
}  # fmt: skip


def attempt(topic: str, payload: bytes) -> int:
    """Return how many readings came out; whatever else happens fails the test."""
    try:
        readings = TABLE.decode(topic, payload)
    except UnreadableMessage as error:
        if error.code not in CODES or len(error.detail) > 500:
            raise AssertionError(f"{error.code}: {len(error.detail)} characters") from error
        return 0
    for reading in readings:
        assert 0 < len(reading.key) <= KEY_LENGTH
        assert reading.key.isprintable()
        assert reading.gauge_id.isprintable()
        assert reading.device_time is None or reading.device_time.utcoffset() is not None
        assert not abs(reading.level_m) > 100_000
    return len(readings)


@settings(deadline=None)
@given(st.one_of(TOPICS, st.text(max_size=600)), st.binary(max_size=400))
def test_any_bytes_on_any_topic(topic: str, payload: bytes) -> None:
    attempt(topic, payload)


@settings(max_examples=400, deadline=None)
@given(TOPICS, VALUES)
@example("bridge/radar", {"device": "RD7", "samples": [[]]})
@example("v3/a/devices/b/up", {"uplink_message": [], "end_device_ids": {"device_id": "river-01"}})
def test_any_document_of_known_names(topic: str, document: object) -> None:
    attempt(topic, json.dumps(document).encode("utf-8", "surrogatepass"))


@settings(max_examples=400, deadline=None)
@given(TOPICS, NAMES, NAMES, VALUES)
def test_a_good_document_with_one_value_exchanged(topic: str, name: str, inner: str, value: object) -> None:
    document = json.loads(json.dumps(COMPLETE))
    held = document.get(name)
    if isinstance(held, dict):
        held[inner] = value
    elif isinstance(held, list):
        held[0][inner] = value
    else:
        document[name] = value
    attempt(topic, json.dumps(document).encode())


@settings(max_examples=300, deadline=None)
@given(TOPICS, st.integers(0, 600), st.integers(0, 255), st.integers(1, 700))
def test_a_good_document_broken_or_cut(topic: str, at: int, byte: int, length: int) -> None:
    payload = bytearray(json.dumps(COMPLETE).encode())
    payload[at % len(payload)] = byte
    attempt(topic, bytes(payload[:length]))


@pytest.mark.parametrize(
    "topic", ["sonae/v1/36205/gauge/36/level", "vendor/river/B-0417/water", "bridge/radar"]
)
def test_the_complete_document_is_good_on_every_topic(topic: str) -> None:
    document = COMPLETE if topic != "sonae/v1/36205/gauge/36/level" else {**COMPLETE, "extra": 1}
    assert attempt(topic, json.dumps(document).encode()) == 1


def test_hostile_traffic_grows_no_memory() -> None:
    def flood(first: int, last: int) -> None:
        for k in range(first, last):
            attempt(f"sonae/v1/36205/gauge/{k}/level", b'{"x": %d}' % k)
            attempt(f"nobody/{k}", b"{}")
            attempt("bridge/radar", b"[" * 2000)

    flood(0, 6000)
    tracemalloc.start()
    try:
        flood(6000, 8000)
        before, _ = tracemalloc.get_traced_memory()
        flood(8000, 12_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 512 * 1024
