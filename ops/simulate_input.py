"""What the files of a simulation say: ground with its walls, and what brings and takes water."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString

from geo.flood.forcing import SIDES, Forcing, Inflow, OpenEdge, Place, Pump, Rain, Side, Stage
from geo.flood.grid import Grid
from geo.flood.hydrograph import Hydrograph, constant
from geo.flood.inundation_errors import InundationError
from geo.flood.levee import burn, no_crests
from geo.terrain import Feature, Raster, TerrainError, features, project, read_raster, resample
from ops.simulate_task import SimulateError, Task

#: crests to the right of and below each cell (`geo.flood.levee`)
Crests = tuple[NDArray[np.float64], NDArray[np.float64]]
#: metres per second in a millimetre per hour
_MM_H: Final = 1 / 3.6e6


def read_ground(task: Task) -> tuple[Raster, Grid]:
    """Return the terrain and the grid to flood, levees and embankments burned in. Raises `SimulateError`."""
    terrain = read_raster(task.terrain, datum=task.datum)
    if terrain.datum is None and (task.stage is not None or task.levees is not None):
        raise SimulateError(
            f"{task.terrain} does not say what its heights are above, so that no level can be compared with"
            " them; say it with --datum"
        )
    crests: Crests | None = None
    if task.levees is not None or task.embankments is not None:
        crests = no_crests(terrain.shape)
        if task.levees is not None:
            _burn_levees(task.levees, terrain, crests)
        if task.embankments is not None:
            _burn_embankments(task.embankments, terrain, crests)
    manning = _manning(task.manning, terrain)
    across, along = crests or (None, None)
    grid = Grid(terrain.values, terrain.dx_m, terrain.dy_m, manning, crest_x_m=across, crest_y_m=along)
    return terrain, grid


def read_forcings(task: Task, terrain: Raster) -> list[Forcing]:
    """Return what brings and takes water. Raises `SimulateError` when nothing brings any."""
    for one, other, names in (
        (task.inflow, task.discharge, ("--inflow", "--discharge")),
        (task.stage, task.stage_level, ("--stage", "--stage-level")),
    ):
        if (one is None) != (other is None):
            given, wanted = names if other is None else reversed(names)
            raise SimulateError(f"{given} needs {wanted}")
    forcings: list[Forcing] = []
    if task.inflow is not None and task.discharge is not None:
        discharge = read_series(task.discharge, "--discharge", "discharge_m3_s")
        forcings.append(
            Inflow(place=_place(task.inflow, terrain), discharge=discharge, name=str(task.inflow))
        )
    if task.rain is not None:
        rain = read_series(task.rain, "--rain", "rain_mm_h")
        forcings.append(Rain(rate=Hydrograph(rain.time_s, rain.value * _MM_H), name=f"--rain {task.rain}"))
    if task.stage is not None and task.stage_level is not None:
        level = read_series(task.stage_level, "--stage-level", "level_m")
        forcings.append(Stage(place=_place(task.stage, terrain), level=level, name=str(task.stage)))
    if not forcings:
        raise SimulateError("nothing brings water: give --inflow, --rain or --stage")
    if task.pumps is not None:
        forcings += _pumps(task.pumps, terrain)
    return forcings + [OpenEdge(side=_side(name)) for name in task.open_edges]


def read_series(text: str, option: str, column: str) -> Hydrograph:
    """Return a number, or what a CSV file says over time (`time_s`, `column`). Raises `SimulateError`."""
    try:
        try:
            return constant(float(text))
        except InundationError:
            raise
        except ValueError:
            path = Path(text)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(float(row["time_s"]), float(row[column])) for row in csv.DictReader(file)]
        if not rows:
            raise SimulateError(f"{option} {text} holds no numbers")
        return Hydrograph([time for time, _ in rows], [value for _, value in rows])
    except InundationError as fault:
        raise SimulateError(f"{option} {text}: {fault}") from fault
    except (KeyError, TypeError, ValueError, csv.Error) as fault:
        raise SimulateError(f"{option} {text} needs numbers in time_s and {column}: {fault}") from fault


def _features(path: Path, terrain: Raster) -> list[Feature]:
    """Return what a GeoJSON file holds, in the terrain's CRS."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise SimulateError(f"{path} is not JSON: {fault}") from fault
    found, crs = features(document, str(path))
    return [Feature(project(one.geometry, crs, terrain.crs), one.properties) for one in found]


def _place(path: Path, terrain: Raster) -> Place:
    return _cells(path, _features(path, terrain), terrain)


def _cells(path: Path, found: list[Feature], terrain: Raster) -> Place:
    try:
        cells = [terrain.cells(feature.geometry) for feature in found]
    except TerrainError as fault:
        raise SimulateError(f"{path}: {fault}") from fault
    rows, columns = np.unique(np.concatenate([np.stack(pair) for pair in cells], axis=1), axis=1)
    return Place(rows, columns)


def _pumps(path: Path, terrain: Raster) -> Iterator[Pump]:
    for number, feature in enumerate(_features(path, terrain), 1):
        name = f"{path}, feature {number}"
        yield Pump(
            place=_cells(path, [feature], terrain),
            capacity_m3_s=_number(feature, "capacity_m3_s", name),
            stop_depth_m=_number(feature, "stop_depth_m", name, 0.0),
            name=name,
        )


def _number(feature: Feature, name: str, where: str, default: float | None = None) -> float:
    value = feature.properties.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise SimulateError(f"{where}: {name} is {value!r}; it must be a number")
    return float(value)


def _lines(path: Path, terrain: Raster) -> Iterator[tuple[str, Feature, NDArray[np.float64]]]:
    """Give each line of a file: its name, its feature, its points as column and row (k, 2) of the terrain."""
    for number, feature in enumerate(_features(path, terrain), 1):
        name = f"{path}, feature {number}"
        match feature.geometry:
            case LineString() as line:
                parts = [line]
            case MultiLineString() as several:
                parts = list(several.geoms)
            case other:
                raise SimulateError(f"{name}: water is held back by lines, not by a {other.geom_type}")
        for part in parts:
            yield name, feature, terrain.columns_rows(np.asarray(part.coords)[:, :2])


def _burn_levees(path: Path, terrain: Raster, crests: Crests) -> None:
    for name, feature, points in _lines(path, terrain):
        _burn(crests, points, _number(feature, "crest_m", name), name)


def _burn_embankments(path: Path, terrain: Raster, crests: Crests) -> None:
    """Burn lines that stand a height above the ground they run over."""
    for name, feature, corners in _lines(path, terrain):
        height_m = _number(feature, "height_m", name)
        if height_m <= 0:
            raise SimulateError(f"{name}: height_m is {height_m:g}; it must be positive")
        points = _densified(corners)
        ground = terrain.at(points)
        known = np.flatnonzero(np.isfinite(ground))
        if not known.size:
            raise SimulateError(f"{name} runs over no known ground of the terrain")
        # unknown ground is a wall of its own, whatever crest goes on over it
        _burn(crests, points, np.interp(np.arange(len(points)), known, ground[known]) + height_m, name)


def _burn(
    crests: Crests, points: NDArray[np.float64], crest_m: float | NDArray[np.float64], name: str
) -> None:
    if not burn(crests, points, crest_m):
        raise SimulateError(f"{name} passes between no two cells of the terrain")


def _densified(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (k, 2) along a line, at most half a cell apart."""
    pieces = [
        np.linspace(a, b, max(2, int(np.ceil(2 * np.hypot(*(b - a)))) + 1))[:-1] for a, b in pairwise(points)
    ]
    return np.concatenate([*pieces, points[-1:]])


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
