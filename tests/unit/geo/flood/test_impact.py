"""Who stands in the water: kernels on small grids by hand, and what must hold on any flood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.flood.exposure import (
    AreaMap,
    AreaName,
    Exposure,
    ExposureError,
    Footing,
    People,
    Places,
    Roads,
    reached,
)
from geo.flood.impact import Assessment, Impact, ImpactError, assess

TOWN, CITY = AreaName("20541", "小布施町"), AreaName("20201", "長野市")
NORTH = AreaName("20201", "長沼")


def people(cells: list[int], persons: list[float], **other: Any) -> People:
    number = len(cells)
    columns: dict[str, Any] = {
        "households": np.full(number, np.nan),
        "municipality": np.zeros(number, np.int64),
        "district": np.full(number, -1),
        "municipalities": [CITY, TOWN],
        "districts": [NORTH],
        "source": "試験",
        "as_of": "2026-01-01",
        "synthetic": False,
    }
    return People(cells=np.array(cells), persons=np.array(persons, float), **(columns | other))


def places(cells: list[int], kinds: list[str]) -> Places:
    number = len(cells)
    names = [f"place {at}" for at in range(number)]
    return Places(
        cells=np.array(cells), kinds=kinds, ids=[str(at) for at in range(number)], names=names,
        areas=["20201"] * number, lon=np.full(number, 138.2), lat=np.full(number, 36.7),
    )  # fmt: skip


def flood(depths: list[list[list[float]]], exposure: Exposure, dtype: Any = np.float32) -> Impact:
    """Assess frames an hour apart; arrival is the first wet frame, the peak their maximum."""
    frames = np.array(depths, dtype)
    times = np.arange(len(frames)) * 3600.0
    wet = frames >= dtype(0.05)
    arrival = np.where(wet.any(axis=0), times[wet.argmax(axis=0)], np.nan)
    return assess(frames, times, arrival, frames.max(axis=0), exposure)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_people_are_counted_by_class_of_depth_and_time(dtype: Any) -> None:
    exposure = Exposure(shape=(1, 4), cell_m2=100.0, people=people([0, 1, 2, 3], [10, 20, 30, 40]))
    impact = flood([[[0, 0.04, 0.05, 0.3]], [[0, 0.3, 0.5, 25]]], exposure, dtype)
    told = impact.document()["totals"]
    assert told["people"] == [70, 90]
    assert told["people_by_class"] == [[30, 40, 0, 0, 0, 0, 0, 0], [0, 20, 30, 0, 0, 0, 0, 40]]
    assert (told["people_total"], told["people_ever"], told["people_unknown"]) == (100, 90, 0)
    assert told["households"] is None


def test_unknown_ground_and_points_outside_are_unknown_and_never_dry() -> None:
    exposure = Exposure(shape=(1, 3), cell_m2=100.0, people=people([0, 1, 2, -1], [1, 2, 4, 8]))
    nan = np.nan
    impact = flood([[[0, 1, nan]], [[0, 1, nan]]], exposure)
    told = impact.document()["totals"]
    assert told["people"] == [2, 2]
    assert (told["people_ever"], told["people_unknown"], told["people_total"]) == (2, 12, 15)
    assert impact.summary()["people_unknown"] == 12
    # a depth that is missing at one of the times makes the place unknown at all of them
    assert flood([[[0, nan, 0]], [[0, 1, 0]]], exposure).document()["totals"]["people_unknown"] == 10


def test_no_population_is_null_and_nobody_in_water_is_zero() -> None:
    dry = [[[0.0, 0.0]]]
    unknown = flood(dry, Exposure(shape=(1, 2), cell_m2=1.0)).document()
    assert (unknown["population"], unknown["walkable"]) == (None, None)
    assert set(unknown["totals"].values()) == {None}
    known = flood(dry, Exposure(shape=(1, 2), cell_m2=1.0, people=people([0], [3]))).document()
    assert known["totals"].keys() == unknown["totals"].keys()
    assert known["totals"]["people"] == [0]
    assert known["totals"]["households"] == [0]
    assert known["population"]["source"] == "試験"


def test_households_and_ages_count_only_where_they_are_known() -> None:
    groups = {"elderly": np.array([3.0, 1.0]), "children": np.array([np.nan, 2.0])}
    who = people([0, 1], [10, 10], households=np.array([4.0, 5.0]), groups=groups)
    exposure = Exposure(shape=(1, 2), cell_m2=1.0, people=who)
    told = flood([[[1.0, 1.0]]], exposure).document()["totals"]
    assert (told["households"], told["elderly"], told["children"]) == ([9], [4], None)
    assert flood([[[0.0, 1.0]]], exposure).document()["totals"]["children"] == [2]


def test_areas_hold_their_people_their_ground_and_the_earliest_arrival() -> None:
    who = people(
        [0, 1, 2], [5, 6, 7], municipality=np.array([0, 0, -1]), district=np.array([0, -1, -1]),
        households=np.array([2.0, np.nan, 3.0]),
    )  # fmt: skip
    area_map = AreaMap(labels=np.array([[0, 0, -1, 1]], np.int16), names=[CITY, TOWN])
    exposure = Exposure(shape=(1, 4), cell_m2=250_000.0, people=who, areas=area_map)
    impact = flood([[[0.5, 0, 0, np.nan]], [[0.5, 2, 1, np.nan]]], exposure)
    areas = impact.document()["areas"]
    city, nameless, district = areas
    assert (city["code"], city["kind"], city["people"], city["people_peak"]) == (
        "20201",
        "municipality",
        [5, 11],
        11,
    )
    assert (city["arrival_s"], city["deepest_m"], city["wet_km2"]) == (0, 2.0, 0.5)
    assert city["households"] is None
    # people whose municipality nobody knows stay a row of their own, so that the rows add up to the total
    assert (nameless["code"], nameless["people"], nameless["households"]) == (None, [0, 7], [0, 3])
    assert (district["kind"], district["name"], district["people"]) == ("district", "長沼", [5, 5])
    assert district["households"] == [2, 2]


def test_ground_under_water_is_told_without_any_population() -> None:
    area_map = AreaMap(labels=np.array([[0, 1]], np.int16), names=[CITY, TOWN])
    exposure = Exposure(shape=(1, 2), cell_m2=1e6, areas=area_map)
    (town,) = flood([[[0, 0]], [[0, 0.4]]], exposure).document()["areas"]
    assert (town["name"], town["people"], town["people_peak"], town["wet_km2"]) == ("小布施町", None, None, 1)
    assert town["arrival_s"] == 3600


def test_places_close_at_the_limit_of_their_kind() -> None:
    kinds = ["shelter", "underpass", "hospital", "site", "school"]
    exposure = Exposure(shape=(1, 5), cell_m2=1.0, places=places([0, 0, 1, 2, 3], kinds))
    impact = flood([[[0, 0, np.nan, 0, 0]], [[0.4, 0.1, np.nan, 0, 0]]], exposure)
    told = {place["kind"]: place for place in impact.document()["places"]}
    assert list(told) == ["hospital", "shelter", "underpass", "site"]
    assert told["shelter"]["closed_from_s"] == 1800
    assert told["underpass"]["closed_from_s"] == 450
    assert told["hospital"]["closed_from_s"] is None
    assert told["hospital"]["peak_m"] == 0.1
    assert told["hospital"]["depth_m"] == [0, 0.1]
    assert told["site"]["unknown"]
    assert told["site"]["depth_m"] == [None, None]
    assert (told["site"]["arrival_s"], told["site"]["peak_m"]) == (None, None)
    assert impact.summary() == {
        "people": None, "people_unknown": None, "people_synthetic": None, "households": None,
        "shelters": 1, "sites": 0, "facilities": 2,
    }  # fmt: skip


def test_a_place_is_as_wet_as_the_deepest_cell_that_its_building_reaches() -> None:
    footing = Footing(0.0, 50.0, 10.0, 10.0, 5, 10, 100.0)
    cells = reached(footing, np.array([25.0, 75.0, 5.0]), np.full(3, 25.0), (10.0, 10.0))
    assert cells[:, 0].tolist() == [22, 27, 20]
    assert {int(cell) for cell in cells[0]} >= {
        row * 10 + column for row in (1, 2, 3) for column in (1, 2, 3)
    }
    assert not set(cells[0].tolist()) & {10, 15, 0}
    frames = np.zeros((2, 5, 10), np.float32)
    frames[1, 1, 1] = 0.4  # beside the first and the third place
    frames[:, 2, 7] = np.nan  # under the second, whose surroundings stay dry
    frames[:, 2, 0] = np.nan  # under the third
    arrival = np.where(frames[1] > 0, 1200.0, np.nan)
    who = replace(places([0, 0, 0], ["shelter", "site", "school"]), cells=cells)
    exposure = Exposure(shape=(5, 10), cell_m2=100.0, places=who)
    told = assess(frames, [0.0, 3600.0], arrival, frames.max(axis=0), exposure).document()["places"]
    assert [(place["kind"], place["unknown"], place["peak_m"], place["arrival_s"]) for place in told] == [
        ("school", False, 0.4, 1200), ("shelter", False, 0.4, 1200), ("site", True, None, None),
    ]  # fmt: skip
    assert told[0]["depth_m"] == [0, 0.4]
    # cells wider than a building's reach: its own cell alone counts
    coarse = reached(
        Footing(0.0, 300.0, 100.0, 100.0, 3, 3, 1e4), np.array([150.0]), np.array([150.0]), (100.0, 100.0)
    )
    assert set(coarse[0].tolist()) == {4}


def test_roads_tell_the_length_in_water_and_when_cars_stop() -> None:
    roads = Roads(
        cells=np.array([0, 1, 2, 3, 4]), road=np.array([0, 0, 0, 1, 2]),
        length_m=np.array([10.0, 10, 5, 7, 9]), ids=["a", "b", "c"], names=["国道", "市道", "県道"],
        classes=["primary", None, None],
    )  # fmt: skip
    exposure = Exposure(shape=(1, 5), cell_m2=1.0, roads=roads)
    impact = flood([[[0, 0, np.nan, 0, 0]], [[0.6, 0.1, np.nan, 0, 0.1]]], exposure)
    first, second = impact.document()["roads"]
    assert (first["id"], first["length_m"], first["unknown_m"]) == ("a", 25, 5)
    assert (first["wet_m"], first["closed_m"]) == ([0, 20], [0, 10])
    assert first["closed_from_s"] == 1800
    assert (second["id"], second["closed_from_s"], second["wet_m"]) == ("c", None, [0, 9])


def test_speed_stops_adults_and_gives_hazard_classes() -> None:
    exposure = Exposure(shape=(1, 4), cell_m2=1.0, people=people([0, 1, 2, 3], [1, 2, 4, 8]))
    depth = np.array([[[0.35, 0.35, 0.35, 0.1]]], np.float32)
    speed = np.array([[[0.1, 0.6, np.nan, 0.1]]], np.float32)
    told = assess(depth, [0.0], np.zeros((1, 4)), depth[0], exposure, speed=speed).document()
    assert told["walkable"] == {
        "speed": True, "adult_closed": [6], "assisted_closed": [7], "car_closed": [7],
    }  # fmt: skip
    assert told["totals"]["people_by_hazard"] == [[8, 3, 0, 0, 0, 0]]
    assert told["totals"]["people_hazard_unknown"] == [4]
    still = assess(depth, [0.0], np.zeros((1, 4)), depth[0], exposure).document()
    assert still["walkable"]["adult_closed"] == [0]
    assert still["totals"]["people_by_hazard"] is None


def test_one_cell_one_point_no_frame() -> None:
    exposure = Exposure(shape=(1, 1), cell_m2=1.0, people=people([0], [3]), places=places([0], ["site"]))
    impact = assess([], [], np.array([[60.0]]), np.array([[0.4]]), exposure)
    told = impact.document()
    assert told["totals"]["people"] == []
    assert (told["totals"]["people_ever"], told["places"][0]["arrival_s"]) == (3, 60)


def test_an_empty_exposure_is_no_fault() -> None:
    told = flood([[[1.0]]], Exposure(shape=(1, 1), cell_m2=1.0, people=people([], []))).document()
    assert (told["totals"]["people"], told["places"], told["roads"]) == ([0], [], [])
    json.dumps(told, allow_nan=False)


def test_fields_that_do_not_fit_are_refused_by_name() -> None:
    exposure = Exposure(shape=(1, 2), cell_m2=1.0)
    good, bad = np.zeros((1, 2)), np.zeros((2, 1))
    with pytest.raises(ImpactError, match=r"depth at 60.0 s has shape \(2, 1\)"):
        assess([bad], [60.0], good, good, exposure)
    with pytest.raises(ImpactError, match="peak has shape"):
        assess([good], [0.0], good, bad, exposure)
    with pytest.raises(ImpactError, match=r"frame at 0.0 s comes after"):
        assess([good, good], [600.0, 0.0], good, good, exposure)
    with pytest.raises(ValueError, match="shorter"):
        assess([good], [0.0, 60.0], good, good, exposure)
    assessment = Assessment(exposure)
    assessment.add(0.0, good)
    with pytest.raises(ImpactError, match="speed must come with every frame"):
        assessment.add(60.0, good, good)


def test_exposures_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(ExposureError, match="people stand on cells"):
        Exposure(shape=(1, 1), cell_m2=1.0, people=people([1], [1]))
    with pytest.raises(ExposureError, match="finite and not negative"):
        people([0], [-1])
    with pytest.raises(ExposureError, match="households has shape"):
        people([0], [1], households=np.zeros(2))
    with pytest.raises(ExposureError, match="columns differ in length"):
        places([0, 1], ["site"])
    with pytest.raises(ExposureError, match="must stand together"):
        Roads(
            cells=np.zeros(3, np.int64), road=np.array([0, 1, 0]), length_m=np.ones(3), ids=["a", "b"],
            names=["a", "b"], classes=[None, None],
        )  # fmt: skip
    with pytest.raises(ExposureError, match="map of areas"):
        Exposure(shape=(1, 1), cell_m2=1.0, areas=AreaMap(labels=np.zeros((2, 1), np.int16), names=[CITY]))


def test_a_place_lies_in_one_cell_or_outside() -> None:
    footing = Footing(100.0, 50.0, 10.0, 5.0, 2, 3, 50.0)
    x = np.array([100.0, 129.9, 130.0, 99.9, 115.0, np.nan])
    y = np.array([50.0, 40.1, 45.0, 45.0, 40.0, 45.0])
    assert footing.cells(x, y).tolist() == [0, 5, -1, -1, -1, -1]
    assert footing.cells(np.array([115.0]), np.array([44.9])).tolist() == [4]
    with pytest.raises(ExposureError, match="must be positive"):
        Footing(0.0, 0.0, 0.0, 1.0, 1, 1, 1.0)


@st.composite
def floods(draw: st.DrawFn) -> tuple[np.ndarray, Exposure]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames, rows, columns, number = draw(
        st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 6), st.integers(0, 40))
    )
    depth = rng.choice([0, 0.01, 0.05, 0.2, 0.3, 0.5, 1, 3, 6, 12, 30], (frames, rows, columns))
    depth[:, rng.random((rows, columns)) < 0.2] = np.nan
    who = people(
        rng.integers(-1, rows * columns, number).tolist(), rng.integers(0, 500, number).tolist(),
        municipality=rng.integers(-1, 2, number), district=rng.integers(-1, 1, number),
        households=rng.integers(0, 200, number).astype(float),
    )  # fmt: skip
    return depth.astype(np.float32), Exposure(shape=(rows, columns), cell_m2=100.0, people=who)


@settings(max_examples=60, deadline=None)
@given(floods())
def test_people_add_up(case: tuple[np.ndarray, Exposure]) -> None:
    depth, exposure = case
    who = exposure.people
    assert who is not None
    impact = flood(depth.tolist(), exposure)
    assert impact.people is not None
    total, told = who.persons.sum(), impact.people
    dry_ever = total - told.ever - told.unknown
    assert dry_ever >= 0
    assert (told.by_class.sum(axis=1) == told.people).all()
    assert (told.people <= told.ever).all()
    municipalities, districts = told.areas
    assert (municipalities.people.sum(axis=1) == told.people).all()
    assert municipalities.ever.sum() == told.ever
    assert municipalities.unknown.sum() == told.unknown
    assert (districts.people.sum(axis=1) == told.people).all()
    by_hand = [
        sum(p for cell, p in zip(who.cells, who.persons, strict=True)
            if cell >= 0 and np.isfinite(depth[:, *divmod(cell, depth.shape[2])]).all()
            and frame.flat[cell] >= np.float32(0.05))
        for frame in depth
    ]  # fmt: skip
    assert told.people.tolist() == by_hand


@settings(max_examples=40, deadline=None)
@given(floods(), st.floats(0.0, 2.0))
def test_deeper_water_never_means_fewer_people(case: tuple[np.ndarray, Exposure], more_m: float) -> None:
    depth, exposure = case
    before, after = (
        flood(frames.tolist(), exposure).people for frames in (depth, depth + np.float32(more_m))
    )
    assert before is not None
    assert after is not None
    assert (after.people >= before.people).all()
    assert after.unknown == before.unknown
    # no more people in any class and above it than before
    above = [told.by_class[:, ::-1].cumsum(axis=1) for told in (before, after)]
    assert (above[1] >= above[0]).all()
    for name, row in before.stopped.items():
        assert (after.stopped[name] >= row).all()
