"""`import tablet`: what a tablet exported when no line worked, carried here as a file or as read QR pages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.errors import OpsError
from ops.here import installation_here, terminal

if TYPE_CHECKING:
    from shelters.export_file import Export
    from shelters.export_import import Imported

Exports = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, help="Exports, or texts of QR pages."),
]


def tablet(files: Exports) -> None:
    """Import what tablets exported: JSON files, or text files with one read QR page a line."""
    from geo.clock import wall_now
    from geo.engine import connect
    from geo.incident import NoIncidentError, find_incident
    from shelters.export_import import import_export
    from shelters.operation_log import OperationLog

    exports = [(path, read_file(path)) for path in files]
    log = OperationLog()
    with installation_here().database() as database_url, connect(database_url, autocommit=True) as connection:
        try:
            incident = find_incident(connection)
        except NoIncidentError as fault:
            raise OpsError(str(fault)) from fault
        for path, export in exports:
            done = import_export(connection, log, incident, export, account_id=None, now=wall_now())
            terminal().print(summary(path, done), highlight=False, markup=False, soft_wrap=True)


def read_file(path: Path) -> Export:
    """Return the export in a file. Raises `OpsError` naming the file."""
    from shelters.export_file import PREFIX, ExportError, join_pages, read_export

    data = path.read_bytes()
    try:
        if data.lstrip().startswith(PREFIX.encode()):
            data = join_pages([line for line in data.decode().splitlines() if line.strip()])
        return read_export(data)
    except (ExportError, UnicodeDecodeError) as fault:
        raise OpsError(f"{path}: {fault}") from fault


def summary(path: Path, done: Imported) -> str:
    """Return what became of an export in words, with the reasons of what was set aside."""
    counts = done.counts()
    told = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number)
    reasons = Counter(result.reason for result in done.results if result.reason is not None)
    why = "".join(f"\n  {number} in quarantine: {reason}" for reason, number in sorted(reasons.items()))
    return f"{path.name}: {told or 'nothing in it'}{why}"
