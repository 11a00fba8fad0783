"""Where a breach lies on a terrain: the part to compute, the cells water comes in at, the ground beside them.

Reads the raster's part from its file; otherwise pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod
from shapely.geometry import LineString

from geo.flood.levee import burn, no_crests
from geo.forecast.simulation_note import Note, note
from geo.forecast.simulation_request import LONGEST_LINE_M, RequestError, Side
from geo.terrain import Raster, Sheet, TerrainError, project, read_part

#: most cells of a run; a 5 m terrain gives 10 × 10 km, a 10 m one 20 × 20 km
MOST_CELLS: Final = 4_000_000
#: how far beside the line the ground is looked at [m], at least two cells: beyond the foot of a levee, whose
#: slopes reach 10 to 30 m to either side
_BESIDE_M: Final = (30.0, 45.0, 60.0, 75.0)
#: a side of which less is known is taken as unknown: what is known there is the levee itself
_KNOWN_SHARE: Final = 0.5
#: how far from the line water comes in on the land's side [cells]: beyond the wall along the line
_BESIDE_CELLS: Final = 1.5
_WGS84: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class BreachPlace:
    """A breach on its terrain. `rows` and `columns` (k,) int64 are cells of `ground`, a part of the sheet."""

    ground: Raster
    #: first row, row after the last, first column, column after the last, in the whole raster
    part: tuple[int, int, int, int]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    length_m: float
    #: median ground beside the line [m above the terrain's datum], NaN where unknown: left, right
    beside_m: tuple[float, float]
    notes: Sequence[Note] = field(default_factory=list)

    @property
    def sill_m(self) -> float:
        """The sill of a breach that nobody named [m]: the ground beside the line, the higher side."""
        return float(np.nanmax(self.beside_m))


def place_breach(
    sheet: Sheet, line: LineString, land_side: Side | None = None, *, most_cells: int = MOST_CELLS
) -> BreachPlace:
    """Place a breach (longitude, latitude) on a terrain; with `land_side` water comes in on that side only.

    Raises `RequestError` naming `breach` when it lies outside the terrain, is too long, or on unknown ground,
    and `TerrainError` when the raster cannot be read.
    """
    length_m = float(_WGS84.geometry_length(line))
    if length_m > LONGEST_LINE_M:
        raise RequestError("breach", f"the line is {length_m:,.0f} m long; at most {LONGEST_LINE_M:,.0f} m")
    drawn = project(line, CRS.from_epsg(4326), sheet.crs)
    if not isinstance(drawn, LineString) or not np.isfinite(drawn.bounds).all():
        raise RequestError("breach", "the line lies where the terrain's coordinate system is not defined")
    part = part_around(sheet, drawn, most_cells)
    ground = read_part(sheet, slice(*part[:2]), slice(*part[2:]))
    try:
        under = ground.values[ground.cells(drawn)]
        rows, columns = breach_cells(ground, line, land_side)
    except TerrainError as fault:
        raise RequestError("breach", f"the line leaves the terrain: {fault}") from fault
    known = np.isfinite(under)
    if not known.any():
        raise RequestError("breach", "the ground under the line is unknown in this terrain")
    beside = ground_beside(ground, drawn)
    if np.isnan(beside).all():
        raise RequestError("breach", "the ground is unknown on both sides of the line")
    if land_side is not None and (np.isnan(beside[land_side == "right"]) or not rows.size):
        raise RequestError("land_side", f"the ground on the {land_side} of the line is unknown")
    notes = []
    if not known.all():
        notes.append(note("partly-unknown", share=float((~known).mean())))
    if np.isfinite(beside).all():
        notes.append(note("both-sides" if land_side is None else "one-side"))
    if ground.shape != (sheet.rows, sheet.columns):
        ny, nx = ground.shape
        size = {"width_km": nx * ground.dx_m / 1000, "height_km": ny * ground.dy_m / 1000}
        notes.append(note("window-cut", **size))
    return BreachPlace(ground, part, rows, columns, length_m, beside, notes)


def breach_cells(
    ground: Raster, line: LineString, land_side: Side | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns (k,) of the cells with known ground that water comes in at.

    Those under the line (longitude, latitude), or, with `land_side`, those beside it on that side. Raises
    `TerrainError` when it leaves the raster.
    """
    drawn = project(line, CRS.from_epsg(4326), ground.crs)
    if land_side is not None:
        cell = max(abs(ground.transform.a), abs(ground.transform.e))
        away = _BESIDE_CELLS * cell * (1 if land_side == "left" else -1)
        drawn = shapely.offset_curve(drawn, away, join_style="mitre")
    rows, columns = ground.cells(drawn)
    known = np.isfinite(ground.values[rows, columns])
    return rows[known], columns[known]


