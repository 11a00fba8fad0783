"""The part of the map a screen shows: which placed objects it is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: a point [degrees, EPSG:4326]: longitude, latitude
Place = tuple[float, float]


class ViewportError(ValueError):
    """Raised when a bounding box cannot be used; names the fault."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A box of longitudes and latitudes [degrees, EPSG:4326], its edges included.

    It does not cross the 180th meridian: Japan lies between 122° and 154° east.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """Refuse a box that is none."""
        edges = (self.west, self.south, self.east, self.north)
        if not all(math.isfinite(edge) for edge in edges):
            raise ViewportError(f"bbox {edges} must hold four finite numbers")
        if not (-180 <= self.west <= self.east <= 180 and -90 <= self.south <= self.north <= 90):
            raise ViewportError(
                f"bbox {edges} must be west,south,east,north in degrees, west ≤ east and south ≤ north"
            )

    @classmethod
    def parse(cls, text: str) -> Viewport:
        """Read `west,south,east,north`. Raises `ViewportError`."""
        try:
            west, south, east, north = (float(edge) for edge in text.split(","))
        except ValueError:
            raise ViewportError(
                f"bbox {text[:80]!r} must be four numbers west,south,east,north in degrees"
            ) from None
        return cls(west, south, east, north)

    def holds(self, place: Place | None) -> bool:
        """Whether an object at `place` belongs to the view; what has no place always does."""
        if place is None:
            return True
        return self.west <= place[0] <= self.east and self.south <= place[1] <= self.north
