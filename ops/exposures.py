"""`import people`, `import facilities`, `import roads`: files into the registers, with a report.

A row that cannot be used is listed with line, column and reason, and the rest goes in. Only a file that is
no such list at all fails, and then nothing of it is written.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from pyproj import CRS
from rich.console import Console
from rich.table import Table
from rich.text import Text
from shapely.geometry.base import BaseGeometry

from geo.engine import connect
from geo.exposure.facility_file import FacilityFileError, read_facilities
from geo.exposure.people_file import PeopleFile, PeopleFileError, read_people
from geo.exposure.register import (
    CountedTwiceError,
    Written,
    register_facilities,
    register_people,
    register_roads,
)
from geo.exposure.road_file import RoadFileError, read_roads
from geo.exposure.spread import PeopleCount, SpreadError, spread
from geo.open_table import RowFault
from geo.terrain import TerrainError, geometries, project
from ops.errors import OpsError
from ops.import_report import fault_table, write_report


class ExposureImportError(OpsError):
    """Raised when a file or option cannot be used; names it."""


@dataclass(frozen=True, kw_only=True)
class PeopleTask:
    """What `import people` was asked for."""

    path: Path
    source: str | None = None
    as_of: date | None = None
    synthetic: bool = False
    replace: bool = False
    #: polygons of districts, and the property that names them
    districts: Path | None = None
    district_name: str = "name"
    #: polygons of built area
    built: Path | None = None
    step_m: float = 50.0
    persons_column: str | None = None
    households_column: str | None = None


@dataclass(frozen=True)
class ImportResult:
    """What became of one file; `written` is None in a dry run."""

    name: str
    rows: int
    rejected: int
    faults: Sequence[RowFault]
    written: Written | None
    words: str = ""


def import_people(
    database_url: str | None, task: PeopleTask, *, console: Console, report: Path | None = None
) -> ImportResult:
    """Import the population of one file, spread over where people live; `database_url` None = dry run.

    Raises `ExposureImportError`.
    """
    file, counts = read_population(task)
    if not counts:
        raise ExposureImportError(
            f"{task.path.name}: none of its {file.rows} rows can be used; {_first(file)}"
        )
    written = None
    if database_url is not None:
        with _register(database_url) as connection:
            written = register_people(
                connection,
                counts,
                source=task.source or task.path.name,
                as_of=task.as_of or file.as_of,
                synthetic=task.synthetic,
                replace=task.replace,
            )
    coarse = sum(count.persons for count in counts if count.coarse)
    words = f"{file.persons:,.0f} people at {len(counts):,} points"
    if coarse:
        words += f"; {coarse:,.0f} of them stand at one point for a whole district"
    result = ImportResult(task.path.name, file.rows, file.rejected, file.faults, written, words)
    _tell([result], console, report)
    return result


def _first(file: PeopleFile) -> str:
    fault = next(iter(file.faults), None)
    return "it is empty" if fault is None else f"line {fault.line}, {fault.column}: {fault.reason}"


def read_population(task: PeopleTask) -> tuple[PeopleFile, list[PeopleCount]]:
    """Return the file of a task, and its people spread. Raises `ExposureImportError`."""
    try:
        file = read_people(
            file_data(task.path),
            name=task.path.name,
            districts=None if task.districts is None else _named(task.districts, task.district_name),
            persons_column=task.persons_column,
            households_column=task.households_column,
        )
        built = [] if task.built is None else _polygons(task.built)
        return file, spread(file.counts, built=built, step_m=task.step_m)
    except (PeopleFileError, SpreadError, TerrainError) as fault:
        raise ExposureImportError(str(fault)) from fault


def import_facilities(
    database_url: str | None,
    paths: Sequence[Path],
    *,
    kind: str | None,
    source: str | None,
    console: Console,
    report: Path | None = None,
) -> list[ImportResult]:
    """Import lists of facilities; `database_url` None = dry run. Raises `ExposureImportError`."""
    try:
        files = [(path, read_facilities(file_data(path), name=path.name, kind=kind)) for path in paths]
    except FacilityFileError as fault:
        raise ExposureImportError(str(fault)) from fault
    results = []
    for path, file in files:
        written = None
        if database_url is not None:
            with _register(database_url) as connection:
                written = register_facilities(
                    connection, file.facilities, source=source or path.name, file=path.name
                )
        words = ", ".join(sorted({facility.kind for facility in file.facilities}))
        results.append(ImportResult(path.name, file.rows, file.rejected, file.faults, written, words))
    _tell(results, console, report)
    return results


def import_roads(
    database_url: str | None,
    paths: Sequence[Path],
    *,
    name_column: str | None,
    source: str | None,
    console: Console,
    report: Path | None = None,
) -> list[ImportResult]:
    """Import roads; `database_url` None = dry run. Raises `ExposureImportError`."""
    try:
        files = [
            (path, read_roads(file_data(path), name=path.name, name_column=name_column)) for path in paths
        ]
    except RoadFileError as fault:
        raise ExposureImportError(str(fault)) from fault
    results = []
    for path, file in files:
        written = None
        if database_url is not None:
            with _register(database_url) as connection:
                written = register_roads(connection, file.roads, source=source or path.name, file=path.name)
        results.append(ImportResult(path.name, file.rows, file.rejected, file.faults, written))
    _tell(results, console, report)
    return results


@contextmanager
def _register(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with connect(database_url, application="sonae import") as connection:
            yield connection
    except CountedTwiceError as fault:
        raise ExposureImportError(str(fault)) from fault


def file_data(path: Path) -> bytes:
    """Return the bytes of a file, unpacked when its name ends in .gz. Raises `ExposureImportError`."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except OSError as fault:
        raise ExposureImportError(f"{path}: {fault.strerror or fault}") from fault


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(file_data(path))
    except ValueError as fault:
        raise ExposureImportError(f"{path} is not JSON: {fault}") from fault
    if not isinstance(document, dict):
        raise ExposureImportError(f"{path} is no GeoJSON")
    return document


