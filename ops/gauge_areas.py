"""`import gauge-areas`: which areas a gauge's river threatens, into the register, with a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops.errors import OpsError
from ops.here import installation_here, terminal


class GaugeAreaImportError(OpsError):
    """Raised when a file cannot be read as a table of gauges and areas."""


def gauge_areas(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Import which areas a gauge's river threatens: CSV with gauge, area, district, source, verified.

    Proposals take a gauge for the areas of this table and for the municipality it stands in.
    """
    with installation_here().database() as database_url:
        import_gauge_areas(database_url, file, console=terminal())


def import_gauge_areas(database_url: str, path: Path, *, console: Console) -> None:
    """Import the rows of a file and print what went in and what did not. Raises `GaugeAreaImportError`."""
    from alerts.gauge_area import read_gauge_areas, store_gauge_areas
    from geo.engine import connect
    from geo.open_table import TableError
    from ops.import_report import fault_table

    try:
        rows, faults = read_gauge_areas(path.read_bytes(), name=path.name)
    except TableError as fault:
        raise GaugeAreaImportError(f"{path.name} cannot be read: {fault}") from fault
    with connect(database_url, application="sonae import") as connection:
        stored, unknown = store_gauge_areas(connection, rows)
    console.print(f"{path.name}: {stored} areas of gauges", highlight=False, markup=False)
    if table := fault_table([(path.name, [*faults, *unknown])]):
        console.print(table)
