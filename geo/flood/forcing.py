"""What brings water in and takes it out: inflow, rain, river stage, open edges, pumps.

Each says where (rows and columns of the grid) and how much. `geo.flood.taps` applies them step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, require_not_negative
from geo.flood.inundation_errors import ForcingError

Side = Literal["top", "bottom", "left", "right"]
SIDES: Final[tuple[Side, ...]] = ("top", "bottom", "left", "right")
Cells = NDArray[np.int64]


def _cells(values: ArrayLike, name: str) -> Cells:
    cells = np.atleast_1d(np.asarray(values))
    if not np.issubdtype(cells.dtype, np.integer) and cells.size:
        raise ForcingError(f"{name} of cells must be whole numbers, not {cells.dtype}")
    return cells.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Place:
    """Cells of the grid; `rows` and `columns` (k,) int, counted from 0 at the top left."""

    rows: Cells
    columns: Cells

    def __init__(self, rows: ArrayLike, columns: ArrayLike) -> None:
        object.__setattr__(self, "rows", _cells(rows, "rows"))
        object.__setattr__(self, "columns", _cells(columns, "columns"))
        if self.rows.shape != self.columns.shape or self.rows.ndim != 1:
            raise ForcingError(f"{self.rows.size} rows but {self.columns.size} columns of cells")

    def check(self, grid: Grid, name: str) -> None:
        """Raise `ForcingError` unless there are cells, all on the grid, on ground, each once."""
        if not self.rows.size:
            raise ForcingError(f"{name} has no cells")
        ny, nx = grid.shape
        outside = (self.rows < 0) | (self.rows >= ny) | (self.columns < 0) | (self.columns >= nx)
        if outside.any():
            at = int(np.flatnonzero(outside)[0])
            raise ForcingError(
                f"{name}: row {self.rows[at]}, column {self.columns[at]} lies outside the {ny} × {nx} grid"
            )
        walls = ~grid.open[self.rows, self.columns]
        if walls.any():
            at = int(np.flatnonzero(walls)[0])
            raise ForcingError(
                f"{name}: row {self.rows[at]}, column {self.columns[at]} has no known ground (wall)"
            )
        if np.unique(self.rows * nx + self.columns).size != self.rows.size:
            raise ForcingError(f"{name} names a cell twice")


@dataclass(frozen=True, kw_only=True)
class Inflow:
    """Discharge [m³/s, not negative], shared equally by cells: a breach, an overtopped levee, a spring."""

    place: Place
    discharge: Hydrograph
    name: str = "inflow"

    def check(self, grid: Grid) -> None:
        """Raise `ForcingError` when it cannot be applied to `grid`."""
        self.place.check(grid, self.name)
        require_not_negative(self.discharge, f"{self.name}: discharge [m³/s]")


@dataclass(frozen=True, kw_only=True)
class Rain:
    """Rain (less what seeps away) [m/s, not negative], times `share` (ny, nx) where given."""

    rate: Hydrograph
    share: NDArray[np.float64] | None = None
    name: str = "rain"

    def check(self, grid: Grid) -> None:
        """Raise `ForcingError` when it cannot be applied to `grid`."""
        require_not_negative(self.rate, f"{self.name}: rate [m/s]")
        if self.share is None:
            return
        if self.share.shape != grid.shape:
            raise ForcingError(f"{self.name}: share has shape {self.share.shape}, the grid {grid.shape}")
        share = self.share[grid.open]
        if not np.isfinite(share).all() or (share < 0).any():
            raise ForcingError(f"{self.name}: share must be finite and not negative where there is ground")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A water level [m above the terrain's datum] that is kept in cells: a river, a lake, the sea.

    The volume it takes to keep it is counted as inflow, what it swallows as outflow.
    """

    place: Place
    level: Hydrograph
    name: str = "stage"

    def check(self, grid: Grid) -> None:
        """Raise `ForcingError` when it cannot be applied to `grid`."""
        self.place.check(grid, self.name)


@dataclass(frozen=True, kw_only=True)
class Pump:
    """A drainage pump: takes up to `capacity_m3_s` from cells, down to a depth of `stop_depth_m`."""

    place: Place
    capacity_m3_s: float
    stop_depth_m: float = 0.0
    name: str = "pump"

    def check(self, grid: Grid) -> None:
        """Raise `ForcingError` when it cannot be applied to `grid`."""
        self.place.check(grid, self.name)
        for value, what in ((self.capacity_m3_s, "capacity"), (self.stop_depth_m, "stop depth")):
            if not (np.isfinite(value) and value >= 0):
                raise ForcingError(f"{self.name}: {what} is {value}; it must be finite and not negative")


@dataclass(frozen=True, kw_only=True)
class OpenEdge:
    """An edge of the grid where water leaves at normal depth for a fall of `slope` [m/m] (Manning)."""

    side: Side
    slope: float = 1e-3
    #: first cell along the edge and the one after the last; None = to the corner
    first: int = 0
    stop: int | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"open {self.side} edge"

    def check(self, grid: Grid) -> None:
        """Raise `ForcingError` when it cannot be applied to `grid`."""
        if self.side not in SIDES:
            raise ForcingError(f"an edge is one of {', '.join(SIDES)}, not {self.side!r}")
        if not (np.isfinite(self.slope) and self.slope > 0):
            raise ForcingError(f"{self.name}: slope is {self.slope}; it must be positive")
        if not self.place(grid).rows.size:
            raise ForcingError(f"{self.name} has no cells with known ground")

    def place(self, grid: Grid) -> Place:
        """Return its cells that have ground."""
        ny, nx = grid.shape
        upright = self.side in ("left", "right")
        along = np.arange(ny if upright else nx)[self.first : self.stop]
        fixed = np.full_like(along, {"top": 0, "left": 0, "bottom": ny - 1, "right": nx - 1}[self.side])
        rows, columns = (along, fixed) if upright else (fixed, along)
        kept = grid.open[rows, columns]
        return Place(rows[kept], columns[kept])


Forcing = Inflow | Rain | Stage | Pump | OpenEdge
