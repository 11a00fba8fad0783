"""When a level forecast is pointed out, and how long it may be gone by (`geo/rules/forecast.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_NAME: Final = "forecast.toml"
_PROVENANCE: Final = ("source", "as_of", "verified")


class ForecastRulesError(ValueError):
    """Raised when `rules/forecast.toml` is wrong; names the table and the key."""


@dataclass(frozen=True, kw_only=True)
class ForecastRules:
    """The contents of `rules/forecast.toml`, checked."""

    #: probability of reaching danger within `look_ahead_h` from which a forecast is pointed out, 0 … 1
    alarm_probability: float
    #: below which that is said to have eased
    eased_probability: float
    look_ahead_h: float
    #: a forecast is made anew after so long without a new reading [min of the incident's time]
    refresh_min: float
    #: from this age of its origin on a forecast is stale [min]
    stale_min: float
    #: `source`, `as_of`, `verified` by table
    provenance: Mapping[str, Mapping[str, Any]]


@cache
def forecast_rules() -> ForecastRules:
    """Return the rules that come with the program. Raises `ForecastRulesError`."""
    return parse_forecast_rules((files("geo") / "rules" / _NAME).read_text(encoding="utf-8"))


def parse_forecast_rules(text: str) -> ForecastRules:
    """Return the rules in `text` (TOML). Raises `ForecastRulesError` naming what is missing or wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ForecastRulesError(f"{_NAME} is not TOML: {fault}") from fault
    rules = ForecastRules(
        alarm_probability=_number(tables, "danger", "alarm_probability", most=1.0),
        eased_probability=_number(tables, "danger", "eased_probability", most=1.0),
        look_ahead_h=_number(tables, "danger", "look_ahead_h", most=6.0),
        refresh_min=_number(tables, "age", "refresh_min", most=60.0),
        stale_min=_number(tables, "age", "stale_min", most=360.0),
        provenance={name: _provenance(tables, name) for name in ("danger", "age")},
    )
    if rules.eased_probability > rules.alarm_probability:
        raise ForecastRulesError(f"{_NAME}: danger: eased_probability lies above alarm_probability")
    return rules


def _number(tables: Mapping[str, Any], where: str, key: str, *, most: float) -> float:
    value = tables.get(where, {}).get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ForecastRulesError(
            f"{_NAME}: {where}: {key} must be above 0 and at most {most:g}, is {value!r}"
        )
    return float(value)


def _provenance(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    missing = [key for key in _PROVENANCE if key not in tables[name]]
    if missing:
        raise ForecastRulesError(f"{_NAME}: {name}: {missing[0]} is missing")
    return {key: tables[name][key] for key in _PROVENANCE}
