from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import CRS
from rasterio.transform import Affine

from geo.flood.forcing import Inflow, Place
from geo.flood.grid import Grid
from geo.flood.hydrograph import constant
from geo.flood.inundation import Inundation, Settings
from geo.flood.inundation_errors import InundationError
from geo.flood.levee import no_crests
from geo.forecast.simulation_lines import flood_lines
from geo.forecast.simulation_member import MemberTask, ShownField, beside, flood_member, frame_step_s
from geo.forecast.simulation_screen import UNKNOWN, ScreenGrid, depth_codes, untile
from geo.terrain import Raster

SHAPE = (30, 40)


def ground() -> np.ndarray:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    values = 10.0 - 0.02 * (x + y)
    values[:, :3] = np.nan
    return np.asarray(values)


def task(**changed: Any) -> MemberTask:
    given: dict[str, Any] = {
        "name": "median", "ground_m": ground(), "dx_m": 20.0, "dy_m": 20.0, "manning": 0.04,
        "rows": np.array([14, 15]), "columns": np.array([3, 3]), "time_s": [0.0], "m3_s": [20.0],
        "until_s": 1500.0, "frame_s": 600, "screen": ScreenGrid(0, 0, 20, 20, *SHAPE),
    }  # fmt: skip
    return MemberTask(**{**given, **changed})


def run(asked: MemberTask, cancel_after: int | None = None) -> tuple[Any, list[ShownField], list[float]]:
    shown: list[ShownField] = []
    told: list[float] = []
    flood = flood_member(
        asked,
        show=shown.append,
        tell=told.append,
        cancel=lambda: cancel_after is not None and len(shown) > cancel_after,
    )
    return flood, shown, told


def test_frames_are_the_solver_s_own_field() -> None:
    flood, shown, told = run(task())
    assert [(field.quantity, field.t_s) for field in shown] == [
        ("depth", 0), ("depth", 600), ("depth", 1200), ("depth", 1500),
        ("peak", 0), ("arrival", 0), ("duration", 0),
    ]  # fmt: skip
    grid = Grid(ground(), 20.0, 20.0, 0.04)
    inflow = Inflow(place=Place([14, 15], [3, 3]), discharge=constant(20.0))
    with Inundation(grid, [inflow], settings=Settings()) as solver:
        for stop_s in (600, 1200, 1500):
            expected = solver.advance(stop_s)
    last = untile(shown[3].tiles[0].data)[: SHAPE[0], : SHAPE[1]]
    assert (last == depth_codes(expected.depth_m, grid.open)).all()
    assert (last[:, :3] == UNKNOWN).all()
    assert (flood.t_s, flood.whole) == (1500.0, True)
    assert flood.summary["brought_m3"] == 30_000
    assert flood.summary["stored_m3"] == pytest.approx(30_000, abs=1)
    assert flood.reached_unknown
    assert told == sorted(told)
    assert flood.impact is None
    assert "people" not in flood.summary


def test_a_member_that_is_stopped_keeps_what_it_has() -> None:
    flood, shown, _ = run(task(until_s=36_000.0), cancel_after=1)
    assert not flood.whole
    assert 600 <= flood.t_s < 1200
    assert shown[-1].quantity == "duration"
    assert flood.summary["until_s"] == round(flood.t_s)
    assert flood.summary["brought_m3"] == pytest.approx(20 * flood.t_s, rel=1e-4)


def test_water_at_the_edge_is_told() -> None:
    flood, _, _ = run(task(until_s=60.0))
    assert not flood.reached_edge
    flood, _, _ = run(task(rows=np.array([29]), columns=np.array([39]), until_s=600.0))
    assert flood.reached_edge
    assert not flood.reached_unknown


def test_a_source_on_unknown_ground_is_refused() -> None:
    with pytest.raises(InundationError, match="no known ground"):
        run(task(rows=np.array([5]), columns=np.array([1])))


def test_beside() -> None:
    cells = np.zeros((4, 4), bool)
    cells[1, 1] = True
    assert np.argwhere(beside(cells)).tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]


@pytest.mark.parametrize(
    ("hours", "step_s"), [(0.5, 600), (6, 600), (24, 600), (25, 900), (36, 900), (72, 1800)]
)
def test_frames_of_long_runs_are_further_apart(hours: float, step_s: int) -> None:
    assert frame_step_s(hours) == step_s
    assert hours * 3600 / step_s + 1 <= 145


def test_lines_are_bands_and_edges_of_what_was_reached() -> None:
    plane = CRS.from_epsg(6671)
    terrain = Raster(ground(), Affine(20, 0, 160_000, 0, -20, -190_000), plane, 20.0, 20.0, "T.P.", 0.0)
    flood, _, _ = run(task(until_s=5400.0))
    lines = flood_lines(flood.peak_m, flood.arrival_s, terrain, (0.05, 0.5, 1.0))["features"]
    kinds = [feature["properties"] for feature in lines]
    assert {"kind": "peak", "from_m": 0.05, "to_m": 0.5} in kinds
    assert {"kind": "arrival", "hours": 0.5} in kinds
    assert {"kind": "arrival", "hours": 1} in kinds
    for feature in lines:
        assert feature["geometry"]["coordinates"]
    dry = flood_lines(np.zeros(SHAPE), np.full(SHAPE, np.nan), terrain, (0.05,))
    assert dry == {"type": "FeatureCollection", "features": []}


def test_a_wall_along_the_breach_keeps_the_water_on_its_side() -> None:
    ground = np.full(SHAPE, 10.0)
    across, along = no_crests(SHAPE)
    across[:, 19] = np.inf
    walled = {"ground_m": ground, "rows": np.array([15]), "columns": np.array([21]), "until_s": 600.0}
    flood, _, _ = run(task(**walled, crests=(across, along)))
    assert (flood.peak_m[:, :20] == 0).all()
    assert (flood.peak_m[:, 20:] > 0).any()
    open_, _, _ = run(task(**walled))
    assert (open_.peak_m[:, :20] > 0).any()
