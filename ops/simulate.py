"""`./sonae simulate`: flood any terrain from an inflow, and leave rasters, polygons and a summary."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress as Bar

from geo.depth_rules import depth_rules
from geo.flood.flood_state import Flood, State
from geo.flood.flux import GRAVITY_M_S2
from geo.flood.forcing import SIDES, Forcing, Inflow, OpenEdge, Place, Side
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, constant
from geo.flood.inundation import Inundation, Progress, Settings
from geo.flood.inundation_errors import InundationError
from geo.terrain import Raster, TerrainError, banded, geometries, project, read_raster, resample, write_raster
from ops.errors import OpsError
from ops.simulate_impact import ImpactFileError, impact_of_files

#: lower limits of the classes of arrival [h]
ARRIVAL_LIMITS_H: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0)
#: a mass error above this is told [relative]
_MASS_TOLERANCE: Final = 1e-4
_CHECKPOINT: Final = "checkpoint.npz"


class SimulateError(OpsError):
    """Raised when a simulation cannot be run; names the file or option at fault."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the command line asked for."""

    terrain: Path
    inflow: Path
    discharge: str
    manning: str
    hours: float
    out: Path
    datum: str | None = None
    open_edges: Sequence[str] = ()
    processes: int = 1
    precision: str = "float32"
    theta: float = 0.9
    #: write the state here every so many simulated hours, and resume from it when it is there
    checkpoint_hours: float | None = None
    #: population, and lists of sites, shelters or facilities, to count in the water
    people: Path | None = None
    places: Sequence[Path] = ()

    @property
    def fingerprint(self) -> str:
        """What a checkpoint must have in common with the run that resumes from it."""
        files = [str(path.resolve()) for path in (self.terrain, self.inflow)]
        return json.dumps(
            [*files, self.discharge, self.manning, list(self.open_edges), self.precision, self.theta]
        )


def simulate(task: Task, *, console: Console, cancel: Callable[[], bool] | None = None) -> dict[str, Any]:
    """Run the task, write its files into `task.out`, and return the summary.

    Raises `SimulateError` for whatever is wrong with what was given.
    """
    try:
        return _simulate(task, console, cancel)
    except (TerrainError, InundationError, ImpactFileError) as fault:
        raise SimulateError(str(fault)) from fault
    except OSError as fault:
        raise SimulateError(f"{fault.filename}: {fault.strerror}") from fault


def _simulate(task: Task, console: Console, cancel: Callable[[], bool] | None) -> dict[str, Any]:
    if not (math.isfinite(task.hours) and task.hours > 0):
        raise SimulateError(f"--hours {task.hours} must be positive")
    terrain = read_raster(task.terrain, datum=task.datum)
    grid = Grid(terrain.values, terrain.dx_m, terrain.dy_m, _manning(task.manning, terrain))
    forcings: list[Forcing] = [_inflow(task, terrain)]
    forcings += [OpenEdge(side=_side(name)) for name in task.open_edges]
    settings = Settings(processes=task.processes, precision=_precision(task.precision), theta=task.theta)
    task.out.mkdir(parents=True, exist_ok=True)
    flood = _run(task, grid, forcings, settings, console, cancel)
    return _write(task, terrain, grid, flood, settings, console)


def _run(
    task: Task, grid: Grid, forcings: Sequence[Forcing], settings: Settings, console: Console,
    cancel: Callable[[], bool] | None,
) -> Flood:  # fmt: skip
    until_s = task.hours * 3600
    kept = task.out / _CHECKPOINT
    resume = _resume(kept, task) if task.checkpoint_hours else None
    pause_s = task.checkpoint_hours * 3600 if task.checkpoint_hours else until_s
    with Inundation(grid, forcings, settings=settings, resume=resume) as run, Bar(console=console) as bar:
        shown = bar.add_task("flooding", total=until_s, completed=int(run.t_s))

        def show(progress: Progress) -> None:
            bar.update(shown, completed=progress.t_s)

        while True:
            stop_s = min(until_s, (math.floor(run.t_s / pause_s + 1e-9) + 1) * pause_s)
            flood = run.advance(stop_s, progress=show, cancel=cancel)
            if task.checkpoint_hours:
                _keep(kept, run.state(), task)
            if flood.t_s >= until_s or flood.t_s < stop_s:
                return flood


