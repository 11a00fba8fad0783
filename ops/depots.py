"""`import depots`: stores and transport hubs from open data, with synthetic stock where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from geo.engine import connect
from geo.incident import NoIncidentError, find_incident
from geo.open_table import RowFault, TableError, read_table
from ops.errors import OpsError
from ops.exposures import file_data
from ops.import_report import fault_table
from shelters.rulebook import norms
from shelters.supply_store import Depot, DepotLot, put_depot, put_lot
from shelters.synthetic_stock import SYNTHETIC, synthetic_lots

_NAMES: Final = ("名称", "倉庫名", "防災倉庫名", "水防倉庫名", "name")
_NUMBERS: Final = ("NO", "ID", "番号", "id")
_CODES: Final = ("市区町村コード", "全国地方公共団体コード", "都道府県コード又は市区町村コード")
_ADDRESSES: Final = ("住所", "所在地", "address")


class DepotImportError(OpsError):
    """Raised when a file is no list of depots, or no incident is open; names the file."""


@dataclass(frozen=True)
class DepotFile:
    """What a file held: depots by their ids, and what was wrong."""

    depots: dict[str, Depot]
    faults: list[RowFault]


def read_depots(data: bytes, *, name: str, source: str, synthetic: bool) -> DepotFile:
    """Read a list of depots (CSV or GeoJSON points). Raises `DepotImportError`."""
    try:
        table = read_table(data, name=name, is_header=lambda titles: bool(set(titles) & {*_NAMES}))
    except TableError as fault:
        raise DepotImportError(str(fault)) from fault
    faults = list(table.faults)
    depots: dict[str, Depot] = {}
    for row in table.rows:
        title = row.first(_NAMES)
        lon, lat, reason = row.place()
        if title is None or reason is not None:
            faults.append(RowFault(row.line, "名称・位置", title or "", reason or "no name", rejected=True))
            continue
        number = f"{row.first(_CODES) or '-'}-depot-{row.first(_NUMBERS) or row.line}"
        if number in depots:
            faults.append(RowFault(row.line, "番号", number, "the number stands twice", rejected=True))
            continue
        depots[number] = Depot(
            name=title,
            lon=lon,
            lat=lat,
            source=source,
            kind="municipality",
            address=row.first(_ADDRESSES),
            truck_classes=["light", "2t", "4t"],
            synthetic=synthetic,
        )
    return DepotFile(depots, faults)


def import_depots(
    database_url: str,
    paths: Sequence[Path],
    *,
    source: str | None,
    stocked_persons: int | None,
    seed: int,
    wall: datetime,
    console: Console,
) -> int:
    """Import depots; with `stocked_persons` each is filled for so many, from the norms, and says so.

    Return how many went in. Raises `DepotImportError` when a file is no list of depots, or stock is
    asked for while no incident is open.
    """
    synthetic = stocked_persons is not None
    files = [
        (path, read_depots(file_data(path), name=path.name, source=source or path.name, synthetic=synthetic))
        for path in paths
    ]
    random = np.random.default_rng(seed)
    with connect(database_url, application="sonae import", autocommit=True) as connection:
        try:
            incident = find_incident(connection)
        except NoIncidentError as fault:
            raise DepotImportError("no incident is open: depots are told within one") from fault
        today = incident.now(wall).date()
        for _, file in files:
            for number, depot in file.depots.items():
                put_depot(connection, incident.id, number, depot)
                for lot in synthetic_lots(norms(), stocked_persons, today, random) if stocked_persons else ():
                    written = DepotLot(
                        item=lot.item, amount=lot.amount, expires_on=lot.expires_on, note=SYNTHETIC
                    )
                    put_lot(connection, incident.id, number, f"S-{lot.item}", written)
    if (table := fault_table([(path.name, file.faults) for path, file in files])) is not None:
        console.print(table)
    count = sum(len(file.depots) for _, file in files)
    console.print(
        f"depots: {count}" + (f" ({SYNTHETIC})" if synthetic else ""), highlight=False, markup=False
    )
    return count
