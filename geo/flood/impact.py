"""Who and what stands in the water, how deep and from when: an exposure against the frames of a flood.

Each exposed point lies in one cell, found once; every frame is one gather of those cells. Points outside
the raster or on unknown ground are counted apart as unknown, never as dry. Sources of the classes and
limits: `geo/rules/depth.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.depth_rules import DepthRules, depth_rules
from geo.flood.count import count
from geo.flood.exposure import OUTSIDE, REACH_M, Exposure, Indices
from geo.flood.impact_areas import AreaImpact, area_impacts
from geo.flood.impact_people import TOTALS, PeopleImpact, people_impact
from geo.flood.impact_places import PlaceImpact, place_impacts
from geo.flood.impact_roads import RoadImpact, road_impacts
from geo.flood.soundings import Soundings

Frame = NDArray[np.floating[Any]]


class ImpactError(ValueError):
    """Raised when fields of a flood do not fit the exposure or each other; names the field."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Impact:
    """What a flood does to an exposure."""

    times_s: NDArray[np.float64]
    rules: DepthRules
    exposure: Exposure
    #: None = no population is known
    people: PeopleImpact | None
    areas: list[AreaImpact]
    places: list[PlaceImpact]
    roads: list[RoadImpact]
    #: speeds were given
    speed_known: bool

    def summary(self) -> dict[str, int | float | bool | None]:
        """Return the figures of a whole run: what was in water at any time; None = not known."""
        wet = [place.kind for place in self.places if not place.unknown]
        shelters, sites = wet.count("shelter"), wet.count("site")
        people, known = self.people, self.exposure.people
        households = None if people is None else people.households_ever
        return {
            "people": None if people is None else count(people.ever),
            "people_unknown": None if people is None else count(people.unknown),
            "people_synthetic": None if known is None else known.synthetic,
            "households": None if households is None else count(households),
            "shelters": shelters,
            "sites": sites,
            "facilities": len(wet) - shelters - sites,
        }

    def document(self) -> dict[str, Any]:
        """Return everything ready for JSON; null = not known, never 0."""
        people, known = self.people, self.exposure.people
        limits = asdict(self.rules.limits) | {"verified": self.rules.provenance["walking"]["verified"]}
        limits["reach_m"] = REACH_M
        population = None
        if known is not None:
            population = {name: getattr(known, name) for name in ("source", "as_of", "synthetic")}
            population |= {"points": len(known.persons), "coarse_people": count(known.coarse_persons)}
        return {
            "times_s": [count(float(time)) for time in self.times_s],
            "classes": list(self.rules.class_limits_m),
            "totals": _no_totals() if people is None else people.document(),
            "areas": [area.document() for area in self.areas],
            "places": [place.document() for place in self.places],
            "roads": [road.document() for road in self.roads],
            "population": population,
            "limits": limits,
            "walkable": None if people is None else people.stopped_document(speed_known=self.speed_known),
        }


def _no_totals() -> dict[str, None]:
    return dict.fromkeys(TOTALS)


class Assessment:
    """Takes the frames of a flood one by one, so that they need not all be held, and then says the impact.

    Frames come in the order of time. Raises `ImpactError` for a frame of another shape or an earlier time.
    """

    def __init__(self, exposure: Exposure, *, rules: DepthRules | None = None) -> None:
        self._exposure = exposure
        self._rules = rules or depth_rules()
        self._times_s: list[float] = []
        self._depths: list[Frame] = []
        self._speeds: list[Frame] = []
        people = np.zeros(0, np.int64) if exposure.people is None else exposure.people.cells
        places = exposure.places.cells.reshape(-1)
        self._parts = np.cumsum([len(people), len(places)])
        self._cells: Indices = np.concatenate([people, places, exposure.roads.cells])
        self._outside = self._cells == OUTSIDE
        self._cells = np.where(self._outside, 0, self._cells)

    def add(self, time_s: float, depth_m: Frame, speed_m_s: Frame | None = None) -> None:
        """Take the depth [m] (ny, nx), and the speed [m/s] if it is known, at `time_s` [s]; NaN = unknown."""
        if self._times_s and not time_s > self._times_s[-1]:
            raise ImpactError(f"the frame at {time_s} s comes after the one at {self._times_s[-1]} s")
        if self._depths and (speed_m_s is None) == bool(self._speeds):
            raise ImpactError(f"speed must come with every frame or with none; at {time_s} s it is different")
        depths = self._under(depth_m, f"depth at {time_s} s")
        if speed_m_s is not None:
            self._speeds.append(self._under(speed_m_s, f"speed at {time_s} s"))
        self._times_s.append(float(time_s))
        self._depths.append(depths)

    def finish(self, arrival_s: Frame, peak_m: Frame) -> Impact:
        """Return the impact; `arrival_s` [s], NaN = never, and `peak_m`, the largest depth [m]: (ny, nx)."""
        times = np.array(self._times_s, np.float64)
        arrival = self._under(arrival_s, "arrival").astype(np.float64)
        peak = self._under(peak_m, "peak")
        empty = (0, len(self._cells))
        depths = np.stack(self._depths) if self._depths else np.zeros(empty, peak.dtype)
        speeds = np.stack(self._speeds) if self._speeds else None
        all_points = Soundings.of(times, depths, speeds, arrival, peak, self._rules.limits.flooded_m)
        people_points, place_points, road_points = all_points.split(self._parts)
        exposure = self._exposure
        people = None if exposure.people is None else people_impact(
            exposure.people, people_points, self._rules
        )  # fmt: skip
        return Impact(
            times_s=times,
            rules=self._rules,
            exposure=exposure,
            people=people,
            areas=area_impacts(exposure, people, arrival_s, peak_m, self._rules.limits.flooded_m),
            places=place_impacts(
                exposure.places, place_points.worst(exposure.places.width), self._rules.limits
            ),
            roads=road_impacts(exposure.roads, road_points, self._rules.limits),
            speed_known=speeds is not None,
        )

    def _under(self, field: Frame, name: str) -> Frame:
        """Return what lies under every exposed point (n,), NaN outside."""
        if field.shape != self._exposure.shape:
            raise ImpactError(f"{name} has shape {field.shape}, the exposure {self._exposure.shape}")
        if not self._cells.size:
            return np.zeros(0, field.dtype)
        found: Frame = np.take(field.reshape(-1), self._cells)
        found[self._outside] = np.nan
        return found


def assess(
    frames: Iterable[Frame],
    times_s: Iterable[float],
    arrival_s: Frame,
    peak_m: Frame,
    exposure: Exposure,
    *,
    speed: Iterable[Frame] | None = None,
    rules: DepthRules | None = None,
) -> Impact:
    """Return the impact of a flood: `frames` depths [m] (t, ny, nx), or one by one, at `times_s` [s].

    `arrival_s` (ny, nx) [s], NaN = never; `peak_m` (ny, nx) [m]; `speed` [m/s] like `frames`; NaN = unknown.
    Raises `ImpactError` naming what does not fit, and `ValueError` when frames and times differ in number.
    """
    assessment = Assessment(exposure, rules=rules)
    if speed is None:
        for time_s, depth in zip(times_s, frames, strict=True):
            assessment.add(time_s, depth)
    else:
        for time_s, depth, pace in zip(times_s, frames, speed, strict=True):
            assessment.add(time_s, depth, pace)
    return assessment.finish(arrival_s, peak_m)
