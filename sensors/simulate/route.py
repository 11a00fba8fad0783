"""A flown line: where a simulated craft is at each second of its flight.

Places are metres east and north of an origin, which is exact enough over a scenario's area (equirectangular,
WGS 84 radii at the origin); heights are metres above T.P.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: metres of a degree of latitude at 34 degrees north, and of longitude at the equator
_NORTH_M: Final = 110_922.0
_EAST_M: Final = 111_320.0
#: a craft climbs and sinks no faster [m/s]
_CLIMB_M_S: Final = 6.0
#: corners of a half turn
_CORNERS: Final = 6
#: below this height above the ground a craft that does not move stands [m]
_STANDING_M: Final = 0.5


class Origin(NamedTuple):
    """The place that metres are counted from [degrees, EPSG:4326], and the ground's height there."""

    lon: float
    lat: float
    ground_tp_m: float

    def place(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return (lon, lat) of a place."""
        return (
            self.lon + east_m / (_EAST_M * math.cos(math.radians(self.lat))),
            self.lat + north_m / _NORTH_M,
        )

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Return metres east and north of the origin: the inverse of `place`."""
        return (
            (lon - self.lon) * _EAST_M * math.cos(math.radians(self.lat)),
            (lat - self.lat) * _NORTH_M,
        )


class Waypoint(NamedTuple):
    """A place to fly to at a speed over ground, and how long to stay there."""

    east_m: float
    north_m: float
    height_tp_m: float
    speed_m_s: float = 0.0
    stay_s: float = 0.0


class Flown(NamedTuple):
    """Where a craft is and how it moves."""

    lon: float
    lat: float
    height_tp_m: float
    ground_speed_m_s: float
    #: true direction of movement; None while it stands or hovers
    course_deg: float | None
    climb_m_s: float
    on_ground: bool


@dataclass(frozen=True, eq=False)
class Route:
    """A flight of n vertices; the craft waits at the first before it begins and at the last afterwards."""

    origin: Origin
    #: seconds since the flight began, rising (float64 [n])
    time_s: NDArray[np.float64]
    #: east, north of the origin and height above T.P. [m] (float64 [n, 3])
    at_m: NDArray[np.float64]

    @property
    def length_s(self) -> float:
        """How long the flight lasts."""
        return float(self.time_s[-1])

    def at(self, seconds: float) -> Flown:
        """Return the craft at `seconds` into the flight."""
        now = min(max(seconds, 0.0), self.length_s)
        end = min(max(int(np.searchsorted(self.time_s, now, side="right")), 1), len(self.time_s) - 1)
        before, after = self.at_m[end - 1], self.at_m[end]
        lasts_s = float(self.time_s[end] - self.time_s[end - 1])
        share = (now - float(self.time_s[end - 1])) / lasts_s
        east, north, height = (before + share * (after - before)).tolist()
        moved_e, moved_n, climbed = ((after - before) / lasts_s).tolist()
        if not 0.0 <= seconds < self.length_s:
            moved_e = moved_n = climbed = 0.0
        speed = math.hypot(moved_e, moved_n)
        lon, lat = self.origin.place(east, north)
        return Flown(
            lon=lon,
            lat=lat,
            height_tp_m=height,
            ground_speed_m_s=speed,
            course_deg=math.degrees(math.atan2(moved_e, moved_n)) % 360.0 if speed > 0.1 else None,
            climb_m_s=climbed,
            on_ground=speed < 0.1 and height - self.origin.ground_tp_m < _STANDING_M,
        )


def fly(origin: Origin, waypoints: Sequence[Waypoint]) -> Route:
    """Return the route that begins at the first waypoint. Raises `ValueError` when it leads nowhere."""
    if len(waypoints) < 2:
        raise ValueError("a route needs two waypoints or more")
    time_s, at_m = [0.0], [waypoints[0][:3]]

    def wait(stay_s: float, where: tuple[float, float, float]) -> None:
        if stay_s > 0:
            time_s.append(time_s[-1] + stay_s)
            at_m.append(where)

    wait(waypoints[0].stay_s, at_m[0])
    for one in waypoints[1:]:
        east, north, height = at_m[-1]
        far_m, rise_m = math.hypot(one.east_m - east, one.north_m - north), abs(one.height_tp_m - height)
        if far_m > 0 and one.speed_m_s <= 0:
            raise ValueError(f"no speed leads to {one}")
        takes_s = max(far_m / one.speed_m_s if far_m > 0 else 0.0, rise_m / _CLIMB_M_S)
        wait(takes_s, one[:3])
        wait(one.stay_s, one[:3])
    if time_s[-1] <= 0:
        raise ValueError("all waypoints are one")
    return Route(origin, np.array(time_s), np.array(at_m))


def lanes(
    centre_m: tuple[float, float],
    *,
    length_m: float,
    width_m: float,
    spacing_m: float,
    heading_deg: float,
    height_tp_m: float,
    speed_m_s: float,
) -> Iterator[Waypoint]:
    """Yield the waypoints of a search or survey in parallel lanes, half turns from one to the next.

    `heading_deg` is the direction of the first lane, `width_m` what all lanes together span.
    """
    along, across = _axes(heading_deg)
    count = max(2, round(width_m / spacing_m) + 1)
    for lane in range(count):
        side_m = -width_m / 2 + lane * width_m / (count - 1)
        ahead = 1 if lane % 2 == 0 else -1
        for far_m in (-ahead * length_m / 2, ahead * length_m / 2):
            yield _waypoint(centre_m, along, across, far_m, side_m, height_tp_m, speed_m_s)
        if lane < count - 1:
            radius_m = width_m / (count - 1) / 2
            for corner in range(1, _CORNERS):
                angle = math.pi * corner / _CORNERS
                far_m = ahead * (length_m / 2 + radius_m * math.sin(angle))
                turned_m = side_m + radius_m * (1 - math.cos(angle))
                yield _waypoint(centre_m, along, across, far_m, turned_m, height_tp_m, speed_m_s)


def circle(
    centre_m: tuple[float, float], *, radius_m: float, rounds: float, height_tp_m: float, speed_m_s: float
) -> Iterator[Waypoint]:
    """Yield the waypoints of an orbit, clockwise from the north."""
    for corner in range(int(rounds * 24) + 1):
        angle = math.tau * corner / 24
        yield Waypoint(
            centre_m[0] + radius_m * math.sin(angle),
            centre_m[1] + radius_m * math.cos(angle),
            height_tp_m,
            speed_m_s,
        )


def _axes(heading_deg: float) -> tuple[tuple[float, float], tuple[float, float]]:
    turn = math.radians(heading_deg)
    return (math.sin(turn), math.cos(turn)), (math.cos(turn), -math.sin(turn))


def _waypoint(
    centre_m: tuple[float, float],
    along: tuple[float, float],
    across: tuple[float, float],
    far_m: float,
    side_m: float,
    height_tp_m: float,
    speed_m_s: float,
) -> Waypoint:
    east = centre_m[0] + along[0] * far_m + across[0] * side_m
    north = centre_m[1] + along[1] * far_m + across[1] * side_m
    return Waypoint(east, north, height_tp_m, speed_m_s)
