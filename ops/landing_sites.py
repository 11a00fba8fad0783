"""`import landing-sites`: places where helicopters can come down, from open data or our own CSV."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg.rows import dict_row
from rich.console import Console

from geo.change import record
from geo.engine import connect
from geo.incident import NoIncidentError, find_incident
from geo.landing_site import LandingSite, landing_site_changes, put_landing_sites
from geo.open_table import Row, RowFault, TableError, read_table
from ops.errors import OpsError
from ops.exposures import file_data
from ops.import_report import fault_table

_NAMES: Final = ("名称", "場外離着陸場名", "name")
_NUMBERS: Final = ("NO", "ID", "番号", "id")
_CODES: Final = ("市区町村コード", "全国地方公共団体コード", "都道府県コード又は市区町村コード")
_KANA: Final = ("名称_カナ", "kana")
_ADDRESSES: Final = ("住所", "所在地", "address")
_CATEGORIES: Final = ("区分", "category")
_SURFACES: Final = ("地表面", "路面", "surface")
_SIZES: Final = ("広さ（メートル）", "広さ", "size_m")
_CAPACITIES: Final = ("同時離着陸機数", "駐機数", "capacity")
#: 120×100, 120x100 m, 120*100
_SIZE: Final = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*m?\s*[×xX*✕╳]\s*(\d+(?:\.\d+)?)\s*m?\s*$")
#: longer or wider ones are a slip of the pen [m]
_LONGEST_M: Final = 5_000.0


class LandingSiteImportError(OpsError):
    """Raised when a file is no list of landing sites; names the file."""


@dataclass(frozen=True)
class LandingSiteFile:
    """What a file held: landing sites by their ids, and what was wrong."""

    sites: dict[str, LandingSite]
    faults: list[RowFault]


def read_landing_sites(data: bytes, *, name: str, source: str) -> LandingSiteFile:
    """Read a list of landing sites (CSV or GeoJSON points). Raises `LandingSiteImportError`.

    What is not told stays unknown: a size or capacity that cannot be read is named, and the site is taken.
    """
    try:
        table = read_table(data, name=name, is_header=lambda titles: bool(set(titles) & {*_NAMES}))
    except TableError as fault:
        raise LandingSiteImportError(str(fault)) from fault
    faults = list(table.faults)
    sites: dict[str, LandingSite] = {}
    for row in table.rows:
        title = row.first(_NAMES)
        lon, lat, reason = row.place()
        if title is None or reason is not None:
            faults.append(RowFault(row.line, "名称・位置", title or "", reason or "no name", rejected=True))
            continue
        number = f"{row.first(_CODES) or '-'}-heliport-{row.first(_NUMBERS) or row.line}"
        if number in sites:
            faults.append(RowFault(row.line, "番号", number, "the number stands twice", rejected=True))
            continue
        sites[number] = _site(number, title, lon, lat, row, source, faults)
    return LandingSiteFile(sites, faults)


def _site(
    number: str, title: str, lon: float, lat: float, row: Row, source: str, faults: list[RowFault]
) -> LandingSite:
    length_m, width_m = _size(row, faults)
    return LandingSite(
        id=number,
        name=title,
        lon=lon,
        lat=lat,
        source=source,
        kana=row.first(_KANA),
        address=row.first(_ADDRESSES),
        category=row.first(_CATEGORIES),
        surface=row.first(_SURFACES),
        length_m=length_m,
        width_m=width_m,
        capacity=_capacity(row, faults),
        raw=row.raw,
    )


def _size(row: Row, faults: list[RowFault]) -> tuple[float | None, float | None]:
    text = row.first(_SIZES)
    if text is None:
        return None, None
    found = _SIZE.match(text)
    sides = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if not all(0 < side <= _LONGEST_M for side in sides):
        faults.append(RowFault(row.line, _SIZES[0], text, "not length × width in metres", rejected=False))
        return None, None
    return max(sides), min(sides)


def _capacity(row: Row, faults: list[RowFault]) -> int | None:
    text = row.first(_CAPACITIES)
    if text is None:
        return None
    digits = text.removesuffix("機").strip()
    if not digits.isdecimal() or not 0 < int(digits) <= 100:
        faults.append(RowFault(row.line, _CAPACITIES[0], text, "not a number of helicopters", rejected=False))
        return None
    return int(digits)


def import_landing_sites(
    database_url: str | None, paths: Sequence[Path], *, source: str | None, console: Console
) -> int:
    """Import landing sites and tell the screens of the open incident; return how many there are.

    `database_url` None writes nothing. Raises `LandingSiteImportError` when a file is no list of them.
    """
    files = [
        (path, read_landing_sites(file_data(path), name=path.name, source=source or path.name))
        for path in paths
    ]
    sites = {number: site for _, file in files for number, site in file.sites.items()}
    if database_url is not None:
        with (
            connect(database_url, application="sonae import") as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            put_landing_sites(cursor, list(sites.values()))
            try:
                incident = find_incident(connection)
            except NoIncidentError:
                incident = None
            if incident is not None:
                record(cursor, incident.id, landing_site_changes(cursor, incident.id, list(sites)))
            connection.commit()
    if (table := fault_table([(path.name, file.faults) for path, file in files])) is not None:
        console.print(table)
    console.print(f"landing sites: {len(sites)}", highlight=False, markup=False)
    return len(sites)
