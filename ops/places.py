"""`import places` and `import areas`: files of municipalities and GSI into the register, with a report.

What cannot be used is listed with its line, column and reason, and the rest goes in; so a run with
rejected rows still succeeds. Only a file that is no such list at all fails, and then nothing of it is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from geo.area import AreaFileError, read_areas, store_areas
from geo.engine import connect
from ops.errors import OpsError
from ops.import_report import fault_table, import_progress, write_report
from shelters.common_id import Kind
from shelters.designated import DesignatedFile, DesignatedFileError, read_designated
from shelters.register import Registered, register

KIND_NAMES = {"site": "指定緊急避難場所 (sites)", "shelter": "指定避難所 (shelters)"}


class ImportFileError(OpsError):
    """Raised when a file cannot be read, or is no list of places."""


@dataclass(frozen=True)
class Imported:
    """What became of one file; `registered` is None in a dry run."""

    path: Path
    file: DesignatedFile
    registered: Registered | None


def import_places(
    database_url: str | None,
    paths: Sequence[Path],
    *,
    console: Console,
    kind: Kind | None = None,
    source: str | None = None,
    report: Path | None = None,
) -> list[Imported]:
    """Import lists of sites and shelters and print a table of what went in and what did not.

    `database_url` None is a dry run: everything is read and reported, nothing written. `source` is
    whom to credit (default: the file's name). `report` is a CSV file for every single fault.
    Raises `ImportFileError` before anything is written when one of the files cannot be read.
    """
    # All files are read before the first is written: a wrong name at the end leaves nothing half done.
    files = _read_all(paths, kind, console)
    imported = [Imported(path, file, None) for path, file in files]
    if database_url is not None:
        imported = _write_all(database_url, files, source, console)
    console.print(_summary(imported))
    faults = [(item.path.name, item.file.faults) for item in imported]
    if (table := fault_table(faults)) is not None:
        console.print(table)
    if report is not None:
        write_report(report, faults)
        console.print(f"every fault: {report}", highlight=False, markup=False)
    return imported


def import_areas(database_url: str, paths: Sequence[Path], *, console: Console) -> None:
    """Import municipalities (国土数値情報 N03) and print what was mended or left out.

    Raises `ImportFileError` naming the file that holds none.
    """
    with connect(database_url, application="sonae import") as connection:
        for path in paths:
            try:
                file = read_areas(path)
            except AreaFileError as fault:
                raise ImportFileError(str(fault)) from fault
            stored = store_areas(connection, file.areas, source=f"国土数値情報 N03 ({path.name})")
            counts = f"{stored.inserted} new, {stored.updated} changed, {stored.unchanged} as before"
            lines = [f"{path.name}: {len(file.areas)} municipalities ({counts})"]
            lines += [
                f"  {flaw.where}: {flaw.reason} ({'taken' if flaw.kept else 'left out'})"
                for flaw in file.faults
            ]
            console.print("\n".join(lines), highlight=False, markup=False)


def _read_all(
    paths: Sequence[Path], kind: Kind | None, console: Console
) -> list[tuple[Path, DesignatedFile]]:
    files = []
    with import_progress(console) as progress:
        for path in progress.track(paths, description="reading"):
            try:
                files.append((path, read_designated(path.read_bytes(), name=path.name, kind=kind)))
            except (DesignatedFileError, OSError) as fault:
                raise ImportFileError(str(fault)) from fault
    return files


def _write_all(
    database_url: str, files: Sequence[tuple[Path, DesignatedFile]], source: str | None, console: Console
) -> list[Imported]:
    imported = []
    with (
        connect(database_url, application="sonae import") as connection,
        import_progress(console) as progress,
    ):
        for path, file in progress.track(files, description="writing"):
            counts = register(connection, file.kind, file.refuges, source=source or path.name)
            connection.commit()
            imported.append(Imported(path, file, counts))
    return imported


def _summary(imported: Sequence[Imported]) -> Table:
    table = Table("file", "lists", "read as")
    for name in ("rows", "new", "changed", "as before", "rejected", "remarks"):
        table.add_column(name, justify="right")
    for item in imported:
        counts = item.registered
        written = ["-"] * 3
        if counts is not None:
            written = [str(number) for number in (counts.inserted, counts.updated, counts.unchanged)]
        remarks = sum(not fault.rejected for fault in item.file.faults)
        table.add_row(
            Text(item.path.name),
            KIND_NAMES[item.file.kind],
            f"{item.file.form}, {item.file.encoding}",
            str(item.file.rows),
            *written,
            str(item.file.rejected),
            str(remarks),
        )
    return table
