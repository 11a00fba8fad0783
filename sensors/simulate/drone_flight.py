"""Drones of a demo: surveys in lanes with a camera on a gimbal, by the clock of the scenario.

They are as made up as the helicopters (`sensors.simulate.aircraft`). Each position comes with the pose of the
camera and the corners that its payload computes over the level ground it is made to fly over; there is no
picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from sensors.altitude import altitude_rules
from sensors.simulate.aircraft import FIX_SD_M, HEIGHT_SD_M, SimulatedCraft, shifted
from sensors.simulate.picture_corners import level_corners
from sensors.simulate.route import Origin, Route, Waypoint, fly, lanes
from sensors.track import Altitude, Pose, Track

#: a battery lasts so long [s], and this much of it is kept
BATTERY_S: Final = 2400.0
#: camera: angles of view [degrees] and size of a picture [px] (a 24 mm equivalent lens, 4:3)
HFOV_DEG, VFOV_DEG = 73.7, 58.7
IMAGE_PX: Final = (4000, 3000)
#: directions are told with an error of a consumer's compass [degrees, standard deviation]
YAW_SD_DEG: Final = 2.0
_SPEED_M_S: Final = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedDrone(SimulatedCraft):
    """A drone with its camera; `pitch_deg` of the optical axis, down negative, is held on all lanes."""

    pitch_deg: float = -60.0
    #: the camera's name in its poses
    camera: str = "main"

    def track(self, seconds: float, observed_at: datetime, chance: np.random.Generator) -> Track:
        """Return what it tells at `seconds` into its flight; its heights are above ellipsoid and take-off."""
        flown = self.route.at(seconds)
        off_e, off_n = chance.normal(0.0, FIX_SD_M, 2).tolist()
        lon, lat = shifted(flown, self.route.origin, off_e, off_n)
        left_s = max(0.0, BATTERY_S - seconds)
        course = None if flown.course_deg is None else round(flown.course_deg, 1)
        return Track(
            source="simulate",
            source_id=self.id,
            kind="drone",
            callsign=self.callsign,
            observed_at=observed_at,
            lon=lon,
            lat=lat,
            altitudes=self._heights(lon, lat, flown.height_tp_m),
            horizontal_accuracy_m=2 * FIX_SD_M,
            ground_speed_m_s=round(flown.ground_speed_m_s, 2),
            course_deg=course,
            heading_deg=course,
            climb_m_s=round(flown.climb_m_s, 2),
            on_ground=flown.on_ground,
            battery_percent=round(100.0 * left_s / BATTERY_S),
            endurance_s=left_s,
            key=f"{self.id}-{int(observed_at.timestamp())}",
            extra={"synthetic": True},
        )

    def pose(self, seconds: float, track: Track, chance: np.random.Generator) -> Pose:
        """Return the camera's pose that belongs to `track`."""
        flown = self.route.at(seconds)
        ahead_deg = flown.course_deg or 0.0
        yaw_deg = round((ahead_deg + float(chance.normal(0.0, YAW_SD_DEG))) % 360.0, 1) % 360.0
        above_m = flown.height_tp_m - self.route.origin.ground_tp_m
        attitude, view = (yaw_deg, self.pitch_deg, 0.0), (HFOV_DEG, VFOV_DEG)
        return Pose(
            source="simulate",
            source_id=f"{self.id}/{self.camera}",
            observed_at=track.observed_at,
            lon=track.lon,
            lat=track.lat,
            altitudes=track.altitudes,
            yaw_deg=yaw_deg,
            pitch_deg=self.pitch_deg,
            roll_deg=0.0,
            hfov_deg=HFOV_DEG,
            vfov_deg=VFOV_DEG,
            zoom=1.0,
            image_width=IMAGE_PX[0],
            image_height=IMAGE_PX[1],
            corners=level_corners(track.lon, track.lat, above_m, attitude, view),
            key=f"{track.key}-{self.camera}",
            extra={"synthetic": True},
        )

    def _heights(self, lon: float, lat: float, height_tp_m: float) -> tuple[Altitude, ...]:
        above = Altitude(round(height_tp_m - self.route.origin.ground_tp_m, 1), "takeoff")
        geoid_m = altitude_rules().geoid.at(lon, lat)
        if geoid_m is None:
            return (above,)
        return (Altitude(round(height_tp_m + geoid_m, 1), "ellipsoid", HEIGHT_SD_M), above)


def drones(places: Sequence[tuple[float, float]], chance: np.random.Generator) -> list[SimulatedDrone]:
    """Return three drones, each surveying the surroundings of one of `places` ((lon, lat), at least one)."""
    if not places:
        raise ValueError("drones need a place to survey")
    return [
        SimulatedDrone(
            id=f"sim-drone-{number}",
            callsign=f"模擬ドローン{number}",
            kind="drone",
            route=_survey(
                Origin(*places[number % len(places)], ground_tp_m=8.0), 100.0 + 20 * number, chance
            ),
            endurance_s=BATTERY_S,
            pitch_deg=pitch_deg,
        )
        for number, pitch_deg in ((1, -90.0), (2, -60.0), (3, -45.0))
    ]


def _survey(origin: Origin, above_m: float, chance: np.random.Generator) -> Route:
    height_tp_m = origin.ground_tp_m + above_m
    start = Waypoint(0.0, 0.0, origin.ground_tp_m, stay_s=60.0)
    survey = list(
        lanes(
            (0.0, 300.0),
            length_m=700.0,
            width_m=480.0,
            spacing_m=80.0,
            heading_deg=float(chance.uniform(0.0, 180.0)),
            height_tp_m=height_tp_m,
            speed_m_s=_SPEED_M_S,
        )
    )
    above = Waypoint(0.0, 0.0, height_tp_m, _SPEED_M_S)
    return fly(origin, [start, above, *survey, above, start._replace(speed_m_s=1.0, stay_s=60.0)])
