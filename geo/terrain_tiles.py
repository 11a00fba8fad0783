"""Elevation tiles of Japan's Geospatial Information Authority (国土地理院 標高タイル): pictures to heights.

A tile is a PNG of 256 × 256 pixels whose colours hold heights in centimetres, cut as map tiles are (Web
Mercator). Where the finest survey has no height the next one is taken, pixel by pixel. Specification:
国土地理院, 標高タイルの詳細仕様, https://maps.gsi.go.jp/development/demtile.html.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import rasterio  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.io import MemoryFile  # type: ignore[import-untyped]
from rasterio.transform import Affine  # type: ignore[import-untyped]

from geo.terrain import Raster, TerrainError, ground_size

#: pixels along a side of a tile
TILE: Final = 256
#: half the circumference of the Web Mercator globe [m]
_HALF_M: Final = 20_037_508.342789244
#: more tiles of one survey than this are a prefecture, which is to be had as a file and not as tiles
MOST_TILES: Final = 1024
#: tiles asked for at the same time: few, out of courtesy to a public server
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Survey:
    """One set of elevation tiles."""

    name: str
    #: folder of the tiles on the server
    folder: str
    #: the finest zoom it is cut for
    zoom: int


#: laser 5 m, photogrammetric 5 m (two classes of accuracy), 10 m from contour lines
SURVEYS: Final = {
    survey.name: survey
    for survey in (
        Survey("dem5a", "dem5a_png", 15),
        Survey("dem5b", "dem5b_png", 15),
        Survey("dem5c", "dem5c_png", 15),
        Survey("dem10b", "dem_png", 14),
    )
}


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: column `x` from 180° west, row `y` from the north."""

    survey: Survey
    x: int
    y: int

    @property
    def path(self) -> str:
        """Where it lies below the server's address, and in the store."""
        return f"{self.survey.folder}/{self.survey.zoom}/{self.x}/{self.y}.png"


#: returns a tile's picture, None when there is none at the source
Get = Callable[[Tile], bytes | None]


@dataclass(frozen=True, eq=False)
class Relief:
    """A raster of ground from tiles, and where its heights are from."""

    raster: Raster
    #: cells by the survey they were taken from
    cells: dict[str, int]
    #: cells that no survey has a height for
    unknown: int
    #: tiles that were had
    tiles: int


def heights(picture: bytes, name: str) -> NDArray[np.float64]:
    """Return the heights [m] (256, 256) of a tile, NaN where it holds none.

    x = 2¹⁶ R + 2⁸ G + B; h = x/100 below 2²³, (x − 2²⁴)/100 above, unknown at 2²³. Raises `TerrainError`
    naming the tile.
    """
    try:
        with warnings.catch_warnings():
            # a tile carries no place of its own
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with MemoryFile(picture) as memory, memory.open(driver="PNG") as file:
                bands = file.read()
    except rasterio.errors.RasterioError as fault:
        raise TerrainError(f"{name} is no PNG picture: {fault}") from fault
    if bands.shape not in ((3, TILE, TILE), (4, TILE, TILE)) or bands.dtype != np.uint8:
        raise TerrainError(f"{name} is no elevation tile: {bands.shape} of {bands.dtype}")
    red, green, blue = bands[:3].astype(np.int64)
    coded = (red << 16) + (green << 8) + blue
    centimetres = np.where(coded < 1 << 23, coded, coded - (1 << 24)).astype(np.float64)
    centimetres[coded == 1 << 23] = np.nan
    if len(bands) == 4:
        centimetres[bands[3] == 0] = np.nan
    metres: NDArray[np.float64] = centimetres / 100
    return metres


def relief(bounds: tuple[float, float, float, float], surveys: Sequence[Survey], get: Get) -> Relief:
    """Return the ground within west, south, east, north [degrees], from `surveys` in order of preference.

    The raster is in Web Mercator, at the finest zoom of the surveys; a coarser survey's pixel is repeated.
    Heights are above T.P. (remote islands: above their own mean sea level). Raises `TerrainError`.
    """
    if not surveys:
        raise TerrainError("no survey to take heights from")
    zoom = max(survey.zoom for survey in surveys)
    window = _window(bounds, zoom)
    for survey in surveys:
        _check_size(survey, window)
    values = np.full(
        (window.rows.stop - window.rows.start, window.columns.stop - window.columns.start), np.nan
    )
    cells, had = {}, 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for survey in surveys:
            before = int(np.isnan(values).sum())
            wanted = [cut for cut in _tiles(survey, window) if np.isnan(values[cut.place]).any()]
            pictures = pool.map(lambda cut: get(cut.tile), wanted)
            for cut, picture in zip(wanted, pictures, strict=True):
                if picture is not None:
                    had += 1
                    _fill(values[cut.place], _part(heights(picture, cut.tile.path), cut))
            cells[survey.name] = before - int(np.isnan(values).sum())
    unknown = int(np.isnan(values).sum())
    if unknown == values.size:
        raise TerrainError(f"no survey has a height within {bounds}")
    return Relief(_raster(values, window), cells, unknown, had)