def _keep(path: Path, state: State, task: Task) -> None:
    part = path.with_name(f".{path.name}")
    with part.open("wb") as file:
        arrays: dict[str, Any] = state.arrays() | {"task": np.array(task.fingerprint)}
        np.savez(file, **arrays)
    part.replace(path)


def _resume(path: Path, task: Task) -> State | None:
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        if "task" not in arrays or str(arrays["task"]) != task.fingerprint:
            raise SimulateError(f"{path} was made for another simulation; remove it to start anew")
        return State.from_arrays({name: arrays[name] for name in arrays if name != "task"})


def _inflow(task: Task, terrain: Raster) -> Inflow:
    try:
        document = json.loads(task.inflow.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise SimulateError(f"{task.inflow} is not JSON: {fault}") from fault
    found, crs = geometries(document, str(task.inflow))
    try:
        cells = [terrain.cells(project(geometry, crs, terrain.crs)) for geometry in found]
    except TerrainError as fault:
        raise SimulateError(f"{task.inflow}: {fault}") from fault
    rows, columns = np.unique(np.concatenate([np.stack(pair) for pair in cells], axis=1), axis=1)
    return Inflow(
        place=Place(rows, columns), discharge=read_hydrograph(task.discharge), name=str(task.inflow)
    )


def read_hydrograph(text: str) -> Hydrograph:
    """Return a constant discharge [m³/s], or one from a CSV file (`time_s`, `discharge_m3_s`)."""
    try:
        number = float(text)
    except ValueError:
        path = Path(text)
    else:
        return constant(number)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(float(row["time_s"]), float(row["discharge_m3_s"])) for row in csv.DictReader(file)]
    except (KeyError, TypeError, ValueError) as fault:
        raise SimulateError(f"{path} needs numbers in time_s and discharge_m3_s: {fault}") from fault
    return Hydrograph([time for time, _ in rows], [value for _, value in rows])


def _manning(text: str, terrain: Raster) -> float | NDArray[np.float64]:
    try:
        return float(text)
    except ValueError:
        roughness = resample(read_raster(Path(text)), terrain)
    unknown = np.isnan(roughness) & np.isfinite(terrain.values)
    if unknown.any():
        raise SimulateError(f"{text} gives no roughness for {int(unknown.sum())} cells of the terrain")
    return roughness


def _side(name: str) -> Side:
    for side in SIDES:
        if side == name:
            return side
    raise SimulateError(f"--open {name!r} is none of {', '.join(SIDES)}")


def _precision(name: str) -> Literal["float32", "float64"]:
    match name:
        case "float32" | "float64":
            return name
    raise SimulateError(f"--precision {name!r} is neither float32 nor float64")


def _write(
    task: Task, terrain: Raster, grid: Grid, flood: Flood, settings: Settings, console: Console
) -> dict[str, Any]:
    arrival_h = flood.arrival_s / 3600
    speed = np.where(supercritical(flood), np.nan, flood.peak_speed_m_s)
    rasters = {
        "depth": (flood.depth_m, "m", "depth of water at the end"),
        "peak": (flood.peak_m, "m", "largest depth of water"),
        "arrival": (arrival_h, "h", "time from the start until the water came"),
        "duration": (flood.duration_s / 3600, "h", "time under water"),
        "speed": (speed, "m/s", "largest speed of the water; unknown where it passed the critical speed"),
    }
    for name, (values, unit, description) in rasters.items():
        write_raster(task.out / f"{name}.tif", values, terrain, unit=unit, description=description)
    for name, values, limits in (
        ("depth", flood.depth_m, depth_rules().class_limits_m),
        ("peak", flood.peak_m, depth_rules().class_limits_m),
        ("arrival", arrival_h, ARRIVAL_LIMITS_H),
    ):
        collection = {"type": "FeatureCollection", "features": banded(values, terrain, limits)}
        _write_json(task.out / f"{name}.geojson", collection)
    summary = summarise(task, terrain, grid, flood, settings)
    if task.people is not None or task.places:
        impact = impact_of_files(terrain, flood, task.people, task.places)
        _write_json(task.out / "impact.json", impact)
        summary["impact"] = impact["summary"]
    if abs(flood.balance.error) > _MASS_TOLERANCE:
        console.print(f"mass error {flood.balance.error:.1e}: run again with --precision float64")
    _write_json(task.out / "summary.json", summary)
    return summary


