"""What speaks against giving a mission to a vehicle: told to the coordinator, who decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from sensors.motion.mission_limits import MissionLimits
from sensors.motion.station import distance_m

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A mission with the vehicle that has it or shall have it, and what is known around it."""

    shape: BaseGeometry
    radius_m: float
    #: its kind, and its state as of now; None = it was never heard in this incident
    vehicle_id: str
    vehicle_kind: str
    vehicle: Row | None
    #: numbers of the other missions that it carries
    others: Sequence[int]
    #: typed by the coordinator, and when
    endurance_until: datetime | None
    endurance_told_at: datetime | None
    #: the landing site with `state` and `at` of its newest word, and who stands on it
    site: Row | None
    occupied_by: Sequence[str]
    #: airspaces not ended, with `shape`
    airspaces: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that speaks against it; `params` fill its words."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def endurance(plan: Plan) -> datetime | None:
    """Return until when the vehicle can stay up; None = nobody knows.

    The earlier one of what it told and what was typed counts. What it told holds no more when it had run out
    before somebody typed another: it was filled up meanwhile.
    """
    told = None if plan.vehicle is None else plan.vehicle["endurance_until"]
    typed, typed_at = plan.endurance_until, plan.endurance_told_at
    if told is None or typed is None or typed_at is None:
        return told or typed
    return typed if told <= typed_at else min(told, typed)


def arrival(plan: Plan, now: datetime, limits: MissionLimits) -> datetime | None:
    """Return when the vehicle would arrive straight from its last place; None = its place is not known."""
    if plan.vehicle is None:
        return None
    away_m = _away_m(plan)
    speed = plan.vehicle["ground_speed_m_s"] or 0.0
    if speed < limits.under_way_m_s or plan.vehicle["on_ground"]:
        speed = limits.cruise_m_s[plan.vehicle_kind]
    return now + timedelta(seconds=away_m / speed)


def conflicts(plan: Plan, now: datetime, limits: MissionLimits) -> list[Conflict]:
    """Return what speaks against the plan at the incident's `now`, the gravest first."""
    return [
        *_of_vehicle(plan),
        *_of_endurance(plan, now, limits),
        *_of_site(plan, now, limits),
        *_of_airspaces(plan, now, limits),
    ]


def _of_vehicle(plan: Plan) -> list[Conflict]:
    found = []
    state = plan.vehicle
    if state is None:
        found.append(Conflict("vehicle-unseen"))
    elif state["contact"] != "live":
        found.append(Conflict(f"vehicle-{state['contact']}"))
    if state is not None and state["emergency"]:
        found.append(Conflict("vehicle-emergency", {"emergency": state["emergency"]}))
    found += [Conflict("already-tasked", {"number": number}) for number in plan.others]
    return found


def _of_endurance(plan: Plan, now: datetime, limits: MissionLimits) -> list[Conflict]:
    if plan.vehicle_kind == "ground":
        return []
    until, there = endurance(plan), arrival(plan, now, limits)
    if until is None:
        return [Conflict("endurance-unknown")]
    if until <= now:
        return [Conflict("endurance-over")]
    if there is None:
        return []
    if until < there:
        return [Conflict("endurance-before-arrival")]
    margin = timedelta(seconds=limits.margin_s[plan.vehicle_kind])
    return [Conflict("endurance-short")] if until < there + margin else []


def _of_site(plan: Plan, now: datetime, limits: MissionLimits) -> list[Conflict]:
    site = plan.site
    if site is None:
        return []
    found = []
    params = {"site": site["name"]}
    old = site["at"] is None or (now - site["at"]).total_seconds() > limits.word_old_after_s
    if site["state"] == "unusable":
        found.append(Conflict("site-unusable", params))
    elif site["state"] != "usable":
        found.append(Conflict("site-unknown", params))
    elif old:
        found.append(Conflict("site-old", params))
    if plan.occupied_by:
        full = site["capacity"] is not None and len(plan.occupied_by) >= site["capacity"]
        found.append(Conflict("site-full" if full else "site-occupied", params))
    return found


def _of_airspaces(plan: Plan, now: datetime, limits: MissionLimits) -> list[Conflict]:
    """Find airspaces on the straight way, or at the place; heights are not looked at.

    緊急用務空域 bans unmanned craft only.
    """
    there = arrival(plan, now, limits)
    if plan.vehicle_kind == "ground":
        return []
    way = plan.shape if plan.vehicle is None else shapely.union(_way(plan), plan.shape)
    return [
        Conflict("airspace", {"name": space["name"], "kind": space["kind"]})
        for space in plan.airspaces
        if space["from_at"] <= (there or now)
        and (space["to_at"] is None or space["to_at"] > now)
        and plan.vehicle_id not in space["exempt"]
        and (
            space["kind"] == "keep-out"
            or (space["kind"] == "emergency" and plan.vehicle_kind in ("drone", "unknown"))
        )
        and shapely.intersects(space["shape"], way)
    ]


def _way(plan: Plan) -> LineString:
    state, middle = plan.vehicle, plan.shape.centroid
    assert state is not None  # noqa: S101 - asked for by who has looked
    return LineString([(state["lon"], state["lat"]), (middle.x, middle.y)])


def _away_m(plan: Plan) -> float:
    assert plan.vehicle is not None  # noqa: S101 - asked for by who has looked
    lon, lat = np.array([plan.vehicle["lon"]]), np.array([plan.vehicle["lat"]])
    return max(float(distance_m(plan.shape, plan.radius_m, lon, lat)[0]), 0.0)
