"""The solver on published cases: three of the UK Environment Agency's tests, and the breach at Hoyasu.

The Environment Agency's tests (Néelz & Pender 2013, report SC120002) compare packages with each other. Their
set-ups are followed as far as they can be stated in formulas; asserted is what must come out by volume and
level, not what another program printed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geo.flood.forcing import Inflow, Place, Stage
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, constant
from geo.flood.inundation import Inundation, Settings
from geo.terrain import read_raster

HOYASU = Path(__file__).parents[4] / "ops" / "scenarios" / "chikuma-2019" / "terrain.tif"
HOUR = 3600.0


def test_a_disconnected_water_body_keeps_the_level_of_its_sill() -> None:
    # test 1: a level that rises over a crest and falls again leaves the hollow behind it full to the crest
    x = (np.arange(70) + 0.5) * 10
    profile = np.interp(x, [0, 200, 300, 400, 600, 700], [9.6, 9.7, 10.25, 10.25, 9.5, 11.0])
    ground = np.repeat(profile[np.newaxis], 10, axis=0)
    level = Hydrograph(np.array([0, 1, 11, 12, 20]) * HOUR, [9.7, 10.35, 10.35, 9.7, 9.7])
    stage = Stage(place=Place(np.arange(10), np.zeros(10, int)), level=level)
    settings = Settings(precision="float64", sample_s=600.0)
    with Inundation(Grid(ground, 10.0, 10.0, 0.03), [stage], settings=settings) as run:
        raised = run.advance(11 * HOUR)
        final = run.advance(20 * HOUR)
    hollow = slice(42, 68)
    assert (ground + raised.depth_m)[:, hollow][raised.depth_m[:, hollow] > 0] == pytest.approx(
        10.35, abs=0.005
    )
    left = (ground + final.depth_m)[:, hollow][final.depth_m[:, hollow] > 0.01]
    assert left == pytest.approx(10.25, abs=0.01)
    assert (ground + final.depth_m)[:, 5] == pytest.approx(9.7, abs=0.01)


def test_depressions_of_a_flood_plain_fill_one_after_the_other_to_their_sills() -> None:
    # test 2: 4 × 4 hollows half a metre deep on a plain falling to the south-east, filled from the north-west
    cells, dx = 100, 20.0
    y, x = ((np.mgrid[:cells, :cells] + 0.5) * dx).astype(float)
    waves = 0.25 * (np.cos(2 * np.pi * x / 500) + np.cos(2 * np.pi * y / 500))
    ground = 10 - x / 3000 - y / 1500 + waves
    pulse = Hydrograph(np.array([0, 5, 55, 85]) * 60.0, [0, 20, 20, 0])
    inflow = Inflow(place=Place(np.arange(5), np.zeros(5, int)), discharge=pulse)
    settings = Settings(precision="float64", sample_s=600.0)
    with Inundation(Grid(ground, dx, dx, 0.03), [inflow], settings=settings) as run:
        flood = run.advance(30 * HOUR)
    assert flood.balance.stored_m3 == pytest.approx(pulse.integral(0, 6000.0), rel=1e-12)
    level = np.where(flood.depth_m > 0.05, ground + flood.depth_m, np.nan)
    blocks = level.reshape(4, 25, 4, 25).transpose(0, 2, 1, 3).reshape(16, -1)
    filled = [block[np.isfinite(block)] for block in blocks if np.isfinite(block).sum() > 10]
    assert 3 <= len(filled) < 16
    # each pond is level, wherever its sill lies
    assert max(np.ptp(pond) for pond in filled) <= 0.02
    arrivals = np.nan_to_num(flood.arrival_s, nan=np.inf).reshape(4, 25, 4, 25).min(axis=(1, 3))
    # the water comes along the rows and down the columns, never from behind
    known = np.isfinite(arrivals)
    assert arrivals[0, 0] == arrivals.min()
    assert (arrivals[1:][known[1:]] > arrivals[0, 0]).all()


def plain_arrival(dx: float) -> tuple[np.ndarray, np.ndarray]:
    """Return arrival [s] straight ahead and sideways of an inflow, every 50 m from 50 to 250 m."""
    rows, columns = int(600 / dx), int(400 / dx)
    middle = np.arange(int(290 / dx), int(310 / dx))
    pulse = Hydrograph(np.array([0, 1, 4, 6]) * HOUR, [0, 20, 20, 0])
    inflow = Inflow(place=Place(middle, np.zeros(middle.size, int)), discharge=pulse)
    settings = Settings(sample_s=5.0)
    with Inundation(Grid(np.zeros((rows, columns)), dx, dx, 0.05), [inflow], settings=settings) as run:
        flood = run.advance(1.5 * HOUR)
    np.testing.assert_allclose(flood.depth_m, flood.depth_m[::-1], atol=1e-4)
    reach = (np.arange(50, 251, 50) / dx).astype(int)
    arrival = flood.arrival_s
    return arrival[rows // 2, reach], arrival[rows // 2 + reach, 0]


def test_a_flood_spreads_over_a_flat_plain_in_a_half_circle_whatever_the_cells() -> None:
    # test 4, the near field: arrival within some per cent on half the cell size, alike in all directions
    coarse, fine = plain_arrival(10.0), plain_arrival(5.0)
    for arrival in (*coarse, *fine):
        assert (np.diff(arrival) > 0).all()
    np.testing.assert_allclose(coarse[0][1:], fine[0][1:], rtol=0.06)
    np.testing.assert_allclose(fine[0][1:], fine[1][1:], rtol=0.12)


def coarsened(values: np.ndarray) -> np.ndarray:
    """Return means of 2 × 2 cells, NaN unless all four are known."""
    rows, columns = (size // 2 for size in values.shape)
    return values[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean(axis=(1, 3))


def test_the_breach_at_hoyasu_fills_the_low_ground_along_the_asa_river() -> None:
    # half the resolution, for the time it takes; docs/inundation.md has the figures of the whole
    terrain = read_raster(HOYASU)
    assert terrain.datum == "T.P."
    ground = coarsened(terrain.values)
    rows, columns = np.array([205, 204]), np.array([149, 150])
    inflow = Inflow(place=Place(rows, columns), discharge=constant(100.0))
    settings = Settings(sample_s=300.0)
    grid = Grid(ground, 2 * terrain.dx_m, 2 * terrain.dy_m, 0.04)
    with Inundation(grid, [inflow], settings=settings) as run:
        flood = run.advance(20 * HOUR)
    assert flood.balance.stored_m3 == pytest.approx(7.2e6, rel=1e-6)
    wet = flood.depth_m >= 0.05
    assert wet.sum() * grid.cell_m2 / 1e6 == pytest.approx(6.0, rel=0.1)
    # the pond on the Asa River's low ground: its south-western end, its middle, its outlet in the north-east
    for low in (np.s_[150:176, 85:105], np.s_[110:130, 95:115], np.s_[60:75, 225:245]):
        assert np.nanmedian(flood.depth_m[low]) > 1.0
    # the natural levee just north of the breach, and the land outside the levee, stay dry
    assert np.nanmedian(flood.depth_m[165:175, 150:158]) < 0.05
    assert np.nanmax(flood.depth_m[250:, :100]) == 0
