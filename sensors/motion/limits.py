"""The limits of contact and of carrying on, from `rules/motion.toml`: one set for server and screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.motion.contact import ContactLimits
from sensors.motion.reckoning import ReckoningLimits
from sensors.rulebook import number, read_rules
from sensors.track import VEHICLE_KINDS, VehicleKind


@dataclass(frozen=True, kw_only=True)
class MotionLimits:
    """When a vehicle is stale or lost, and how each kind is carried on."""

    contact: ContactLimits
    reckoning: Mapping[VehicleKind, ReckoningLimits]


def motion_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> MotionLimits:
    """Return the limits of `tables`, by default those of the rules file.

    Raises `sensors.rulebook.RulesError` naming the key that is missing or no number.
    """
    rules = read_rules("motion") if tables is None else tables
    contact = {name: number(rules["contact"], "contact", name) for name in ContactLimits.__dataclass_fields__}
    return MotionLimits(
        contact=ContactLimits(**contact), reckoning={kind: _reckoning(rules, kind) for kind in VEHICLE_KINDS}
    )


def _reckoning(rules: Mapping[str, Mapping[str, object]], kind: VehicleKind) -> ReckoningLimits:
    carried = {
        name: number(rules["reckoning"], "reckoning", name)
        for name in ("straight_s", "turning_s", "turning_deg_per_s", "acceleration_m_s2")
    }
    if kind == "drone":
        held_s = number(rules["reckoning"], "reckoning", "drone_s")
        carried |= {name: min(carried[name], held_s) for name in ("straight_s", "turning_s")}
    return ReckoningLimits(**carried, fastest_m_s=number(rules["fastest"], "fastest", kind))
