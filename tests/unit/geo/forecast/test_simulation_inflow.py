from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pyproj import CRS
from rasterio.transform import Affine

from geo.flood.hydrograph import Hydrograph
from geo.flood.weir import breach_hydrograph, side_factor
from geo.forecast.simulation_inflow import GaugeForecast, Inflow, resolve_inflow
from geo.forecast.simulation_place import BreachPlace
from geo.forecast.simulation_request import RequestError, read_request
from geo.terrain import Raster

LINE = {"type": "LineString", "coordinates": [[138.2755, 36.6862], [138.2758, 36.6865]]}
ORIGIN = datetime(2026, 6, 2, 12, tzinfo=UTC)
TIME_S = np.arange(1, 37) * 600.0


def place(datum: str = "T.P.") -> BreachPlace:
    ground = Raster(
        np.full((5, 5), 12.0), Affine(10, 0, 0, 0, -10, 50), CRS.from_epsg(6671), 10.0, 10.0, datum, 0.0
    )
    cells = np.array([2, 3])
    return BreachPlace(ground, (0, 5, 0, 5), cells, cells, 80.0, (12.0, 13.0))


def forecast(**changed: Any) -> GaugeForecast:
    rise = 15.0 + TIME_S / 21600
    given = {
        "gauge_id": "g1", "name": "立ヶ花", "river": "千曲川", "datum": "T.P.", "zero_tp_m": None,
        "origin_at": ORIGIN, "time_s": TIME_S,
        "low_m": rise - 0.5, "median_m": rise, "high_m": rise + 0.5,
    }  # fmt: skip
    return GaugeForecast(**{**given, **changed})


def resolved(discharge: dict[str, Any], hours: float = 6.0, **given: Any) -> Inflow:
    request = read_request({"breach": LINE, "hours": hours, "discharge": discharge})
    return resolve_inflow(request, given.pop("place", place()), given.pop("forecast", None))


def test_a_constant_discharge_makes_one_member() -> None:
    inflow = resolved({"kind": "constant", "m3_s": 100})
    assert inflow.document() == {"median": {"time_s": [0.0], "m3_s": [100.0]}}
    assert inflow.discharge() == {
        "source": "constant",
        "words": "一定 100 m³/s",
        "words_en": "100 m³/s throughout",
        "peak_m3_s": {"median": 100.0},
    }


def test_what_a_hydrograph_brings_after_the_end_does_not_count() -> None:
    given = {"kind": "hydrograph", "time_s": [0, 3600, 10800], "m3_s": [10, 20, 100]}
    inflow = resolved(given, hours=2)
    assert inflow.document() == {"median": {"time_s": [0.0, 3600.0, 7200.0], "m3_s": [10.0, 20.0, 60.0]}}
    assert inflow.discharge()["peak_m3_s"] == {"median": 60.0}
    with pytest.raises(RequestError, match=r"discharge\.m3_s: no water comes in within 1 h"):
        resolved({"kind": "hydrograph", "time_s": [0, 7200, 7300], "m3_s": [0, 0, 5]}, hours=1)


def test_a_gauge_makes_three_members_through_the_weir() -> None:
    given = {"kind": "gauge", "gauge": "g1", "sill_m": 14.0, "width_m": 50.0, "bed_slope": 0.001}
    inflow = resolved(given, forecast=forecast())
    assert list(inflow.document()) == ["median", "low", "high"]
    expected = breach_hydrograph(
        Hydrograph(TIME_S, forecast().median_m), sill_m=14.0, width_m=50.0, behind_m=12.0,
        factor=side_factor(0.001, "breach"),
    )  # fmt: skip
    assert inflow.members["median"].at(9000) == pytest.approx(expected.at(9000))
    low, median, high = (inflow.members[name].value for name in ("low", "median", "high"))
    assert (low < median).all()
    assert (median < high).all()
    assert inflow.starts_at == ORIGIN
    assert [note["code"] for note in inflow.notes] == ["upper-bound"]
    assert "千曲川 立ヶ花" in inflow.words
    assert "側" not in inflow.words_en


def test_without_sill_and_width_ground_and_line_give_them() -> None:
    inflow = resolved({"kind": "gauge", "gauge": "g1"}, hours=12, forecast=forecast())
    expected = breach_hydrograph(
        Hydrograph(TIME_S, forecast().median_m), sill_m=13.0, width_m=80.0, behind_m=12.0
    )
    assert inflow.members["median"].at(600) == pytest.approx(expected.at(600))
    assert [note["code"] for note in inflow.notes] == ["upper-bound", "level-held"]
    assert inflow.members["median"].at(12 * 3600) == pytest.approx(expected.at(21600)), "the level is held"


def test_levels_above_a_gauge_s_own_zero_need_its_height() -> None:
    given = {"kind": "gauge", "gauge": "g1"}
    local = forecast(
        datum="gauge zero", **{f"{name}_m": 5 + TIME_S * 0 for name in ("low", "median", "high")}
    )
    with pytest.raises(RequestError, match=r"discharge\.gauge: .*unknown"):
        resolved(given, forecast=local)
    inflow = resolved(given, forecast=replace(local, zero_tp_m=10.0))
    assert inflow.members["median"].value == pytest.approx(
        resolved(given, forecast=forecast(low_m=TIME_S * 0 + 15, median_m=TIME_S * 0 + 15,
                                          high_m=TIME_S * 0 + 15)).members["median"].value
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"forecast": None}, r"discharge\.gauge: .*no level forecast"),
        ({"forecast": forecast(), "place": place("ellipsoid")}, "terrain: its heights are above ellipsoid"),
    ],
)
def test_what_cannot_be_compared_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        resolved({"kind": "gauge", "gauge": "g1"}, **given)


def test_a_river_below_the_sill_lets_nothing_through() -> None:
    with pytest.raises(RequestError, match=r"discharge\.sill_m: .*at most 16\.50 m"):
        resolved({"kind": "gauge", "gauge": "g1", "sill_m": 17.0}, forecast=forecast())
