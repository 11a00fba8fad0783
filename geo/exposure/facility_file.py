"""Lists of facilities as municipalities publish them: bytes in, records and faults out.

CSV or GeoJSON points with a name and a place; the kind comes from a column `kind`, from the publisher's own
category (`geo/rules/facilities.toml`), or from whoever imports the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geo.exposure.table_columns import ID, RejectedError, RowReader
from geo.facility_kinds import kind_of
from geo.open_fields import plain
from geo.open_table import RowFault, TableError, normal_name, read_table
from geo.schema.exposure import FACILITY_KINDS

NAME: Final = ("name", "名称", "施設名", "要配慮者利用施設名称", "施設の名称", "施設・場所名")
ADDRESS: Final = ("address", "住所", "所在地", "所在地_連結表記")
CAPACITY: Final = ("capacity", "定員", "numberOfBeds", "病床数", "想定収容人数")
KIND: Final = ("kind",)
CATEGORY: Final = (
    *("category", "区分", "service", "サービス", "certifiedType", "alternativeName", "施設種別", "種別"),
    *("地域防災計画分類",),
)
#: more than any building holds: a telephone number in the wrong column
_CAPACITY_MAX: Final = 1_000_000
_LEADING = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.0+)?(?![0-9.,])")


class FacilityFileError(ValueError):
    """Raised when a file is no list of facilities; names it."""


@dataclass(frozen=True, kw_only=True)
class FacilityRow:
    """One facility, as one row tells it; `id` is unique within the file. Degrees, EPSG:4326."""

    id: str
    kind: str
    name: str
    address: str | None
    area_code: str | None
    lon: float
    lat: float
    #: persons or beds, as far as the row gives a number
    capacity: int | None
    raw: Mapping[str, str]


@dataclass(frozen=True)
class FacilityFile:
    """What a list held. `faults` are in the order of the file."""

    form: str
    encoding: str
    rows: int
    facilities: list[FacilityRow]
    faults: list[RowFault]

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len({fault.line for fault in self.faults if fault.rejected})


def read_facilities(data: bytes, *, name: str, kind: str | None = None) -> FacilityFile:
    """Read facilities from the bytes of the file called `name`, all of one `kind`, or None: each tells it.

    Raises `FacilityFileError`.
    """
    if kind is not None and kind not in FACILITY_KINDS:
        raise FacilityFileError(f"{kind!r} is no kind of facility: {', '.join(FACILITY_KINDS)}")
    names = {normal_name(column) for column in NAME}
    try:
        table = read_table(data, name=name, is_header=lambda columns: bool(names & set(columns)))
    except TableError as fault:
        raise FacilityFileError(str(fault)) from fault
    if not names & set(table.columns):
        raise FacilityFileError(f"{name}: none of its properties is one of {', '.join(NAME)}")
    facilities: list[FacilityRow] = []
    faults, lines = list(table.faults), dict[str, int]()
    for row in table.rows:
        reader = _FacilityReader(row, kind=kind)
        try:
            facility = reader.read()
            reader.refuse_twice(facility.id, lines)
            facilities.append(facility)
        except RejectedError as fault:
            reader.reject(fault)
        faults += reader.faults
    faults.sort(key=lambda fault: fault.line)
    return FacilityFile(table.form, table.encoding, len(table.rows) + len(table.faults), facilities, faults)


@dataclass(kw_only=True)
class _FacilityReader(RowReader):
    """Reads one row of a list of facilities."""

    kind: str | None

    def read(self) -> FacilityRow:
        """Return the facility. Raises `RejectedError`."""
        self.check_text()
        name = self.required(NAME)
        point = self.point()
        if point is None:
            raise RejectedError("緯度, 経度", "", "the row has no point")
        lon, lat = point
        return FacilityRow(
            id=self.value(ID) or f"{name}@{lon:.5f},{lat:.5f}",
            kind=self.kind or self._own_kind(),
            name=name,
            address=self.value(ADDRESS),
            area_code=self.area_code(),
            lon=lon,
            lat=lat,
            capacity=self._capacity(),
            raw=self.row.raw,
        )

    def _own_kind(self) -> str:
        column, text = self.cell(KIND)
        if text:
            if text not in FACILITY_KINDS:
                raise RejectedError(column, text, f"is none of {', '.join(FACILITY_KINDS)}")
            return text
        column, text = self.cell(CATEGORY)
        if not text:
            raise RejectedError(column, "", "the row does not say what it is; say which kind (--kind)")
        found = kind_of(text)
        if found is None:
            self.remark(column, text, "is a category that is not known: taken as other")
        return found or "other"

    def _capacity(self) -> int | None:
        column, text = self.cell(CAPACITY)
        if not text:
            return None
        match = _LEADING.match(plain(text))
        if match is None or (number := int(match[1].replace(",", ""))) > _CAPACITY_MAX:
            self.remark(column, text, "is not a number of persons: left out")
            return None
        return number
