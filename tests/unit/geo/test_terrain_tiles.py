"""Elevation tiles: heights from colours, one survey filling another, kept tiles, refusals.

The tiles are made by the tests' own encoder and served on loopback; no real tile is among them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from geo.terrain import TerrainError
from geo.terrain_tiles import SURVEYS, TILE, heights, relief
from geo.tile_store import TileStore
from tests.unit.geo.elevation_tiles import Answer, encode, serving

#: a corner of four tiles of zoom 15, and its tile to the south-east
X, Y = 28960, 12820
DEM5A, DEM5B, DEM10B = SURVEYS["dem5a"], SURVEYS["dem5b"], SURVEYS["dem10b"]
ALL = tuple(SURVEYS.values())


def around(pixels: float) -> tuple[float, float, float, float]:
    """Return bounds reaching some pixels from the corner of the four tiles on every side."""
    side = 2 * 20_037_508.342789244 / (1 << 15)
    x, y, reach = X * side - 20_037_508.342789244, 20_037_508.342789244 - Y * side, pixels * side / TILE
    to_degrees = Transformer.from_crs(3857, 4326, always_xy=True)
    west, south = to_degrees.transform(x - reach, y - reach)
    east, north = to_degrees.transform(x + reach, y + reach)
    return west, south, east, north


def test_heights_are_coded_in_centimetres_below_and_above_zero() -> None:
    wanted = np.full((TILE, TILE), 12.34)
    wanted[0, :4] = [0.0, 83886.07, -0.01, -83886.07]
    wanted[1, 1] = np.nan
    np.testing.assert_allclose(heights(encode(wanted), "a"), wanted, atol=1e-9)
    np.testing.assert_allclose(heights(encode(wanted, alpha=True), "a"), wanted, atol=1e-9)


@pytest.mark.parametrize(
    ("picture", "culprit"),
    [(b"no picture", "a.png is no PNG"), (encode(np.zeros((9, 9))), "a.png is no elevation tile")],
)
def test_what_is_no_tile_is_refused(picture: bytes, culprit: str) -> None:
    with pytest.raises(TerrainError, match=culprit):
        heights(picture, "a.png")


def test_tiles_are_laid_side_by_side() -> None:
    def get(tile: object) -> bytes:
        assert tile.survey is DEM5A  # type: ignore[attr-defined]
        row, column = np.mgrid[:TILE, :TILE]
        # the number of the pixel within the four tiles
        y, x = tile.y - Y + 1, tile.x - X + 1  # type: ignore[attr-defined]
        return encode((row + TILE * y) + (column + TILE * x) / 100)

    found = relief(around(3), [DEM5A], get)
    row, column = np.mgrid[253:259, 253:259]
    np.testing.assert_allclose(found.raster.values, row + column / 100, atol=1e-9)
    assert (found.tiles, found.unknown, found.cells) == (4, 0, {"dem5a": 36})
    assert found.raster.datum == "T.P."
    # zoom 15 at 36.4 degrees north
    assert found.raster.dx_m == pytest.approx(4.777 * np.cos(np.radians(36.4)), rel=5e-3)
    west, south, east, north = found.raster.bounds
    assert (east - west, north - south) == pytest.approx((6 * 4.7773, 6 * 4.7773), rel=1e-4)


def test_a_survey_fills_what_the_finer_ones_lack_pixel_by_pixel(tmp_path: Path) -> None:
    laser = np.full((TILE, TILE), np.nan)
    laser[:2] = 1.0
    photo = np.full((TILE, TILE), np.nan)
    photo[:, :2] = 2.0
    coarse = np.full((TILE, TILE), np.nan)
    coarse[:2, :2] = 4.0

    def tiles(path: str) -> Answer:
        return {
            f"dem5a_png/15/{X}/{Y}.png": encode(laser),
            f"dem5b_png/15/{X}/{Y}.png": encode(photo),
            f"dem_png/14/{X // 2}/{Y // 2}.png": encode(coarse),
        }.get(path, 404)

    with serving(tiles) as (address, asked):
        found = relief(around(5), ALL, TileStore(address, tmp_path).get)
        values = found.raster.values
        # the north-western quarter is elsewhere in the coarse tile, which begins at the corner
        assert np.isnan(values[:5]).all()
        assert np.isnan(values[:, :5]).all()
        quarter = values[5:, 5:]
        np.testing.assert_array_equal(quarter[:2], 1.0)
        np.testing.assert_array_equal(quarter[2:, :2], 2.0)
        # one coarse pixel is two fine ones: its 2 × 2 reach to the fourth row and column
        np.testing.assert_array_equal(quarter[2:4, 2:4], 4.0)
        assert np.isnan(quarter[4:, 2:]).all()
        assert np.isnan(quarter[2:, 4:]).all()
        assert found.cells == {"dem5a": 10, "dem5b": 6, "dem5c": 0, "dem10b": 4}
        assert found.unknown == 80
        assert len(asked) == len(set(asked))
    # the server is gone: what was had, and what it did not have, is known
    again = relief(around(5), ALL, TileStore(address, tmp_path).get)
    np.testing.assert_array_equal(again.raster.values, values)


def test_a_survey_is_not_asked_for_what_is_known() -> None:
    asked = []

    def get(tile: object) -> bytes:
        asked.append(tile.path)  # type: ignore[attr-defined]
        return encode(np.zeros((TILE, TILE)))

    relief(around(5), [DEM5A, DEM5B, DEM10B], get)
    assert {path.split("/")[0] for path in asked} == {"dem5a_png"}


def test_kept_tiles_are_asked_for_anew_when_told_so(tmp_path: Path) -> None:
    height = 1.0

    with serving(lambda _: encode(np.full((TILE, TILE), height))) as (address, _):
        assert relief(around(1), [DEM5A], TileStore(address, tmp_path).get).raster.values[0, 0] == 1.0
        height = 2.0
        assert relief(around(1), [DEM5A], TileStore(address, tmp_path).get).raster.values[0, 0] == 1.0
        fresh = TileStore(address, tmp_path, refresh=True)
        assert relief(around(1), [DEM5A], fresh.get).raster.values[0, 0] == 2.0
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".png"]


@pytest.mark.parametrize(
    ("answer", "culprit"),
    [
        (503, r"dem5a_png/15/\d+/\d+\.png answers 503"),
        (b"<html>sign in</html>", "something else than an elevation tile"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 2_000_000, "something else than an elevation tile"),
    ],
)
def test_a_server_that_gives_no_tile_is_an_error_and_nothing_is_kept(
    tmp_path: Path, answer: Answer, culprit: str
) -> None:
    with serving(lambda _: answer) as (address, _), pytest.raises(TerrainError, match=culprit):
        relief(around(1), [DEM5A], TileStore(address, tmp_path).get)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_no_server_and_nothing_kept_is_an_error_naming_the_tile(tmp_path: Path) -> None:
    with serving(lambda _: 404) as (address, _):
        pass
    with pytest.raises(TerrainError, match=r"dem5a_png/15/.* is not among .* cannot be reached"):
        relief(around(1), [DEM5A], TileStore(address, tmp_path).get)
    with pytest.raises(TerrainError, match="ftp://x is no http"):
        relief(around(1), [DEM5A], TileStore("ftp://x", tmp_path).get)


@pytest.mark.parametrize(
    ("bounds", "culprit"),
    [
        ((138.3, 36.6, 138.2, 36.7), "is not west, south, east, north"),
        ((138.2, 36.6, 138.3, 96.0), "is not west, south, east, north"),
        ((float("nan"), 36.6, 138.3, 36.7), "is not west, south, east, north"),
        ((138.0, 36.0, 139.0, 37.0), "too many"),
        (around(1), "no survey has a height"),
    ],
)
def test_an_area_that_cannot_be_had_is_refused(
    bounds: tuple[float, float, float, float], culprit: str
) -> None:
    with pytest.raises(TerrainError, match=culprit):
        relief(bounds, [DEM5A], lambda _: None)