def supercritical(flood: Flood) -> NDArray[np.bool_]:
    """Return where (ny, nx) the speed passed √(g h): no speed is told where the equations do not hold."""
    return np.asarray(flood.peak_speed_m_s > np.sqrt(GRAVITY_M_S2 * flood.peak_m))


def summarise(task: Task, terrain: Raster, grid: Grid, flood: Flood, settings: Settings) -> dict[str, Any]:
    """Return what the run was and did, ready for JSON."""
    wet, ever = flood.depth_m >= settings.wet_m, flood.peak_m >= settings.wet_m
    km2 = grid.cell_m2 / 1e6
    balance = asdict(flood.balance) | {"error": flood.balance.error}
    return {
        "terrain": task.terrain.name,
        "crs": terrain.crs.to_string(),
        "datum": terrain.datum,
        "cell_m": [terrain.dx_m, terrain.dy_m],
        "cell_spread": terrain.scale_spread,
        "known_cells": int(grid.open.sum()),
        "simulated_h": flood.t_s / 3600,
        "complete": flood.t_s >= task.hours * 3600,
        "steps": flood.steps,
        "volume": balance,
        "flooded_from_m": settings.wet_m,
        "area_km2": float(wet.sum()) * km2,
        "area_ever_km2": float(ever.sum()) * km2,
        "deepest_m": float(np.nanmax(flood.peak_m)),
        "fastest_m_s": float(np.nanmax(np.where(supercritical(flood), 0.0, flood.peak_speed_m_s))),
        "supercritical_cells": int(supercritical(flood).sum()),
        "limits": "local inertial equations: subcritical, gradually varied flow; not the first metres "
        "below a breach; unknown terrain is a wall",
    }


def _write_json(path: Path, document: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}")
    part.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    part.replace(path)


def show_summary(summary: dict[str, Any], out: Path, *, console: Console) -> None:
    """Print the summary for a person."""
    volume = summary["volume"]
    lines = (
        f"{summary['simulated_h']:.2f} h simulated"
        + ("" if summary["complete"] else " (stopped early: not the whole time asked for)"),
        f"in {volume['brought_m3']:,.0f} m³, stored {volume['stored_m3']:,.0f} m³, "
        f"out {volume['taken_m3']:,.0f} m³ (mass error {volume['error']:.1e})",
        f"flooded {summary['area_km2']:.2f} km² (ever {summary['area_ever_km2']:.2f} km²), "
        f"deepest {summary['deepest_m']:.2f} m; heights above {summary['datum'] or 'an unnamed datum'}",
        *_impact_lines(summary.get("impact")),
        f"results in {out}",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _impact_lines(impact: dict[str, Any] | None) -> list[str]:
    if impact is None:
        return []
    people, unknown = impact["people"], impact["people_unknown"]
    told = "people: not known" if people is None else f"people in water at some time: {people:,}"
    if impact["people_synthetic"]:
        told = f"made up, not counted: {told}"
    if unknown:
        told += f" (and {unknown:,} on ground that is not known)"
    places = ", ".join(f"{impact[name]} {name}" for name in ("shelters", "sites", "facilities"))
    if impact["rejected_rows"]:
        places += f"; {impact['rejected_rows']} rows of the files could not be used (impact.json names them)"
    return [told, f"in water at some time: {places}"]
