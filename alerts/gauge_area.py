"""Which areas a gauge's river threatens, as planners say: a table, into the register.

Columns: `gauge` (its id), `area` (a municipality's five or six digits), `district` (empty = the whole
municipality), `source` (where planners say so), `verified` (1 = checked against that).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.rows import dict_row

from geo.municipality import MunicipalityCodeError, read_code
from geo.open_table import RowFault, normal_name, read_table
from geo.queries import load

_SQL = load("alerts", "proposal.sql")
_NEEDED = ("gauge", "area", "source")


@dataclass(frozen=True, kw_only=True)
class GaugeAreaRow:
    """One row of the table."""

    line: int
    gauge_id: str
    area_kind: str
    area_id: str
    source: str
    verified: bool


def read_gauge_areas(data: bytes, *, name: str) -> tuple[list[GaugeAreaRow], list[RowFault]]:
    """Return the rows of a CSV table and its faults. Raises `geo.open_table.TableError`."""
    table = read_table(
        data, name=name, is_header=lambda cells: set(_NEEDED) <= {normal_name(cell) for cell in cells}
    )
    rows, faults = [], list(table.faults)
    for row in table.rows:
        cells = {key: value.strip() for key, value in row.cells.items()}
        missing = [key for key in _NEEDED if not cells.get(key)]
        if missing:
            faults.append(RowFault(row.line, missing[0], "", "is blank", rejected=True))
            continue
        try:
            code = read_code(cells["area"])
        except MunicipalityCodeError as fault:
            faults.append(RowFault(row.line, "area", cells["area"], str(fault), rejected=True))
            continue
        district = cells.get("district", "")
        rows.append(
            GaugeAreaRow(
                line=row.line,
                gauge_id=cells["gauge"],
                area_kind="district" if district else "municipality",
                area_id=f"{code}.{district}" if district else code,
                source=cells["source"],
                verified=cells.get("verified") == "1",
            )
        )
    return rows, faults


def store_gauge_areas(
    connection: psycopg.Connection[object], rows: Sequence[GaugeAreaRow]
) -> tuple[int, list[RowFault]]:
    """Write the rows; return how many, and what is not registered: a row without its gauge is left out."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SELECT id FROM gauge WHERE id = ANY(%s)", ([row.gauge_id for row in rows],))
        known = {row["id"] for row in cursor.fetchall()}
        cursor.execute("SELECT code FROM area")
        areas = {row["code"] for row in cursor.fetchall()}
        kept = [row for row in rows if row.gauge_id in known]
        for row in kept:
            cursor.execute(
                _SQL["put_binding"],
                {
                    "gauge": row.gauge_id,
                    "kind": row.area_kind,
                    "area": row.area_id,
                    "source": row.source,
                    "verified": row.verified,
                },
            )
    unknown = [
        RowFault(row.line, "gauge", row.gauge_id, "no such gauge is registered", rejected=True)
        for row in rows
        if row.gauge_id not in known
    ]
    unknown += [
        RowFault(row.line, "area", row.area_id[:5], "no such municipality is loaded yet", rejected=False)
        for row in kept
        if row.area_id[:5] not in areas
    ]
    return len(kept), unknown
