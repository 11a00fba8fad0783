"""The registers of people, facilities and roads: records in, rows by id; importing again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
import psycopg
import shapely

from geo.exposure.facility_file import FacilityRow
from geo.exposure.road_file import RoadRow
from geo.exposure.spread import PeopleCount
from geo.queries import load

#: rows written by one statement
BATCH_ROWS: Final = 5000
_SQL = load("geo", "exposure.sql")


class CountedTwiceError(ValueError):
    """Raised when another source already counts people of the same municipality; names both."""


@dataclass(frozen=True)
class Written:
    """How many rows were new, different from before, as before, and taken away."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0


def register_people(
    connection: psycopg.Connection[Any],
    counts: Sequence[PeopleCount],
    *,
    source: str,
    as_of: date | None = None,
    synthetic: bool = False,
    replace: bool = False,
) -> Written:
    """Make `counts` all the people of `source`, all or nothing; rows of it that are not among them go.

    A municipality's people come from one source, or they would be counted twice: with `replace` this source
    takes the place of others there, else `CountedTwiceError` is raised. Points without a code are given that
    of the imported area they lie in.
    """
    with connection.transaction(), connection.cursor() as cursor:
        columns = _people_columns(cursor, counts, source)
        codes = sorted({code for code in columns["area_code"] if code is not None})
        common = {"source": source, "area_codes": codes}
        if others := cursor.execute(_SQL["other_people"], common).fetchall():
            if not replace:
                told = "; ".join(
                    f"{code}: {persons:,.0f} people of {name!r}" for code, name, persons in others
                )
                raise CountedTwiceError(
                    f"people would be counted twice: {told}; --replace puts these in place"
                )
            cursor.execute(_SQL["remove_other_people"], common)
        removed = cursor.rowcount if others else 0
        cursor.execute(_SQL["remove_stale_people"], common | {"id": columns["id"]})
        removed += cursor.rowcount
        columns["synthetic"] = [synthetic or count.synthetic for count in counts]
        written = _write(cursor, "write_people", columns, {"source": source, "as_of": as_of})
    return Written(written.inserted, written.updated, written.unchanged, removed)


def register_facilities(
    connection: psycopg.Connection[Any],
    facilities: Sequence[FacilityRow],
    *,
    source: str,
    file: str | None = None,
) -> Written:
    """Write facilities, all or none; those of the register that are not among them stay.

    `file`: its name where one source has several, so that equal row numbers are not taken for one row.
    """
    names = ("kind", "name", "address", "area_code", "lon", "lat", "capacity")
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in facilities] for name in names}
    columns["id"] = [f"{_key(source, file)}:{row.id}" for row in facilities]
    columns["raw"] = [msgspec.json.encode(row.raw).decode() for row in facilities]
    with connection.transaction(), connection.cursor() as cursor:
        columns["area_code"] = _areas(cursor, columns)
        return _write(cursor, "write_facilities", columns, {"source": source})


def register_roads(
    connection: psycopg.Connection[Any], roads: Sequence[RoadRow], *, source: str, file: str | None = None
) -> Written:
    """Write roads, all or none; those of the register that are not among them stay.

    `file`: its name where one source has several, so that equal row numbers are not taken for one road.
    """
    columns: dict[str, list[Any]] = {
        "id": [f"{_key(source, file)}:{road.id}" for road in roads],
        "name": [road.name for road in roads],
        "class": [road.road_class for road in roads],
        "line": [shapely.to_wkb(road.line) for road in roads],
        "raw": [msgspec.json.encode(road.raw).decode() for road in roads],
    }
    with connection.transaction(), connection.cursor() as cursor:
        return _write(cursor, "write_roads", columns, {"source": source})


def _key(source: str, file: str | None) -> str:
    return source if file is None or file == source else f"{source}:{file}"


def ages_text(ages: Mapping[str, float] | None) -> str | None:
    """Return persons by age as they are stored: JSON, whole where they are whole."""
    if ages is None:
        return None
    whole = {band: int(number) if number == int(number) else number for band, number in ages.items()}
    return msgspec.json.encode(whole).decode()


def _people_columns(
    cursor: psycopg.Cursor[Any], counts: Sequence[PeopleCount], source: str
) -> dict[str, list[Any]]:
    names = ("lon", "lat", "area_code", "district", "persons", "households", "coarse")
    columns: dict[str, list[Any]] = {name: [getattr(count, name) for count in counts] for name in names}
    columns["id"] = [f"{source}:{count.id}" for count in counts]
    columns["ages"] = [ages_text(count.ages) for count in counts]
    columns["area_code"] = _areas(cursor, columns)
    return columns


def _areas(cursor: psycopg.Cursor[Any], columns: Mapping[str, list[Any]]) -> list[str | None]:
    """Return the codes of the rows; those that have none get that of the area they lie in."""
    codes: list[str | None] = list(columns["area_code"])
    missing = [at for at, code in enumerate(codes) if code is None]
    if missing:
        places = {name: [columns[name][at] for at in missing] for name in ("lon", "lat")}
        found = cursor.execute(_SQL["areas_of"], places).fetchall()
        for at, (code,) in zip(missing, found, strict=True):
            codes[at] = code
    return codes


def _write(
    cursor: psycopg.Cursor[Any], statement: str, columns: Mapping[str, list[Any]], extra: Mapping[str, Any]
) -> Written:
    rows = len(columns["id"])
    inserted = changed = 0
    for first in range(0, rows, BATCH_ROWS):
        part = slice(first, first + BATCH_ROWS)
        cursor.execute(
            _SQL[statement], {name: column[part] for name, column in columns.items()} | dict(extra)
        )
        new = [row[0] for row in cursor.fetchall()]
        inserted, changed = inserted + sum(new), changed + len(new)
    return Written(inserted, changed - inserted, rows - changed)
