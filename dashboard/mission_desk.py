"""What missions need of the database besides themselves: links, tracks, airspaces, landing sites."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from psycopg.rows import DictRow
from shapely.geometry.base import BaseGeometry

from dashboard.air_desk import Desk
from dashboard.errors import BadInputError, ChangedMeanwhileError, NotFoundError
from geo.mission import held_mission
from geo.queries import load
from sensors.motion.mission_check import Plan
from sensors.motion.mission_limits import MissionLimits, mission_limits
from sensors.motion.station import Station, distance_m, time_on_station

_SQL: Final = load("geo", "mission.sql")
_VEHICLE: Final = load("geo", "vehicle.sql")
LIMITS: Final[MissionLimits] = mission_limits()


def mission_row(desk: Desk, mission_id: int, seen: int | None = None) -> DictRow:
    """Return a mission's row, held; 409 when it is not at the version that was `seen`."""
    row = held_mission(desk.cursor, desk.incident_id, mission_id)
    if row is None:
        raise NotFoundError(f"there is no mission {mission_id} in this incident")
    if seen is not None and row["version"] != seen:
        raise ChangedMeanwhileError(f"mission {row['number']} was changed by somebody else meanwhile")
    return row


def vehicle_row(desk: Desk, vehicle_id: str) -> DictRow:
    """Return who a vehicle is. Raises `BadInputError` when there is none of this name."""
    row = desk.cursor.execute(_SQL["vehicle"], {"id": vehicle_id}).fetchone()
    if row is None:
        raise BadInputError(f"vehicle: there is none called {vehicle_id!r}")
    return row


def check_links(desk: Desk, columns: dict[str, Any]) -> None:
    """Raise `BadInputError` naming a link of a mission that leads nowhere in this incident."""
    found = desk.cursor.execute(_SQL["links"], {**columns, "incident": desk.incident_id}).fetchone()
    for name, astray in (found or {}).items():
        if astray:
            raise BadInputError(f"{name}: there is no such thing in this incident")


def shape_of_row(row: DictRow) -> BaseGeometry:
    """Return the place of a mission or airspace."""
    return shapely.from_wkb(bytes(row["shape"]))


def plan_of(desk: Desk, row: dict[str, Any], shape: BaseGeometry, vehicle_id: str) -> Plan:
    """Return what speaks for or against a vehicle on a mission, from a row with its columns."""
    cursor, incident = desk.cursor, desk.incident_id
    states = cursor.execute(_VEHICLE["states"], {"incident": incident, "vehicles": [vehicle_id]}).fetchall()
    others = cursor.execute(
        _SQL["others"], {"incident": incident, "vehicle": vehicle_id, "id": row.get("id")}
    ).fetchall()
    spaces = cursor.execute(_SQL["airspaces"], {"incident": incident}).fetchall()
    site, standing = _site(desk, row["landing_site_id"], vehicle_id)
    return Plan(
        shape=shape,
        radius_m=row["radius_m"],
        vehicle_id=vehicle_id,
        vehicle_kind=vehicle_row(desk, vehicle_id)["kind"],
        vehicle=states[0] if states else None,
        others=[other["number"] for other in others],
        endurance_until=row["endurance_until"],
        endurance_told_at=row["endurance_told_at"],
        site=site,
        occupied_by=standing,
        airspaces=[{**space, "shape": shape_of_row(space)} for space in spaces],
    )


def _site(desk: Desk, site_id: str | None, vehicle_id: str) -> tuple[DictRow | None, list[str]]:
    if site_id is None:
        return None, []
    rows = desk.cursor.execute(_SQL["sites"], {"incident": desk.incident_id, "ids": [site_id]}).fetchall()
    return (rows[0] if rows else None), standing_at(desk, site_id, vehicle_id)


def standing_at(desk: Desk, site_id: str, but: str | None = None) -> list[str]:
    """Return the vehicles on the ground at a landing site, without `but`."""
    parameters = {
        "incident": desk.incident_id,
        "id": site_id,
        "but": but,
        "radius_m": LIMITS.landing_radius_m,
    }
    return [row["vehicle_id"] for row in desk.cursor.execute(_SQL["standing"], parameters).fetchall()]


def station_of(desk: Desk, row: DictRow) -> Station | None:
    """Return how long the vehicle that has a mission was at its place until now; None = no vehicle has it."""
    if row["vehicle_id"] is None or row["assigned_at"] is None:
        return None
    parameters = {
        "incident": desk.incident_id,
        "vehicle": row["vehicle_id"],
        "since": row["assigned_at"],
        "until": desk.now,
    }
    track = desk.cursor.execute(_SQL["track"], parameters).fetchall()
    at_s, lon, lat = (np.array([point[name] for point in track], float) for name in ("at_s", "lon", "lat"))
    beyond_m = distance_m(shape_of_row(row), row["radius_m"], lon, lat)
    return time_on_station(at_s, beyond_m, gap_s=LIMITS.station_gap_s)
