from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

from geo.forecast.simulation_request import Constant
from ops import flood_check
from ops.flood_case import FloodCase
from ops.scenario import FOLDER, load_scenario

GRID = {
    "crs": "EPSG:3857", "west": 15_389_055.0, "north": 4_401_426.0, "cell_x": 12.0, "cell_y": 14.0,
    "rows": 300, "columns": 280, "tile": 256,
}  # fmt: skip


def case(**changed: Any) -> FloodCase:
    given = {
        "terrain": Path("x"), "terrain_name": "x", "breach": {}, "discharge_m3_s": 100.0, "hours": 20.0,
        "manning": 0.04, "volume_m3": 1000.0, "volume_tolerance": 0.001, "area_km2": 1.0,
        "area_tolerance": 0.1,
    }  # fmt: skip
    return FloodCase(**{**given, **changed})


def test_a_field_is_put_together_from_its_tiles() -> None:
    codes = np.random.default_rng(3).integers(0, 65536, (300, 280)).astype("<u2")

    def read(row: int, column: int) -> bytes | None:
        square = np.full((256, 256), 65535, "<u2")
        part = codes[row * 256 : (row + 1) * 256, column * 256 : (column + 1) * 256]
        square[: part.shape[0], : part.shape[1]] = part
        return None if (row, column) == (1, 1) else zlib.compress(square.tobytes())

    field = flood_check.whole_field(GRID, read)
    codes[256:, 256:] = 0
    assert (field == codes).all()


def test_the_area_of_a_cell_is_measured_on_the_ground() -> None:
    # 36.7 degrees north: about cos² of the latitude of the area on the map
    assert flood_check.cell_m2(GRID) == pytest.approx(12 * 14 * np.cos(np.radians(36.69)) ** 2, rel=0.01)


def run(**changed: Any) -> dict[str, Any]:
    told = {"brought_m3": 1000.0, "stored_m3": 1000.0, "area_km2": 1.0}
    return {
        "state": "done", "fault": None, "hours": 0.5, "frame_s": 600, "grid": GRID,
        "frames_s": {"median": [0, 600, 1200, 1800]}, "summary": {"median": told}, **changed,
    }  # fmt: skip


def test_a_run_that_did_not_end_is_found() -> None:
    assert flood_check.check_state(run()).holds
    assert "failed: no terrain" in flood_check.check_state(run(state="failed", fault="no terrain")).words
    assert not flood_check.check_state(run(frames_s={"median": [0, 600]})).holds


def test_lost_water_is_found() -> None:
    depth = np.full((300, 280), flood_check.UNKNOWN, np.uint16)
    depth[:10, :10] = 100
    volume = 100 * flood_check.cell_m2(GRID)
    told = {"brought_m3": volume, "stored_m3": volume}
    good = flood_check.check_volume(case(volume_m3=volume), run(summary={"median": told}), depth)
    assert good.holds, good.words
    depth[0, 0] = 50
    assert (
        "counted from the map"
        in flood_check.check_volume(case(volume_m3=volume), run(summary={"median": told}), depth).words
    )
    assert not flood_check.check_volume(case(volume_m3=volume), run(summary={}), depth).holds


def test_a_wrong_area_is_found() -> None:
    depth = np.zeros((300, 280), np.uint16)
    depth[:100] = 5
    area = 28_000 * flood_check.cell_m2(GRID) / 1e6
    told = run(summary={"median": {"area_km2": area}})
    assert flood_check.check_area(case(area_km2=area), told, depth).holds
    assert not flood_check.check_area(case(area_km2=area * 1.2), told, depth).holds
    assert not flood_check.check_area(case(area_km2=area), told, depth // 2).holds


def test_unknown_ground_that_is_shown_dry_is_found() -> None:
    ground = np.zeros((3, 4))
    ground[0] = np.nan
    field = np.zeros((3, 4), np.uint16)
    field[0] = flood_check.UNKNOWN
    assert flood_check.check_unknown(ground, {"depth": field}).holds
    field[0, 0] = 0
    assert "depth: 1 cells differ" in flood_check.check_unknown(ground, {"depth": field}).words
    assert not flood_check.check_unknown(ground[:2], {"depth": field}).holds


def test_a_peak_below_its_frames_and_wet_ground_without_arrival_are_found() -> None:
    peak, arrival = np.array([[10, 3]], np.uint16), np.array([[5, 65534]], np.uint16)
    assert flood_check.check_order([np.array([[9, 3]], np.uint16)], peak, arrival).holds
    assert not flood_check.check_order([np.array([[11, 0]], np.uint16)], peak, arrival).holds
    arrival[0, 0] = 65534
    assert not flood_check.check_order([], peak, arrival).holds


def test_the_scenario_of_the_breach_is_whole() -> None:
    scenario = load_scenario("chikuma-2019")
    assert (scenario.gauges, scenario.readings, scenario.telegrams) == ((), (), ())
    flood = scenario.flood
    assert flood is not None
    assert flood.terrain == FOLDER / "chikuma-2019" / "terrain.tif"
    order = flood.order(scenario.name, scenario.name_en)
    assert isinstance(order.request.discharge, Constant)
    assert order.request.discharge.m3_s * order.request.hours * 3600 == flood.volume_m3
    assert [note["code"] for note in order.notes] == ["not-observed"]
    assert order.cause == "scenario"
    assert len(order.request.line.coords) == 5


def test_people_are_counted_where_the_file_puts_them() -> None:
    to_degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    peak = np.zeros((300, 280), np.uint16)
    peak[10, 20], peak[11, 20] = 5, flood_check.UNKNOWN
    rows = []
    for line, column in ((10, 20), (11, 20), (12, 20), (400, 20)):
        x, y = GRID["west"] + (column + 0.5) * 12.0, GRID["north"] - (line + 0.5) * 14.0  # type: ignore[operator]
        lon, lat = to_degrees.transform(x, y)
        rows.append({"lon": str(lon), "lat": str(lat), "persons": "100"})
    told = {"summary": {"median": {"people": 100}}}
    assert flood_check.check_people(rows, run(**told), peak).holds
    assert not flood_check.check_people(rows, run(summary={"median": {"people": 200}}), peak).holds
    assert not flood_check.check_people(rows, run(summary={"median": {"people": None}}), peak).holds
