import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sensors.codecs.chirpstack import ChirpStackCodec
from sensors.codecs.mapping import parse_mapping
from sensors.reading import UnreadableMessage

TOPIC = "application/7/device/0102030405060708/event/up"
MAPPING = """
topic = "application/+/device/+/event/up"
codec = "chirpstack"
[level]
path = "water_level"
unit = "cm"
datum = "T.P."
"""
# the shape of an UplinkEvent in JSON; fCnt 0 is left out by versions before 4.1
UPLINK: dict[str, Any] = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-06-02T15:04:03.412345678+00:00",
    "deviceInfo": {"deviceName": "bridge", "devEui": "0102030405060708", "tags": {"gauge": "36-17"}},
    "devAddr": "00189440",
    "dr": 1,
    "fPort": 1,
    "data": "AQ==",
    "object": {"water_level": 482, "battery": 3.6},
    "rxInfo": [{"gatewayId": "a", "rssi": -48}, {"gatewayId": "b", "rssi": -90}],
}


def codec(text: str = "") -> ChirpStackCodec:
    return ChirpStackCodec(parse_mapping("cs", MAPPING + text))


def code_of(document: dict[str, Any]) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        codec().decode(TOPIC, json.dumps(document).encode())
    return caught.value.code


def test_an_uplink_is_read() -> None:
    (reading,) = codec().decode(TOPIC, json.dumps(UPLINK).encode())
    assert reading.gauge_id == "0102030405060708"
    assert reading.level_m == pytest.approx(4.82)
    assert reading.key == UPLINK["deduplicationId"]
    assert reading.device_time == datetime(2026, 6, 2, 15, 4, 3, 412345, tzinfo=UTC)
    assert (reading.raw_unit, reading.source) == ("cm", "cs")


def test_two_gateways_are_one_reading() -> None:
    other = {**UPLINK, "rxInfo": UPLINK["rxInfo"][:1]}
    (first,) = codec().decode(TOPIC, json.dumps(UPLINK).encode())
    (second,) = codec().decode(TOPIC, json.dumps(other).encode())
    assert first.key == second.key


def test_a_tag_may_name_the_gauge_and_the_object_the_time() -> None:
    text = '[gauge]\npath = "deviceInfo.tags.gauge"\n[time]\npath = "at"\nform = "epoch-s"\n'
    document = {**UPLINK, "object": {"water_level": 1, "at": 1780499040}}
    (reading,) = codec(text).decode(TOPIC, json.dumps(document).encode())
    assert reading.gauge_id == "36-17"
    assert reading.device_time == datetime(2026, 6, 3, 15, 4, tzinfo=UTC)


def test_an_uplink_without_a_decoded_object_says_so() -> None:
    without = {key: value for key, value in UPLINK.items() if key != "object"}
    with pytest.raises(UnreadableMessage, match=r"no 'object'.*codec"):
        codec().decode(TOPIC, json.dumps(without).encode())
    assert code_of({**UPLINK, "object": None}) == "no-decoded-object"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"object": {}}, "missing-field"),
        ({"object": 3}, "missing-field"),
        ({"deviceInfo": {}}, "missing-field"),
        ({"deduplicationId": ""}, "wrong-type"),
        ({"time": "soon"}, "bad-time"),
    ],
)
def test_faults_have_their_codes(fields: dict[str, object], code: str) -> None:
    assert code_of({**UPLINK, **fields}) == code


def test_an_uplink_without_a_time_takes_that_of_receipt() -> None:
    (reading,) = codec().decode(TOPIC, json.dumps({**UPLINK, "time": None}).encode())
    assert reading.device_time is None


def test_the_mapping_may_name_the_key() -> None:
    (reading,) = codec('[key]\npath = "devAddr"\n').decode(TOPIC, json.dumps(UPLINK).encode())
    assert reading.key == UPLINK["devAddr"]
