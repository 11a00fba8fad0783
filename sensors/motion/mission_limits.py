"""The limits of missions and landing sites, from `rules/mission.toml`: one set for server and screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.rulebook import number, read_rules
from sensors.track import VEHICLE_KINDS


@dataclass(frozen=True, kw_only=True)
class MissionLimits:
    """When a vehicle is on station, a site occupied or a word old, and what an arrival is estimated with."""

    station_radius_m: float
    station_gap_s: float
    landing_radius_m: float
    word_old_after_s: float
    under_way_m_s: float
    #: by kind of vehicle: what shall be left of the endurance at arrival [s]; speed of estimates [m/s]
    margin_s: Mapping[str, float]
    cruise_m_s: Mapping[str, float]


def mission_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> MissionLimits:
    """Return the limits of `tables`, by default those of the rules file.

    Raises `sensors.rulebook.RulesError` naming the key that is missing or no number.
    """
    rules = read_rules("mission") if tables is None else tables
    station, landing, margin, cruise = (rules[name] for name in ("station", "landing", "margin", "cruise"))
    return MissionLimits(
        station_radius_m=number(station, "station", "radius_m"),
        station_gap_s=number(station, "station", "gap_s"),
        landing_radius_m=number(landing, "landing", "radius_m"),
        word_old_after_s=3600.0 * number(landing, "landing", "old_after_h"),
        under_way_m_s=number(cruise, "cruise", "under_way"),
        margin_s={kind: 60.0 * number(margin, "margin", kind) for kind in VEHICLE_KINDS},
        cruise_m_s={kind: number(cruise, "cruise", kind) for kind in VEHICLE_KINDS},
    )
