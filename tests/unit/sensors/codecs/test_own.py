import math
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from sensors.codecs.own import OwnCodec
from sensors.reading import LevelReading, UnreadableMessage

TOPIC = "sonae/v1/36205/gauge/3600000017/level"
PLAIN: dict[str, Any] = {
    "id": "3600000017-1780499040",
    "time": "2026-06-03T00:04:00+09:00",
    "level_m": 6.79,
    "datum": "T.P.",
}


def read(topic: str = TOPIC, **fields: object) -> LevelReading:
    (reading,) = OwnCodec().decode(topic, msgspec.json.encode({**PLAIN, **fields}))
    return reading


def code_of(payload: bytes, topic: str = TOPIC) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        OwnCodec().decode(topic, payload)
    return caught.value.code


def test_the_example_of_the_contract_is_read() -> None:
    assert read() == LevelReading(
        gauge_id="3600000017",
        device_time=datetime(2026, 6, 2, 15, 4, tzinfo=UTC),
        level_m=6.79,
        datum="T.P.",
        raw_value=6.79,
        raw_unit="m",
        key="3600000017-1780499040",
        source="sonae/v1",
        extra=None,
    )


def test_without_an_id_the_payload_is_the_key() -> None:
    payload = b'{"time": "2026-06-03T00:04:00Z", "level_m": 1}'
    (first,), (again,) = OwnCodec().decode(TOPIC, payload), OwnCodec().decode(TOPIC, payload)
    other = OwnCodec().decode(TOPIC.replace("17/", "18/"), payload)[0]
    assert first.key == again.key != other.key
    assert first.datum == "T.P."


def test_a_null_level_is_missing_and_an_absent_one_a_fault() -> None:
    reading = read(level_m=None)
    assert math.isnan(reading.level_m)
    assert reading.raw_value is None
    assert code_of(b'{"time": "2026-06-03T00:04:00Z"}') == "missing-field"


def test_unknown_fields_are_kept_and_change_nothing_else() -> None:
    reading = read(battery_v=3.3, note={"a": [1]})
    assert reading.extra == {"battery_v": 3.3, "note": {"a": [1]}}
    assert msgspec.structs.replace(reading, extra=None) == read()


def test_an_unknown_field_does_not_make_a_fault_good() -> None:
    assert code_of(b'{"time": "2026-06-03T00:04:00", "level_m": 1, "x": 1}') == "bad-time"


def test_a_day_may_end_at_24_oclock() -> None:
    assert read(time="2026-06-02T24:00:00+09:00").device_time == datetime(2026, 6, 2, 15, tzinfo=UTC)


def test_an_area_may_be_unknown() -> None:
    assert read("sonae/v1/-/gauge/g/level").gauge_id == "g"


@pytest.mark.parametrize("datum", ["T.P.", "gauge zero"])
def test_both_datums_are_read_either_way(datum: str) -> None:
    assert read(datum=datum).datum == datum
    assert read(datum=datum, more=1).datum == datum


@pytest.mark.parametrize(
    "topic",
    [
        "sonae/v1/36205/gauge/x",
        "sonae/v1/36205/camera/x/level",
        "sonae/v1/36205/gauge/x/frame",
        "sonae/v1/3620/gauge/x/level",
        "sonae/v1/３６２０５/gauge/x/level",
        "sonae/v1/36205/gauge//level",
        "sonae/v1/36205/gauge/a\nb/level",
        f"sonae/v1/36205/gauge/{'x' * 65}/level",
    ],
)
def test_a_topic_that_is_not_ours_is_refused(topic: str) -> None:
    assert code_of(msgspec.json.encode(PLAIN), topic) == "bad-topic"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"time": "2026-06-03T00:04:00"}, "bad-time"),
        ({"time": 1780499040}, "bad-time"),
        ({"time": None}, "bad-time"),
        ({"time": "0001-01-01T00:00:00+09:00"}, "bad-time"),
        ({"level_m": "high"}, "not-a-number"),
        ({"level_m": True}, "not-a-number"),
        ({"level_m": 1e6}, "out-of-range"),
        ({"level_m": -1e12}, "out-of-range"),
        ({"datum": "A.P."}, "unknown-datum"),
        ({"datum": None}, "unknown-datum"),
        ({"id": ""}, "wrong-type"),
        ({"id": ["x"]}, "wrong-type"),
        ({"id": "a\0b"}, "wrong-type"),
        ({"id": "x" * 65}, "too-long"),
    ],
)
def test_every_fault_has_its_code(fields: dict[str, object], code: str) -> None:
    assert code_of(msgspec.json.encode({**PLAIN, **fields})) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"time": "2026-06-03T00:04:00Z", "level_m": NaN}', "not-json"),
        (b'{"time": "2026-06-03T00:04:00Z", "level_m": Infinity}', "not-json"),
        (b'{"level_m": 1}', "missing-field"),
        (b"[1]", "not-an-object"),
        (b"", "not-json"),
        (b'{"x":' * 13_000, "not-json"),
        (b"x" * 70_000, "too-large"),
    ],
)
def test_hostile_payloads_are_refused(payload: bytes, code: str) -> None:
    assert code_of(payload) == code


def test_a_level_in_quotes_is_read() -> None:
    assert read(level_m="6.79").level_m == 6.79
