"""The rules of `rules/air.toml`: smoothing, nearness, airspaces, loss of contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

from sensors.motion.airspace import SpaceRules
from sensors.motion.kalman import FilterRules
from sensors.motion.loss import LossRules
from sensors.motion.nearness import NearnessRules
from sensors.motion.proximity import Cylinder
from sensors.rulebook import number, read_rules
from sensors.track import VEHICLE_KINDS

Tables = Mapping[str, Mapping[str, object]]
T = TypeVar("T", SpaceRules, LossRules)


@dataclass(frozen=True, kw_only=True)
class AirRules:
    """Everything that the watch over the air decides by."""

    filter: FilterRules
    nearness: NearnessRules
    spaces: SpaceRules
    loss: LossRules


def air_rules(tables: Tables | None = None) -> AirRules:
    """Return the rules of `tables`, by default those of the rules file.

    Raises `sensors.rulebook.RulesError` naming the key that is missing or no number.
    """
    rules = read_air_rules() if tables is None else tables
    return AirRules(
        filter=_filter(rules),
        nearness=_nearness(rules),
        spaces=_plain(SpaceRules, rules, "airspace"),
        loss=_plain(LossRules, rules, "loss"),
    )


@cache
def read_air_rules() -> Tables:
    """Return the checked tables of the rules file."""
    return read_rules("air")


def _plain(form: type[T], rules: Tables, table: str) -> T:
    return form(**{field.name: number(rules[table], table, field.name) for field in fields(form)})


def _filter(rules: Tables) -> FilterRules:
    names = [field.name for field in fields(FilterRules) if field.name != "acceleration_m_s2"]
    return FilterRules(
        **{name: number(rules["filter"], "filter", name) for name in names},
        acceleration_m_s2={
            kind: number(rules["acceleration"], "acceleration", kind) for kind in VEHICLE_KINDS
        },
    )


def _nearness(rules: Tables) -> NearnessRules:
    cylinders = ("manned", "drone_manned", "drones")
    names = [field.name for field in fields(NearnessRules) if field.name not in cylinders]
    plain = {name: number(rules["nearness"], "nearness", name) for name in names}
    return NearnessRules(
        manned=_cylinder(rules, "manned"),
        drone_manned=_cylinder(rules, "drone_manned"),
        drones=_cylinder(rules, "drones"),
        **plain,
    )


def _cylinder(rules: Tables, table: str) -> Cylinder:
    return Cylinder(**{field.name: number(rules[table], table, field.name) for field in fields(Cylinder)})
