"""One member of a run: its inflow over the ground, frame by frame.

No database and no files: it may run on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.exposure import Exposure
from geo.flood.flood_state import Flood
from geo.flood.forcing import Inflow, Place
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph
from geo.flood.impact import Assessment, Impact
from geo.flood.inundation import Inundation, Settings
from geo.forecast.simulation_screen import (
    NEVER,
    FieldTile,
    Quantity,
    ScreenGrid,
    arrival_codes,
    depth_codes,
    duration_codes,
    tiles,
)

#: depth from which a cell counts as flooded [m]
WET_M: Final = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class MemberTask:
    """Everything a member needs. `ground_m` (ny, nx) float64, NaN = unknown; `rows`, `columns` (k,) int64."""

    name: str
    ground_m: NDArray[np.float64]
    dx_m: float
    dy_m: float
    manning: float
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    time_s: Sequence[float]
    m3_s: Sequence[float]
    until_s: float
    frame_s: int
    screen: ScreenGrid
    #: crests of a wall along the breach (`geo.flood.levee`), None = there is none
    crests: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    #: who and what stands in the way, on the cells of the ground
    exposure: Exposure | None = None
    processes: int = 1


@dataclass(frozen=True, kw_only=True)
class ShownField:
    """A field of a member, ready to be stored."""

    member: str
    quantity: Quantity
    t_s: int
    tiles: list[FieldTile]


@dataclass(frozen=True, kw_only=True, eq=False)
class MemberFlood:
    """What a member came to. Fields are (ny, nx) float32, NaN on unknown ground."""

    name: str
    t_s: float
    #: it was computed to the end
    whole: bool
    peak_m: NDArray[np.float32]
    arrival_s: NDArray[np.float32]
    summary: dict[str, Any]
    #: document of `geo.flood.impact`, None when nothing is known of who stands there
    impact: dict[str, Any] | None
    #: water stands at the edge of the grid, at unknown ground
    reached_edge: bool
    reached_unknown: bool


def flood_member(
    task: MemberTask,
    *,
    show: Callable[[ShownField], None],
    tell: Callable[[float], None],
    cancel: Callable[[], bool],
) -> MemberFlood:
    """Flood the ground; `show` is given every field when it is there, `tell` how far it is [s].

    When `cancel()` says so it ends early, with what was computed. Raises `InundationError`.
    """
    crests = task.crests or (None, None)
    grid = Grid(task.ground_m, task.dx_m, task.dy_m, task.manning, *crests)
    inflow = Inflow(place=Place(task.rows, task.columns), discharge=Hydrograph(task.time_s, task.m3_s))
    assessment = None if task.exposure is None else Assessment(task.exposure)
    last_s = -1

    def frame(flood: Flood) -> None:
        nonlocal last_s
        if (t_s := round(flood.t_s)) == last_s:
            return
        last_s = t_s
        show(_field(task, "depth", t_s, depth_codes(flood.depth_m, grid.open)))
        if assessment is not None:
            assessment.add(flood.t_s, flood.depth_m, flood.speed_m_s)

    with Inundation(grid, [inflow], settings=Settings(processes=task.processes, wet_m=WET_M)) as run:
        flood = run.flood()
        frame(flood)
        whole = True
        while whole and flood.t_s < task.until_s:
            stop_s = min(task.until_s, (flood.t_s // task.frame_s + 1) * task.frame_s)
            flood = run.advance(stop_s, progress=lambda step: tell(step.t_s), cancel=cancel)
            whole = flood.t_s >= stop_s
            frame(flood)
    for quantity, codes in _summary_fields(flood, grid):
        show(_field(task, quantity, 0, codes))
    impact = None if assessment is None else assessment.finish(flood.arrival_s, flood.peak_m)
    return _result(task, grid, flood, impact, whole=whole)


def _summary_fields(flood: Flood, grid: Grid) -> list[tuple[Quantity, NDArray[np.uint16]]]:
    return [
        ("peak", depth_codes(flood.peak_m, grid.open)),
        ("arrival", arrival_codes(flood.arrival_s, grid.open)),
        ("duration", duration_codes(flood.duration_s, grid.open)),
    ]


def _field(task: MemberTask, quantity: Quantity, t_s: int, codes: NDArray[np.uint16]) -> ShownField:
    nothing = NEVER if quantity == "arrival" else 0
    return ShownField(
        member=task.name,
        quantity=quantity,
        t_s=t_s,
        tiles=list(tiles(task.screen.shown(codes), nothing=nothing)),
    )


def _result(task: MemberTask, grid: Grid, flood: Flood, impact: Impact | None, *, whole: bool) -> MemberFlood:
    ever = np.nan_to_num(flood.peak_m) >= WET_M
    km2 = grid.cell_m2 / 1e6
    summary = {
        "brought_m3": round(flood.balance.brought_m3, 1),
        "stored_m3": round(flood.balance.stored_m3, 1),
        "taken_m3": round(flood.balance.taken_m3, 1),
        "mass_error": flood.balance.error,
        "area_km2": round(float((np.nan_to_num(flood.depth_m) >= WET_M).sum()) * km2, 4),
        "area_ever_km2": round(float(ever.sum()) * km2, 4),
        "deepest_m": round(float(np.nanmax(flood.peak_m)), 3),
        "until_s": round(flood.t_s),
    }
    return MemberFlood(
        name=task.name,
        t_s=flood.t_s,
        whole=whole,
        peak_m=np.asarray(flood.peak_m, np.float32),
        arrival_s=flood.arrival_s,
        summary=summary if impact is None else summary | impact.summary(),
        impact=None if impact is None else impact.document(),
        reached_edge=bool(ever[[0, -1]].any() or ever[:, [0, -1]].any()),
        reached_unknown=bool((ever & beside(~grid.open)).any()),
    )


def beside(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where (ny, nx) a cell has one of `cells` beside, above or below it."""
    found = np.zeros_like(cells)
    found[1:] |= cells[:-1]
    found[:-1] |= cells[1:]
    found[:, 1:] |= cells[:, :-1]
    found[:, :-1] |= cells[:, 1:]
    return found


#: most frames of a member, so that the fields of a long run do not fill the database
MOST_FRAMES: Final = 145
_FRAMES_S: Final = (600, 900, 1200, 1800, 3600)


def frame_step_s(hours: float) -> int:
    """Return the time between frames [s]: ten minutes up to a day, more for a longer run."""
    return next((step_s for step_s in _FRAMES_S if hours * 3600 / step_s < MOST_FRAMES), _FRAMES_S[-1])
