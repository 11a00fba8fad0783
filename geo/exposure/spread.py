"""Spreads the people of a district or mesh over where they live, keeping every total.

Over built area when it is given, evenly over a mesh or a district's outline when that is known, else a
district stays one point, said to be coarse. Pure: numpy and shapely; degrees, EPSG:4326.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]

#: length of a degree of latitude [m], good to half a per cent in Japan
DEGREE_M: Final = 111_000.0
#: people spread evenly over more ground than this stay marked coarse [m²]: more than a 250 m mesh
COARSE_M2: Final = 100_000.0
#: a built place further than this from every district's point belongs to none of them [m]
REACH_M: Final = 5_000.0
#: more points than this are a slip of the pen in the step
MOST_POINTS: Final = 2_000_000


class SpreadError(ValueError):
    """Raised when people cannot be spread as asked; says why."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PeopleCount:
    """People of one row of a file: at a point, or somewhere within `home`."""

    id: str
    lon: float
    lat: float
    persons: float
    households: float | None = None
    ages: Mapping[str, float] | None = None
    area_code: str | None = None
    district: str | None = None
    #: outline of the mesh or district, None = only the point is known
    home: BaseGeometry | None = None
    #: the point stands for a whole district
    coarse: bool = False
    #: made up, not counted
    synthetic: bool = False


def apportion(total: float, number: int) -> Points:
    """Return `total` in `number` equal parts, whole where it is whole: their sum is `total`.

    What is left over after whole parts goes to places evenly along the row, a fraction to the first.
    """
    whole = math.floor(total)
    parts = np.full(number, float(whole // number))
    left = whole - (whole // number) * number
    parts[(np.arange(left) * number) // max(left, 1)] += 1
    parts[0] += total - whole
    return parts


def spread(
    counts: Sequence[PeopleCount], *, built: Sequence[BaseGeometry] = (), step_m: float = 50.0
) -> list[PeopleCount]:
    """Return the people of `counts` at points `step_m` [m] apart; totals of every count are kept.

    `built` are polygons of built area. Raises `SpreadError`.
    """
    if not (math.isfinite(step_m) and step_m > 0):
        raise SpreadError(f"a step of {step_m} m must be positive")
    if not counts:
        return []
    step = _steps(counts, step_m)
    lattice = _lattice(built, step) if built else np.zeros((0, 2))
    homes = _assigned(counts, lattice)
    spread_out: list[PeopleCount] = []
    for at, count in enumerate(counts):
        points = lattice[homes[at]]
        coarse = False
        if not len(points) and count.home is not None:
            points = _lattice([count.home], step)
            coarse = count.home.area * DEGREE_M**2 * math.cos(math.radians(count.lat)) > COARSE_M2
        if len(points):
            spread_out += _parts(count, points, coarse=coarse)
        else:
            spread_out.append(count)
        if len(spread_out) > MOST_POINTS:
            raise SpreadError(f"a step of {step_m} m gives more than {MOST_POINTS:,} points")
    return spread_out


def _steps(counts: Sequence[PeopleCount], step_m: float) -> tuple[float, float]:
    """Return the step in degrees of longitude and latitude, one for all so that points do not collide."""
    middle = math.cos(math.radians(float(np.mean([count.lat for count in counts]))))
    return step_m / (DEGREE_M * middle), step_m / DEGREE_M


def _lattice(polygons: Iterable[BaseGeometry], step: tuple[float, float]) -> Points:
    """Return points of a regular lattice within polygons; a polygon that holds none gives one of its own."""
    found = [_within(polygon, step) for polygon in polygons]
    return np.unique(np.concatenate(found), axis=0) if found else np.zeros((0, 2))


def _within(polygon: BaseGeometry, step: tuple[float, float]) -> Points:
    west, south, east, north = polygon.bounds
    if (east - west) / step[0] * ((north - south) / step[1]) > MOST_POINTS:
        raise SpreadError(f"a polygon at ({west:.4f}, {south:.4f}) is too large for this step")
    x, y = (
        (np.arange(math.floor(low / size), math.ceil(high / size)) + 0.5) * size
        for low, high, size in ((west, east, step[0]), (south, north, step[1]))
    )
    lon, lat = (axis.ravel() for axis in np.meshgrid(x, y))
    inside = shapely.contains_xy(polygon, lon, lat)
    if not inside.any():
        point = polygon.representative_point()
        return np.array([[point.x, point.y]])
    return np.column_stack([lon[inside], lat[inside]])


def _assigned(counts: Sequence[PeopleCount], lattice: Points) -> list[NDArray[np.int64]]:
    """Return the lattice points of each count: those within its outline, else those nearest to its point."""
    found: list[NDArray[np.int64]] = [np.zeros(0, np.int64) for _ in counts]
    if not len(lattice):
        return found
    free = np.ones(len(lattice), bool)
    for at, count in enumerate(counts):
        if count.home is not None:
            within = shapely.contains_xy(count.home, lattice[:, 0], lattice[:, 1])
            found[at] = np.flatnonzero(within)
            free &= ~within
    pointed = [at for at, count in enumerate(counts) if count.home is None]
    if pointed and free.any():
        rest = np.flatnonzero(free)
        nearest, metres = _nearest(counts, pointed, lattice[rest])
        for order, at in enumerate(pointed):
            found[at] = rest[(nearest == order) & (metres <= REACH_M)]
    return found


def _nearest(
    counts: Sequence[PeopleCount], pointed: Sequence[int], points: Points
) -> tuple[NDArray[np.int64], Points]:
    """Return for each point which of the counts stands nearest, and how far [m]."""
    middle = math.cos(math.radians(float(points[:, 1].mean())))
    metres = np.array([DEGREE_M * middle, DEGREE_M])
    places = np.array([[counts[at].lon, counts[at].lat] for at in pointed]) * metres
    tree = shapely.STRtree(shapely.points(places))
    where = shapely.points(points * metres)
    nearest = tree.nearest(where)
    return nearest, shapely.distance(where, shapely.points(places)[nearest])


def _parts(count: PeopleCount, points: Points, *, coarse: bool) -> list[PeopleCount]:
    number = len(points)
    persons = apportion(count.persons, number)
    households = None if count.households is None else apportion(count.households, number)
    ages = {band: apportion(value, number) for band, value in (count.ages or {}).items()}
    return [
        PeopleCount(
            id=f"{count.id}/{at}",
            lon=float(lon),
            lat=float(lat),
            persons=float(persons[at]),
            households=None if households is None else float(households[at]),
            ages={band: float(values[at]) for band, values in ages.items()} if count.ages else None,
            area_code=count.area_code,
            district=count.district,
            coarse=coarse,
            synthetic=count.synthetic,
        )
        for at, (lon, lat) in enumerate(points)
    ]
