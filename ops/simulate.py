"""`./sonae simulate`: flood any terrain, and leave rasters, polygons and a summary."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from rich.console import Console
from rich.progress import Progress as Bar

from geo.flood.flood_state import Flood, State
from geo.flood.forcing import Forcing
from geo.flood.grid import Grid
from geo.flood.inundation import Inundation, Progress, Settings
from geo.flood.inundation_errors import InundationError
from geo.terrain import TerrainError
from ops.simulate_impact import ImpactFileError
from ops.simulate_input import read_forcings, read_ground
from ops.simulate_output import write
from ops.simulate_task import SimulateError, Task

_CHECKPOINT: Final = "checkpoint.npz"


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
    terrain, grid = read_ground(task)
    forcings = read_forcings(task, terrain)
    settings = Settings(processes=task.processes, precision=_precision(task.precision), theta=task.theta)
    task.out.mkdir(parents=True, exist_ok=True)
    flood = _run(task, grid, forcings, settings, console, cancel)
    return write(task, (terrain, grid), forcings, flood, settings, console)


def _precision(name: str) -> Literal["float32", "float64"]:
    match name:
        case "float32" | "float64":
            return name
    raise SimulateError(f"--precision {name!r} is neither float32 nor float64")


def _run(
    task: Task, grid: Grid, forcings: Sequence[Forcing], settings: Settings, console: Console,
    cancel: Callable[[], bool] | None,
) -> Flood:  # fmt: skip
    until_s = task.hours * 3600
    kept, fingerprint = task.out / _CHECKPOINT, task.fingerprint() if task.checkpoint_hours else ""
    resume = _resume(kept, fingerprint) if task.checkpoint_hours else None
    pause_s = task.checkpoint_hours * 3600 if task.checkpoint_hours else until_s
    with Inundation(grid, forcings, settings=settings, resume=resume) as run, Bar(console=console) as bar:
        shown = bar.add_task("flooding", total=until_s, completed=int(run.t_s))

        def show(progress: Progress) -> None:
            bar.update(shown, completed=progress.t_s)

        while True:
            stop_s = min(until_s, (math.floor(run.t_s / pause_s + 1e-9) + 1) * pause_s)
            flood = run.advance(stop_s, progress=show, cancel=cancel)
            if task.checkpoint_hours:
                _keep(kept, run.state(), fingerprint)
            if flood.t_s >= until_s or flood.t_s < stop_s:
                return flood


def _keep(path: Path, state: State, fingerprint: str) -> None:
    part = path.with_name(f".{path.name}")
    with part.open("wb") as file:
        arrays: dict[str, Any] = state.arrays() | {"task": np.array(fingerprint)}
        np.savez(file, **arrays)
    part.replace(path)


def _resume(path: Path, fingerprint: str) -> State | None:
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        if "task" not in arrays or str(arrays["task"]) != fingerprint:
            raise SimulateError(f"{path} was made for another simulation; remove it to start anew")
        return State.from_arrays({name: arrays[name] for name in arrays if name != "task"})
