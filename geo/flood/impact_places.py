"""Shelters, sites and facilities in water: when it comes, how deep, from when they cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from geo.depth_rules import Limits
from geo.flood.count import depth, second
from geo.flood.exposure import Places
from geo.flood.passing import Depths, passing_s
from geo.flood.soundings import Soundings

UNDERPASS: Final = "underpass"


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceImpact:
    """One place that gets wet, or stands where the depth is not known (`unknown`)."""

    kind: str
    id: str
    name: str
    area: str | None
    lon: float
    lat: float
    unknown: bool
    arrival_s: float
    peak_m: float
    #: when depth reaches `limit_m`, NaN = never
    closed_from_s: float
    limit_m: float
    #: depth per time [m]
    depth_m: Depths

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "area": self.area,
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "unknown": self.unknown,
            "arrival_s": second(self.arrival_s),
            "peak_m": None if self.unknown else depth(self.peak_m),
            "closed_from_s": second(self.closed_from_s),
            "limit_m": self.limit_m,
            "depth_m": [None if self.unknown else depth(value) for value in self.depth_m.tolist()],
        }


def place_impacts(places: Places, points: Soundings, limits: Limits) -> list[PlaceImpact]:
    """Return the places that get wet, in the order of arrival, then the unknown ones; one sounding each.

    An underpass is closed from `limits.underpass_m`; another place from `limits.assisted_m`, beyond which
    children and people who are helped do not reach or leave it on foot.
    """
    told = np.flatnonzero(points.wet | points.unknown).tolist()
    water = points.only(told)
    limit = np.array(
        [limits.underpass_m if places.kinds[at] == UNDERPASS else limits.assisted_m for at in told]
    )
    closed = passing_s(water.times_s, water.depth_m, limit, water.arrival_s, water.peak_m)
    impacts = [
        PlaceImpact(
            kind=places.kinds[at],
            id=places.ids[at],
            name=places.names[at],
            area=places.areas[at],
            lon=float(places.lon[at]),
            lat=float(places.lat[at]),
            unknown=bool(water.unknown[row]),
            arrival_s=float(water.arrival_s[row]),
            peak_m=float(water.peak_m[row]),
            closed_from_s=np.nan if water.unknown[row] else float(closed[row]),
            limit_m=float(limit[row]),
            depth_m=water.depth_m[:, row],
        )
        for row, at in enumerate(told)
    ]
    return sorted(impacts, key=_order)


def _order(place: PlaceImpact) -> tuple[bool, float, str, str]:
    arrival = np.inf if np.isnan(place.arrival_s) else place.arrival_s
    return place.unknown, arrival, place.kind, place.id
