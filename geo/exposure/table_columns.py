"""Cells of an open-data table by the names that publishers give to a column, and rows that are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from geo.municipality import MunicipalityCodeError, prefecture_of, read_code
from geo.open_fields import FieldError, plain, read_point
from geo.open_table import Row, RowFault, normal_name

LONGITUDE: Final = ("経度", "lon", "longitude", "lng")
LATITUDE: Final = ("緯度", "lat", "latitude")
#: latitude and longitude in one cell, in this order
LOCATION: Final = ("location", "緯度経度")
AREA_CODE: Final = (
    *("area_code", "市区町村コード", "全国地方公共団体コード", "都道府県コード又は市区町村コード"),
    *("prefCode", "地方公共団体コード"),
)
PREFECTURE: Final = ("prefName", "都道府県名", "pref", "所在地_都道府県", "address", "住所", "所在地")
ID: Final = ("id", "ID", "#property", "№", "NO", "No", "No.", "番号", "地域コード")


class RejectedError(Exception):
    """Raised within a row that cannot be taken: which column, what stands there, why."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass
class RowReader:
    """Reads one row and collects what is wrong with it."""

    row: Row
    faults: list[RowFault] = field(default_factory=list)

    def cell(self, columns: Sequence[str]) -> tuple[str, str]:
        """Return the first of `columns` that is filled, with its text; the first one when none is."""
        cells = self.row.cells
        filled = next((column for column in map(normal_name, columns) if cells.get(column)), None)
        return (filled, cells[filled]) if filled else (columns[0], "")

    def value(self, columns: Sequence[str]) -> str | None:
        """Return the text of the first of `columns` that is filled."""
        return self.cell(columns)[1] or None

    def required(self, columns: Sequence[str]) -> str:
        """Return the text of the first of `columns` that is filled. Raises `RejectedError`."""
        column, text = self.cell(columns)
        if not text:
            raise RejectedError(column, "", "is empty")
        return text

    def reject(self, fault: RejectedError) -> None:
        """Note why the row is not taken."""
        self.faults.append(RowFault(self.row.line, fault.column, fault.value, fault.reason, rejected=True))

    def remark(self, column: str, value: str, reason: str | None) -> None:
        """Note what was not plain in a row that is taken; None = nothing."""
        if reason is not None:
            self.faults.append(RowFault(self.row.line, column, value, reason, rejected=False))

    def refuse_twice(self, id_: str, lines: dict[str, int]) -> None:
        """Note in `lines` where an id stands. Raises `RejectedError` when it stood before."""
        if id_ in lines:
            raise RejectedError(ID[0], id_, f"has the same id as line {lines[id_]}")
        lines[id_] = self.row.line

    def check_text(self) -> None:
        """Raise `RejectedError` for text that no database keeps."""
        for column, text in self.row.raw.items():
            if "\x00" in text:
                raise RejectedError(column, ascii(text), "holds a NUL, which no database keeps")

    def number(self, columns: Sequence[str]) -> float | None:
        """Return a number that is not negative, None when the cell is empty. Raises `RejectedError`."""
        column, text = self.cell(columns)
        if not text:
            return None
        try:
            number = float(plain(text).replace(",", ""))
        except ValueError:
            raise RejectedError(column, text, "is not a number") from None
        if not 0 <= number < float("inf"):
            raise RejectedError(column, text, "is not a number from 0 on")
        return number

    def point(self) -> tuple[float, float] | None:
        """Return longitude and latitude, None when the row has none. Raises `RejectedError`."""
        column, location = self.cell(LOCATION)
        longitude, latitude = (self.cell(columns)[1] for columns in (LONGITUDE, LATITUDE))
        if not longitude and not latitude:
            if not location:
                return None
            latitude, comma, longitude = location.partition(",")
            if not comma:
                raise RejectedError(column, location, "is not a latitude and a longitude with a comma")
        try:
            lon, lat, remark = read_point(longitude, latitude)
        except FieldError as fault:
            raise RejectedError(LONGITUDE[0], f"{longitude}, {latitude}", str(fault)) from fault
        self.remark(LONGITUDE[0], f"{longitude}, {latitude}", remark)
        return lon, lat

    def area_code(self) -> str | None:
        """Return the five-digit code of the municipality, None when the row does not tell."""
        column, text = self.cell(AREA_CODE)
        if not text:
            return None
        stated = next(
            (code for name in PREFECTURE if (code := prefecture_of(self.cell((name,))[1])) is not None), None
        )
        try:
            code = read_code(text, prefecture=stated)
        except MunicipalityCodeError as fault:
            self.remark(column, text, f"{fault}: the place alone tells the municipality")
            return None
        return None if code.endswith("000") else code
