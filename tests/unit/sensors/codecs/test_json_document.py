import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.codecs.json_document import (
    MISSING,
    PAYLOAD_BYTES,
    as_level,
    as_name,
    as_number,
    find,
    read_object,
    require,
)
from sensors.reading import UnreadableMessage

DOCUMENT = {"a": {"b": [10, {"c": None}]}, "x.y": 1}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b'{"a": Infinity}', "not-json"),
        (b'{"a": 1e999}', "not-json"),
        (b'{"a": 01}', "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"a": "\xff"}', "not-json"),
        (b'{"a": "\\ud800"}', "not-json"),
        (b"[" * 60_000, "not-json"),
        (b'{"a":' * 12_000, "not-json"),
        (b"[]", "not-an-object"),
        (b"3", "not-an-object"),
        (b"null", "not-an-object"),
        (b" " * (PAYLOAD_BYTES + 1), "too-large"),
    ],
)
def test_what_is_no_object_is_refused(payload: bytes, code: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        read_object(payload)
    assert caught.value.code == code


def test_values_are_found_by_path() -> None:
    assert find(DOCUMENT, ("a", "b", "0")) == 10
    assert find(DOCUMENT, ("a", "b", "1", "c")) is None
    assert find(DOCUMENT, ("x.y",)) == 1
    assert find(DOCUMENT, ()) is DOCUMENT
    for path in [("b",), ("a", "b", "2"), ("a", "b", "-1"), ("a", "b", "0", "c"), ("a", "b", "9" * 30)]:
        assert find(DOCUMENT, path) is MISSING


def test_a_missing_value_is_named() -> None:
    with pytest.raises(UnreadableMessage, match=r"missing-field: a\.z"):
        require(DOCUMENT, ("a", "z"))


@pytest.mark.parametrize(
    ("value", "expected"), [(1, 1.0), (-2.5, -2.5), ("3.25", 3.25), ("-1e2", -100.0), (None, None)]
)
def test_numbers_and_digits_are_numbers(value: object, expected: float | None) -> None:
    assert as_number(value, "x") == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "not-a-number"),
        ("", "not-a-number"),
        ("3,5", "not-a-number"),
        ("nan", "not-a-number"),
        ("1_000", "not-a-number"),
        ("３", "not-a-number"),
        ("9" * 41, "not-a-number"),
        ([1], "not-a-number"),
        ("inf", "out-of-range"),
        (1.1e16, "out-of-range"),
        (10**400, "out-of-range"),
        (float("nan"), "out-of-range"),
    ],
)
def test_what_is_no_number_is_refused(value: object, code: str) -> None:
    with pytest.raises(UnreadableMessage, match="x is ") as caught:
        as_number(value, "x")
    assert caught.value.code == code


def test_a_level_is_a_height_on_earth() -> None:
    assert as_level(-9999.0, "x") == -9999.0
    with pytest.raises(UnreadableMessage, match="out-of-range: x is 1e\\+06 m"):
        as_level(1e6, "x")


@pytest.mark.parametrize(
    ("value", "expected"), [("B-0417", "B-0417"), (90211, "90211"), ("陶大橋", "陶大橋")]
)
def test_names_are_printable_text(value: object, expected: str) -> None:
    assert as_name(value, "id", 20) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "wrong-type"),
        ("a\0b", "wrong-type"),
        ("a\nb", "wrong-type"),
        (1.5, "wrong-type"),
        (True, "wrong-type"),
        (None, "wrong-type"),
        (10**30, "wrong-type"),
        ("a" * 21, "too-long"),
    ],
)
def test_what_is_no_name_is_refused(value: object, code: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        as_name(value, "id", 20)
    assert caught.value.code == code


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.one_of(st.integers(-(2**63), 2**63), st.text(max_size=9))))
def test_any_object_is_read_as_the_standard_library_does(document: dict[str, object]) -> None:
    assert read_object(json.dumps(document).encode()) == document
