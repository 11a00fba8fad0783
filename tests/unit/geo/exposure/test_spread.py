"""People spread over where they live: totals are kept, places are right."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geo.exposure.ages import AgeBandError, age_band, group_sum
from geo.exposure.spread import PeopleCount, SpreadError, apportion, spread
from geo.mesh import mesh_box

HOME = box(134.0, 34.0, 134.01, 34.01)


def count(persons: float = 1000, **other: object) -> PeopleCount:
    given: dict[str, object] = {
        "id": "a",
        "lon": 134.005,
        "lat": 34.005,
        "households": 401.0,
        "district": "東",
    }
    return PeopleCount(persons=persons, **(given | other))  # type: ignore[arg-type]


@given(st.integers(0, 10**6), st.integers(1, 500), st.sampled_from([0.0, 0.25]))
def test_parts_are_equal_and_add_up(whole: int, number: int, fraction: float) -> None:
    parts = apportion(whole + fraction, number)
    assert parts.sum() == pytest.approx(whole + fraction, abs=1e-9)
    assert parts.max() - parts.min() <= 1 + fraction
    assert (parts[1:] == np.round(parts[1:])).all()


def test_built_area_within_the_outline_takes_the_people() -> None:
    built = [box(134.001, 34.001, 134.003, 34.003), box(134.5, 34.5, 134.6, 34.6)]
    points = spread([count(home=HOME, ages={"0-14": 100, "65+": 300})], built=built)
    assert len(points) > 10
    assert all(built[0].contains(Point(point.lon, point.lat)) for point in points)
    assert sum(point.persons for point in points) == 1000
    assert sum(point.households or 0 for point in points) == 401
    assert sum((point.ages or {})["65+"] for point in points) == 300
    assert {(point.district, point.coarse) for point in points} == {("東", False)}
    assert len({point.id for point in points}) == len(points)


def test_without_built_area_people_lie_evenly_over_the_outline() -> None:
    points = spread([count(home=HOME)])
    assert {point.coarse for point in points} == {True}
    assert max(point.persons for point in points) - min(point.persons for point in points) <= 1
    quarter = box(*mesh_box("5134000011"))
    small = spread([count(home=quarter)])
    assert {point.coarse for point in small} == {False}
    assert sum(point.persons for point in small) == 1000


def test_a_district_that_is_one_point_stays_one() -> None:
    given = count(coarse=True)
    assert spread([given]) == [given]
    far = box(135.0, 35.0, 135.01, 35.01)
    assert spread([given], built=[far]) == [given]


def test_built_area_without_outlines_goes_to_the_nearest_district() -> None:
    west, east = count(id="w", lon=134.0), count(id="e", lon=134.02, persons=7)
    built = [box(133.998, 34.004, 134.0, 34.006), box(134.021, 34.004, 134.023, 34.006)]
    points = spread([west, east], built=built)
    assert {point.lon < 134.01 for point in points if point.id.startswith("w")} == {True}
    assert {point.lon > 134.01 for point in points if point.id.startswith("e")} == {True}
    assert sum(point.persons for point in points) == 1007


def test_a_house_smaller_than_the_step_still_counts() -> None:
    house = box(134.0051, 34.0051, 134.00511, 34.00511)
    (point,) = spread([count(home=HOME)], built=[house])
    assert (point.persons, point.coarse) == (1000, False)


def test_impossible_steps_and_sizes_are_refused() -> None:
    assert spread([]) == []
    for step in (0.0, -1.0, math.nan):
        with pytest.raises(SpreadError, match="must be positive"):
            spread([count()], step_m=step)
    with pytest.raises(SpreadError, match="too large"):
        spread([count(home=box(130, 30, 140, 40))], step_m=1.0)


def outline(at: int) -> Polygon:
    return box(134 + at / 100, 34, 134.005 + at / 100, 34.005)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.booleans()), min_size=1, max_size=5), st.booleans())
def test_totals_are_kept_whatever_is_known(rows: list[tuple[int, bool]], built: bool) -> None:
    counts = [
        count(persons, id=str(at), lon=134 + at / 100, home=outline(at) if outlined else None)
        for at, (persons, outlined) in enumerate(rows)
    ]
    places = (
        [MultiPolygon([box(134, 34, 134.002, 34.002), box(134.02, 34, 134.021, 34.001)])] if built else []
    )
    points = spread(counts, built=places, step_m=100)
    for before in counts:
        parts = [point for point in points if point.id.split("/")[0] == before.id]
        assert sum(part.persons for part in parts) == before.persons
        assert sum(part.households or 0 for part in parts) == before.households


def test_groups_of_ages_are_known_only_where_bands_cover_them() -> None:
    ages = {"0-4": 1, "5-14": 2, "15-64": 10, "65-74": 3, "75+": 4}
    assert group_sum(ages, 0, 14) == 3
    assert group_sum(ages, 65, None) == 7
    assert group_sum(ages, 75, None) == 4
    assert math.isnan(group_sum({"0-17": 5, "18+": 9}, 0, 14))
    assert math.isnan(group_sum({"0-4": 5}, 0, 14))
    assert math.isnan(group_sum({"65-74": 5}, 65, None))
    assert math.isnan(group_sum({"0-4": 1, "10-14": 1}, 0, 14))
    assert math.isnan(group_sum(None, 0, 14))
    for text in ("old", "9-3", "-4", "5"):
        with pytest.raises(AgeBandError, match="no band of ages"):
            age_band(text)
