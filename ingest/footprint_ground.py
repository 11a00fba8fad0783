"""The ground under and around cameras, from the registered terrain, held while cameras stay over it."""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg
from shapely.geometry import LineString

from geo.forecast.terrain_register import RegisteredTerrain, TerrainRegisterError, terrain_under
from geo.terrain import TerrainError
from geo.terrain_window import read_window
from sensors.footprint.ground import Ground

log = logging.getLogger(__name__)

#: side of a block of ground whose cameras share one window [degrees]
_BLOCK_DEG: Final = 0.05
#: windows that are held: some fifty megabytes each on a 5 m terrain
_MOST_HELD: Final = 4
#: a place without terrain is looked up again after this [s]: somebody may have registered one
_BARE_FOR_S: Final = 60.0
#: the only datum that heights of cameras are told above
DATUM: Final = "T.P."
_SHORT_DEG: Final = 1e-6
#: the length of a degree of latitude is at least this [m]
_DEGREE_M: Final = 110_500.0

#: passes over a box in which terrain is looked for
_ZIGZAG: Final = 12

Block = tuple[int, int]
#: west, south, east, north [degrees]
Box = tuple[float, float, float, float]


class GroundAround:
    """Gives `at(connection, lon, lat)`: the ground within `reach_m` of every place of its block."""

    def __init__(self, state_dir: Path, reach_m: float, monotonic: Callable[[], float]) -> None:
        """`state_dir` holds the rasters, `monotonic` is a clock [s]."""
        self._state_dir = state_dir
        self._reach_m = reach_m
        self._monotonic = monotonic
        self._held: OrderedDict[Block, tuple[float, Ground | None]] = OrderedDict()

    @staticmethod
    def block(lon: float, lat: float) -> Block:
        """Return the block that a place lies in."""
        return math.floor(lon / _BLOCK_DEG), math.floor(lat / _BLOCK_DEG)

    def at(self, connection: psycopg.Connection[Any], lon: float, lat: float) -> Ground | None:
        """Return the ground around the block of a place, None where no terrain is registered."""
        block = self.block(lon, lat)
        found = self._held.get(block)
        now_s = self._monotonic()
        if found is None or (found[1] is None and now_s - found[0] > _BARE_FOR_S):
            found = self._held[block] = (now_s, self._read(connection, block, lon, lat))
            while len(self._held) > _MOST_HELD + sum(ground is None for _, ground in self._held.values()):
                self._held.popitem(last=False)
        self._held.move_to_end(block)
        return found[1]

    def _read(
        self, connection: psycopg.Connection[Any], block: Block, lon: float, lat: float
    ) -> Ground | None:
        """Read the terrain under a place, or, where there is none, what lies within reach of its block."""
        point = LineString([(lon, lat), (lon + _SHORT_DEG, lat)])
        box = self._box(block)
        for line in (point, _zigzag(*box)):
            for terrain in terrain_under(connection, line, self._state_dir):
                if terrain.datum == DATUM and (ground := _window(terrain, box)) is not None:
                    return ground
        return None

    def _box(self, block: Block) -> Box:
        """Return what lies within reach of a block: west, south, east, north."""
        west, south = block[0] * _BLOCK_DEG, block[1] * _BLOCK_DEG
        tall = self._reach_m / _DEGREE_M
        wide = tall / max(math.cos(math.radians(south + _BLOCK_DEG)), 0.1)
        return west - wide, south - tall, west + _BLOCK_DEG + wide, south + _BLOCK_DEG + tall


def _zigzag(west: float, south: float, east: float, north: float) -> LineString:
    """Return a line that passes through every part of a box, to find what reaches into it."""
    rows = [south + (north - south) * row / _ZIGZAG for row in range(_ZIGZAG + 1)]
    return LineString([(lon, lat) for lat in rows for lon in (west, east)])


def _window(terrain: RegisteredTerrain, box: Box) -> Ground | None:
    try:
        return Ground.of(read_window(terrain.open(), *box))
    except (TerrainRegisterError, TerrainError, ValueError) as fault:
        log.warning("no ground for footprints from terrain %r: %s", terrain.name, fault)
        return None
