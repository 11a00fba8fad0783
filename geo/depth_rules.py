"""Depth of water in words: classes of the official legend, limits of walking and driving, hazard classes."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

#: what every table of a rules file must carry
_PROVENANCE: Final = ("source", "as_of", "verified")
_NAME: Final = "depth.toml"


class DepthRulesError(ValueError):
    """Raised when `rules/depth.toml` is wrong; names the table and the key."""


@dataclass(frozen=True, kw_only=True)
class DepthClass:
    """One class of the legend: depths from `from_m` up to the next class."""

    from_m: float
    #: `#RRGGBB`
    colour: str
    text_colour: str
    ja: str
    en: str


@dataclass(frozen=True, kw_only=True)
class HazardClass:
    """One class of depth and speed: the largest depth [m], speed [m/s] and product [m²/s] in it."""

    name: str
    depth_m: float
    speed_m_s: float
    product_m2_s: float
    ja: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From which depth [m] a way is closed; `adult_flow_m_s` [m/s] counts where depth ≥ `adult_flow_m`."""

    flooded_m: float
    adult_m: float
    adult_flow_m: float
    adult_flow_m_s: float
    assisted_m: float
    car_caution_m: float
    car_m: float
    underpass_m: float


@dataclass(frozen=True, kw_only=True)
class DepthRules:
    """The contents of `rules/depth.toml`, checked."""

    classes: tuple[DepthClass, ...]
    hazards: tuple[HazardClass, ...]
    limits: Limits
    #: `source`, `as_of`, `verified` by table
    provenance: Mapping[str, Mapping[str, Any]]

    @property
    def class_limits_m(self) -> tuple[float, ...]:
        """Lower limits of the classes [m], lowest first."""
        return tuple(entry.from_m for entry in self.classes)


@cache
def depth_rules() -> DepthRules:
    """Return the rules that come with the program. Raises `DepthRulesError`."""
    return parse_depth_rules((files("geo") / "rules" / _NAME).read_text(encoding="utf-8"))


def parse_depth_rules(text: str) -> DepthRules:
    """Return the rules in `text` (TOML). Raises `DepthRulesError` naming what is missing or wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise DepthRulesError(f"{_NAME} is not TOML: {fault}") from fault
    provenance = {name: _provenance(tables, name) for name in
                  ("depths", "flooded", "walking", "driving", "underpass", "hazards")}  # fmt: skip
    limits = Limits(
        flooded_m=_number(tables["flooded"], "flooded", "from_m"),
        adult_m=_number(tables["walking"], "walking", "adult_m"),
        adult_flow_m=_number(tables["walking"], "walking", "flow_depth_m"),
        adult_flow_m_s=_number(tables["walking"], "walking", "flow_m_s"),
        assisted_m=_number(tables["walking"], "walking", "assisted_m"),
        car_caution_m=_number(tables["driving"], "driving", "caution_m"),
        car_m=_number(tables["driving"], "driving", "closed_m"),
        underpass_m=_number(tables["underpass"], "underpass", "closed_m"),
    )
    rules = DepthRules(
        classes=tuple(_class(entry) for entry in tables.get("depth", ())),
        hazards=tuple(_hazard(entry) for entry in tables.get("hazard", ())),
        limits=limits,
        provenance=provenance,
    )
    _check(rules)
    return rules


def _provenance(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    if not isinstance(table, dict):
        raise DepthRulesError(f"{_NAME}: {name}: the table is missing")
    for key in _PROVENANCE:
        if key not in table:
            raise DepthRulesError(f"{_NAME}: {name}: {key} is missing")
    return {key: table[key] for key in _PROVENANCE}


def _number(table: Mapping[str, Any], where: str, key: str) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise DepthRulesError(f"{_NAME}: {where}: {key} must be a positive number, is {value!r}")
    return float(value)


def _text(table: Mapping[str, Any], where: str, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise DepthRulesError(f"{_NAME}: {where}: {key} must be text, is {value!r}")
    return value


def _class(table: Mapping[str, Any]) -> DepthClass:
    colour = _text(table, "depth", "colour")
    try:
        red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    except ValueError as fault:
        raise DepthRulesError(f"{_NAME}: depth: {colour!r} is no colour like #FFD8C0") from fault
    # Rec. 709 luma is enough to choose between black and white: no colour of the legend is near the middle.
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 110
    return DepthClass(
        from_m=_number(table, "depth", "from_m"),
        colour=colour,
        text_colour="#000000" if light else "#FFFFFF",
        ja=_text(table, "depth", "ja"),
        en=_text(table, "depth", "en"),
    )


def _hazard(table: Mapping[str, Any]) -> HazardClass:
    return HazardClass(
        name=_text(table, "hazard", "name"),
        depth_m=_number(table, "hazard", "depth_m"),
        speed_m_s=_number(table, "hazard", "speed_m_s"),
        product_m2_s=_number(table, "hazard", "product_m2_s"),
        ja=_text(table, "hazard", "ja"),
        en=_text(table, "hazard", "en"),
    )


def _check(rules: DepthRules) -> None:
    limits = rules.class_limits_m
    if not limits or list(limits) != sorted(set(limits)):
        raise DepthRulesError(f"{_NAME}: depth: from_m must rise from class to class, is {list(limits)}")
    if limits[0] != rules.limits.flooded_m:
        raise DepthRulesError(
            f"{_NAME}: the lowest class begins at {limits[0]} m, flooded at {rules.limits.flooded_m} m"
        )
    if not rules.hazards or not math.isinf(rules.hazards[-1].depth_m):
        raise DepthRulesError(f"{_NAME}: hazard: the last class must have no limits (inf)")
    for name in ("depth_m", "speed_m_s", "product_m2_s"):
        values = [getattr(entry, name) for entry in rules.hazards]
        if values != sorted(values):
            raise DepthRulesError(f"{_NAME}: hazard: {name} must not fall from class to class")