def breach_wall(ground: Raster, line: LineString) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return crests (ny, nx) of a wall along a line (longitude, latitude) that no water passes."""
    drawn = project(line, CRS.from_epsg(4326), ground.crs)
    at = np.asarray(drawn.coords)[:, :2]
    transform = ground.transform
    column, row = (at[:, 0] - transform.c) / transform.a, (at[:, 1] - transform.f) / transform.e
    crests = no_crests(ground.shape)
    burn(crests, np.stack([column - 0.5, row - 0.5], 1), np.inf)
    return crests


def part_around(sheet: Sheet, line: LineString, most_cells: int) -> tuple[int, int, int, int]:
    """Return the rows and columns to compute: all of a small raster, else a square around the line.

    Raises `RequestError` when the line does not lie on the raster.
    """
    transform = sheet.transform
    west, south, east, north = line.bounds
    first, last = (west - transform.c) / transform.a, (east - transform.c) / transform.a
    top, bottom = (north - transform.f) / transform.e, (south - transform.f) / transform.e
    if first < 0 or last > sheet.columns or top < 0 or bottom > sheet.rows:
        raise RequestError("breach", "the line lies outside the terrain, or reaches over its edge")
    if sheet.rows * sheet.columns <= most_cells:
        return 0, sheet.rows, 0, sheet.columns
    rows = min(sheet.rows, max(int(np.sqrt(most_cells)), most_cells // sheet.columns))
    columns = min(sheet.columns, most_cells // rows)
    row = _start((top + bottom) / 2, rows, sheet.rows)
    column = _start((first + last) / 2, columns, sheet.columns)
    if top < row or bottom > row + rows or first < column or last > column + columns:
        raise RequestError("breach", "the line is longer than what can be computed on this terrain")
    return row, row + rows, column, column + columns


def _start(middle: float, length: int, whole: int) -> int:
    """Return where a stretch of `length` begins that has `middle` in its middle, within the whole."""
    return int(min(max(round(middle - length / 2), 0), whole - length))


def ground_beside(ground: Raster, line: LineString) -> tuple[float, float]:
    """Return the median ground [m] beside a line in the raster's CRS: to the left, to the right.

    Left and right as one walks along the line. NaN where less than half is known, unless the other side is
    known even less.
    """
    steps = [max(2.0, distance_m / ground.dx_m) for distance_m in _BESIDE_M]
    left, right = (_beside(ground, line, steps, sign) for sign in (1.0, -1.0))
    medians = [float(np.nanmedian(side)) if np.isfinite(side).any() else np.nan for side in (left, right)]
    shares = [float(np.isfinite(side).mean()) for side in (left, right)]
    if max(shares) >= _KNOWN_SHARE:
        medians = [
            median if share >= _KNOWN_SHARE else np.nan for median, share in zip(medians, shares, strict=True)
        ]
    return medians[0], medians[1]


def _beside(ground: Raster, line: LineString, steps: Sequence[float], sign: float) -> NDArray[np.float64]:
    """Return the ground (k,) `steps` [cells] to the left (`sign` 1) or right (−1), NaN = unknown."""
    transform = ground.transform
    points = np.asarray(line.coords)[:, :2]
    at = np.stack([(points[:, 0] - transform.c) / transform.a, (points[:, 1] - transform.f) / transform.e], 1)
    found = [np.zeros(0)]
    for start, end in pairwise(at):
        along = end - start
        length = float(np.hypot(*along))
        if not length:
            continue
        share = np.linspace(0, 1, max(2, int(length * 2)))[:, np.newaxis]
        # rows run downward: turning (column, row) by this gives the left-hand side on the ground
        across = sign * np.array([along[1], -along[0]]) / length
        found += [_values(ground, start + share * along + step * across) for step in steps]
    return np.concatenate(found)


def _values(ground: Raster, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ground at (k, 2) columns and rows, NaN outside and where it is unknown."""
    column, row = np.floor(at).astype(np.int64).T
    inside = (row >= 0) & (row < ground.shape[0]) & (column >= 0) & (column < ground.shape[1])
    values = np.full(len(at), np.nan)
    values[inside] = ground.values[row[inside], column[inside]]
    return values
