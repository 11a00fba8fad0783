"""Lists of 指定緊急避難場所 (sites, escape now) and 指定避難所 (shelters, stay): bytes in, records out.

Reads what 国土地理院 publishes (CSV and GeoJSON), the municipal standard open data set
(自治体標準ODS, sheet 03) and the older 推奨データセット, all by their column names. A row that cannot be
used is reported with line, column and reason, and the rest is taken; what was mended or left open in a
row that is taken is reported too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from geo.municipality import MunicipalityCodeError, prefecture_of, read_code
from geo.open_fields import (
    FieldError,
    plain,
    read_capacity,
    read_elevation_m,
    read_flag,
    read_point,
)
from geo.open_table import LATITUDE, LONGITUDE, Row, RowFault, TableError, normal_name, read_table
from geo.schema.place import HAZARDS
from shelters.common_id import CommonId, CommonIdError, Kind, looks_like_common_id, parse_common_id

NAME: Final = ("施設・場所名", "名称")
COMMON_ID: Final = ("共通ID", "全国共通避難所・避難場所ID")
LOCAL_ID: Final = ("ID", "NO", "No", "番号")
KANA: Final = ("名称_カナ", "名称_かな", "名称かな")
ADDRESS: Final = ("所在地_連結表記", "住所", "所在地")
PREFECTURE: Final = ("所在地_都道府県", "都道府県名", "都道府県名及び市町村名")
#: which body numbers the rows
PUBLISHER_CODE: Final = ("全国地方公共団体コード", "市区町村コード")
#: in which municipality the place stands
PLACE_CODE: Final = ("所在地_全国地方公共団体コード", "市区町村コード", "全国地方公共団体コード")
ALSO_SHELTER: Final = ("指定避難所との住所同一", "指定避難所との重複")
ALSO_SITE: Final = ("指定緊急避難場所との住所同一", "指定緊急避難場所との重複")
ACCEPTS: Final = ("受入対象者",)
CAPACITY: Final = ("想定収容人数", "収容人数")
ELEVATION: Final = ("標高",)
NOTES: Final = ("備考", "その他市町村長が必要と認める事項")
#: columns of the eight hazards, with and without the municipal data sets' prefix
HAZARD_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    hazard: (name, f"災害種別_{name}")
    for hazard, name in zip(
        HAZARDS,
        ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫", "火山現象"),
        strict=True,
    )
}


class DesignatedFileError(ValueError):
    """Raised when a file is no list of refuges, or which kind it lists cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Refuge:
    """A designated site or shelter, as one row tells it."""

    kind: Kind
    #: national common id, or `{publisher's five-digit code}:{local id}`
    id: str
    name: str
    kana: str | None
    address: str | None
    area_code: str | None
    #: [degrees] as the file gives them (JGD2011/2024, taken as EPSG:4326)
    lon: float
    lat: float
    #: sites: what it is designated for (`geo.schema.place.HAZARDS`); shelters: empty
    hazards: tuple[str, ...]
    #: the file says that the other kind stands at the same address
    also_other_kind: bool
    accepts: str | None
    welfare: bool
    capacity: int | None
    elevation_m: float | None
    notes: str | None
    raw: Mapping[str, str]


@dataclass(frozen=True)
class DesignatedFile:
    """What a list held. `faults` are in the order of the file."""

    kind: Kind
    form: str
    encoding: str
    rows: int
    refuges: list[Refuge]
    faults: list[RowFault]

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len({fault.line for fault in self.faults if fault.rejected})


def read_designated(data: bytes, *, name: str, kind: Kind | None = None) -> DesignatedFile:
    """Read a list of refuges from the bytes of the file called `name`.

    `kind` says what it lists; without it the columns tell. Raises `DesignatedFileError`.
    """
    try:
        table = read_table(data, name=name, is_header=_is_header)
    except TableError as fault:
        raise DesignatedFileError(str(fault)) from fault
    kind = kind or _kind_of(table.columns, name)
    faults = list(table.faults)
    refuges: dict[str, tuple[int, Refuge]] = {}
    for row in table.rows:
        reader = _RowReader(row, kind)
        refuge = reader.read()
        if refuge is not None and refuge.id in refuges:
            reader.reject("ID", refuge.id, f"has the same id as line {refuges[refuge.id][0]}")
        elif refuge is not None:
            refuges[refuge.id] = (row.line, refuge)
        faults += reader.faults
    return DesignatedFile(
        kind,
        table.form,
        table.encoding,
        len(table.rows) + len(table.faults),
        [refuge for _, refuge in refuges.values()],
        sorted(faults, key=lambda fault: fault.line),
    )


def _is_header(columns: Sequence[str]) -> bool:
    known = {*columns}
    return bool(known & {*NAME}) and bool(known & {*COMMON_ID, *LOCAL_ID, LATITUDE})


def _kind_of(columns: Sequence[str], name: str) -> Kind:
    known = {*columns}
    if any(known & {*hazard} for hazard in HAZARD_COLUMNS.values()):
        return "site"
    if known & {*ALSO_SITE, *ACCEPTS}:
        return "shelter"
    raise DesignatedFileError(
        f"{name}: its columns do not tell whether it lists sites or shelters; say which (--kind)"
    )


