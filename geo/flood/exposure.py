"""What stands in the way of water, as arrays on the cells of a raster: people, places, roads, municipalities.

Pure: made by `geo.forecast.exposure` from the database, or from files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]

#: stands in `cells` for a place outside the raster, and in indices for "none"
OUTSIDE: Final = -1
#: how far a building or yard reaches from the point that stands for it, and such a point is off [m]
REACH_M: Final = 15.0
#: age groups that are counted apart: children below 15, 65 and older, 75 and older
AGE_GROUPS: Final[Mapping[str, tuple[int, int | None]]] = {
    "children": (0, 14),
    "elderly": (65, None),
    "oldest": (75, None),
}


class ExposureError(ValueError):
    """Raised when the arrays of an exposure do not fit together; names them."""


@dataclass(frozen=True)
class Footing:
    """Where a raster with north up lies in a plane: its north-west corner and cells, in units of the plane.

    `cell_m2` is the area of a cell on the ground [m²].
    """

    west: float
    north: float
    cell_x: float
    cell_y: float
    rows: int
    columns: int
    cell_m2: float

    def __post_init__(self) -> None:
        """Refuse a raster without extent."""
        if not (self.cell_x > 0 and self.cell_y > 0 and self.cell_m2 > 0):
            raise ExposureError(
                f"cells of {self.cell_x} × {self.cell_y} ({self.cell_m2} m²) must be positive"
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    def cells(self, x: Numbers, y: Numbers) -> Indices:
        """Return the row-major index (n,) of the cell that each place lies in, `OUTSIDE` where none.

        A place on the eastern or southern edge lies outside; so does one that is not finite.
        """
        with np.errstate(invalid="ignore"):
            column = np.floor((np.asarray(x, np.float64) - self.west) / self.cell_x)
            row = np.floor((self.north - np.asarray(y, np.float64)) / self.cell_y)
            inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        found = np.full(inside.shape, OUTSIDE, np.int64)
        found[inside] = row[inside].astype(np.int64) * self.columns + column[inside].astype(np.int64)
        return found


def reached(footing: Footing, x: Numbers, y: Numbers, metres: tuple[float, float]) -> Indices:
    """Return the cells (n, 25) of places and of points every half `REACH_M` around; its own is first.

    `metres` is the size of a cell on the ground across and along [m].
    """
    right = REACH_M * footing.cell_x / metres[0]
    down = REACH_M * footing.cell_y / metres[1]
    steps = np.array([0.0, -1.0, -0.5, 0.5, 1.0])
    around = [footing.cells(x + i * right, y - j * down) for i in steps for j in steps]
    return np.stack(around, axis=1)


@dataclass(frozen=True)
class AreaName:
    """A municipality by its five-digit code, or a district of it (code of its municipality, own name)."""

    code: str | None
    name: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """Where people live: points (n,) with a weight each.

    `persons` ≥ 0; `households` and the `groups` of `AGE_GROUPS` are NaN where not known. `municipality` and
    `district` are indices into the names, `OUTSIDE` = none.
    """

    cells: Indices
    persons: Numbers
    households: Numbers
    groups: Mapping[str, Numbers] = field(default_factory=dict)
    municipality: Indices
    district: Indices
    municipalities: Sequence[AreaName]
    districts: Sequence[AreaName]
    #: whom to credit, and the oldest date that the numbers are of
    source: str
    as_of: str | None
    #: any of it is made up
    synthetic: bool
    #: persons of whole districts that stand at one point
    coarse_persons: float = 0.0

    def __post_init__(self) -> None:
        """Refuse arrays of different length, and negative or unknown persons."""
        columns = {"cells": self.cells, "households": self.households, **self.groups}
        columns |= {"municipality": self.municipality, "district": self.district}
        for name, values in columns.items():
            if values.shape != self.persons.shape:
                raise ExposureError(f"people: {name} has shape {values.shape}, persons {self.persons.shape}")
        if not (np.isfinite(self.persons).all() and (self.persons >= 0).all()):
            raise ExposureError("people: persons must be finite and not negative")


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Shelters, sites and facilities.

    `cells` (n,), or (n, k) with the cell of the point itself first and then cells that its building or yard
    reaches (`reached`): a place is as deep in water as the deepest of them.
    """

    cells: Indices
    kinds: Sequence[str] = ()
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    #: five-digit codes
    areas: Sequence[str | None] = ()
    #: [degrees, EPSG:4326]
    lon: Numbers = field(default_factory=lambda: np.zeros(0))
    lat: Numbers = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Refuse columns of different length."""
        words = (self.kinds, self.ids, self.names, self.areas)
        lengths = {len(column) for column in (self.cells, *words, self.lon, self.lat)}
        if len(lengths) > 1:
            raise ExposureError(f"places: columns differ in length: {sorted(lengths)}")

    @property
    def width(self) -> int:
        """How many cells each place has."""
        return 1 if self.cells.ndim == 1 else self.cells.shape[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads:
    """Roads as samples (k,) along their lines, those of one road together and in the order of `ids`.

    `road` is the index of a sample's road, `length_m` what the sample stands for [m on the ground].
    """

    cells: Indices
    road: Indices
    length_m: Numbers
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    classes: Sequence[str | None] = ()

    def __post_init__(self) -> None:
        """Refuse columns of different length, and samples that are not together."""
        if not self.cells.shape == self.road.shape == self.length_m.shape:
            raise ExposureError("roads: cells, road and length_m differ in length")
        if not len(self.ids) == len(self.names) == len(self.classes):
            raise ExposureError("roads: ids, names and classes differ in length")
        if self.road.size and not np.array_equal(np.unique(self.road), np.arange(len(self.ids))):
            raise ExposureError("roads: every road needs a sample")
        if (np.diff(self.road) < 0).any():
            raise ExposureError("roads: the samples of a road must stand together, in the order of the roads")


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaMap:
    """Which municipality a cell lies in: indices (ny, nx) into `names`, `OUTSIDE` = none."""

    labels: NDArray[np.int16]
    names: Sequence[AreaName]


NO_PLACES: Final = Places(cells=np.zeros(0, np.int64))
NO_ROADS: Final = Roads(cells=np.zeros(0, np.int64), road=np.zeros(0, np.int64), length_m=np.zeros(0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """Everything that stands on a raster of `shape` whose cells measure `cell_m2` [m²] on the ground.

    `people` None = no population is known here, which is not the same as nobody.
    """

    shape: tuple[int, int]
    cell_m2: float
    people: People | None = None
    places: Places = NO_PLACES
    roads: Roads = NO_ROADS
    areas: AreaMap | None = None

    def __post_init__(self) -> None:
        """Refuse cells that the raster does not have."""
        size = self.shape[0] * self.shape[1]
        cells = {"places": self.places.cells, "roads": self.roads.cells}
        if self.people is not None:
            cells["people"] = self.people.cells
        for name, values in cells.items():
            if values.size and not (values.min() >= OUTSIDE and values.max() < size):
                raise ExposureError(f"{name} stand on cells that a raster of {self.shape} does not have")
        if self.areas is not None and self.areas.labels.shape != self.shape:
            raise ExposureError(f"the map of areas has shape {self.areas.labels.shape}, not {self.shape}")