def _polygons(path: Path) -> list[BaseGeometry]:
    """Return the polygons of a GeoJSON file, in EPSG:4326."""
    found, crs = geometries(_document(path), str(path))
    polygons = [ground for ground in found if ground.geom_type in ("Polygon", "MultiPolygon")]
    if len(polygons) < len(found):
        raise ExposureImportError(f"{path}: {len(found) - len(polygons)} of its features are no polygons")
    return [project(ground, crs, CRS.from_epsg(4326)) for ground in polygons]


def _named(path: Path, name: str) -> Mapping[str, BaseGeometry]:
    """Return the polygons of a GeoJSON file by one of their properties."""
    grounds = _polygons(path)
    features = _document(path)["features"]
    names = [str((feature.get("properties") or {}).get(name) or "") for feature in features]
    if not any(names):
        raise ExposureImportError(f"{path}: no feature has the property {name!r} (--district-name)")
    return {title: ground for title, ground in zip(names, grounds, strict=True) if title}


def _tell(results: Sequence[ImportResult], console: Console, report: Path | None) -> None:
    table = Table("file", "rows", "new", "changed", "as before", "removed", "rejected")
    for result in results:
        counts = ["-"] * 4
        if (written := result.written) is not None:
            numbers = (written.inserted, written.updated, written.unchanged, written.removed)
            counts = [str(number) for number in numbers]
        table.add_row(Text(result.name), str(result.rows), *counts, str(result.rejected))
    console.print(table)
    for result in results:
        if result.words:
            console.print(f"{result.name}: {result.words}", highlight=False, markup=False, soft_wrap=True)
    faults = [(result.name, result.faults) for result in results]
    if (listed := fault_table(faults)) is not None:
        console.print(listed)
    if report is not None:
        write_report(report, faults)
        console.print(f"every fault: {report}", highlight=False, markup=False)
