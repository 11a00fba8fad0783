from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from operation_maker import raw

from shelters.clock import ClockError, HybridTime, corrected_ms, tick
from shelters.operation import LONGEST_BYTES, OperationError, check_operation, read_operation

GOOD = raw(1, "set", {"fields": {"power": None}})


def test_clock_readings_sort_as_texts_and_come_back() -> None:
    readings = [HybridTime(5, 0, "t"), HybridTime(5, 17, "t"), HybridTime(10**12, 0, "t")]
    texts = [str(reading) for reading in readings]
    assert texts == sorted(texts)
    assert [HybridTime.parse(text) for text in texts] == readings
    for wrong in ("", "5-0-t", "0000000000005-00-t", "0000000000005-0000-T", "0000000000005-0000-"):
        with pytest.raises(ClockError):
            HybridTime.parse(wrong)


@given(st.lists(st.integers(0, 10**13 - 10**6), min_size=1, max_size=40))
def test_a_clock_never_goes_back(walls: list[int]) -> None:
    last = None
    for wall in walls:
        now = tick(last, wall, "t-1")
        assert last is None or now > last
        last = now


def test_a_clock_passes_what_it_has_read_of_others() -> None:
    assert tick(None, 1000, "t-1", seen_ms=5000) == HybridTime(5000, 1, "t-1")
    assert tick(HybridTime(5000, 0xFFFF, "t-1"), 1000, "t-1") == HybridTime(5001, 0, "t-1")
    assert tick(HybridTime(5000, 3, "t-1"), 6000, "t-1") == HybridTime(6000, 0, "t-1")


def test_nothing_is_made_after_it_was_received() -> None:
    assert corrected_ms(86_400_000, 86_400_000, 1000) == 0
    assert corrected_ms(86_400_000, 0, 1000) == 1000


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": "x"}, "id"),
        ({"device": "T"}, "device"),
        ({"hlc": "now"}, "13 digits"),
        ({"device": "t-2"}, "of 't-1'"),
        ({"shelter": ""}, "shelter"),
        ({"observed_at": "2026-06-03T00:04:00"}, "zone"),
        ({"observed_at": "today"}, "zone"),
        ({"after": ["x"]}, "after"),
        ({"value": {}}, "fields"),
        ({"value": {"fields": {"Power": 1}}}, "fields"),
        ({"value": {"fields": {"power": "a\0b"}}}, "NUL"),
        ({"value": {"fields": {"power": 2**53}}}, "too large"),
        ({"value": {"fields": {"power": 1e-9}}}, "too small"),
        ({"value": {"fields": {"power": float("inf")}}}, "too large"),
        ({"kind": "count", "value": {"field": "people"}}, "either delta or total"),
        ({"kind": "count", "value": {"field": "people", "delta": 1, "total": 2}}, "either delta or total"),
        ({"kind": "count", "value": {"field": "people", "total": -1}}, ">= 0"),
        ({"kind": "arrive", "value": {}}, "neither"),
        ({"kind": "photo", "value": {"photo": "00", "type": "image/jpeg", "bytes": 1}}, "photo"),
        ({"kind": "A"}, "kind"),
    ],
)
def test_what_is_no_operation_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(OperationError, match=words) as caught:
        check_operation({**GOOD, **changed})
    assert caught.value.code == "malformed"


def test_deep_and_long_operations_are_refused() -> None:
    with pytest.raises(OperationError, match="longer") as caught:
        read_operation(b" " * (LONGEST_BYTES + 1))
    assert caught.value.code == "too-large"
    with pytest.raises(OperationError):
        read_operation(b"[" * LONGEST_BYTES)
    nested: Any = 1
    for _ in range(20):
        nested = [nested]
    with pytest.raises(OperationError, match="nested"):
        check_operation({**GOOD, "value": {"fields": {"power": nested}}})


def test_what_a_newer_app_says_besides_is_kept() -> None:
    document = {**GOOD, "colour": "red", "value": {"fields": {"power": 1}, "mood": "good"}}
    operation = read_operation(json.dumps(document).encode())
    assert operation.raw == document
    assert check_operation({**GOOD, "kind": "hologram", "value": 7}).value is None


JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON)
def test_no_json_breaks_the_reader(document: Any) -> None:
    try:
        check_operation(document)
        check_operation({**GOOD, "value": document})
        check_operation({**GOOD, "kind": "stock", "value": document})
    except OperationError:
        pass
