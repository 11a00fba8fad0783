"""Helicopters of a demo over a flooded area: searching, hovering, on the way to a landing site.

Nobody flies there: each is marked synthetic, and called 模擬 wherever its callsign is shown. What they do is
what an air coordinator has to tell apart: fuel told or not, a height from a barometer alone (高度不明), one
that falls silent, two that come near each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from sensors.altitude import altitude_rules, pressure_height_m
from sensors.simulate.route import Flown, Origin, Route, Waypoint, circle, fly, lanes
from sensors.track import Altitude, Track, VehicleKind

#: standard deviation of a simulated satellite fix: across, and in height [m]
FIX_SD_M: Final = 3.0
HEIGHT_SD_M: Final = 6.0
#: sea-level pressure of a simulated typhoon's day [hPa]
PRESSURE_HPA: Final = 988.0
#: when the two that come near each other are nearest, after the flight's begin [s]
MEETING_S: Final = 2400.0
_CRUISE_M_S: Final = 55.0
#: a base and five places to fly to
_PLACES: Final = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedCraft:
    """A craft with its flight and what it tells of it."""

    id: str
    callsign: str
    kind: VehicleKind
    route: Route
    #: fuel or battery at the begin of the flight, in seconds of flight; None = it tells nothing
    endurance_s: float | None = None
    #: only its barometer's height goes out, set to the standard
    pressure_only: bool = False
    #: nothing goes out any more from here on [s]; None = to the end
    silent_after_s: float | None = None

    def silent_at(self, seconds: float) -> bool:
        """Whether it says nothing at `seconds` into its flight."""
        return self.silent_after_s is not None and seconds > self.silent_after_s

    def track(self, seconds: float, observed_at: datetime, chance: np.random.Generator) -> Track:
        """Return what it tells at `seconds` into its flight, which is the moment `observed_at`.

        Position and height have the errors of a satellite fix, drawn from `chance`.
        """
        flown = self.route.at(seconds)
        off_e, off_n, off_m = chance.normal(0.0, (FIX_SD_M, FIX_SD_M, HEIGHT_SD_M)).tolist()
        lon, lat = shifted(flown, self.route.origin, off_e, off_n)
        left_s = None if self.endurance_s is None else max(0.0, self.endurance_s - seconds)
        return Track(
            source="simulate",
            source_id=self.id,
            kind=self.kind,
            callsign=self.callsign,
            observed_at=observed_at,
            lon=lon,
            lat=lat,
            altitudes=self._altitudes(flown, lon, lat, off_m),
            horizontal_accuracy_m=2 * FIX_SD_M,
            ground_speed_m_s=round(flown.ground_speed_m_s, 2),
            course_deg=None if flown.course_deg is None else round(flown.course_deg, 1),
            heading_deg=None if flown.course_deg is None else round(flown.course_deg, 1),
            climb_m_s=round(flown.climb_m_s, 2),
            on_ground=flown.on_ground,
            endurance_s=left_s,
            key=f"{self.id}-{int(observed_at.timestamp())}",
            extra={"synthetic": True},
        )

    def _altitudes(self, flown: Flown, lon: float, lat: float, error_m: float) -> tuple[Altitude, ...]:
        rules = altitude_rules()
        shown_m = flown.height_tp_m + pressure_height_m(PRESSURE_HPA, rules)
        pressure = Altitude(round(shown_m, 1), "standard pressure")
        geoid_m = rules.geoid.at(lon, lat)
        if self.pressure_only or geoid_m is None:
            return (pressure,)
        above_m = flown.height_tp_m + geoid_m + error_m
        return (Altitude(round(above_m, 1), "ellipsoid", HEIGHT_SD_M), pressure)


def shifted(flown: Flown, origin: Origin, east_m: float, north_m: float) -> tuple[float, float]:
    """Return (lon, lat) of a craft, `east_m` and `north_m` beside where it is."""
    east, north = origin.metres(flown.lon, flown.lat)
    lon, lat = origin.place(east + east_m, north + north_m)
    return round(lon, 6), round(lat, 6)


def helicopters(places: Sequence[tuple[float, float]], chance: np.random.Generator) -> list[SimulatedCraft]:
    """Return six helicopters over `places` ((lon, lat), six or more; the first is their base).

    Two tell their fuel, one only its barometer's height, one falls silent 25 minutes into its flight, and the
    last two are near each other from some minutes before `MEETING_S` on. `chance` turns and shifts what they
    fly. With places farther apart than about 8 km no others come near each other but at their base.
    """
    if len(places) < _PLACES:
        raise ValueError(f"{len(places)} places; six helicopters need {_PLACES}")
    base = Origin(*places[0], ground_tp_m=10.0)
    goals = [base.metres(*place) for place in places[1:]]

    def goal(number: int) -> tuple[float, float]:
        east, north = goals[number]
        shift_e, shift_n = chance.uniform(-800.0, 800.0, 2).tolist()
        return east + shift_e, north + shift_n

    def pad(number: int) -> Waypoint:
        return Waypoint(60.0 * number, 0.0, base.ground_tp_m, stay_s=60.0 + 45.0 * number)

    def searching(number: int, height_tp_m: float) -> Route:
        heading = float(chance.uniform(0.0, 180.0))
        search = lanes(
            goal(number), length_m=6000, width_m=3000, spacing_m=250, heading_deg=heading,
            height_tp_m=height_tp_m, speed_m_s=35.0,
        )  # fmt: skip
        return fly(
            base, [pad(number), _up(pad(number), height_tp_m), *_cruising(search), *_home(pad(number))]
        )

    meeting = goal(3)
    return [
        _helicopter(1, searching(0, 450.0), endurance_s=7800.0),
        _helicopter(2, _rescue(base, pad(1), goal(1)), endurance_s=6600.0),
        _helicopter(3, searching(2, 760.0), pressure_only=True),
        _helicopter(4, searching(4, 600.0), silent_after_s=1500.0),
        _helicopter(5, _hovering(base, pad(4), meeting, 300.0)),
        _helicopter(6, _orbiting(base, pad(5), meeting, 330.0)),
    ]


def _helicopter(
    number: int,
    route: Route,
    *,
    endurance_s: float | None = None,
    pressure_only: bool = False,
    silent_after_s: float | None = None,
) -> SimulatedCraft:
    return SimulatedCraft(
        id=f"sim-heli-{number}",
        callsign=f"模擬ヘリ{number}",
        kind="helicopter",
        route=route,
        endurance_s=endurance_s,
        pressure_only=pressure_only,
        silent_after_s=silent_after_s,
    )


def _up(pad: Waypoint, height_tp_m: float) -> Waypoint:
    return Waypoint(pad.east_m, pad.north_m, height_tp_m, _CRUISE_M_S)


def _cruising(pattern: Iterable[Waypoint]) -> list[Waypoint]:
    """Return a pattern whose first waypoint is reached at cruising speed."""
    first, *rest = pattern
    return [first._replace(speed_m_s=_CRUISE_M_S), *rest]


def _home(pad: Waypoint) -> list[Waypoint]:
    above = Waypoint(pad.east_m, pad.north_m, 150.0, _CRUISE_M_S)
    return [above, Waypoint(pad.east_m, pad.north_m, pad.height_tp_m, 1.0, stay_s=120.0)]


def _rescue(base: Origin, pad: Waypoint, place: tuple[float, float]) -> Route:
    """Hover over people in the water, carry them to a landing site, twice, and come home."""
    site = (place[0] * 0.5, place[1] * 0.5)
    over = Waypoint(*place, 60.0, _CRUISE_M_S, stay_s=480.0)
    landed = [
        Waypoint(*site, 120.0, _CRUISE_M_S),
        Waypoint(*site, base.ground_tp_m, 1.0, stay_s=300.0),
        Waypoint(*site, 300.0, 1.0),
    ]
    return fly(base, [pad, _up(pad, 300.0), over, *landed, over, *landed, *_home(pad)])


def _hovering(base: Origin, pad: Waypoint, place: tuple[float, float], height_tp_m: float) -> Route:
    there_s = fly(base, [pad, _up(pad, height_tp_m), Waypoint(*place, height_tp_m, _CRUISE_M_S)]).length_s
    stay_s = max(300.0, MEETING_S + 600.0 - there_s)
    over = Waypoint(*place, height_tp_m, _CRUISE_M_S, stay_s=stay_s)
    return fly(base, [pad, _up(pad, height_tp_m), over, *_home(pad)])


def _orbiting(base: Origin, pad: Waypoint, place: tuple[float, float], height_tp_m: float) -> Route:
    """Arrive five minutes before the meeting, then look on from an orbit around it."""
    radius_m = 400.0
    first = Waypoint(place[0], place[1] + radius_m, height_tp_m, _CRUISE_M_S)
    there_s = fly(base, [pad, _up(pad, height_tp_m), first]).length_s
    waiting = pad._replace(stay_s=pad.stay_s + max(0.0, MEETING_S - 300.0 - there_s))
    look = circle(place, radius_m=radius_m, rounds=4, height_tp_m=height_tp_m, speed_m_s=12.0)
    return fly(base, [waiting, _up(pad, height_tp_m), *_cruising(look), *_home(pad)])
