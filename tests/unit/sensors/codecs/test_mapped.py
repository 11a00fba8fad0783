import json
import math
from datetime import UTC, datetime

import pytest

from sensors.codecs.mapped import READINGS, MappedCodec
from sensors.codecs.mapping import parse_mapping
from sensors.reading import LevelReading, UnreadableMessage

BASE = """
topic = "vendor/+/water"
[gauge]
topic_level = 2
[level]
path = "v"
unit = "{unit}"
datum = "T.P."
"""


def codec(text: str = "", *, unit: str = "m") -> MappedCodec:
    return MappedCodec(parse_mapping("mine", BASE.format(unit=unit) + text))


def read(reader: MappedCodec, document: object, topic: str = "vendor/B1/water") -> list[LevelReading]:
    return reader.decode(topic, json.dumps(document).encode())


def code_of(reader: MappedCodec, document: object, topic: str = "vendor/B1/water") -> str:
    with pytest.raises(UnreadableMessage) as caught:
        read(reader, document, topic)
    return caught.value.code


@pytest.mark.parametrize(("unit", "factor"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("ft", 0.3048)])
def test_units_become_metres(unit: str, factor: float) -> None:
    (reading,) = read(codec(unit=unit), {"v": 250})
    assert reading.level_m == pytest.approx(250 * factor)
    assert (reading.raw_value, reading.raw_unit, reading.gauge_id) == (250.0, unit, "B1")
    assert (reading.device_time, reading.source) == (None, "mine")


def test_a_distance_downwards_becomes_a_level() -> None:
    (reading,) = read(codec("sign = -1\noffset_m = 12.345\n", unit="mm"), {"v": 3310})
    assert reading.level_m == pytest.approx(9.035)


def test_null_and_the_vendors_numbers_for_it_are_missing() -> None:
    reader = codec("missing = [-9999, 32767]\n")
    for value in (None, -9999, 32767.0):
        assert math.isnan(read(reader, {"v": value})[0].level_m)
    assert read(reader, {"v": -9998})[0].level_m == -9998


def test_local_time_and_24_oclock() -> None:
    reader = codec('[time]\npath = "t"\nzone = "Asia/Tokyo"\n')
    assert read(reader, {"v": 1, "t": "2026/06/03 24:00"})[0].device_time == datetime(
        2026, 6, 3, 15, tzinfo=UTC
    )
    assert code_of(reader, {"v": 1}) == "missing-field"
    assert code_of(reader, {"v": 1, "t": "now"}) == "bad-time"


def test_several_readings_of_one_message_have_keys_of_their_own() -> None:
    text = 'each = "s"\n' + BASE.format(unit="m") + '[time]\npath = "t"\nform = "epoch-s"\n'
    reader = MappedCodec(parse_mapping("mine", text))
    samples = [{"v": 1.0, "t": 1780499040}, {"v": 1.1, "t": 1780499640}]
    first, second = read(reader, {"s": samples})
    assert (first.level_m, second.level_m) == (1.0, 1.1)
    assert first.key != second.key
    assert read(reader, {"s": []}) == []
    assert code_of(reader, {"s": {}}) == "wrong-type"
    assert code_of(reader, {"s": [{"v": 1, "t": 1}] * (READINGS + 1)}) == "too-long"
    # one bad reading and the whole message is shown to the operator, not half of it
    assert code_of(reader, {"s": [*samples, {"v": "x", "t": 1}]}) == "not-a-number"


def test_a_native_key_is_taken() -> None:
    reader = codec('[key]\npath = "n"\n')
    assert read(reader, {"v": 1, "n": 90211})[0].key == "90211"
    assert code_of(reader, {"v": 1}) == "missing-field"
    assert code_of(reader, {"v": 1, "n": "x" * 65}) == "too-long"


def test_a_native_key_of_several_readings_stays_short_and_apart() -> None:
    text = 'each = "s"\n' + BASE.format(unit="m") + '[key]\npath = "n"\n'
    reader = MappedCodec(parse_mapping("mine", text))
    for native in ("short", "x" * 64):
        keys = [reading.key for reading in read(reader, {"n": native, "s": [{"v": 1}, {"v": 1}]})]
        assert len(set(keys)) == 2
        assert all(len(key) <= 64 for key in keys)


def test_a_table_of_gauges_renames_offsets_and_refuses_strangers() -> None:
    reader = codec('offset_m = 1.0\n[gauges.B1]\nid = "36"\n[gauges.B2]\noffset_m = 5.0\n')
    assert [(r.gauge_id, r.level_m) for r in read(reader, {"v": 1})] == [("36", 2.0)]
    assert [(r.gauge_id, r.level_m) for r in read(reader, {"v": 1}, "vendor/B2/water")] == [("B2", 6.0)]
    assert code_of(reader, {"v": 1}, "vendor/B3/water") == "unknown-device"


def test_a_gauge_may_be_named_by_the_payload() -> None:
    text = BASE.format(unit="m").replace("topic_level = 2", 'path = "station.code"')
    reader = MappedCodec(parse_mapping("mine", text))
    assert read(reader, {"v": 1, "station": {"code": 417}})[0].gauge_id == "417"
    assert code_of(reader, {"v": 1, "station": {}}) == "missing-field"
    assert code_of(reader, {"v": 1, "station": {"code": None}}) == "wrong-type"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "missing-field"),
        ({"v": "high"}, "not-a-number"),
        ({"v": True}, "not-a-number"),
        ({"v": 1e9}, "out-of-range"),
        ([], "not-an-object"),
    ],
)
def test_every_fault_has_its_code(document: object, code: str) -> None:
    assert code_of(codec(), document) == code


def test_a_topic_too_short_for_the_gauge_is_refused() -> None:
    assert code_of(codec(), {"v": 1}, "vendor") == "bad-topic"
