from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS, Transformer
from rasterio.transform import Affine
from shapely.geometry import LineString

from geo.forecast.simulation_place import breach_cells, breach_wall, part_around, place_breach
from geo.forecast.simulation_request import RequestError
from geo.terrain import Raster, Sheet, open_sheet, write_raster

CELL_M, WEST, NORTH = 20.0, 160_000.0, -190_000.0
PLANE = CRS.from_epsg(6671)


def line(*places: tuple[float, float]) -> LineString:
    """Longitude and latitude of places given in columns and rows."""
    to_degrees = Transformer.from_crs(PLANE, 4326, always_xy=True)
    return LineString([to_degrees.transform(WEST + CELL_M * c, NORTH - CELL_M * r) for c, r in places])


def sheet(folder: Path, ground: np.ndarray) -> Sheet:
    raster = Raster(ground, Affine(CELL_M, 0, WEST, 0, -CELL_M, NORTH), PLANE, CELL_M, CELL_M, "T.P.", 0.0)
    write_raster(folder / "ground.tif", ground, raster, unit="m", description="ground")
    return open_sheet(folder / "ground.tif")


@pytest.fixture
def ground() -> np.ndarray:
    """A river bed in the west (10 m), a levee (18 m) in column 10, land (12 m) in the east, a hole."""
    ground = np.full((50, 60), 12.0)
    ground[:, :10] = 10.0
    ground[:, 10] = 18.0
    ground[30:40, 30:40] = np.nan
    return ground


def test_cells_under_the_line_and_the_ground_on_both_sides(tmp_path: Path, ground: np.ndarray) -> None:
    place = place_breach(sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5)))
    assert set(place.columns.tolist()) == {10}
    assert place.rows.tolist() == [20, 21, 22, 23, 24]
    assert place.length_m == pytest.approx(80, rel=0.001)
    assert place.beside_m == (12.0, 10.0), "southward the land in the east is on the left"
    assert place.sill_m == 12.0, "the higher side"
    assert [note["code"] for note in place.notes] == ["both-sides"]
    assert place.part == (0, 50, 0, 60)


def test_a_river_of_unknown_ground_has_one_side(tmp_path: Path, ground: np.ndarray) -> None:
    ground[:, :10] = np.nan
    place = place_breach(sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5)))
    assert place.beside_m[0] == 12.0
    assert np.isnan(place.beside_m[1])
    assert place.notes == []


def test_a_line_partly_on_unknown_ground_is_said_to_be(tmp_path: Path, ground: np.ndarray) -> None:
    place = place_breach(sheet(tmp_path, ground), line((28.5, 35.5), (31.5, 35.5)))
    assert set(place.columns.tolist()) == {28, 29}
    assert "partly-unknown" in [note["code"] for note in place.notes]
    rows, columns = breach_cells(place.ground, line((28.5, 35.5), (31.5, 35.5)))
    assert (rows.tolist(), columns.tolist()) == (place.rows.tolist(), place.columns.tolist())


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([(32.5, 34.5), (37.5, 34.5)], "unknown in this terrain"),
        ([(-5.0, 5.0), (5.0, 5.0)], "outside the terrain"),
        ([(500.0, 500.0), (505.0, 505.0)], "outside the terrain"),
        ([(1.0, 1.0), (900.0, 900.0)], "at most 5,000 m"),
    ],
)
def test_a_breach_that_cannot_be_placed_is_refused(
    tmp_path: Path, ground: np.ndarray, places: list[tuple[float, float]], words: str
) -> None:
    with pytest.raises(RequestError, match=words) as fault:
        place_breach(sheet(tmp_path, ground), line(*places))
    assert fault.value.field == "breach"


def test_unknown_ground_on_both_sides_is_refused(tmp_path: Path, ground: np.ndarray) -> None:
    ground[:] = np.nan
    ground[:, 10] = 18.0
    with pytest.raises(RequestError, match="unknown on both sides"):
        place_breach(sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5)))


def test_of_a_big_terrain_only_the_part_around_the_breach_is_computed(
    tmp_path: Path, ground: np.ndarray
) -> None:
    whole = sheet(tmp_path, ground)
    breach = line((50.5, 20.5), (50.5, 22.5))
    place = place_breach(whole, breach, most_cells=400)
    first_row, end_row, first_column, end_column = place.part
    assert (end_row - first_row) * (end_column - first_column) <= 400
    assert first_row <= 20 < 23 <= end_row
    assert end_column == 60, "moved to stay within the terrain"
    assert place.ground.shape == (end_row - first_row, end_column - first_column)
    assert set((place.rows + first_row).tolist()) == {20, 21, 22}
    assert "window-cut" in [note["code"] for note in place.notes]
    with pytest.raises(RequestError, match="longer than what can be computed"):
        place_breach(whole, line((5.5, 20.5), (50.5, 20.5)), most_cells=400)


def test_the_part_is_never_larger_than_the_limit() -> None:
    transform = Affine(1, 0, 0, 0, -1, 1000)
    long = Sheet(Path("x"), transform, PLANE, 10, 100_000, "T.P.")
    part = part_around(long, LineString([(500, 995), (502, 995)]), 40_000)
    assert (part[1] - part[0]) * (part[3] - part[2]) <= 40_000
    assert part[:2] == (0, 10)


def test_the_levee_s_own_slope_is_not_the_ground_beside_it(tmp_path: Path, ground: np.ndarray) -> None:
    ground[:, 11] = 15.0
    ground[:, 9] = 14.0
    ground[:, :9] = np.nan
    place = place_breach(sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5)))
    assert place.beside_m[0] == 12.0
    assert np.isnan(place.beside_m[1]), "half of the river's side is unknown, and the rest is levee"
    assert place.sill_m == 12.0


def test_on_the_land_s_side_only_water_stays_off_the_river(tmp_path: Path, ground: np.ndarray) -> None:
    whole, breach = sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5))
    place = place_breach(whole, breach, "left")
    assert set(place.columns.tolist()) <= {11, 12}, "southward the land in the east is on the left"
    assert [note["code"] for note in place.notes] == ["one-side"]
    assert set(place_breach(whole, breach, "right").columns.tolist()) <= {8, 9}
    across, _ = breach_wall(place.ground, breach)
    assert np.isinf(across[20:24, 9:11]).any(axis=1).all(), "closed between the cells the line passes"
    assert np.isnan(across[:19]).all()


def test_an_unknown_land_s_side_is_refused(tmp_path: Path, ground: np.ndarray) -> None:
    ground[:, :10] = np.nan
    with pytest.raises(RequestError, match="on the right of the line is unknown") as fault:
        place_breach(sheet(tmp_path, ground), line((10.5, 20.5), (10.5, 24.5)), "right")
    assert fault.value.field == "land_side"