@dataclass(frozen=True, slots=True)
class _Window:
    """Pixels of the whole world at one zoom."""

    zoom: int
    rows: slice
    columns: slice

    @property
    def pixel_m(self) -> float:
        return 2 * _HALF_M / (TILE << self.zoom)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The part of a tile that lies in the window: pixels of the window, and of the tile at the same zoom."""

    tile: Tile
    place: tuple[slice, slice]
    part: tuple[slice, slice]
    #: how often a pixel of the tile is repeated along each side
    times: int


def _window(bounds: tuple[float, float, float, float], zoom: int) -> _Window:
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise TerrainError(f"{bounds} is not west, south, east, north in degrees")
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True)
    (x0, x1), (y0, y1) = to_mercator.transform([west, east], [south, north])
    pixel_m = 2 * _HALF_M / (TILE << zoom)

    def pixels(first_m: float, last_m: float) -> slice:
        first, last = first_m / pixel_m, last_m / pixel_m
        # a thousandth of a pixel is rounding, not ground
        return slice(int(np.floor(first + 1e-3)), int(np.ceil(last - 1e-3)))

    return _Window(zoom, pixels(_HALF_M - y1, _HALF_M - y0), pixels(x0 + _HALF_M, x1 + _HALF_M))


def _numbers(span: slice, side: int) -> range:
    """Return the numbers of the tiles of `side` pixels that a span of pixels touches."""
    return range(span.start // side, (span.stop - 1) // side + 1)


def _check_size(survey: Survey, window: _Window) -> None:
    side = TILE << (window.zoom - survey.zoom)
    tiles = len(_numbers(window.rows, side)) * len(_numbers(window.columns, side))
    if tiles > MOST_TILES:
        raise TerrainError(
            f"{tiles} tiles of {survey.name} are too many (at most {MOST_TILES}); ask for a smaller area, or"
            " take the survey's files"
        )


def _tiles(survey: Survey, window: _Window) -> Iterator[_Cut]:
    times = 1 << (window.zoom - survey.zoom)
    side = TILE * times
    rows, columns = window.rows, window.columns
    for y in _numbers(rows, side):
        for x in _numbers(columns, side):
            down, right = _overlap(rows, y * side, side), _overlap(columns, x * side, side)
            place = tuple(
                slice(part.start - span.start, part.stop - span.start)
                for part, span in ((down, rows), (right, columns))
            )
            part = tuple(
                slice(within.start - at * side, within.stop - at * side)
                for within, at in ((down, y), (right, x))
            )
            yield _Cut(Tile(survey, x, y), (place[0], place[1]), (part[0], part[1]), times)


def _overlap(span: slice, first: int, size: int) -> slice:
    return slice(max(span.start, first), min(span.stop, first + size))


def _part(tile: NDArray[np.float64], cut: _Cut) -> NDArray[np.float64]:
    rows, columns = (np.arange(part.start, part.stop) // cut.times for part in cut.part)
    part: NDArray[np.float64] = tile[np.ix_(rows, columns)]
    return part


def _fill(values: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    missing = np.isnan(values)
    values[missing] = found[missing]


def _raster(values: NDArray[np.float64], window: _Window) -> Raster:
    pixel_m = window.pixel_m
    west, north = window.columns.start * pixel_m - _HALF_M, _HALF_M - window.rows.start * pixel_m
    transform, crs = Affine(pixel_m, 0.0, west, 0.0, -pixel_m, north), CRS.from_epsg(3857)
    dx_m, dy_m, spread = ground_size(transform, values.shape, crs)
    return Raster(values, transform, crs, dx_m, dy_m, "T.P.", spread)
