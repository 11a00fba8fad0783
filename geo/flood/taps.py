"""The forcings at work: every step they add to and take from the depths of their cells, and keep count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.flood.bands import Bands
from geo.flood.forcing import Forcing, Inflow, OpenEdge, Place, Pump, Rain, Stage
from geo.flood.grid import Grid

Values = NDArray[np.float64]


@dataclass
class Volume:
    """What one forcing has brought and taken so far [m³]."""

    brought_m3: float = 0.0
    taken_m3: float = 0.0


class Tap:
    """One forcing bound to the cells of a run."""

    def __init__(self, forcing: Inflow | Stage | Pump | OpenEdge, grid: Grid) -> None:
        self.forcing = forcing
        self.place: Place = forcing.place(grid) if isinstance(forcing, OpenEdge) else forcing.place
        self.volume = Volume()
        self.carry: Values = np.zeros(self.place.rows.size)
        self._cell_m2 = grid.cell_m2
        cells = self.place.rows, self.place.columns
        self._bed = grid.open_bed[cells]
        self._zero_m = grid.zero_m
        manning = np.broadcast_to(np.asarray(grid.manning, np.float64), grid.shape)[cells]
        # a smooth edge (n = 0) would drain at once; the depth limits it all the same
        self._manning = np.maximum(manning, 1e-6)
        upright = isinstance(forcing, OpenEdge) and forcing.side in ("left", "right")
        self._run_m = grid.dx_m if upright else grid.dy_m
        self._root_slope = float(np.sqrt(forcing.slope)) if isinstance(forcing, OpenEdge) else 0.0
        self._before: Values = np.zeros(self.place.rows.size)
        self._at: NDArray[np.int64] = np.zeros(0, np.int64)

    def bind(self, bands: Bands) -> None:
        """Find the cells again after spans have changed."""
        rows, columns = self.place.rows, self.place.columns
        index = rows // bands.layout.rows
        span = bands.fields["span"][index]
        width = span[:, 1] - span[:, 0]
        capacity = bands.fields["depth"].shape[1]
        self._at = index * capacity + (rows - index * bands.layout.rows) * width + columns - span[:, 0]

    def begin(self, depths: NDArray[Any]) -> None:
        """Take note of the depths that the first step starts from."""
        self._before = depths[self._at].astype(np.float64)

    def apply(self, depths: NDArray[Any], from_s: float, to_s: float) -> float:
        """Change the depths of its cells for one step; return the deepest of them [m].

        `depths` is the packed depth field, flat.
        """
        old = depths[self._at].astype(np.float64)
        match self.forcing:
            case Inflow(discharge=discharge):
                brought = discharge.integral(from_s, to_s)
                self.volume.brought_m3 += brought
                due = self.carry + brought / (self._cell_m2 * old.size)
                new = (old + due).astype(depths.dtype)
                self.carry = due - (new.astype(np.float64) - old)
            case Stage(level=level):
                new = np.maximum(level.at(to_s) - self._zero_m - self._bed, 0.0).astype(depths.dtype)
                change = new.astype(np.float64) - old
                self.volume.brought_m3 += float(change[change > 0].sum()) * self._cell_m2
                self.volume.taken_m3 -= float(change[change < 0].sum()) * self._cell_m2
            case Pump() | OpenEdge():
                new = (old - self._taken(old, to_s - from_s)).astype(depths.dtype)
                new = np.clip(new, 0.0, None)
                self.volume.taken_m3 += float((old - new.astype(np.float64)).sum()) * self._cell_m2
        depths[self._at] = new
        self._before = new.astype(np.float64)
        return float(new.max(initial=0.0))

    def _taken(self, depth: Values, dt_s: float) -> Values:
        """Return the depth [m] that a drain takes from each cell in one step."""
        if isinstance(self.forcing, Pump):
            above = np.maximum(depth - self.forcing.stop_depth_m, 0.0)
            there = float(above.sum()) * self._cell_m2
            wanted = self.forcing.capacity_m3_s * dt_s
            return above * min(1.0, wanted / there) if there > 0 else above
        # Manning's normal depth in a wide section: q = h^(5/3) √S / n, of the depth before the step, as at
        # all other faces: after it the cell already holds what is about to pass, and would be drawn down
        discharge = self._before ** (5 / 3) * self._root_slope / self._manning
        taken: Values = np.minimum(depth, discharge * dt_s / self._run_m)
        return taken

    @property
    def carried_m3(self) -> float:
        """Volume brought that the precision of the depths could not hold yet."""
        return float(self.carry.sum()) * self._cell_m2

    def quickest_m_s(self, t_s: float) -> float:
        """Return how fast the inflow raises its cells [m/s]."""
        if not isinstance(self.forcing, Inflow):
            return 0.0
        return self.forcing.discharge.at(t_s) / (self._cell_m2 * self.place.rows.size)


@dataclass
class Shower:
    """Rain over the grid, brought in portions: single steps would be too small for float32."""

    rain: Rain
    #: area that the rate is multiplied with to give a volume [m²]
    area_m2: float
    volume: Volume = field(default_factory=Volume)

    def portion_m(self, from_s: float, to_s: float) -> float:
        """Return the rain that fell [m] and count it."""
        portion = self.rain.rate.integral(from_s, to_s)
        self.volume.brought_m3 += portion * self.area_m2
        return portion


def make_taps(forcings: Sequence[Forcing], grid: Grid) -> list[Tap]:
    """Return the taps of all forcings but rain, checked, in their order. Raises `ForcingError`."""
    for forcing in forcings:
        forcing.check(grid)
    return [Tap(forcing, grid) for forcing in forcings if not isinstance(forcing, Rain)]


def rain_share(rain: Rain, grid: Grid) -> Values:
    """Return the share of the rate that falls on each cell (ny, nx); nothing falls on unknown ground."""
    share = np.ones(grid.shape) if rain.share is None else rain.share
    return np.where(grid.open, share, 0.0)
