"""Files of population: bytes in, counts and faults out.

Reads the municipal 推奨データセット 地域・年齢別人口 (with a location, as 高松市 publishes it, or with
outlines of the districts beside it), tables by mesh code (JIS X 0410, as e-Stat gives them), and the plain
columns `id,lon,lat,persons,households,age_0_14,…,area_code,district,coarse,synthetic`. A row that cannot be
used is reported with line, column and reason, and the rest is taken.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from geo.exposure.ages import group_sum
from geo.exposure.spread import PeopleCount
from geo.exposure.table_columns import ID, RejectedError, RowReader
from geo.mesh import MeshError, mesh_box
from geo.open_fields import plain, read_flag
from geo.open_table import RowFault, TableError, normal_name, read_table

MESH: Final = ("mesh", "KEY_CODE", "メッシュコード", "地域メッシュコード")
PERSONS: Final = ("persons", "totalPopulation", "総人口", "人口", "人口(総数)", "人口総数")
HOUSEHOLDS: Final = ("households", "numberOfHouseholds", "世帯数", "世帯総数", "一般世帯数")
DISTRICT: Final = ("district", "regionName", "地域名", "町丁字名", "町字名", "地区名", "地区")
AS_OF: Final = ("as_of", "surveyDate", "調査年月日", "基準日")
COARSE: Final = ("coarse",)
SYNTHETIC: Final = ("synthetic", "合成")

#: `age_0_4`, `age_85_over`; `0-4歳の男性`, `85歳以上の女性`; `man1` … `woman18`, the same bands numbered
_PLAIN_AGE = re.compile(r"age_([0-9]+)_([0-9]+|over)")
_NAMED_AGE = re.compile(r"([0-9]+)(?:[-~〜]([0-9]+))?歳(以上)?の?(?:男性|女性|男|女)")
_NUMBERED_AGE = re.compile(r"(?:man|woman)([0-9]+)")
#: five-year bands of the 推奨データセット: 0-4 to 80-84, then 85 and older
_BANDS: Final = (*(f"{first}-{first + 4}" for first in range(0, 85, 5)), "85+")


class PeopleFileError(ValueError):
    """Raised when a file is no list of population at all; names it and what is missing."""


@dataclass(frozen=True)
class PeopleFile:
    """What a file held; `counts` are whole numbers or estimates, not yet spread."""

    form: str
    encoding: str
    rows: int
    counts: list[PeopleCount]
    faults: list[RowFault]
    #: the oldest date that a row states
    as_of: date | None

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len({fault.line for fault in self.faults if fault.rejected})

    @property
    def persons(self) -> float:
        """All persons of the rows that were taken."""
        return sum(count.persons for count in self.counts)


def read_people(
    data: bytes,
    *,
    name: str,
    districts: Mapping[str, BaseGeometry] | None = None,
    persons_column: str | None = None,
    households_column: str | None = None,
) -> PeopleFile:
    """Read population from the bytes of the file called `name`.

    `districts` are outlines by the name of the district (EPSG:4326). `persons_column` and
    `households_column` name columns that this program does not know. Raises `PeopleFileError`.
    """
    persons = (persons_column,) if persons_column else PERSONS
    households = (households_column,) if households_column else HOUSEHOLDS
    wanted = {normal_name(column) for column in persons}
    try:
        table = read_table(data, name=name, is_header=lambda columns: bool(wanted & set(columns)))
    except TableError as fault:
        raise PeopleFileError(f"{fault} (one of the columns {', '.join(persons)})") from fault
    if not wanted & set(table.columns):
        raise PeopleFileError(f"{name}: none of its properties is one of {', '.join(persons)}")
    bands = {column: band for column in table.columns if (band := _band(column)) is not None}
    counts: list[PeopleCount] = []
    lines: dict[str, int] = {}
    faults, dates, said = list(table.faults), [], set()
    for row in table.rows:
        reader = _CountReader(
            row, persons=persons, households=households, bands=bands, districts=districts or {}
        )
        try:
            count = reader.read()
            reader.refuse_twice(count.id, lines)
            counts.append(count)
            dates.append(reader.as_of())
            if reader.value(COARSE) is not None:
                said.add(count.id)
        except RejectedError as fault:
            reader.reject(fault)
        faults += reader.faults
    return PeopleFile(
        table.form,
        table.encoding,
        len(table.rows) + len(table.faults),
        _coarse(counts, said),
        sorted(faults, key=lambda fault: fault.line),
        min((day for day in dates if day is not None), default=None),
    )


def _coarse(counts: Sequence[PeopleCount], said: AbstractSet[str]) -> list[PeopleCount]:
    """Mark a district that is one point of the file as coarse, unless the file `said` something itself."""
    rows = Counter((count.area_code, count.district) for count in counts)

    def stands_for_all(count: PeopleCount) -> bool:
        alone = rows[count.area_code, count.district] == 1
        return count.id not in said and count.district is not None and count.home is None and alone

    return [replace(count, coarse=True) if stands_for_all(count) else count for count in counts]


def _band(column: str) -> str | None:
    """Return the band of ages that a column counts: `0-4`, `85+`; None when it counts none."""
    if match := _PLAIN_AGE.fullmatch(column):
        return f"{match[1]}+" if match[2] == "over" else f"{match[1]}-{match[2]}"
    if match := _NAMED_AGE.fullmatch(column):
        if match[3]:
            return f"{match[1]}+"
        return f"{match[1]}-{match[2] or match[1]}"
    if (match := _NUMBERED_AGE.fullmatch(column)) and 1 <= int(match[1]) <= len(_BANDS):
        return _BANDS[int(match[1]) - 1]
    return None


@dataclass(kw_only=True)
class _CountReader(RowReader):
    """Reads one row of population."""

    persons: Sequence[str]
    households: Sequence[str]
    #: band of ages by column
    bands: Mapping[str, str]
    districts: Mapping[str, BaseGeometry]

    def read(self) -> PeopleCount:
        """Return the count. Raises `RejectedError`."""
        self.check_text()
        persons = self.number(self.persons)
        if persons is None:
            raise RejectedError(self.cell(self.persons)[0], "", "is empty")
        mesh, district, code = self.value(MESH), self.value(DISTRICT), self.area_code()
        lon, lat, home = self._place(mesh, district)
        return PeopleCount(
            id=self._id(mesh, district, code),
            lon=lon,
            lat=lat,
            persons=persons,
            households=self._households(),
            ages=self._ages(persons),
            area_code=code,
            district=district,
            home=home,
            coarse=read_flag(self.cell(COARSE)[1])[0],
            synthetic=read_flag(self.cell(SYNTHETIC)[1])[0],
        )

    def as_of(self) -> date | None:
        """Return the date that the row is of, with a remark when it cannot be read."""
        column, text = self.cell(AS_OF)
        if not text:
            return None
        try:
            return date.fromisoformat(plain(text)[:10].replace("/", "-"))
        except ValueError:
            self.remark(column, text, "is not a date like 2026-02-01: left out")
            return None

    def _id(self, mesh: str | None, district: str | None, code: str | None) -> str:
        if mesh is not None:
            return mesh
        return self.value(ID) or (f"{code or ''}:{district}" if district else f"line {self.row.line}")

    def _place(self, mesh: str | None, district: str | None) -> tuple[float, float, BaseGeometry | None]:
        """Return where the people live: a point, and the outline they live within if it is known."""
        if mesh is not None:
            try:
                home = box(*mesh_box(plain(mesh)))
            except MeshError as fault:
                raise RejectedError(MESH[0], mesh, str(fault)) from fault
            return home.centroid.x, home.centroid.y, home
        outline = None if district is None else self.districts.get(district)
        point = self.point()
        if point is None and outline is not None:
            within = outline.representative_point()
            point = within.x, within.y
        if point is None:
            raise RejectedError(
                "緯度, 経度", "", "the row has no place: no point, no mesh code, no outline of its district"
            )
        return *point, outline

    def _households(self) -> float | None:
        try:
            return self.number(self.households)
        except RejectedError as fault:
            self.remark(fault.column, fault.value, f"{fault.reason}: households count as unknown")
            return None

    def _ages(self, persons: float) -> Mapping[str, float] | None:
        ages: dict[str, float] = {}
        for column, band in self.bands.items():
            try:
                number = self.number((column,))
            except RejectedError as fault:
                self.remark(fault.column, fault.value, f"{fault.reason}: ages count as unknown")
                return None
            if number is None:
                return None
            ages[band] = ages.get(band, 0.0) + number
        whole = math.isclose(sum(ages.values()), persons, abs_tol=0.5)
        if _covers(ages) and not whole:
            self.remark("", str(sum(ages.values())), f"ages add up to something else than {persons} persons")
        return ages or None


def _covers(ages: Mapping[str, float]) -> bool:
    return not math.isnan(group_sum(ages, 0, None))
