"""Rasters of the ground: read with its size on the ground and its datum, written as cloud-optimised GeoTIFF.

Metres are measured on the ellipsoid, never taken from the grid: a Web Mercator cell at 36.7° north is a
quarter longer on paper than on the ground.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio  # type: ignore[import-untyped]
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from rasterio.features import shapes  # type: ignore[import-untyped]
from rasterio.transform import Affine  # type: ignore[import-untyped]
from rasterio.windows import Window  # type: ignore[import-untyped]
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

#: how much the size of a cell on the ground may differ between the middle and the corners of a raster
_SCALE_TOLERANCE: Final = 0.01
#: metadata item that names what heights are above
DATUM_TAG: Final = "VERTICAL_DATUM"
#: one coordinate, or many
Place = float | NDArray[np.float64]
_WGS84: Final = Geod(ellps="WGS84")


class TerrainError(ValueError):
    """Raised for a raster or a geometry that cannot be used; names the file and what is wrong."""


@dataclass(frozen=True, eq=False)
class Raster:
    """A raster that lies somewhere: values (ny, nx) float64 with NaN = unknown, row 0 in the north."""

    values: NDArray[np.float64]
    transform: Affine
    crs: CRS
    #: cell size on the ground [m]
    dx_m: float
    dy_m: float
    #: what heights are above (T.P., …), None when nobody says
    datum: str | None
    #: largest difference of the cell size within the raster, relative
    scale_spread: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    def cells(self, geometry: BaseGeometry) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and columns (k,) of the cells that a point or line, in the raster's CRS, lies in.

        Raises `TerrainError` when any part lies outside.
        """
        rows, columns = [], []
        for x, y in _positions(geometry, min(abs(self.transform.a), abs(self.transform.e)) / 4):
            column, row = (float(at) for at in _cell_at(self.transform, x, y))
            if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
                raise TerrainError(f"({x:.6g}, {y:.6g}) lies outside the terrain {self.bounds}")
            rows.append(int(row))
            columns.append(int(column))
        cells = np.unique(np.array([rows, columns], np.int64), axis=1)
        return cells[0], cells[1]

    def columns_rows(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return x and y (k, 2) in its CRS as columns and rows; (0, 0) is the first cell's centre."""
        column, row = _cell_at(self.transform, positions[:, 0], positions[:, 1])
        return np.stack([np.asarray(column), np.asarray(row)], axis=1) - 0.5

    def at(self, columns_rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values (k,) of the cells that columns and rows (k, 2) lie in, NaN outside."""
        column, row = np.floor(columns_rows + 0.5).astype(np.int64).T
        inside = (row >= 0) & (row < self.shape[0]) & (column >= 0) & (column < self.shape[1])
        found = np.full(len(columns_rows), np.nan)
        found[inside] = self.values[row[inside], column[inside]]
        return found

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in its CRS."""
        west, north = self.transform.c, self.transform.f
        east, south = west + self.transform.a * self.shape[1], north + self.transform.e * self.shape[0]
        return float(west), float(south), float(east), float(north)


def _place_of(transform: Affine, column: Place, row: Place) -> tuple[Place, Place]:
    """Return x and y of a place given in columns and rows; the transform is not rotated."""
    return transform.c + transform.a * column, transform.f + transform.e * row


def _cell_at(transform: Affine, x: Place, y: Place) -> tuple[Place, Place]:
    """Return column and row of a place, as fractions."""
    return (np.asarray(x) - transform.c) / transform.a, (np.asarray(y) - transform.f) / transform.e


def _positions(geometry: BaseGeometry, step: float) -> Iterable[tuple[float, float]]:
    match geometry:
        case Point():
            yield geometry.x, geometry.y
        case MultiPoint():
            for point in geometry.geoms:
                yield point.x, point.y
        case LineString():
            for along in np.linspace(0, geometry.length, max(2, int(np.ceil(geometry.length / step)) + 1)):
                point = geometry.interpolate(float(along))
                yield point.x, point.y
        case _:
            raise TerrainError(f"water comes in at points or lines, not at a {geometry.geom_type}")


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a raster file says of itself, its values not read: a big one is read in parts."""

    path: Path
    transform: Affine
    crs: CRS
    rows: int
    columns: int
    #: what heights are above, None when nobody says
    datum: str | None


def open_sheet(path: Path, *, datum: str | None = None) -> Sheet:
    """Return what a raster file says of itself.

    `datum` names what heights are above when the file does not say; when both do and differ, `TerrainError`.
    """
    try:
        with rasterio.open(path) as file:
            transform, wkt, tags = file.transform, file.crs, file.tags() | file.tags(1)
            rows, columns = file.height, file.width
    except rasterio.errors.RasterioIOError as fault:
        raise TerrainError(f"{path} cannot be read as a raster: {fault}") from fault
    if wkt is None:
        raise TerrainError(f"{path} does not say its coordinate reference system")
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise TerrainError(f"{path} is rotated or does not have north up; warp it first")
    crs = _crs(path, wkt.to_wkt())
    return Sheet(path, transform, crs, rows, columns, _datum(path, crs, tags, datum))


def read_part(sheet: Sheet, rows: slice, columns: slice) -> Raster:
    """Read rows and columns of a raster file (both bounded, within it), its nodata as NaN.

    Raises `TerrainError` when the cells of that part differ too much in size.
    """
    window = Window(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    try:
        with rasterio.open(sheet.path) as file:
            values = file.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    except rasterio.errors.RasterioIOError as fault:
        raise TerrainError(f"{sheet.path} cannot be read as a raster: {fault}") from fault
    west, north = _place_of(sheet.transform, columns.start, rows.start)
    transform = Affine(sheet.transform.a, 0.0, west, 0.0, sheet.transform.e, north)
    dx_m, dy_m, spread = ground_size(transform, values.shape, sheet.crs)
    if spread > 2 * _SCALE_TOLERANCE:
        raise TerrainError(
            f"{sheet.path}: cells differ by {spread:.1%} in size on the ground; use a smaller area or a"
            " projection"
        )
    return Raster(values, transform, sheet.crs, dx_m, dy_m, sheet.datum, spread)


def read_raster(path: Path, *, datum: str | None = None) -> Raster:
    """Read the first band of a raster, its nodata as NaN.

    `datum` names what heights are above when the file does not say; when both do and differ, `TerrainError`.
    """
    sheet = open_sheet(path, datum=datum)
    return read_part(sheet, slice(0, sheet.rows), slice(0, sheet.columns))


def _crs(path: Path, wkt: str) -> CRS:
    try:
        return CRS.from_wkt(wkt)
    except CRSError as fault:
        raise TerrainError(f"{path}: unknown coordinate reference system: {fault}") from fault


def _datum(path: Path, crs: CRS, tags: dict[str, str], given: str | None) -> str | None:
    vertical = next((part.name for part in crs.sub_crs_list if part.is_vertical), None)
    said = tags.get(DATUM_TAG) or vertical
    if said and given and said != given:
        raise TerrainError(f"{path} holds heights above {said}, not above {given}")
    return said or given


def ground_size(transform: Affine, shape: tuple[int, ...], crs: CRS) -> tuple[float, float, float]:
    """Return the size of a cell on the ground (dx, dy) [m] in the middle, and its relative spread.

    Geodesics on WGS 84 across the middle and at the corners; a plane projection differs from them by its
    scale factor (0.9999 at the centre of a Japanese plane rectangular zone).
    """
    to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
    rows, columns = shape[0], shape[1]
    sizes = [
        _cell_size(transform, column, row, to_degrees)
        for column in (0, columns / 2, columns - 1)
        for row in (0, rows / 2, rows - 1)
    ]
    dx_m, dy_m = sizes[4]
    if not (np.isfinite(dx_m) and np.isfinite(dy_m)):
        raise TerrainError("the raster lies where its coordinate reference system is not defined")
    spread = max(
        abs(size / middle - 1) for pair in sizes for size, middle in zip(pair, (dx_m, dy_m), strict=True)
    )
    return dx_m, dy_m, spread


def _cell_size(transform: Affine, column: float, row: float, to_degrees: Transformer) -> tuple[float, float]:
    x, y = _place_of(transform, column, row)
    lon, lat = to_degrees.transform([x, x + transform.a, x], [y, y, y + transform.e])
    across = _WGS84.inv(lon[0], lat[0], lon[1], lat[1])[2]
    along = _WGS84.inv(lon[0], lat[0], lon[2], lat[2])[2]
    return float(across), float(along)


def resample(values: Raster, onto: Raster) -> NDArray[np.float64]:
    """Return `values` at the cell centres of `onto` (nearest cell); NaN where there is none."""
    transformer = Transformer.from_crs(onto.crs, values.crs, always_xy=True)
    column, row = np.meshgrid(np.arange(onto.shape[1]) + 0.5, np.arange(onto.shape[0]) + 0.5)
    x, y = transformer.transform(*_place_of(onto.transform, column, row))
    c, r = (np.floor(at) for at in _cell_at(values.transform, x, y))
    inside = (r >= 0) & (r < values.shape[0]) & (c >= 0) & (c < values.shape[1])
    found = np.full(onto.shape, np.nan)
    found[inside] = values.values[r[inside].astype(int), c[inside].astype(int)]
    return found


def project(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    """Return a geometry in another CRS, coordinates in the order of x and y."""
    transformer = Transformer.from_crs(source, target, always_xy=True)
    moved: BaseGeometry = shapely.transform(geometry, transformer.transform, interleaved=False)
    return moved


@dataclass(frozen=True, eq=False)
class Feature:
    """Something drawn on a map, and what is said of it."""

    geometry: BaseGeometry
    properties: dict[str, Any]


def features(document: dict[str, Any], name: str) -> tuple[list[Feature], CRS]:
    """Return what a GeoJSON document holds, and its CRS (WGS 84 unless an old `crs` member says).

    Raises `TerrainError` naming the document when it is no GeoJSON or lies outside the globe.
    """
    try:
        said = document.get("crs") or {}
        crs = CRS.from_user_input(said["properties"]["name"]) if said else CRS.from_epsg(4326)
        parts = document["features"] if document["type"] == "FeatureCollection" else [document]
        found = [
            Feature(shape(part.get("geometry", part)), dict(part.get("properties") or {})) for part in parts
        ]
    except (KeyError, TypeError, AttributeError, ValueError, CRSError, shapely.GEOSException) as fault:
        raise TerrainError(f"{name} is not GeoJSON: {fault!r}") from fault
    if not found or any(feature.geometry.is_empty for feature in found):
        raise TerrainError(f"{name} holds no geometry")
    if crs.is_geographic:
        for feature in found:
            west, south, east, north = feature.geometry.bounds
            if not (west >= -180 and east <= 360 and south >= -90 and north <= 90):
                raise TerrainError(
                    f"{name}: ({west:.6g}, {south:.6g}) is no longitude and latitude; say its crs"
                )
    return found, crs


def geometries(document: dict[str, Any], name: str) -> tuple[list[BaseGeometry], CRS]:
    """Return the geometries of a GeoJSON document, and its CRS. Raises as `features` does."""
    found, crs = features(document, name)
    return [feature.geometry for feature in found], crs


def write_raster(
    path: Path,
    values: NDArray[Any],
    like: Raster,
    *,
    unit: str,
    description: str,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write values (ny, nx) as float32 cloud-optimised GeoTIFF; NaN is nodata. Replaces the file whole.

    `tags` are kept beside the datum as metadata of the file.
    """
    written = path.with_name(f".{path.name}.part")
    profile = {
        "driver": "COG", "height": like.shape[0], "width": like.shape[1], "count": 1, "dtype": "float32",
        "crs": like.crs.to_wkt(), "transform": like.transform, "nodata": np.nan,
        "compress": "deflate", "predictor": "yes",
    }  # fmt: skip
    with rasterio.open(written, "w", **profile) as file:
        file.write(np.asarray(values, np.float32), 1)
        file.set_band_description(1, description)
        file.units = (unit,)
        file.update_tags(**(tags or {}), **({DATUM_TAG: like.datum} if like.datum else {}))
    os.replace(written, path)  # noqa: PTH105 - the counterpart of rename that also replaces elsewhere


def banded(values: NDArray[Any], like: Raster, limits: Sequence[float]) -> list[dict[str, Any]]:
    """Return polygons of equal class as GeoJSON features in WGS 84: limits[i] ≤ value < limits[i + 1].

    The last class has no upper limit; NaN and values below the first limit belong to none.
    """
    classes = np.zeros(values.shape, np.uint8)
    known = np.isfinite(values)
    classes[known] = np.searchsorted(limits, values[known], side="right")
    parts: dict[int, list[Polygon]] = {}
    for geometry, value in shapes(classes, mask=classes > 0, transform=like.transform):
        parts.setdefault(int(value), []).append(shape(geometry))
    features = []
    for value, polygons in sorted(parts.items()):
        merged = unary_union(polygons)
        merged = merged if isinstance(merged, MultiPolygon) else MultiPolygon([merged])
        upper = limits[value] if value < len(limits) else None
        properties = {"from": limits[value - 1], "to": upper}
        outline = project(merged, like.crs, CRS.from_epsg(4326))
        features.append({"type": "Feature", "properties": properties, "geometry": mapping(outline)})
    return features
