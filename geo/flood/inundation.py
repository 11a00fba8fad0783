"""The inundation solver: a run over a grid with its forcings, step by step, on one or several processes.

    with Inundation(Grid(ground_m, 10.0, 10.0), [Inflow(...)]) as run:
        flood = run.advance(3 * 3600)

The scheme and its limits are in `docs/inundation.md`: local inertial equations, subcritical, gradually varied
flow; not the first metres below a breach, nor steep chutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from geo.flood import window
from geo.flood.bands import Bands, Layout, Spans, rows_per_band
from geo.flood.crew import Crew, Order, Part, Physics, StartMethod
from geo.flood.flood_state import Balance, Flood, State, velocity
from geo.flood.flux import GRAVITY_M_S2, step_factors
from geo.flood.forcing import Forcing, Rain
from geo.flood.grid import Grid
from geo.flood.inundation_errors import ForcingError, InundationError, StateError
from geo.flood.positivity import mend
from geo.flood.sweep import Sample
from geo.flood.taps import Shower, make_taps, rain_share

#: a band costs about as much as this many cells more, for the calls it takes
_BAND_COST_CELLS: Final = 4000


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a run is worked out. Raises `InundationError`."""

    precision: Literal["float32", "float64"] = "float32"
    #: Δt = α √θ Δx / √(g h_max). In two dimensions the scheme is stable up to α = 1/√2 (see the docs); at
    #: theta 1 an alpha of 0.7 leaves next to no margin
    alpha: float = 0.7
    #: weight of a face's own discharge; 1 = Bates et al. 2010, 0.7 to 0.9 damps ripples on smooth beds
    theta: float = 0.9
    #: longest time step [s], which rules while everything is dry
    longest_step_s: float = 30.0
    #: depth from which a cell counts as flooded [m]
    wet_m: float = 0.05
    #: how often peak, arrival and duration are noted [s]
    sample_s: float = 30.0
    processes: int = 1
    start_method: StartMethod = "spawn"
    #: False works on the whole grid from the start (for comparison)
    windowed: bool = True

    def __post_init__(self) -> None:
        if self.precision not in ("float32", "float64"):
            raise InundationError(f"precision is float32 or float64, not {self.precision!r}")
        limits = {"alpha": (0.0, 0.7), "theta": (0.0, 1.0)}
        positive = ("longest_step_s", "wet_m", "sample_s")
        for name in (*limits, *positive):
            value, (low, high) = getattr(self, name), limits.get(name, (0.0, np.inf))
            if not (low < value <= high) or np.isinf(value):
                raise InundationError(f"{name} is {value}; it must be above {low:g} and at most {high:g}")
        if self.processes < 1:
            raise InundationError(f"processes is {self.processes}; a run needs at least one")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come."""

    t_s: float
    until_s: float
    steps: int
    dt_s: float
    deepest_m: float
    #: cells that are worked on
    active_cells: int


class Inundation:
    """A run. Use it as a context manager, or call `close`; it holds processes and shared memory."""

    def __init__(
        self,
        grid: Grid,
        forcings: Sequence[Forcing] = (),
        *,
        settings: Settings | None = None,
        depth_m: NDArray[np.floating] | None = None,
        resume: State | None = None,
    ) -> None:
        """Start from water of `depth_m` (ny, nx), dry when None, or from a checkpoint.

        Raises `ForcingError` for a forcing that does not fit the grid, `StateError` for a wrong start.
        """
        self.grid = grid
        self.settings = settings or Settings()
        self._taps = make_taps(forcings, grid)
        rains = [forcing for forcing in forcings if isinstance(forcing, Rain)]
        if len(rains) > 1:
            raise ForcingError("there can be only one rain; add the rates")
        ny, nx = grid.shape
        rows = rows_per_band(nx)
        processes = min(self.settings.processes, -(-ny // rows))
        layout = Layout(
            ny,
            nx,
            rows,
            self.settings.precision,
            grid.uniform_manning is None,
            bool(rains),
            processes,
            self.settings.theta,
        )
        self._shower = (
            Shower(rains[0], float(rain_share(rains[0], grid).sum()) * grid.cell_m2) if rains else None
        )
        self._look = window.steps_between_looks(rows)
        start = resume or self._start(depth_m)
        cells = sum(tap.carry.size for tap in self._taps)
        start.check(grid.shape, self.settings.precision, len(self._taps) + 1, cells)
        self._physics = Physics(grid.dx_m, grid.dy_m, grid.uniform_manning, self.settings.theta)
        self._crew = Crew(layout, self._physics, start_method=self.settings.start_method)
        self._bands = Bands(layout, self._crew.fields)
        self._part = Part(0, self._bands, self._physics)
        self._edition = 0
        self._fill(rains)
        self._restore(start)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and free the memory. What the run has returned stays valid."""
        if hasattr(self, "_part"):
            del self._part, self._bands
        self._crew.close()

    def _start(self, depth_m: NDArray[np.floating] | None) -> State:
        shape, dtype = self.grid.shape, self.settings.precision
        depth = np.zeros(shape, dtype) if depth_m is None else np.asarray(depth_m)
        if depth.shape != shape:
            raise StateError(f"the water has shape {depth.shape}, the grid {shape}")
        # on unknown ground no depth can be known either: NaN there is no fault
        depth = np.where(self.grid.open, depth, 0).astype(dtype)

        def zeros(kind: str = dtype) -> NDArray[np.floating]:
            return np.zeros(shape, kind)

        return State(
            t_s=0.0, steps=0, deepest_m=float(depth.max(initial=0.0)), rained_to_s=0.0, sampled_s=0.0,
            start_m3=float(depth.sum(dtype=np.float64)) * self.grid.cell_m2,
            depth_m=depth, q_x_m2_s=zeros(), q_y_m2_s=zeros(), peak_m=depth.copy(), speed_m_s=zeros(),
            arrival_s=np.where(depth >= self.settings.wet_m, 0.0, np.inf).astype("f4"),
            duration_s=np.zeros(shape, "f4"), rain_carry_m=zeros(),
            carries_m=np.concatenate([np.zeros(0), *(tap.carry for tap in self._taps)]),
            tally_m3=np.zeros((len(self._taps) + 1, 2)),
        )  # fmt: skip

    def _fill(self, rains: Sequence[Rain]) -> None:
        """Write what does not change during the run."""
        fields = self._bands.fields
        fields["ground"][...] = self.grid.bed()
        fields["sill_x"][...], fields["sill_y"][...] = self.grid.sills()
        if self._bands.layout.roughness:
            fields["rough_x"][...], fields["rough_y"][...] = self.grid.squared_roughness()
        if rains:
            fields["rain_share"][...] = rain_share(rains[0], self.grid)

    def _restore(self, state: State) -> None:
        fields = self._bands.fields
        self._t_s, self._steps, self._deepest_m = state.t_s, state.steps, state.deepest_m
        self._rained_to_s, self._sampled_s, self._start_m3 = (
            state.rained_to_s,
            state.sampled_s,
            state.start_m3,
        )
        self._dt_s = 0.0
        fields["peak"][...], fields["speed"][...] = state.peak_m, state.speed_m_s
        fields["arrival"][...], fields["duration"][...] = state.arrival_s, state.duration_s
        if self._shower:
            fields["rain_carry"][...] = state.rain_carry_m
        at = 0
        volumes = [tap.volume for tap in self._taps] + ([self._shower.volume] if self._shower else [])
        for volume, (brought, taken) in zip(volumes, state.tally_m3, strict=False):
            volume.brought_m3, volume.taken_m3 = float(brought), float(taken)
        for tap in self._taps:
            tap.carry = state.carries_m[at : at + tap.carry.size].copy()
            at += tap.carry.size
        self._bands.load(state.depth_m, state.q_x_m2_s, state.q_y_m2_s, self._spans(state))
        self._rebound()
        for tap in self._taps:
            tap.begin(fields["depth"].reshape(-1))

    def _spans(self, state: State) -> Spans:
        """Return the columns to work on from the start: water, and wherever it will come in."""
        wet = state.depth_m > 0
        if self._shower or not self.settings.windowed:
            wet = np.ones_like(wet)
        for tap in self._taps:
            wet[tap.place.rows, tap.place.columns] = True
        return window.initial_spans(wet, rows=self._bands.layout.rows, margin=self._look + 1)

    def _rebound(self) -> None:
        """Share the bands out anew and find the taps' cells, after spans have changed."""
        bands = self._bands
        for tap in self._taps:
            tap.bind(bands)
        span = bands.fields["span"]
        width = span[:, 1] - span[:, 0]
        cost = np.cumsum(width * bands.layout.rows + _BAND_COST_CELLS * (width > 0))
        parts = bands.layout.processes
        shares = cost[-1] * np.arange(1, parts) / parts
        bands.fields["start"][:] = [0, *(np.searchsorted(cost, shares) + 1), bands.layout.count]
        self._edition += 1
        self._show_borders()

    def _show_borders(self) -> None:
        for start in self._bands.fields["start"][1:-1]:
            if 0 < start < self._bands.layout.count:
                self._bands.show(int(start) - 1)
                self._bands.show(int(start))

    @property
    def t_s(self) -> float:
        """Time since the start of the run [s]."""
        return self._t_s

    def advance(
        self,
        until_s: float,
        *,
        progress: Callable[[Progress], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Flood:
        """Run to `until_s` (exactly) and return the flood; earlier when `cancel()` says so.

        `progress` and `cancel` are called every few steps, in this process.
        """
        if not np.isfinite(until_s) or until_s < self._t_s:
            raise InundationError(f"cannot run to {until_s} s: the run stands at {self._t_s:g} s")
        while self._t_s < until_s:
            looking = self._steps % self._look == 0
            if looking:
                if progress:
                    progress(self.progress(until_s))
                if cancel and cancel():
                    break
            self._step(until_s)
        if progress:
            progress(self.progress(until_s))
        return self.flood()

    def _step(self, until_s: float) -> None:
        dt_s = self._next_dt(until_s)
        to_s = self._t_s + dt_s if self._t_s + dt_s < until_s - 1e-9 else until_s
        dt_s = to_s - self._t_s
        look = (self._steps + 1) % self._look == 0
        rain_m = 0.0
        if self._shower and (look or to_s == until_s):
            rain_m = self._shower.portion_m(self._rained_to_s, to_s)
            self._rained_to_s = to_s
        sample = None
        if to_s == until_s or (look and to_s - self._sampled_s >= self.settings.sample_s):
            sample = Sample(to_s, to_s - self._sampled_s, self.settings.wet_m)
            self._sampled_s = to_s
        order = Order(dt_s, rain_m, sample, self._edition)
        self._crew.go(order)
        self._part.work(order)
        self._crew.wait()
        self._finish(dt_s, to_s, look=look)

    def _next_dt(self, until_s: float) -> float:
        """Return the longest stable step, which also keeps inflow from piling up within it."""
        settings = self.settings
        reach = settings.alpha * np.sqrt(settings.theta) * min(self.grid.dx_m, self.grid.dy_m)
        dt = min(settings.longest_step_s, until_s - self._t_s)
        if self._deepest_m > 0:
            dt = min(dt, reach / np.sqrt(GRAVITY_M_S2 * self._deepest_m))
        quickest = max((tap.quickest_m_s(self._t_s + dt) for tap in self._taps), default=0.0)
        if quickest > 0:
            dt = min(dt, reach / np.sqrt(GRAVITY_M_S2 * max(self._deepest_m, quickest * dt)))
        return float(dt)

    def _finish(self, dt_s: float, to_s: float, *, look: bool) -> None:
        """Do what needs all bands: mend overdrawn cells, let the taps work, look at the window."""
        bands, physics = self._bands, self._physics
        if bands.fields["negative"].any():
            factors = step_factors(
                dt_s, dx_m=physics.dx_m, dy_m=physics.dy_m, manning=physics.manning, theta=physics.theta
            )
            mend(bands, factors)
        self._deepest_m = float(bands.fields["deepest"].max())
        depths = bands.fields["depth"].reshape(-1)
        for tap in self._taps:
            self._deepest_m = max(self._deepest_m, tap.apply(depths, self._t_s, to_s))
        self._t_s, self._dt_s = to_s, dt_s
        self._steps += 1
        if not np.isfinite(self._deepest_m):
            raise InundationError(f"the run became unstable at {to_s:g} s; lower alpha or theta")
        spans = window.grown(bands, margin=self._look + 1) if look else None
        if spans is not None:
            bands.respan(spans)
            self._rebound()
        elif bands.layout.processes > 1:
            self._show_borders()

    def progress(self, until_s: float) -> Progress:
        """Return how far the run has come."""
        span = self._bands.fields["span"]
        active = int((span[:, 1] - span[:, 0]).sum()) * self._bands.layout.rows
        return Progress(self._t_s, until_s, self._steps, self._dt_s, self._deepest_m, active)

    def balance(self) -> Balance:
        """Return the volumes so far."""
        volumes = [tap.volume for tap in self._taps] + ([self._shower.volume] if self._shower else [])
        stored = sum(float(band.depth.sum(dtype=np.float64)) for band in self._bands.bands if band)
        if self._shower:
            stored += float(self._bands.fields["rain_carry"].sum(dtype=np.float64))
        carried = sum(tap.carried_m3 for tap in self._taps)
        return Balance(
            start_m3=self._start_m3,
            brought_m3=sum(volume.brought_m3 for volume in volumes),
            taken_m3=sum(volume.taken_m3 for volume in volumes),
            stored_m3=stored * self.grid.cell_m2 + carried,
        )

    def flood(self) -> Flood:
        """Return the flood as it stands; the arrays are copies."""
        fields, unknown = self._bands.fields, ~self.grid.open
        depth, q_x, q_y = self._bands.whole()
        u, v = velocity(
            depth,
            (q_x, q_y),
            bed_m=fields["ground"],
            sills_m=(fields["sill_x"], fields["sill_y"]),
            wet_m=self.settings.wet_m,
        )
        arrival = np.where(np.isinf(fields["arrival"]), np.float32(np.nan), fields["arrival"])
        # the taps have worked since the last sample
        peak = np.maximum(fields["peak"], depth)
        shown = [
            depth,
            u,
            v,
            peak,
            fields["speed"].copy(),
            arrival,
            fields["duration"].copy(),
        ]
        for field in shown:
            field[unknown] = np.nan
        names = ("depth_m", "velocity_x_m_s", "velocity_y_m_s", "peak_m", "peak_speed_m_s")
        return Flood(
            t_s=self._t_s,
            **dict(zip((*names, "arrival_s", "duration_s"), shown, strict=True)),
            balance=self.balance(),
            steps=self._steps,
        )

    def state(self) -> State:
        """Return a checkpoint; the arrays are copies."""
        fields = self._bands.fields
        depth, q_x, q_y = self._bands.whole()
        volumes = [tap.volume for tap in self._taps] + ([self._shower.volume] if self._shower else [])
        tally = np.zeros((len(self._taps) + 1, 2))
        for at, volume in enumerate(volumes):
            tally[at] = volume.brought_m3, volume.taken_m3
        carry = fields["rain_carry"].copy() if self._shower else np.zeros_like(depth)
        return State(
            t_s=self._t_s, steps=self._steps, deepest_m=self._deepest_m,
            rained_to_s=self._rained_to_s, sampled_s=self._sampled_s, start_m3=self._start_m3,
            depth_m=depth, q_x_m2_s=q_x, q_y_m2_s=q_y,
            peak_m=fields["peak"].copy(), speed_m_s=fields["speed"].copy(),
            arrival_s=fields["arrival"].copy(), duration_s=fields["duration"].copy(), rain_carry_m=carry,
            carries_m=np.concatenate([np.zeros(0), *(tap.carry for tap in self._taps)]),
            tally_m3=tally,
        )  # fmt: skip
