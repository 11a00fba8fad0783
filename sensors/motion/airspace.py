"""Who is in an airspace: geofences, 緊急用務空域, operation volumes, each with its time and its height band.

A border is crossed at once by whoever is well beyond it, and with the second position in a row by whoever is
just beyond it, so that a position that is not exact tells nothing twice. Between two positions the straight
way counts too: a fast one may have been inside without ever having said so. Whose height is not known, or
not comparable, is looked at on the ground plan only, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sensors.motion.plane import metres_per_degree, to_degrees, to_metres

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SpaceKind = Literal["keep-in", "keep-out", "emergency", "operation"]
#: what happened; `passed` = in and out again between two positions
Crossing = Literal["entered", "left", "passed"]


@dataclass(frozen=True, kw_only=True)
class SpaceRules:
    """When a border counts as crossed."""

    decisive_m: float
    #: whoever is inside leaves by height only so far beyond floor or ceiling [m]
    decisive_height_m: float
    samples: float
    segment_s: float
    segment_m: float


@dataclass(frozen=True, kw_only=True)
class Space:
    """A volume of air. Heights are metres above T.P.; None = from the ground, or without end."""

    id: int
    kind: SpaceKind
    name: str
    #: polygons, degrees EPSG:4326
    shape: BaseGeometry
    floor_tp_m: float | None
    ceiling_tp_m: float | None
    from_at: datetime
    to_at: datetime | None
    exempt: frozenset[str]

    def in_force(self, now: datetime) -> bool:
        """Whether `now` lies within its time."""
        return self.from_at <= now and (self.to_at is None or now <= self.to_at)

    @property
    def has_heights(self) -> bool:
        """Whether it reaches from or to a height."""
        return self.floor_tp_m is not None or self.ceiling_tp_m is not None


class Flyers(NamedTuple):
    """n vehicles that are looked at, as they were last seen; degrees, metres, seconds since 1970."""

    ids: Sequence[str]
    lon: Floats
    lat: Floats
    at_s: Floats
    #: metres above T.P.; NaN = unknown
    height_m: Floats
    #: one standard deviation of the height; NaN = not told
    height_sd_m: Floats
    #: bool [n], in the air: who stands on the ground is in no airspace
    flying: Mask
    #: where each was looked at before; NaN = was not
    before_lon: Floats
    before_lat: Floats
    before_s: Floats

    def of(self, chosen: Mask) -> Flyers:
        """Return those of `chosen`."""
        return Flyers(
            ids=[self.ids[index] for index in np.flatnonzero(chosen).tolist()],
            lon=self.lon[chosen],
            lat=self.lat[chosen],
            at_s=self.at_s[chosen],
            height_m=self.height_m[chosen],
            height_sd_m=self.height_sd_m[chosen],
            flying=self.flying[chosen],
            before_lon=self.before_lon[chosen],
            before_lat=self.before_lat[chosen],
            before_s=self.before_s[chosen],
        )


@dataclass(frozen=True)
class Presence:
    """Whether a vehicle is in a space, as last decided."""

    inside: bool
    since: datetime
    horizontal_only: bool
    exempt: bool
    #: positions in a row that said the contrary, and the moment of the newest position looked at
    contrary: int = 0
    at_s: float = 0.0


@dataclass(frozen=True)
class Step:
    """What becomes of a vehicle in a space; `crossing` None = nothing to be told."""

    vehicle: str
    presence: Presence
    crossing: Crossing | None


def steps(
    space: Space, flyers: Flyers, known: Mapping[str, Presence], now: datetime, rules: SpaceRules
) -> list[Step]:
    """Return what changes for `flyers` in `space` at `now`, given what was `known`.

    Outside of the space's time nobody is inside; that it ended is not told of each vehicle (`crossing` None).
    """
    if not space.in_force(now):
        return [
            Step(name, replace(one, inside=False, since=now, contrary=0), None)
            for name, one in known.items()
            if one.inside
        ]
    flyers = _concerned(space, flyers, known, rules)
    if not len(flyers.ids):
        return []
    depth, passing = _measured(space, flyers, rules)
    flat = space.has_heights & ~np.isfinite(flyers.height_m)
    were = [name in known and known[name].inside for name in flyers.ids]
    slack = np.where(np.array(were, np.bool_), rules.decisive_height_m, 0.0)
    within = (depth > 0) & flyers.flying & (flat | _in_band(space, flyers, slack))
    looked = within | passing | np.fromiter((name in known for name in flyers.ids), np.bool_, len(depth))
    found = []
    for index in np.flatnonzero(looked).tolist():
        name = flyers.ids[index]
        sample = _Sample(
            within=bool(within[index]),
            passing=bool(passing[index]),
            decisive=_is_decisive(within[index], depth[index], flyers.flying[index], rules),
            at_s=float(flyers.at_s[index]),
            horizontal_only=bool(flat[index]),
        )
        step = _step(name, sample, known.get(name), name in space.exempt, now, rules)
        if step is not None:
            found.append(step)
    return found


def _concerned(space: Space, flyers: Flyers, known: Mapping[str, Presence], rules: SpaceRules) -> Flyers:
    """Return those whose place or way touches the frame of a space, or of whom something is known there."""
    west, south, east, north = space.shape.bounds
    per_lon, per_lat = metres_per_degree(np.array([max(abs(south), abs(north))]))
    wide, tall = rules.decisive_m / float(per_lon[0]), rules.decisive_m / float(per_lat[0])
    within = (
        (np.fmax(flyers.lon, flyers.before_lon) >= west - wide)
        & (np.fmin(flyers.lon, flyers.before_lon) <= east + wide)
        & (np.fmax(flyers.lat, flyers.before_lat) >= south - tall)
        & (np.fmin(flyers.lat, flyers.before_lat) <= north + tall)
    )
    if known:
        within |= np.array([name in known for name in flyers.ids], np.bool_)
    return flyers.of(within)


def _is_decisive(within: bool, depth_m: float, flying: bool, rules: SpaceRules) -> bool:
    if within:
        return depth_m >= rules.decisive_m
    return not flying or depth_m <= -rules.decisive_m


@dataclass(frozen=True)
class _Sample:
    within: bool
    passing: bool
    decisive: bool
    at_s: float
    horizontal_only: bool


def _step(
    name: str, sample: _Sample, known: Presence | None, exempt: bool, now: datetime, rules: SpaceRules
) -> Step | None:
    before = known or Presence(False, now, sample.horizontal_only, exempt)
    if sample.within == before.inside:
        passed = sample.passing and not before.inside and sample.at_s > before.at_s
        after = replace(
            before,
            contrary=0,
            exempt=exempt,
            horizontal_only=sample.horizontal_only if before.inside else before.horizontal_only,
            at_s=sample.at_s if passed else before.at_s,
        )
        if passed:
            # Kept, so that the same way is not told again.
            return Step(name, replace(after, horizontal_only=sample.horizontal_only), "passed")
        return None if after == before else Step(name, after, None)
    count = before.contrary + (1 if sample.at_s > before.at_s or before.contrary == 0 else 0)
    if sample.decisive or count >= rules.samples:
        after = Presence(sample.within, now, sample.horizontal_only, exempt, 0, sample.at_s)
        return Step(name, after, "entered" if sample.within else "left")
    if count == before.contrary:
        return None
    return Step(name, replace(before, contrary=count, at_s=sample.at_s), None)


def _measured(space: Space, flyers: Flyers, rules: SpaceRules) -> tuple[Floats, Mask]:
    """Return how deep inside each is on the ground plan [m] (outside: < 0), and whose way led through."""
    west, south, east, north = space.shape.bounds
    lon_0, lat_0 = np.array([(west + east) / 2]), np.array([(south + north) / 2])
    shape = _in_plane(space.shape, lon_0, lat_0)
    here = to_metres(flyers.lon, flyers.lat, lon_0, lat_0)
    before = to_metres(flyers.before_lon, flyers.before_lat, lon_0, lat_0)
    depth = np.full(len(here), -np.inf)
    low, high = np.array(shape.bounds[:2]), np.array(shape.bounds[2:])
    reach = rules.decisive_m
    near = ((here > low - reach) & (here < high + reach)).all(axis=1)
    if near.any():
        points = shapely.points(here[near])
        apart = shapely.distance(points, shape.boundary)
        depth[near] = np.where(shapely.covers(shape, points), apart, -apart)
    return depth, _passing(space, shape, flyers, before, here, depth, rules)


def _passing(
    space: Space,
    shape: BaseGeometry,
    flyers: Flyers,
    before: Floats,
    here: Floats,
    depth: Floats,
    rules: SpaceRules,
) -> Mask:
    gap = flyers.at_s - flyers.before_s
    low, high = np.array(shape.bounds[:2]), np.array(shape.bounds[2:])
    with np.errstate(invalid="ignore"):
        meets = (np.maximum(before, here) >= low) & (np.minimum(before, here) <= high)
        able = (gap > 0) & (gap <= rules.segment_s) & (depth <= 0) & meets.all(axis=1)
    able &= flyers.flying & (~np.isfinite(flyers.height_m) | _in_band(space, flyers, np.zeros(len(here))))
    found = np.zeros(len(here), np.bool_)
    chosen = np.flatnonzero(able)
    if len(chosen):
        ways = shapely.linestrings(np.stack([before[chosen], here[chosen]], axis=1))
        found[chosen] = shapely.length(shapely.intersection(ways, shape)) >= rules.segment_m
    return found


def _in_band(space: Space, flyers: Flyers, slack_m: Floats) -> Mask:
    """Whether each may be between floor and ceiling: its height may be off by two standard deviations."""
    slack = 2 * np.nan_to_num(flyers.height_sd_m) + slack_m
    floor = -np.inf if space.floor_tp_m is None else space.floor_tp_m
    ceiling = np.inf if space.ceiling_tp_m is None else space.ceiling_tp_m
    inside: Mask = (flyers.height_m + slack >= floor) & (flyers.height_m - slack <= ceiling)
    return inside | (~np.isfinite(flyers.height_m) & (not space.has_heights))


def _in_plane(shape: BaseGeometry, lon_0: Floats, lat_0: Floats) -> BaseGeometry:
    def project(corners: Floats) -> Floats:
        return to_metres(corners[:, 0], corners[:, 1], lon_0, lat_0)

    return shapely.transform(shape, project)


def circle(lon: float, lat: float, radius_m: float, *, corners: int = 72) -> BaseGeometry:
    """Return a polygon (degrees) around the circle of `radius_m` [m]: no part of the circle is left out."""
    lon_0, lat_0 = np.array([lon]), np.array([lat])
    angle = np.linspace(0.0, 2 * np.pi, corners, endpoint=False)
    outer = radius_m / np.cos(np.pi / corners)
    ring = np.column_stack([outer * np.sin(angle), outer * np.cos(angle)])
    found: BaseGeometry = shapely.polygons(np.column_stack(to_degrees(ring, lon_0, lat_0)))
    return found
