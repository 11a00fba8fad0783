from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Transformer
from rasterio.transform import Affine

from geo.forecast.simulation_screen import (
    NEVER,
    TILE,
    UNKNOWN,
    ScreenGrid,
    arrival_codes,
    depth_codes,
    duration_codes,
    screen_grid,
    tiles,
    untile,
)
from geo.terrain import Raster


def raster(values: np.ndarray, epsg: int, west: float, north: float, cell: float) -> Raster:
    transform = Affine(cell, 0, west, 0, -cell, north)
    return Raster(values, transform, CRS.from_epsg(epsg), cell, cell, "T.P.", 0.0)


def test_depths_become_centimetres_and_unknown_stays_unknown() -> None:
    depth = np.array([[0.0, 0.004, 0.006, 1.234], [700.0, np.nan, np.nan, 2.0]], np.float32)
    known = np.array([[True, True, True, True], [True, False, True, False]])
    codes = depth_codes(np.nan_to_num(depth), known)
    assert codes.dtype == np.uint16
    assert codes.tolist() == [[0, 0, 1, 123], [65533, UNKNOWN, 0, UNKNOWN]]


def test_arrivals_tell_never_from_unknown() -> None:
    arrival = np.array([[0.0, 59.0, 61.0, np.nan, np.nan]])
    known = np.array([[True, True, True, True, False]])
    assert arrival_codes(arrival, known).tolist() == [[0, 0, 1, NEVER, UNKNOWN]]
    assert duration_codes(np.array([[0.0, 1.0, 60.0, np.nan]]), known[:, 1:]).tolist() == [[0, 1, 1, UNKNOWN]]


@pytest.mark.parametrize("shape", [(1, 1), (256, 256), (257, 300)])
def test_tiles_are_put_together_again(shape: tuple[int, int]) -> None:
    codes = np.random.default_rng(1).integers(0, 65536, shape).astype(np.uint16)
    whole = np.zeros((-(-shape[0] // TILE) * TILE, -(-shape[1] // TILE) * TILE), np.uint16)
    for tile in tiles(codes, nothing=-1):
        whole[tile.row * TILE : (tile.row + 1) * TILE, tile.column * TILE : (tile.column + 1) * TILE] = (
            untile(tile.data)
        )
    assert (whole[: shape[0], : shape[1]] == codes).all()
    assert (whole[shape[0] :] == UNKNOWN).all(), "beyond the grid nothing is known"


def test_only_tiles_of_nothing_are_left_out() -> None:
    codes = np.zeros((300, 600), np.uint16)
    codes[10, 300] = 5
    codes[280, 599] = UNKNOWN
    assert [(tile.row, tile.column) for tile in tiles(codes, nothing=0)] == [(0, 1), (1, 2)]


def test_a_mercator_terrain_is_taken_as_it_is() -> None:
    ground = raster(np.zeros((5, 7)), 3857, 15_000_000.0, 4_000_000.0, 12.5)
    grid = screen_grid(ground)
    assert (grid.west, grid.north, grid.cell_x, grid.cell_y) == (15_000_000.0, 4_000_000.0, 12.5, 12.5)
    assert (grid.rows, grid.columns, grid.source) == (5, 7, None)
    codes = np.arange(35, dtype=np.uint16).reshape(5, 7)
    assert grid.shown(codes) is codes


def test_another_projection_shows_the_cell_that_each_centre_lies_in() -> None:
    values = np.zeros((40, 50))
    ground = raster(values, 6671, 160_000.0, -190_000.0, 20.0)
    grid = screen_grid(ground)
    codes = np.arange(2000, dtype=np.uint16).reshape(40, 50)
    shown = grid.shown(codes)
    assert shown.shape == (grid.rows, grid.columns)
    outside = shown == UNKNOWN
    assert set(np.unique(shown[~outside])) <= set(range(2000))
    assert np.isin(np.arange(2000), shown).mean() > 0.9, "hardly a cell is lost"
    assert outside.mean() < 0.15, "only what lies outside the turned outline"
    # each shown cell's centre lies in the cell of the ground that it shows
    back = Transformer.from_crs(3857, 6671, always_xy=True)
    row, column = np.argwhere(~outside)[::37].T
    x, y = back.transform(grid.west + (column + 0.5) * grid.cell_x, grid.north - (row + 0.5) * grid.cell_y)
    expected = np.floor((-190_000.0 - np.asarray(y)) / 20.0) * 50 + np.floor(
        (np.asarray(x) - 160_000.0) / 20.0
    )
    assert (shown[row, column] == expected).all()


def test_unknown_ground_is_not_given_a_depth_by_the_screen() -> None:
    known = np.ones((40, 50), bool)
    known[:, 20:23] = False
    codes = depth_codes(np.full((40, 50), 1.0), known)
    grid = screen_grid(raster(np.zeros((40, 50)), 6671, 160_000.0, -190_000.0, 20.0))
    shown = grid.shown(codes)
    assert set(np.unique(shown)) == {100, UNKNOWN}
    middle = shown[grid.rows // 2]
    assert (middle == UNKNOWN).any()
    assert (
        ScreenGrid(0, 0, 1, 1, 1, 1, np.array([[-1]], np.int32)).shown(np.array([[7]], np.uint16)) == UNKNOWN
    )


def test_bounds_are_degrees() -> None:
    grid = screen_grid(raster(np.zeros((40, 50)), 6671, 160_000.0, -190_000.0, 20.0))
    west, south, east, north = grid.bounds()
    assert 133 < west < east < 135
    assert 33 < south < north < 36