@dataclass
class _RowReader:
    """Reads one row and collects what is wrong with it."""

    row: Row
    kind: Kind
    faults: list[RowFault] = field(default_factory=list)

    def read(self) -> Refuge | None:
        """Return the refuge, None when the row must be rejected."""
        try:
            self._check_text()
            name = self._required(NAME)
            common = self._common_id()
            place_code = self._municipality(common)
            return self._refuge(name, self._id(common), common, place_code, self._point())
        except _RejectedError as rejected:
            self.reject(rejected.column, rejected.value, rejected.reason)
            return None

    def reject(self, column: str, value: str, reason: str) -> None:
        """Note why the row is not taken."""
        self.faults.append(RowFault(self.row.line, column, value, reason, rejected=True))

    def _remark(self, column: str, value: str, reason: str | None) -> None:
        if reason is not None:
            self.faults.append(RowFault(self.row.line, column, value, reason, rejected=False))

    def _refuge(
        self,
        name: str,
        id_: str,
        common: CommonId | None,
        area_code: str | None,
        point: tuple[float, float],
    ) -> Refuge:
        column, text = self._cell(CAPACITY)
        capacity, remark = read_capacity(text)
        self._remark(column, text, remark)
        column, height = self._cell(ELEVATION)
        elevation_m, remark = read_elevation_m(height)
        self._remark(column, height, remark)
        return Refuge(
            kind=self.kind,
            id=id_,
            name=name,
            kana=self._value(KANA),
            address=self._address(),
            area_code=area_code,
            lon=point[0],
            lat=point[1],
            hazards=self._hazards(),
            also_other_kind=self._flag(ALSO_SHELTER if self.kind == "site" else ALSO_SITE),
            accepts=self._value(ACCEPTS),
            welfare=common is not None and common.welfare,
            capacity=capacity,
            elevation_m=elevation_m,
            notes=self._notes(text if str(capacity) != plain(text) else ""),
            raw=self.row.raw,
        )

    def _cell(self, columns: Sequence[str]) -> tuple[str, str]:
        """Return the first of `columns` that is filled, with its text; the first one when none is."""
        cells = self.row.cells
        filled = next((column for column in map(normal_name, columns) if cells.get(column)), None)
        return (filled, cells[filled]) if filled else (columns[0], "")

    def _value(self, columns: Sequence[str]) -> str | None:
        return self._cell(columns)[1] or None

    def _required(self, columns: Sequence[str]) -> str:
        column, text = self._cell(columns)
        if not text:
            raise _RejectedError(column, "", "is empty")
        return text

    def _check_text(self) -> None:
        for column, text in self.row.raw.items():
            if "\x00" in text:
                raise _RejectedError(column, ascii(text), "holds a NUL, which no database keeps")

    def _flag(self, columns: Sequence[str]) -> bool:
        column, text = self._cell(columns)
        value, remark = read_flag(text)
        self._remark(column, text, remark)
        return value

    def _hazards(self) -> tuple[str, ...]:
        if self.kind == "shelter":
            return ()
        return tuple(hazard for hazard, columns in HAZARD_COLUMNS.items() if self._flag(columns))

    def _address(self) -> str | None:
        whole = self._value(ADDRESS)
        if whole is not None:
            return whole
        parts = ("所在地_都道府県", "所在地_市区町村", "所在地_町字", "所在地_番地以下")
        return "".join(self._value((part,)) or "" for part in parts) or None

    def _notes(self, capacity_text: str) -> str | None:
        said = [self._value((column,)) for column in NOTES]
        if capacity_text:
            said.append(f"{CAPACITY[0]}: {capacity_text}")
        return "\n".join(text for text in said if text) or None

    def _point(self) -> tuple[float, float]:
        longitude, latitude = (self._cell((column,))[1] for column in (LONGITUDE, LATITUDE))
        try:
            lon, lat, remark = read_point(longitude, latitude)
        except FieldError as fault:
            raise _RejectedError(
                f"{LONGITUDE}, {LATITUDE}", f"{longitude}, {latitude}", str(fault)
            ) from fault
        self._remark(f"{LONGITUDE}, {LATITUDE}", f"{longitude}, {latitude}", remark)
        return lon, lat

    def _common_id(self) -> CommonId | None:
        column, text = self._cell(COMMON_ID)
        if not text:
            column, text = self._cell(LOCAL_ID)
            if not looks_like_common_id(text):
                return None
        try:
            common = parse_common_id(plain(text))
        except CommonIdError as fault:
            raise _RejectedError(column, text, str(fault)) from fault
        if common.kind != self.kind:
            raise _RejectedError(column, text, f"is the id of a {common.kind}, the list is of {self.kind}s")
        return common

    def _id(self, common: CommonId | None) -> str:
        if common is not None:
            return common.text
        local = plain(self._required(LOCAL_ID))
        publisher = self._area_code(PUBLISHER_CODE, None)
        if publisher is None:
            raise _RejectedError(
                PUBLISHER_CODE[0], "", "is empty: a local id needs the code of its publisher"
            )
        return f"{publisher}:{local}"

    def _municipality(self, common: CommonId | None) -> str | None:
        code = self._area_code(PLACE_CODE, common)
        if code is not None and code.endswith("000"):
            self._remark(*self._cell(PLACE_CODE), "is a prefecture's code: the municipality is not known")
            return None
        return code

    def _area_code(self, columns: Sequence[str], common: CommonId | None) -> str | None:
        column, text = self._cell(columns)
        known = None if common is None else common.area_code
        if not text:
            return known
        stated = next(
            (code for words in (*PREFECTURE, *ADDRESS) if (code := prefecture_of(self._cell((words,))[1]))),
            None,
        )
        try:
            code = read_code(text, prefecture=stated or (known and known[:2]))
        except MunicipalityCodeError as fault:
            if known is None:
                raise _RejectedError(column, text, str(fault)) from fault
            self._remark(column, text, f"{fault}: {known} of the common id is taken")
            return known
        if known is not None and code != known:
            self._remark(column, text, f"the common id is of {known}")
        return code


class _RejectedError(Exception):
    """Raised within a row that cannot be taken."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason
