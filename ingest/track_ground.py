"""The height of the ground at a place, from the registered terrain: for heights above ground or take-off.

A part of the best raster around the last place is held, so that a vehicle that moves on is not a file read
a second; where no terrain is registered the height is unknown, and so is what stands on it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import LineString

from geo.forecast.terrain_register import RegisteredTerrain, TerrainRegisterError, terrain_under
from geo.terrain import Raster, Sheet, TerrainError, read_part

log = logging.getLogger(__name__)

#: cells of the held part to each side of the place that was asked for
_AROUND: Final = 300
#: the only datum that heights of vehicles are told above
_DATUM: Final = "T.P."
#: how far a line must reach to lie over a raster [degrees]
_SHORT_DEG: Final = 1e-6
#: the register is asked again for a place without terrain only after so many answers
_FORGET_AFTER: Final = 2_000

Reach = Callable[[Callable[[psycopg.Connection[Any]], Any]], Any]


class GroundHeights:
    """Answers `at(lon, lat)` in metres above T.P."""

    def __init__(self, reach: Reach, state_dir: Path) -> None:
        """`reach(action)` runs `action(connection)` on the database."""
        self._reach = reach
        self._state_dir = state_dir
        self._held: tuple[Raster, Transformer] | None = None
        #: places (in hundredths of a degree) for which there was none
        self._bare: set[tuple[int, int]] = set()

    def at(self, lon: float, lat: float) -> float | None:
        """Return the ground's height [m above T.P.] at a place [degrees], None where none is known."""
        found = self._in_held(lon, lat)
        if found is not None:
            return found
        cell = (math.floor(lon * 100), math.floor(lat * 100))
        if cell in self._bare:
            return None
        self._held = self._load(lon, lat)
        found = self._in_held(lon, lat)
        if found is None:
            if len(self._bare) >= _FORGET_AFTER:
                self._bare.clear()
            self._bare.add(cell)
        return found

    def _in_held(self, lon: float, lat: float) -> float | None:
        if self._held is None:
            return None
        raster, transformer = self._held
        try:
            x, y = transformer.transform(lon, lat, errcheck=True)
        except ProjError:
            return None
        value = float(raster.at(raster.columns_rows(np.array([[x, y]])))[0])
        return None if math.isnan(value) else value

    def _load(self, lon: float, lat: float) -> tuple[Raster, Transformer] | None:
        line = LineString([(lon, lat), (lon + _SHORT_DEG, lat)])

        def under(connection: psycopg.Connection[Any]) -> list[RegisteredTerrain]:
            # A transaction left open here would hold back the commit of everything that follows.
            with connection.transaction():
                return terrain_under(connection, line, self._state_dir)

        for terrain in self._reach(under):
            if terrain.datum != _DATUM:
                continue
            try:
                sheet = terrain.open()
                transformer = Transformer.from_crs(4326, sheet.crs, always_xy=True)
                return _part(sheet, *transformer.transform(lon, lat)), transformer
            except (TerrainRegisterError, TerrainError) as fault:
                log.warning("no height of the ground from terrain %r: %s", terrain.name, fault)
        return None


def _part(sheet: Sheet, x: float, y: float) -> Raster:
    column = int((x - sheet.transform.c) / sheet.transform.a)
    row = int((y - sheet.transform.f) / sheet.transform.e)
    rows = slice(max(0, row - _AROUND), min(sheet.rows, row + _AROUND + 1))
    columns = slice(max(0, column - _AROUND), min(sheet.columns, column + _AROUND + 1))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        raise TerrainError(f"{sheet.path}: the place lies outside")
    return read_part(sheet, rows, columns)
