"""What is assumed of roads (rules/roads.toml): speeds, truck classes, how lines join."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_NAME: Final = "roads.toml"
_PROVENANCE: Final = ("source", "as_of", "verified")
_NUMBERS: Final = {
    "tolerance_m": "joining",
    "stretch_m": "joining",
    "margin_m": "joining",
    "access_m": "access",
    "closed_m": "closure",
    "search_m": "closure",
    "default_km_h": "speed",
}
#: numbers whose key in the file is another
_KEYS: Final = {"access_m": "reach_m", "closed_m": "reach_m"}


class RoadRulesError(ValueError):
    """Raised when `rules/roads.toml` is wrong; names the table and the key."""


@dataclass(frozen=True)
class RoadClass:
    """Roads one of whose `words` stands in their class or name; `max_class` None = every truck."""

    words: tuple[str, ...]
    speed_km_h: float
    max_class: str | None


@dataclass(frozen=True, kw_only=True)
class RoadRules:
    """The contents of `rules/roads.toml`; lengths in metres."""

    tolerance_m: float
    stretch_m: float
    margin_m: float
    access_m: float
    closed_m: float
    search_m: float
    default_km_h: float
    classes: tuple[RoadClass, ...]

    def of(self, name: str, road_class: str | None) -> tuple[float, str | None]:
        """Return speed [km/h] and largest class of trucks of a road; its class counts before its name."""
        for text in (road_class or "", name):
            for entry in self.classes:
                if any(word in text for word in entry.words):
                    return entry.speed_km_h, entry.max_class
        return self.default_km_h, None


@cache
def road_rules() -> RoadRules:
    """Return the rules that come with the program. Raises `RoadRulesError`."""
    return parse_road_rules((files("geo") / "rules" / _NAME).read_text(encoding="utf-8"))


def parse_road_rules(text: str) -> RoadRules:
    """Return the rules in `text` (TOML). Raises `RoadRulesError` naming what is missing or wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RoadRulesError(f"{_NAME} is not TOML: {fault}") from fault
    for name in (*dict.fromkeys(_NUMBERS.values()), "roads"):
        table = tables.get(name)
        if not isinstance(table, dict):
            raise RoadRulesError(f"{_NAME}: {name}: the table is missing")
        for key in _PROVENANCE:
            if key not in table:
                raise RoadRulesError(f"{_NAME}: {name}: {key} is missing")
    numbers = {name: _number(tables[table], table, _KEYS.get(name, name)) for name, table in _NUMBERS.items()}
    return RoadRules(classes=tuple(_class(entry) for entry in tables.get("road", ())), **numbers)


def _number(table: Mapping[str, Any], where: str, key: str) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise RoadRulesError(f"{_NAME}: {where}: {key} must be a positive number, is {value!r}")
    return float(value)


def _class(entry: Mapping[str, Any]) -> RoadClass:
    words, largest = entry.get("words"), entry.get("max_class")
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        raise RoadRulesError(f"{_NAME}: road: words must be a list of text, is {words!r}")
    if largest is not None and not isinstance(largest, str):
        raise RoadRulesError(f"{_NAME}: road: max_class must be text, is {largest!r}")
    return RoadClass(tuple(words), _number(entry, "road", "speed_km_h"), largest)
