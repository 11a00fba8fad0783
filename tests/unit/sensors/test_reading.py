import math

import pytest

from sensors.reading import (
    CODES,
    KEY_LENGTH,
    LevelReading,
    SensorError,
    SourceError,
    UnreadableMessage,
    payload_key,
)


def test_a_reading_cannot_be_changed() -> None:
    reading = LevelReading("1", None, math.nan, "T.P.", None, "m", "k", "s")
    with pytest.raises(AttributeError):
        reading.level_m = 1.0  # type: ignore[misc]
    assert reading.extra is None


def test_an_unreadable_message_carries_its_code() -> None:
    error = UnreadableMessage("not-json", "byte 3")
    assert (error.code, error.detail, str(error)) == ("not-json", "byte 3", "not-json: byte 3")
    assert isinstance(error, SensorError)
    assert error.code in CODES


def test_a_source_error_names_file_and_key() -> None:
    error = SourceError("a.toml", "level.unit", "missing")
    assert str(error) == "a.toml: level.unit: missing"
    assert str(SourceError("a.toml", "", "not TOML")) == "a.toml: not TOML"


def test_a_payload_key_tells_topic_payload_and_place_apart() -> None:
    keys = {
        payload_key("a", b"x"),
        payload_key("b", b"x"),
        payload_key("a", b"y"),
        payload_key("a", b"x", 1),
        payload_key("ab", b""),
        payload_key("b", b"a"),
        payload_key("", b"x\0a"),
    }
    assert len(keys) == 7
    assert all(len(key) == 32 <= KEY_LENGTH for key in keys)


def test_a_payload_key_is_the_same_every_time() -> None:
    assert payload_key("t", b"p") == payload_key("t", b"p")


def test_a_topic_that_is_no_text_has_a_key_too() -> None:
    assert len(payload_key("\ud800", b"")) == 32
