"""`import breach-sites`: where levees are expected to fail, into the register, with a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from geo.open_table import RowFault
from ops.errors import OpsError
from ops.here import installation_here, terminal


class BreachSiteImportError(OpsError):
    """Raised when a file cannot be read, or holds no breach sites."""


def breach_sites(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    source: Annotated[str | None, typer.Option(help="Whom to credit (default: the file's name).")] = None,
) -> None:
    """Import breach sites (重要水防箇所, 想定破堤点): GeoJSON lines with id, name, gauge.

    Where they are known also sill_m (above T.P.), width_m and bed_slope. When the forecast of a site's gauge
    passes its set value, the flood of a breach there is computed by itself.
    """
    with installation_here().database() as database_url:
        import_breach_sites(database_url, file, console=terminal(), source=source)


def import_breach_sites(
    database_url: str, path: Path, *, console: Console, source: str | None = None
) -> None:
    """Import the sites of a file and print what went in and what did not.

    A site whose gauge is not registered is left out and said. Raises `BreachSiteImportError`.
    """
    from geo.engine import connect
    from geo.forecast.breach_site import (
        BreachSiteFileError,
        read_breach_sites,
        register_breach_sites,
        unknown_gauges,
    )
    from ops.import_report import fault_table

    try:
        file = read_breach_sites(json.loads(path.read_text(encoding="utf-8")), path.name)
    except (BreachSiteFileError, UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise BreachSiteImportError(f"{path.name} cannot be read: {fault}") from fault
    with connect(database_url, application="sonae import") as connection:
        unknown = unknown_gauges(connection, file.sites)
        kept = [site for site in file.sites if site.gauge_id not in unknown]
        stored = register_breach_sites(connection, kept, source=source or path.name)
    faults = [
        *file.faults,
        *(
            RowFault(site.number, "gauge", site.gauge_id, "no such gauge is registered", rejected=True)
            for site in file.sites
            if site.gauge_id in unknown
        ),
    ]
    console.print(
        f"{path.name}: {len(kept)} breach sites ({stored.inserted} new, {stored.updated} changed,"
        f" {stored.unchanged} as before)",
        highlight=False, markup=False,
    )  # fmt: skip
    if table := fault_table([(path.name, faults)]):
        console.print(table)
