import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sensors.codecs.mapping import parse_mapping
from sensors.codecs.ttn import TtnCodec
from sensors.reading import UnreadableMessage

TOPIC = "v3/rivers@ttn/devices/river-01/up"
MAPPING = """
topic = "v3/+/devices/+/up"
codec = "ttn"
[level]
path = "stage"
unit = "m"
datum = "gauge zero"
"""
UPLINK: dict[str, Any] = {
    "end_device_ids": {"device_id": "river-01", "application_ids": {"application_id": "rivers"}},
    "received_at": "2026-06-02T15:04:04.1Z",
    "uplink_message": {
        "session_key_id": "AXBSH1Pk6Z0G166awCAAAA==",
        "f_port": 1,
        "f_cnt": 9,
        "frm_payload": "AAE=",
        "decoded_payload": {"stage": 0},
        "received_at": "2026-06-02T15:04:03.9Z",
    },
}


def with_uplink(**fields: object) -> dict[str, Any]:
    return {**UPLINK, "uplink_message": {**UPLINK["uplink_message"], **fields}}


def without_uplink(*names: str) -> dict[str, Any]:
    kept = {k: v for k, v in UPLINK["uplink_message"].items() if k not in names}
    return {**UPLINK, "uplink_message": kept}


def codec(text: str = "") -> TtnCodec:
    return TtnCodec(parse_mapping("ttn", MAPPING + text))


def key_of(document: dict[str, Any]) -> str:
    return codec().decode(TOPIC, json.dumps(document).encode())[0].key


def code_of(document: dict[str, Any]) -> str:
    with pytest.raises(UnreadableMessage) as caught:
        codec().decode(TOPIC, json.dumps(document).encode())
    return caught.value.code


def test_an_uplink_with_a_level_of_zero_is_read() -> None:
    (reading,) = codec().decode(TOPIC, json.dumps(UPLINK).encode())
    assert (reading.gauge_id, reading.level_m, reading.datum) == ("river-01", 0.0, "gauge zero")
    assert reading.device_time == datetime(2026, 6, 2, 15, 4, 3, 900000, tzinfo=UTC)
    assert reading.key == "AXBSH1Pk6Z0G166awCAAAA==:9"


def test_the_first_frame_of_a_session_has_no_counter() -> None:
    assert key_of(without_uplink("f_cnt")) == "AXBSH1Pk6Z0G166awCAAAA==:0"
    assert key_of(with_uplink(f_cnt=0)) == key_of(without_uplink("f_cnt"))


@pytest.mark.parametrize(
    "document",
    [
        without_uplink("session_key_id"),
        with_uplink(session_key_id="x" * 70),
        with_uplink(session_key_id=3),
        with_uplink(f_cnt="9"),
        with_uplink(f_cnt=-1),
        with_uplink(f_cnt=True),
    ],
)
def test_without_session_or_counter_the_payload_is_the_key(document: dict[str, Any]) -> None:
    assert len(key_of(document)) == 32


def test_an_absent_level_is_not_taken_for_zero() -> None:
    assert code_of(with_uplink(decoded_payload={})) == "missing-field"


def test_what_was_decoded_from_nothing_is_no_measurement() -> None:
    assert code_of(without_uplink("frm_payload")) == "no-decoded-object"
    assert code_of(with_uplink(frm_payload="")) == "no-decoded-object"


def test_an_uplink_without_a_formatter_says_so() -> None:
    with pytest.raises(UnreadableMessage, match="payload formatter"):
        codec().decode(TOPIC, json.dumps(without_uplink("decoded_payload")).encode())


def test_a_message_that_is_no_uplink_is_refused() -> None:
    assert code_of({"end_device_ids": {"device_id": "d"}, "join_accept": {}}) == "missing-field"


def test_the_mapping_may_name_time_and_key() -> None:
    text = '[time]\npath = "at"\nform = "epoch-s"\n[key]\npath = "correlation_ids.0"\n'
    document = {**with_uplink(decoded_payload={"stage": 1, "at": 1780499040}), "correlation_ids": ["c1"]}
    (reading,) = codec(text).decode(TOPIC, json.dumps(document).encode())
    assert (reading.key, reading.device_time) == ("c1", datetime(2026, 6, 3, 15, 4, tzinfo=UTC))
