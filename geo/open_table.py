"""Open-data tables as municipalities publish them: bytes in, rows of text with their line numbers out.

Takes CSV in Shift_JIS (cp932) or UTF-8 with or without a byte order mark, separated by commas or tabs,
with title lines above the header, and GeoJSON points. Column names are compared after NFKC without
spaces, so that half- and full-width brackets do not matter.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from geo.open_fields import read_point

#: the header stands within so many lines from the top
HEADER_WITHIN: Final = 10

#: the columns that a point of GeoJSON fills
LONGITUDE: Final = "経度"
LATITUDE: Final = "緯度"


class TableError(ValueError):
    """Raised when a file cannot be read as a table at all; names the file and the reason."""


@dataclass(frozen=True)
class RowFault:
    """What was wrong with a row: where, what stood there, why. `rejected` rows are not taken."""

    #: line of a CSV file where the row begins; number of the feature in GeoJSON; both from 1
    line: int
    column: str
    value: str
    reason: str
    rejected: bool


@dataclass(frozen=True)
class Row:
    """One row: its line and its cells by the column's normal name (`normal_name`)."""

    line: int
    cells: Mapping[str, str]
    #: cells by the name the file gives, the empty ones left out: the row as it came
    raw: Mapping[str, str]

    def first(self, names: Sequence[str]) -> str | None:
        """Return the first cell that is not empty of the columns `names`, None when all are."""
        return next(
            (value for name in names if (value := self.cells.get(normal_name(name), "").strip())), None
        )

    def place(self) -> tuple[float, float, str | None]:
        """Return its longitude and latitude [degrees, EPSG:4326], and what is wrong with them, else None."""
        try:
            return read_point(self.first([LONGITUDE]) or "", self.first([LATITUDE]) or "")
        except ValueError as fault:
            return 0.0, 0.0, str(fault)


@dataclass(frozen=True)
class Table:
    """A table as read: its form and encoding, its columns, its rows and the rows that did not fit."""

    form: Literal["csv", "geojson"]
    encoding: str
    columns: Sequence[str]
    rows: Sequence[Row]
    faults: Sequence[RowFault] = field(default_factory=list)


def normal_name(column: str) -> str:
    """Return a column's name for comparison: NFKC, no spaces, the Japanese comma."""
    return "".join(unicodedata.normalize("NFKC", column).split()).replace(",", "、").replace("･", "・")


def read_table(data: bytes, *, name: str, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Read `data` (the file called `name`). `is_header` tells whether normal names are those of a header.

    Raises `TableError`.
    """
    encoding, text = _decode(data, name)
    if text.lstrip()[:1] == "{":
        return _read_geojson(text, name, encoding)
    return _read_csv(text, name, encoding, is_header)


def _decode(data: bytes, name: str) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in data:
        raise TableError(f"{name} is UTF-16, or no text at all: save it as CSV in UTF-8")
    for encoding in ["utf-8-sig"] if data.startswith(codecs.BOM_UTF8) else ["utf-8", "cp932"]:
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError as fault:
            last = fault
    line = data.count(b"\n", 0, last.start) + 1
    raise TableError(f"{name} is neither UTF-8 nor Shift_JIS: line {line} holds a byte that is in neither")


def _read_csv(text: str, name: str, encoding: str, is_header: Callable[[Sequence[str]], bool]) -> Table:
    faults: list[RowFault] = []
    lines = list(_csv_lines(text, faults))
    names = [[normal_name(cell) for cell in cells] for _, cells in lines[:HEADER_WITHIN]]
    place = next((place for place, columns in enumerate(names) if is_header(columns)), None)
    if place is None:
        raise TableError(f"{name}: none of its first {HEADER_WITHIN} lines is the header that is expected")
    columns, titles = names[place], lines[place][1]
    if twice := _repeated(columns):
        raise TableError(f"{name}: the column {twice!r} stands twice in the header")
    rows = []
    for line, cells in lines[place + 1 :]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
            reason = f"the row has {len(cells)} fields, the header {len(columns)}"
            faults.append(RowFault(line, "", "", reason, rejected=True))
            continue
        rows.append(_row(line, titles, cells))
    return Table("csv", encoding, columns, rows, faults)


def _csv_lines(text: str, faults: list[RowFault]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line where it begins (a quoted cell may hold line breaks).

    A record that breaks the rules of quoting is noted in `faults` and reading goes on behind it.
    """
    head = text[:4096]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            yield begins, next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            reason = f"lines {begins} to {reader.line_num} cannot be read: {fault}"
            faults.append(RowFault(begins, "", "", reason, rejected=True))


def _repeated(columns: Sequence[str]) -> str | None:
    named = [column for column in columns if column]
    return next((column for column in named if named.count(column) > 1), None)


def _row(line: int, titles: Sequence[str], cells: Sequence[str]) -> Row:
    pairs = [(title, cell.strip()) for title, cell in zip(titles, cells, strict=False) if title.strip()]
    return Row(
        line,
        {normal_name(title): cell for title, cell in pairs},
        {title.strip(): cell for title, cell in pairs if cell},
    )


def _read_geojson(text: str, name: str, encoding: str) -> Table:
    try:
        collection = msgspec.json.decode(text)
    except msgspec.DecodeError as fault:
        raise TableError(f"{name} begins like JSON and is not: {fault}") from fault
    features = collection.get("features")
    if not isinstance(features, list):
        raise TableError(f"{name} is JSON, but no GeoJSON FeatureCollection")
    rows, faults = [], []
    columns: dict[str, None] = {}
    for number, feature in enumerate(features, 1):
        cells = _properties(feature)
        if cells is None:
            faults.append(RowFault(number, "", "", "is not a GeoJSON feature with properties", rejected=True))
            continue
        row = _row(number, list(cells), list(cells.values()))
        row = _placed(row, feature.get("geometry"))
        columns.update(dict.fromkeys(row.cells))
        rows.append(row)
    return Table("geojson", encoding, list(columns), rows, faults)


def _properties(feature: Any) -> dict[str, str] | None:  # noqa: ANN401 - any JSON may stand there
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None
    return {key: _text(value) for key, value in properties.items()}


def _placed(row: Row, geometry: Any) -> Row:  # noqa: ANN401 - any JSON may stand there
    """Give a row the point of its geometry, which in GeoJSON is what counts."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return row
    match geometry.get("coordinates"):
        case [longitude, latitude, *_]:
            point = {LONGITUDE: _text(longitude), LATITUDE: _text(latitude)}
            return Row(row.line, {**row.cells, **point}, {**point, **row.raw})
    return row


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON may stand there
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
