"""`./sonae terrain fetch` and `from-gml`: ground of Japan's Geospatial Information Authority to a GeoTIFF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from geo.fg_archive import read_ground
from geo.settings import Settings
from geo.terrain import Raster, TerrainError, write_raster
from geo.terrain_tiles import SURVEYS, Survey, relief
from geo.tile_store import TileStore
from ops.errors import OpsError

CREDIT: Final = "国土地理院"


class TerrainIntakeError(OpsError):
    """Raised when ground cannot be had or read; names the tile or file at fault."""


def fetch(bbox: str, source: str, out: Path, settings: Settings, *, refresh: bool = False) -> dict[str, Any]:
    """Write the ground within `bbox` ("W,S,E,N" in degrees) from elevation tiles; return what was done.

    `source` names the surveys in order of preference, with commas. Tiles are kept in the state folder and
    taken from there unless `refresh`. Raises `TerrainIntakeError`.
    """
    store = TileStore(settings.gsi_tiles, settings.state_dir / "tiles", refresh)
    surveys = _surveys(source)
    _check_folder(out)
    try:
        found = relief(_bounds(bbox), surveys, store.get)
        tags = {"CREDIT": CREDIT, "SOURCE": ",".join(survey.name for survey in surveys)}
        _write(out, found.raster, f"ground, elevation tiles {tags['SOURCE']}", tags)
    except TerrainError as fault:
        raise TerrainIntakeError(str(fault)) from fault
    except OSError as fault:
        raise TerrainIntakeError(f"{fault.filename or out}: {fault.strerror or fault}") from fault
    return _told(out, found.raster) | {"cells_by_survey": found.cells, "unknown": found.unknown}


def from_gml(files: Sequence[Path], out: Path) -> dict[str, Any]:
    """Write the ground of FG-GML files (基盤地図情報 数値標高モデル); return what was done.

    Raises `TerrainIntakeError`.
    """
    _check_folder(out)
    try:
        ground = read_ground(files)
        tags = {"CREDIT": CREDIT, "SOURCE": "FG-GML", "REFERENCE": ground.reference}
        if ground.as_of[1]:
            tags["AS_OF"] = "/".join(ground.as_of)
        _write(out, ground.raster, "ground, 基盤地図情報 数値標高モデル", tags)
    except TerrainError as fault:
        raise TerrainIntakeError(str(fault)) from fault
    except OSError as fault:
        raise TerrainIntakeError(f"{fault.filename or out}: {fault.strerror or fault}") from fault
    return _told(out, ground.raster) | {
        "meshes": ground.meshes,
        "unknown": ground.unknown,
        "surfaces": ground.surfaces,
        "as_of": list(ground.as_of),
        "reference": ground.reference,
        "passed_over": ground.passed_over,
    }


def _check_folder(out: Path) -> None:
    if not out.parent.is_dir():
        raise TerrainIntakeError(f"--out {out}: there is no folder {out.parent}")


def _write(out: Path, raster: Raster, description: str, tags: dict[str, str]) -> None:
    write_raster(out, raster.values, raster, unit="m", description=description, tags=tags)


def _told(out: Path, raster: Raster) -> dict[str, Any]:
    rows, columns = raster.shape
    return {
        "file": str(out),
        "rows": rows,
        "columns": columns,
        "cell_m": [raster.dx_m, raster.dy_m],
        "datum": raster.datum,
        "credit": CREDIT,
        "lowest_m": float(np.nanmin(raster.values)),
        "highest_m": float(np.nanmax(raster.values)),
    }


def _surveys(source: str) -> list[Survey]:
    names = [name.strip().lower() for name in source.split(",") if name.strip()]
    if not names or len(set(names)) < len(names):
        raise TerrainIntakeError(f"--source {source!r} must name surveys, each once")
    if wrong := [name for name in names if name not in SURVEYS]:
        raise TerrainIntakeError(f"--source {', '.join(wrong)} is none of {', '.join(SURVEYS)}")
    return [SURVEYS[name] for name in names]


def _bounds(bbox: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as fault:
        raise TerrainIntakeError(f"--bbox {bbox!r} is not W,S,E,N in degrees") from fault
    return west, south, east, north


def lines(told: dict[str, Any]) -> list[str]:
    """Return what was done in words for a person."""
    cells = told["rows"] * told["columns"]
    said = [
        f"{told['columns']} × {told['rows']} cells of {told['cell_m'][0]:.2f} × {told['cell_m'][1]:.2f} m,"
        f" {told['lowest_m']:.2f} to {told['highest_m']:.2f} m above {told['datum']}",
        f"unknown ground: {told['unknown'] / cells:.1%}; it is treated as a wall",
    ]
    if shares := told.get("cells_by_survey"):
        said.append("from " + ", ".join(f"{name} {count / cells:.1%}" for name, count in shares.items()))
    if meshes := told.get("meshes"):
        dates = " to ".join(dict.fromkeys(told["as_of"])) or "a date the files do not say"
        said.append(f"{meshes} meshes in {told['reference']}, heights of {dates}")
    if passed_over := told.get("passed_over"):
        said.append(f"passed over, no elevation model: {', '.join(passed_over)}")
    said.append(f"written to {told['file']}; credit {told['credit']} wherever it is shown")
    return said
