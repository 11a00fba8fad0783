"""A tile's number in the usual web grid (z, x, y; y from the north)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.errors import BadInputError

#: deepest zoom that is made; screens enlarge from there
DEEPEST: Final = 18
#: circumference of the Web Mercator sphere (EPSG:3857) [m]
CIRCUMFERENCE_M: Final = 40_075_016.685578488
#: width of a tile in units of its own grid (Mapbox Vector Tile 2.1, `extent`)
EXTENT: Final = 4096
#: from here on outlines are drawn as they are [zoom]
UNSIMPLIFIED_FROM: Final = 13


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile. Raises `BadInputError` for numbers that no tile has."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        if not 0 <= self.z <= DEEPEST:
            raise BadInputError(f"zoom {self.z} must be from 0 to {DEEPEST}")
        if not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise BadInputError(f"tile {self.z}/{self.x}/{self.y}: x and y must be below {2**self.z}")

    @property
    def tolerance_m(self) -> float:
        """How far an outline may be moved [m in EPSG:3857] without being seen: half a pixel of 1/512 tile."""
        return 0.0 if self.z >= UNSIMPLIFIED_FROM else CIRCUMFERENCE_M / 2**self.z / 512 / 2
