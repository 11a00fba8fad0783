"""The chronology as a CSV file: written for spreadsheets, read back from them. Pure.

A row that was exported and comes back is known by its time, category, object and words, so that taking in
one's own export adds nothing. A row that cannot be used is named with its line and reason.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
#: time to the second (JST), category, object, words: what makes a row known
Key = tuple[str, str, str, str]

#: times in a file for people are Japanese
JST: Final = ZoneInfo("Asia/Tokyo")
#: Excel takes UTF-8 only behind a byte order mark
BYTE_ORDER_MARK: Final = "\ufeff"
COLUMNS: Final = (
    *("番号", "発生時刻(JST)", "記録時刻(JST)", "分類", "重要度", "対象", "内容", "Content", "記入者"),
    *("訂正する番号", "取込元"),
)
#: the categories that screens know; another one is taken in as a note that remembers it
CATEGORIES: Final = (
    *("level", "forecast", "silence", "quality", "warning", "shelter", "order", "air", "note", "system"),
)
#: how a column may be called in a file of somebody else
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": ("発生時刻(JST)", "発生時刻", "発生日時", "日時", "時刻", "event_at"),
    "text": ("内容", "本文", "text"),
    "category": ("分類", "category"),
    "severity": ("重要度", "severity"),
    "object": ("対象", "object"),
    "text_en": ("Content", "text_en"),
    "author": ("記入者", "author"),
}
_FORMULA: Final = frozenset("=+-@\t\r'")
#: rows of one file, characters of one text
MOST_ROWS: Final = 20_000
LONGEST: Final = 2000
_TIMES: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")


class ChronologyFileError(ValueError):
    """Raised when a file is no chronology at all; says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A row of a file that can be used."""

    line: int
    at: datetime
    category: str
    #: the category in the file where screens do not know it, else None
    foreign: str | None
    severity: int
    object_id: str
    text: str
    text_en: str
    author: str

    @property
    def key(self) -> Key:
        """What makes this row known."""
        return (local(self.at), self.category, self.object_id, self.text)


@dataclass(frozen=True)
class Fault:
    """A line that was left out, and why."""

    line: int
    reason: str


def local(at: datetime) -> str:
    """Return a time as the file has it: JST, to the second."""
    return at.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def key_of(row: Row) -> Key:
    """Return what makes an entry known, from its row."""
    return (local(row["event_at"]), row["category"], row["object_id"] or "", row["text"])


def cells(row: Row) -> list[str]:
    """Return an entry's cells in the order of `COLUMNS`."""
    corrects = row["corrects_id"]
    return [
        str(row["id"]),
        local(row["event_at"]),
        local(row["recorded_at"]),
        row["category"],
        str(row["severity"]),
        row["object_id"] or "",
        row["text"],
        row["text_en"],
        row["author"] or "",
        "" if corrects is None else str(corrects),
        str(row["params"].get("origin", "")) if row["code"] == "import" else "",
    ]


def csv_line(line: Sequence[str]) -> str:
    """Return one line of a CSV file in which no cell is taken for a formula by a spreadsheet.

    A note that begins with `=` would be run when the file is opened (OWASP, CSV Injection): such a cell
    gets an apostrophe in front, and so does one that begins with an apostrophe itself.
    """
    written = io.StringIO()
    csv.writer(written).writerow([f"'{cell}" if cell[:1] in _FORMULA and cell else cell for cell in line])
    return written.getvalue()


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA and len(cell) > 1 else cell


def read_file(data: bytes) -> tuple[list[Told], list[Fault]]:
    """Return the usable rows of a CSV file (UTF-8, or Shift_JIS as Excel writes it) and the faults.

    Raises `ChronologyFileError` when it has no columns of time and words, or too many rows.
    """
    reader = csv.reader(io.StringIO(_decoded(data), newline=""))
    rows: list[Told] = []
    faults: list[Fault] = []
    try:
        places = _places([cell.strip() for cell in next(reader, [])])
        for line in reader:
            if not any(cell.strip() for cell in line):
                continue
            if len(rows) + len(faults) >= MOST_ROWS:
                raise ChronologyFileError(f"the file has more than {MOST_ROWS} rows")
            given = {name: _plain(line[place]) for name, place in places.items() if place < len(line)}
            _take(reader.line_num, given, rows, faults)
    except csv.Error as fault:
        raise ChronologyFileError(f"line {reader.line_num}: {fault}") from fault
    return rows, faults


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ChronologyFileError("the file is neither UTF-8 nor Shift_JIS")


def _places(head: Sequence[str]) -> dict[str, int]:
    found = {
        name: next((head.index(known) for known in known_names if known in head), None)
        for name, known_names in _NAMES.items()
    }
    if found["at"] is None or found["text"] is None:
        raise ChronologyFileError(
            "the first line names no column 発生時刻 (event_at) or no column 内容 (text)"
        )
    return {name: place for name, place in found.items() if place is not None}


def _take(line: int, given: Mapping[str, str], rows: list[Told], faults: list[Fault]) -> None:
    try:
        rows.append(_told(line, given))
    except ValueError as fault:
        faults.append(Fault(line, str(fault)))


def _told(line: int, given: Mapping[str, str]) -> Told:
    text = given.get("text", "")
    if not text.strip():
        raise ValueError("内容 is blank")
    if len(text) > LONGEST:
        raise ValueError(f"内容 has {len(text)} characters, at most {LONGEST}")
    if any("\0" in cell for cell in given.values()):
        raise ValueError("a cell holds a NUL character")
    category = given.get("category", "").strip() or "note"
    known = category in CATEGORIES
    return Told(
        line=line,
        at=_time(given.get("at", "").strip()),
        category=category if known else "note",
        foreign=None if known else category,
        severity=_severity(given.get("severity", "").strip()),
        object_id=given.get("object", ""),
        text=text,
        text_en=given.get("text_en", "") or text,
        author=given.get("author", "").strip(),
    )


def _time(text: str) -> datetime:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=JST)
        except ValueError:
            continue
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"発生時刻 {text[:40]!r} is not a time") from None
    if parsed.tzinfo is None:
        raise ValueError(f"発生時刻 {text[:40]!r} has no zone")
    return parsed


def _severity(text: str) -> int:
    if text == "":
        return 0
    if not text.isdecimal() or int(text) > 5:
        raise ValueError(f"重要度 {text[:20]!r} is none of 0 to 5")
    return int(text)


def surplus(told: Iterable[Told], known: Mapping[Key, int]) -> list[Told]:
    """Return the rows that are not known yet; `known` counts entries by key.

    A file that holds the same row twice where one is known adds one: nothing is lost, nothing doubled.
    """
    left = dict(known)
    new = []
    for row in told:
        if left.get(row.key, 0) > 0:
            left[row.key] -= 1
        else:
            new.append(row)
    return new
