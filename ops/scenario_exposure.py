"""People, facilities and roads of a scenario, into the registers of a demo database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import psycopg

from geo.exposure.facility_file import read_facilities
from geo.exposure.people_file import read_people
from geo.exposure.register import register_facilities, register_people, register_roads
from geo.exposure.road_file import read_roads
from geo.exposure.spread import spread
from geo.open_table import RowFault
from ops.errors import OpsError


class ScenarioExposureError(OpsError):
    """Raised when a file of a scenario holds a row that cannot be used; names file, line and reason."""


class ScenarioFiles(Protocol):
    """What is needed of a scenario."""

    @property
    def files(self) -> frozenset[str]:
        """Names of its files."""

    @property
    def credits(self) -> Any:  # noqa: ANN401 - a mapping of layer to credit
        """Whom to credit, by layer."""

    def data(self, name: str) -> bytes:
        """Return the contents of a file, unpacked."""


def import_exposure(connection: psycopg.Connection[Any], scenario: ScenarioFiles) -> list[str]:
    """Import whichever of people, facilities and roads the scenario has, and return what was done, in words.

    Importing again changes nothing. Raises `ScenarioExposureError`.
    """
    return [
        f"{layer}: {importer(connection, scenario.data(name), name, scenario.credits[layer])}"
        for layer, (name, importer) in _LAYERS.items()
        if name in scenario.files
    ]


def _people(connection: psycopg.Connection[Any], data: bytes, name: str, credit: str) -> int:
    file = read_people(data, name=name)
    _refuse(name, file.faults)
    register_people(connection, spread(file.counts), source=credit, as_of=file.as_of)
    return len(file.counts)


def _facilities(connection: psycopg.Connection[Any], data: bytes, name: str, credit: str) -> int:
    file = read_facilities(data, name=name)
    _refuse(name, [fault for fault in file.faults if fault.rejected])
    register_facilities(connection, file.facilities, source=credit)
    return len(file.facilities)


def _roads(connection: psycopg.Connection[Any], data: bytes, name: str, credit: str) -> int:
    file = read_roads(data, name=name)
    _refuse(name, file.faults)
    register_roads(connection, file.roads, source=credit)
    return len(file.roads)


def _refuse(name: str, faults: Sequence[RowFault]) -> None:
    for fault in faults:
        raise ScenarioExposureError(f"{name}, line {fault.line}, {fault.column}: {fault.reason}")


_LAYERS: Final[dict[str, tuple[str, Callable[[psycopg.Connection[Any], bytes, str, str], int]]]] = {
    "people": ("people.csv.gz", _people),
    "facilities": ("facilities.csv.gz", _facilities),
    "roads": ("roads.geojson.gz", _roads),
}
