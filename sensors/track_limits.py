"""Limits of the checks of positions, from `sensors/rules/tracks.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sensors.rulebook import RulesError, number, read_rules
from sensors.track import VEHICLE_KINDS, VehicleKind


@dataclass(frozen=True, kw_only=True)
class TrackLimits:
    """What each means, and whence it is, is said in the file."""

    ahead_s: float
    bad_s: float
    earliest: datetime
    repeat_s: float
    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float
    coarse_m: float
    fastest_m_s: Mapping[VehicleKind, float]
    accuracy_m: float
    reacquire: int
    turn_shortest_s: float
    turn_longest_s: float
    turn_slowest_m_s: float
    derive_s: float
    broadcast_h: float


@cache
def track_limits() -> TrackLimits:
    """Return the committed limits. Raises `RulesError` naming the table and key."""
    tables = read_rules("tracks")

    def of(table: str, key: str) -> float:
        if table not in tables:
            raise RulesError(f"tracks.toml: {table}: the table is missing")
        return number(tables[table], f"tracks.toml: {table}", key)

    earliest = tables["clock"].get("earliest")
    if not isinstance(earliest, datetime) or earliest.tzinfo is None:
        raise RulesError(f"tracks.toml: clock: earliest: must be a time with zone, is {earliest!r}")
    return TrackLimits(
        ahead_s=of("clock", "ahead_s"),
        bad_s=of("clock", "bad_s"),
        earliest=earliest,
        repeat_s=of("clock", "repeat_s"),
        **{name: of("area", name) for name in ("west_deg", "south_deg", "east_deg", "north_deg", "coarse_m")},
        fastest_m_s={kind: of("speed", f"{kind}_m_s") for kind in VEHICLE_KINDS},
        accuracy_m=of("speed", "accuracy_m"),
        reacquire=int(of("speed", "reacquire")),
        turn_shortest_s=of("turn", "shortest_s"),
        turn_longest_s=of("turn", "longest_s"),
        turn_slowest_m_s=of("turn", "slowest_m_s"),
        derive_s=of("turn", "derive_s"),
        broadcast_h=of("picture", "broadcast_h"),
    )
