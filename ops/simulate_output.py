"""What a simulation leaves: rasters, polygons, a summary, and words for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from geo.depth_rules import depth_rules
from geo.flood.flood_state import Flood
from geo.flood.flux import GRAVITY_M_S2
from geo.flood.forcing import Forcing
from geo.flood.grid import Grid
from geo.flood.inundation import Settings
from geo.terrain import Raster, banded, write_raster
from ops.simulate_impact import impact_of_files
from ops.simulate_task import Task

#: lower limits of the classes of arrival [h]
ARRIVAL_LIMITS_H: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0)
#: a mass error above this is told [relative]
_MASS_TOLERANCE: Final = 1e-4


def write(
    task: Task,
    ground: tuple[Raster, Grid],
    forcings: Sequence[Forcing],
    flood: Flood,
    settings: Settings,
    console: Console,
) -> dict[str, Any]:
    """Write the results into `task.out` and return the summary."""
    terrain, grid = ground
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
    summary = summarise(task, terrain, grid, flood, settings) | {
        "forcings": [forcing.name for forcing in forcings]
    }
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
