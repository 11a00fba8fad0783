"""Elevation models of Japan's Geospatial Information Authority (基盤地図情報 数値標高モデル) from its XML.

A file holds one mesh of 5 m or 10 m cells in degrees; meshes come as a ZIP, often a ZIP of ZIPs. Structure:
国土地理院, 基盤地図情報ダウンロードデータ ファイル仕様書 (JPGIS 2014, GML).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from geo.terrain import TerrainError

#: a 10 m mesh of 1125 × 750 cells takes about 15 MB
MOST_BYTES: Final = 64_000_000
#: more cells than this make no mesh of ours
_MOST_CELLS: Final = 4_000_000
_PIECE: Final = 1 << 20
#: horizontal reference by name; JGD2024 changed heights only, its positions are those of JGD2011
REFERENCES: Final = {
    "fguuid:jgd2000.bl": 4612,
    "fguuid:jgd2011.bl": 6668,
    "fguuid:jgd2024.bl": 6668,
}
_UNKNOWN_M: Final = -9999.0
_NO_DATA: Final = "データなし"
#: elements whose text is read, wherever they stand
_READ: Final = frozenset({
    "mesh", "type", "lowerCorner", "upperCorner", "low", "high", "tupleList", "sequenceRule", "startPoint",
    "timePosition",
})  # fmt: skip
_SURVEY: Final = re.compile(r"DEM\d+([A-Z])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Mesh:
    """One mesh: heights [m above T.P.] (ny, nx), NaN = unknown, row 0 in the north; corner and cells [°]."""

    name: str
    values: NDArray[np.float64]
    south: float
    west: float
    cell_lat: float
    cell_lon: float
    #: mesh code (地域メッシュコード) and kind, as written
    code: str
    kind: str
    reference: str
    #: from when its heights are, as written; empty when it does not say
    as_of: str
    #: cells by what they are (地表面, 表層面, 内水面, …)
    surfaces: dict[str, int]

    @property
    def rank(self) -> str:
        """Letter of its survey in the name of its file: A (laser) before B and C; `Z` where there is none."""
        found = _SURVEY.search(self.name)
        return found.group(1).upper() if found else "Z"


def read_mesh(stream: BinaryIO, name: str, *, most_bytes: int = MOST_BYTES) -> Mesh:
    """Read one mesh from its XML; `name` is what messages call it.

    Raises `TerrainError` for what is no such file, is larger than `most_bytes`, declares a document type
    (entities are not taken), or holds other cells than it promises.
    """
    reader = _Reader(name)
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > most_bytes:
            raise TerrainError(f"{name} is larger than {most_bytes} bytes; a mesh is not")
        reader.feed(piece)
    reader.feed(b"", last=True)
    return reader.mesh()


@dataclass
class _Reader:
    """What one pass over the XML has found so far."""

    name: str
    found: dict[str, str] = field(default_factory=dict)
    reference: str = ""
    order: str = ""
    _reading: str | None = None
    _pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        self._parser = parser

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as fault:
            raise TerrainError(f"{self.name} is no well-formed XML: {fault}") from fault

    def _refuse_doctype(self, *_: object) -> None:
        raise TerrainError(f"{self.name} declares a document type; an elevation model does not")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        local = element.rpartition(" ")[2]
        if local == "Envelope":
            self.reference = attributes.get("srsName", "")
        if local == "sequenceRule":
            self.order = attributes.get("order", "")
        if local in _READ:
            self._reading, self._pieces = local, []

    def _text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)

    def _end(self, element: str) -> None:
        local = element.rpartition(" ")[2]
        if local != self._reading:
            return
        if local == "tupleList" and local in self.found:
            raise TerrainError(f"{self.name} holds more than one mesh")
        # the first date is that of the heights, the second that of the release
        self.found.setdefault(local, "".join(self._pieces).strip())
        self._reading = None

    def mesh(self) -> Mesh:
        if missing := sorted(_READ - {"type", "mesh", "timePosition"} - self.found.keys()):
            raise TerrainError(f"{self.name} is no elevation model: it has no {', '.join(missing)}")
        if self.reference not in REFERENCES:
            raise TerrainError(f"{self.name}: unknown reference {self.reference!r}")
        if (self.found["sequenceRule"], self.order) != ("Linear", "+x-y"):
            raise TerrainError(f"{self.name}: cells in the order {self.order!r}; only +x-y is known")
        south, west = self._pair("lowerCorner")
        north, east = self._pair("upperCorner")
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
            raise TerrainError(f"{self.name}: corners ({south}, {west}) and ({north}, {east}) span no mesh")
        (low_x, low_y), (high_x, high_y) = self._pair("low"), self._pair("high")
        columns, rows = int(high_x - low_x) + 1, int(high_y - low_y) + 1
        if not (columns > 0 and rows > 0 and columns * rows <= _MOST_CELLS):
            raise TerrainError(f"{self.name}: {columns} × {rows} cells are no mesh")
        values, surfaces = self._values(rows, columns)
        return Mesh(
            self.name, values, south, west, (north - south) / rows, (east - west) / columns,
            self.found.get("mesh", ""), self.found.get("type", ""), self.reference,
            self.found.get("timePosition", ""), surfaces,
        )  # fmt: skip

    def _pair(self, element: str) -> tuple[float, float]:
        try:
            first, second = (float(part) for part in self.found[element].split())
        except ValueError as fault:
            raise TerrainError(f"{self.name}: {element} is {self.found[element]!r}") from fault
        return first, second

    def _values(self, rows: int, columns: int) -> tuple[NDArray[np.float64], dict[str, int]]:
        """Return the heights and the number of cells by surface; what stands before the start is unknown."""
        words = ",".join(self.found.pop("tupleList").split()).split(",")
        if len(words) % 2:
            raise TerrainError(f"{self.name}: tuples are no pairs of surface and height")
        try:
            heights = np.array(words[1::2], np.float64)
        except ValueError as fault:
            raise TerrainError(f"{self.name}: {fault}") from fault
        kinds, which = np.unique(np.array(words[::2]), return_inverse=True)
        column, row = (int(part) for part in self._pair("startPoint"))
        first = row * columns + column
        if not (0 <= column < columns and row >= 0 and first + heights.size <= rows * columns):
            raise TerrainError(
                f"{self.name}: {heights.size} heights from cell ({column}, {row}) on do not fit"
                f" {columns} × {rows} cells"
            )
        absent = (heights <= _UNKNOWN_M) | np.isin(which, np.flatnonzero(kinds == _NO_DATA))
        heights[absent] = np.nan
        if np.isinf(heights).any():
            raise TerrainError(f"{self.name} holds an infinite height")
        values = np.full(rows * columns, np.nan)
        values[first : first + heights.size] = heights
        counts = np.bincount(which, minlength=kinds.size)
        surfaces = {str(kind): int(count) for kind, count in zip(kinds, counts, strict=True)}
        return values.reshape(rows, columns), surfaces
