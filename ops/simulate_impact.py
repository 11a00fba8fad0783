"""People and places from files in the water of a simulation; no database is needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geo.exposure.facility_file import FacilityFile, FacilityFileError, FacilityRow, read_facilities
from geo.exposure.register import ages_text
from geo.flood.exposure import NO_PLACES, Exposure
from geo.flood.flood_state import Flood
from geo.flood.impact import assess
from geo.forecast.exposure import people_on, places_on
from geo.open_table import RowFault
from geo.terrain import Raster
from ops.exposures import PeopleTask, file_data, read_population
from shelters.designated import DesignatedFile, DesignatedFileError, Refuge, read_designated

Row = dict[str, Any]


class ImpactFileError(ValueError):
    """Raised when a file of places cannot be read; names it and what was tried."""


def impact_of_files(
    terrain: Raster, flood: Flood, people: Path | None, places: Sequence[Path]
) -> dict[str, Any]:
    """Return the impact document of a flood (`docs/impact.md`) on the people and places of files.

    `people` is a file that `./sonae import people` takes, `places` lists of sites, shelters or facilities.
    The flood is seen at its end; peak and arrival are those of the whole run. Raises `ImpactFileError`,
    `ops.exposures.ExposureImportError`.
    """
    who, faults = ([], []) if people is None else _people(people)
    where = []
    for path in places:
        found, more = _places(path)
        where += found
        faults += more
    exposure = Exposure(
        shape=terrain.shape,
        cell_m2=terrain.dx_m * terrain.dy_m,
        people=people_on(who, {}, terrain),
        places=places_on(where, terrain) if where else NO_PLACES,
    )
    impact = assess([flood.depth_m], [flood.t_s], flood.arrival_s, flood.peak_m, exposure)
    return impact.document() | {
        "summary": impact.summary() | {"rejected_rows": len(faults)},
        "rejected": faults,
    }


def _people(path: Path) -> tuple[list[Row], list[Row]]:
    """Return the points of a file of population, and its rejected rows."""
    file, counts = read_population(PeopleTask(path=path))
    names = ("lon", "lat", "persons", "households", "area_code", "district", "coarse", "synthetic")
    common = {"source": path.name, "as_of": file.as_of}
    rows = [
        {name: getattr(count, name) for name in names} | {"ages": ages_text(count.ages)} | common
        for count in counts
    ]
    return rows, _rejected(path, file.faults)


def _places(path: Path) -> tuple[list[Row], list[Row]]:
    """Return the places of a list of refuges or facilities, and its rejected rows."""
    data, name = file_data(path), path.name.removesuffix(".gz")
    listed: DesignatedFile | FacilityFile
    found: Sequence[Refuge | FacilityRow]
    try:
        listed = read_designated(data, name=name)
        found = listed.refuges
    except DesignatedFileError as no_refuges:
        try:
            listed = read_facilities(data, name=name)
        except FacilityFileError as fault:
            raise ImpactFileError(f"{path.name} is no list of places: {no_refuges}; {fault}") from fault
        found = listed.facilities
    keys = ("kind", "id", "name", "area_code", "lon", "lat")
    rows = [{key: getattr(place, key) for key in keys} for place in found]
    return rows, _rejected(path, listed.faults)


def _rejected(path: Path, faults: Sequence[RowFault]) -> list[Row]:
    return [
        {"file": path.name, "line": fault.line, "column": fault.column, "reason": fault.reason}
        for fault in faults
        if fault.rejected
    ]
