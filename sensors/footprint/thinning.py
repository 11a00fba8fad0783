"""Which of a camera's poses are given a footprint: gimbals tell theirs up to thirty times a second.

One at least every `usual_s`; in between, not closer than `least_s`, only when the picture moved by a share
of itself; and every one that belongs to a picture of its own. The poses themselves are all kept.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from sensors.footprint.footprint import View, angles_of_view
from sensors.footprint.limits import Thinning
from sensors.motion.plane import metres_per_degree

#: cameras that are remembered; one that is forgotten gets a footprint more
_MOST_CAMERAS: Final = 4096
#: the middle distance of a picture's ground when its height above it is not known [m]
_NEAR_M: Final = 100.0


@dataclass(frozen=True)
class _Kept:
    at: datetime
    view: View


class Thinner:
    """Remembers of each camera the last pose that was given a footprint."""

    def __init__(self, rule: Thinning) -> None:
        """`rule`: see `rules/footprint.toml`."""
        self._rule = rule
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keeps(self, camera: str, at: datetime, view: View, *, pictured: bool = False) -> bool:
        """Return whether the pose of `camera` at `at` is given a footprint, and remember it if so.

        `pictured`: it belongs to a picture that is kept, so it always is. One that came late, from before
        the last, counts when it is `usual_s` away from it, and the last stays the last.
        """
        last = self._kept.get(camera)
        if last is None:
            self._remember(camera, at, view)
            return True
        passed_s = (at - last.at).total_seconds()
        if passed_s < 0:
            return pictured or passed_s <= -self._rule.usual_s
        due = passed_s >= self._rule.usual_s or (
            passed_s >= self._rule.least_s and moved(last.view, view) >= self._rule.moved_share
        )
        if due or pictured:
            self._remember(camera, at, view)
        return due or pictured

    def _remember(self, camera: str, at: datetime, view: View) -> None:
        self._kept[camera] = _Kept(at, view)
        self._kept.move_to_end(camera)
        if len(self._kept) > _MOST_CAMERAS:
            self._kept.popitem(last=False)


def moved(before: View, after: View) -> float:
    """Return by what share of itself the picture moved: turned, shifted, zoomed; 0 with unknown angles."""
    angles = angles_of_view(before), angles_of_view(after)
    if angles[0] is None or angles[1] is None:
        return 0.0
    across, along = angles[0]
    turned = math.hypot(
        _turn(before.yaw_deg, after.yaw_deg) * math.cos(math.radians(after.pitch_deg or 0.0)) / across,
        _turn(before.pitch_deg, after.pitch_deg) / along,
        _turn(before.roll_deg, after.roll_deg) / 90,
    )
    zoomed = abs(math.log(angles[1][0] / across))
    east_m, north_m = metres_per_degree(np.asarray(before.lat, np.float64))
    shift_m = math.hypot(
        (after.lon - before.lon) * float(east_m),
        (after.lat - before.lat) * float(north_m),
        (after.height_m or 0.0) - (before.height_m or after.height_m or 0.0),
    )
    return turned + zoomed + shift_m / (2 * _NEAR_M * math.tan(math.radians(across) / 2))


def _turn(before: float | None, after: float | None) -> float:
    if before is None or after is None:
        return 0.0
    return abs((after - before + 180) % 360 - 180)
