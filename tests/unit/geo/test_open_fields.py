from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.open_fields import (
    CAPACITY_MAX,
    FieldError,
    read_capacity,
    read_elevation_m,
    read_flag,
    read_point,
)


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("810人（2平方メートルあたり1人）", 810),
        ("810", 810),
        ("１，２００", 1200),
        ("1,200人", 1200),
        ("約300名", 300),
        ("120.0", 120),
        ("50人程度", 50),
        ("0", 0),
        ("  40 ", 40),
    ],
)
def test_capacities(text: str, persons: int) -> None:
    assert read_capacity(text) == (persons, None)


@pytest.mark.parametrize(
    "text",
    ["2平方メートルあたり1人", "300～500", "不明", "12,34", "088-621-5111", "3.5", "-5", "9999999"],
)
def test_what_is_no_number_of_persons_stays_text(text: str) -> None:
    persons, remark = read_capacity(text)
    assert persons is None
    assert remark == "is not a number of persons: kept as text"


@given(st.integers(0, CAPACITY_MAX))
def test_grouping_does_not_change_a_capacity(persons: int) -> None:
    assert read_capacity(f"{persons:,}人") == read_capacity(str(persons)) == (persons, None)


@pytest.mark.parametrize("text", ["1", "○", "〇", "◯", "１", "あり", " ● "])
def test_yes(text: str) -> None:
    assert read_flag(text) == (True, None)


@pytest.mark.parametrize("text", ["", "0", "×", "－", "―", "なし", "　"])
def test_no(text: str) -> None:
    assert read_flag(text) == (False, None)


@pytest.mark.parametrize("text", ["△", "2階以上", "2", "11"])
def test_neither_counts_as_no_and_is_said(text: str) -> None:
    value, remark = read_flag(text)
    assert value is False
    assert remark is not None


@pytest.mark.parametrize(
    ("text", "metres"),
    [("1.7", 1.7), ("-0.5m", -0.5), ("約3メートル", 3.0), ("１２．５ｍ", 12.5), ("", None)],
)
def test_elevations(text: str, metres: float | None) -> None:
    assert read_elevation_m(text) == (metres, None)


@pytest.mark.parametrize("text", ["高い", "T.P.3.2", "9999"])
def test_unreadable_elevations_are_said(text: str) -> None:
    value, remark = read_elevation_m(text)
    assert value is None
    assert remark is not None


@given(st.floats(122.5, 154.5), st.floats(20, 46))
def test_a_swapped_point_is_the_same_point(lon: float, lat: float) -> None:
    texts = f"{lon:.6f}", f"{lat:.6f}"
    right = read_point(*texts)
    turned = read_point(texts[1], texts[0])
    assert right[:2] == turned[:2]
    assert right[2] is None
    assert turned[2] is not None


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("0", "0", "outside Japan"),
        ("134.5", "51.0", "outside Japan"),
        ("", "34", "longitude is missing"),
        ("134.5", "", "latitude is missing"),
        ("134°30′", "34", "decimal degrees"),
        ("1e2", "34", "decimal degrees"),
        ("134,5", "34", "decimal degrees"),
    ],
)
def test_a_point_that_cannot_be_used_says_why(lon: str, lat: str, reason: str) -> None:
    with pytest.raises(FieldError, match=reason):
        read_point(lon, lat)
