"""Heights above T.P.: each way against figures known from elsewhere, and 高度不明 where nothing is known."""

from __future__ import annotations

import pytest

from sensors.altitude import Surroundings, altitude_rules, best, pressure_height_m
from sensors.track import Altitude, Reference

RULES = altitude_rules()
LON, LAT = 134.5, 34.0


def height(value_m: float, reference: Reference, accuracy_m: float | None = None, **known: float) -> float:
    found = best([Altitude(value_m, reference, accuracy_m)], LON, LAT, RULES, Surroundings(**known))
    assert found is not None
    return found.value_m


@pytest.mark.parametrize(
    ("lon", "lat", "geoid_m"),
    # GSIGEO2011 by the authority's own calculator; the two models differ by some 0.1 m
    [(135.630, 34.290, 39.860), (140.087, 36.103, 40.182), (143.129, 43.217, 30.639)],
)
def test_the_geoid_is_near_that_of_the_authority(lon: float, lat: float, geoid_m: float) -> None:
    assert RULES.geoid.at(lon, lat) == pytest.approx(geoid_m, abs=1.3)


def test_the_geoid_ends_where_its_grid_ends() -> None:
    assert RULES.geoid.at(154.0, 46.0) == pytest.approx(3.9)
    assert RULES.geoid.at(121.9, 30.0) is None
    assert best([Altitude(500.0, "ellipsoid")], 9.4, 47.4, RULES) is None


def test_above_the_ellipsoid_is_less_the_geoid() -> None:
    found = best([Altitude(180.0, "ellipsoid", 3.0)], LON, LAT, RULES)
    assert found is not None
    assert found.way == "geoid"
    assert found.value_m == pytest.approx(180.0 - 37.4, abs=1.0)
    assert 3.0 < found.sd_m < 3.1


def test_standard_pressure_counts_only_with_a_known_pressure() -> None:
    told = Altitude(800.0, "standard pressure")
    assert best([told], LON, LAT, RULES) is None
    assert best([told], LON, LAT, RULES, Surroundings(sea_level_pressure_hpa=700.0)) is None
    # at 990 hPa the barometer shows some 195 m too much
    assert height(800.0, "standard pressure", sea_level_pressure_hpa=990.0) == pytest.approx(605.0, abs=3)
    assert height(800.0, "standard pressure", sea_level_pressure_hpa=1013.25) == pytest.approx(800.0)


def test_the_pressure_height_is_that_of_the_standard_atmosphere() -> None:
    # ICAO Doc 7488: 898.75 hPa at 1,000 m, 540.20 hPa at 5,000 m
    assert pressure_height_m(898.75, RULES) == pytest.approx(1000.0, abs=1.0)
    assert pressure_height_m(540.20, RULES) == pytest.approx(5000.0, abs=2.0)


def test_takeoff_and_ground_need_the_height_of_the_ground() -> None:
    for reference in ("takeoff", "ground"):
        assert best([Altitude(110.0, reference)], LON, LAT, RULES) is None
    assert height(110.0, "takeoff", takeoff_tp_m=20.0) == 130.0
    assert height(110.0, "ground", ground_tp_m=45.0) == 155.0


def test_the_surest_way_is_taken() -> None:
    told = [
        Altitude(180.0, "ellipsoid"), Altitude(300.0, "standard pressure"), Altitude(110.0, "takeoff", 2.0),
    ]  # fmt: skip
    around = Surroundings(sea_level_pressure_hpa=1000.0, takeoff_tp_m=30.0)
    found = best(told, LON, LAT, RULES, around)
    assert found is not None
    assert (found.way, found.value_m) == ("takeoff + terrain", 140.0)
    assert best([], LON, LAT, RULES, around) is None
