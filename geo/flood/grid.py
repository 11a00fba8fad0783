"""The ground of a run: elevations, cell size on the ground, roughness, and walls between cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.flood.bands import WALL_M
from geo.flood.flux import FILM_M
from geo.flood.inundation_errors import GridError

Map = NDArray[np.float64]

#: Manning's n outside this range [s m^(-1/3)] is a slip of the pen (Chow 1959 tabulates 0.01 to 0.2)
MANNING_RANGE = (0.0, 2.0)


@dataclass(frozen=True, eq=False)
class Grid:
    """A raster of ground; row 0 is at the top (north), column 0 at the left (west).

    `ground_m` (ny, nx) float64, metres above one datum, NaN = unknown, which is a wall; `dx_m`, `dy_m` cell
    size on the ground [m]; `manning` Manning's n [s m^(-1/3)], one number or a map (ny, nx). `crest_x_m` and
    `crest_y_m` (ny, nx) float64, or None: the crest of what stands between a cell and its right-hand, and its
    lower, neighbour [m above the datum]; NaN = nothing, +inf = a wall that is never overtopped.

    Raises `GridError`.
    """

    ground_m: Map
    dx_m: float
    dy_m: float
    manning: float | Map = 0.035
    crest_x_m: Map | None = None
    crest_y_m: Map | None = None

    def __post_init__(self) -> None:
        if self.ground_m.ndim != 2 or not self.ground_m.size:
            raise GridError(
                f"terrain must be a raster with at least one cell; its shape is {self.ground_m.shape}"
            )
        if np.isinf(self.ground_m).any():
            raise GridError("terrain holds an infinite elevation; unknown ground is NaN")
        if not self.open.any():
            raise GridError("terrain has no cell with a known elevation")
        for size, name in ((self.dx_m, "dx"), (self.dy_m, "dy")):
            if not (np.isfinite(size) and size > 0):
                raise GridError(f"cell size {name} is {size} m; it must be positive")
        self._check_manning()
        for crest, name in ((self.crest_x_m, "crest_x_m"), (self.crest_y_m, "crest_y_m")):
            if crest is not None and crest.shape != self.shape:
                raise GridError(f"{name} has shape {crest.shape}, the terrain {self.shape}")

    def _check_manning(self) -> None:
        low, high = MANNING_RANGE
        values = np.asarray(self.manning, np.float64)
        if values.ndim and values.shape != self.shape:
            raise GridError(f"the roughness map has shape {values.shape}, the terrain {self.shape}")
        known = values[self.open] if values.ndim else values
        wrong = ~((known >= low) & (known <= high))
        if wrong.any():
            raise GridError(f"Manning's n of {known[wrong].flat[0]} is outside {low} to {high} s/m^(1/3)")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.ground_m.shape
        return rows, columns

    @property
    def cell_m2(self) -> float:
        """Area of a cell [m²]."""
        return self.dx_m * self.dy_m

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """Where there is known ground (ny, nx)."""
        return ~np.isnan(self.ground_m)

    @cached_property
    def zero_m(self) -> float:
        """The height [m above the datum] that the solver counts from, so that float32 keeps millimetres."""
        return float(np.floor(np.nanmin(self.ground_m)))

    @cached_property
    def uniform_manning(self) -> float | None:
        """Manning's n when it is one number, None when it is a map."""
        values = np.asarray(self.manning, np.float64)
        return None if values.ndim else float(values)

    @cached_property
    def open_bed(self) -> Map:
        """`bed()`, worked out once."""
        return self.bed()

    def bed(self) -> Map:
        """Return the ground above `zero_m`, walls at 0 (their sills keep water out)."""
        return np.where(self.open, self.ground_m - self.zero_m, 0.0)

    def sills(self) -> tuple[Map, Map]:
        """Return the sills (ny, nx) of the faces to the right of and below each cell [m above `zero_m`].

        A sill is the higher of the two grounds and the crest between them, plus the film that stays.
        """
        bed = self.bed()
        across, along = (np.full(self.shape, WALL_M) for _ in range(2))
        both = self.open[:, :-1] & self.open[:, 1:]
        across[:, :-1][both] = np.maximum(bed[:, :-1], bed[:, 1:])[both]
        both = self.open[:-1] & self.open[1:]
        along[:-1][both] = np.maximum(bed[:-1], bed[1:])[both]
        for sill, crest in ((across, self.crest_x_m), (along, self.crest_y_m)):
            if crest is not None:
                np.fmax(sill, np.minimum(crest - self.zero_m, WALL_M), out=sill)
            sill += FILM_M
        return across, along

    def squared_roughness(self) -> tuple[Map, Map]:
        """Return n² of the faces to the right of and below each cell: of the mean n of the two cells."""
        n = np.where(self.open, self.manning, 0.0)
        across, along = n.copy(), n.copy()
        across[:, :-1] = (n[:, :-1] + n[:, 1:]) / 2
        along[:-1] = (n[:-1] + n[1:]) / 2
        return across**2, along**2
