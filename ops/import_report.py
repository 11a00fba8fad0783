"""What an import says of a file's faults: a table for the terminal, a CSV file for every single one."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from geo.open_table import RowFault

#: so many different faults are shown on the terminal; `--report` holds every one
SHOWN_FAULTS = 12
REPORT_COLUMNS = ("file", "line", "column", "value", "reason", "row")

#: a file's name and its faults
FileFaults = tuple[str, Sequence[RowFault]]


def import_progress(console: Console) -> Progress:
    """Return a progress bar that leaves nothing behind."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True)


def fault_table(files: Iterable[FileFaults]) -> Table | None:
    """Return the faults grouped by column and reason, with the first line of each group; None = none."""
    groups: Counter[tuple[str, str, str, bool]] = Counter()
    first: dict[tuple[str, str, str, bool], tuple[int, str]] = {}
    for name, faults in files:
        for fault in faults:
            key = (name, fault.column, fault.reason, fault.rejected)
            groups[key] += 1
            first.setdefault(key, (fault.line, fault.value))
    if not groups:
        return None
    ordered = sorted(groups, key=lambda key: (not key[3], -groups[key]))
    table = Table("file", "line", "column", "value", "reason", "row", "times")
    for key in ordered[:SHOWN_FAULTS]:
        line, value = first[key]
        name, column, reason, rejected = key
        cells = (name, str(line), column, value, reason, "rejected" if rejected else "taken")
        # What a stranger's file holds is text, not markup.
        table.add_row(*map(Text, cells), str(groups[key]))
    if len(ordered) > SHOWN_FAULTS:
        table.caption = f"{len(ordered) - SHOWN_FAULTS} more kinds of fault: --report FILE.csv lists all"
    return table


def write_report(path: Path, files: Iterable[FileFaults]) -> None:
    """Write every fault as CSV, with a byte order mark, so that a spreadsheet opens Japanese as it is."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(REPORT_COLUMNS)
        for name, faults in files:
            for fault in faults:
                row = "rejected" if fault.rejected else "taken"
                cells = (name, fault.line, fault.column, _safe(fault.value), _safe(fault.reason), row)
                writer.writerow(cells)


def _safe(text: str) -> str:
    """Keep a spreadsheet from running a cell of a stranger's file as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
