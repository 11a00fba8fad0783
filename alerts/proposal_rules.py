"""When an area comes under consideration and how long an evacuation takes (`rules/proposals.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from geo.live_value import THRESHOLDS

_NAME: Final = "proposals.toml"
_PROVENANCE: Final = ("source", "as_of", "verified")
SIGNALS: Final = ("chance", "observed")
LEVELS: Final = (3, 4, 5)


class ProposalRulesError(ValueError):
    """Raised when `rules/proposals.toml` is wrong; names the entry."""


@dataclass(frozen=True, kw_only=True)
class GaugeRule:
    """A condition on a gauge's forecasts: fulfilled from `reach` on, until a fresh value is below `ease`."""

    id: str
    level: int
    signal: str
    threshold: str
    reach: float
    ease: float
    #: of a `chance` [h]
    within_h: float
    rising: bool
    night: bool
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Need:
    """How long an evacuation of one level takes [s], and how fast people walk [m/s]."""

    decide_s: float
    announce_s: float
    prepare_s: float
    margin_s: float
    speed_m_s: float
    #: people go somewhere (not level 5, which is for staying alive on the spot)
    travels: bool


@dataclass(frozen=True, kw_only=True)
class Travel:
    """How far and how fast people go."""

    detour: float
    share: float
    unknown_m: float
    night_speed_factor: float
    assisted_m: float
    delay_day_s: float
    delay_night_s: float


@dataclass(frozen=True, kw_only=True)
class ProposalRules:
    """The contents of `rules/proposals.toml`, checked."""

    gauge_rules: tuple[GaugeRule, ...]
    night_factor: float
    #: hazard of a proposal by hazard id of `warnings.toml`
    official: Mapping[str, str]
    storm_hazard: str
    storm_level: int
    needs: Mapping[int, Need]
    travel: Travel
    valid_min: float
    stale_min: float
    lift_within_h: float
    lift_below: float
    #: whether every table that counts is verified
    verified: bool

    def by_id(self, rule_id: str) -> GaugeRule:
        """Return a rule on gauges by its id. Raises `KeyError`."""
        return next(rule for rule in self.gauge_rules if rule.id == rule_id)


@cache
def proposal_rules() -> ProposalRules:
    """Return the rules that come with the program. Raises `ProposalRulesError`."""
    return parse_proposal_rules((files("alerts") / "rules" / _NAME).read_text(encoding="utf-8"))


def parse_proposal_rules(text: str) -> ProposalRules:
    """Return the rules in `text` (TOML). Raises `ProposalRulesError` naming what is missing or wrong."""
    try:
        tables = tomllib.loads(text)
        for name in ("night", "official", "storm", "need", "start_delay", "travel", "age", "lift"):
            _has_provenance(tables[name], name)
        rules = _build(tables)
    except tomllib.TOMLDecodeError as fault:
        raise ProposalRulesError(f"{_NAME} is not TOML: {fault}") from fault
    except KeyError as fault:
        raise ProposalRulesError(f"{_NAME}: {fault.args[0]} is missing") from fault
    if len({rule.id for rule in rules.gauge_rules}) != len(rules.gauge_rules):
        raise ProposalRulesError(f"{_NAME}: rule: an id stands twice")
    return rules


def _build(tables: Mapping[str, Any]) -> ProposalRules:
    travel, delay = tables["travel"], tables["start_delay"]
    names = ("detour", "share", "unknown_m", "night_speed_factor", "assisted_m")
    return ProposalRules(
        gauge_rules=tuple(_rule(entry) for entry in tables["rule"]),
        night_factor=_positive(tables["night"], "night", "factor"),
        official={key: str(value) for key, value in tables["official"].items() if key not in _PROVENANCE},
        storm_hazard=str(tables["storm"]["hazard"]),
        storm_level=int(tables["storm"]["level"]),
        needs={level: _need(tables["need"][str(level)], level) for level in LEVELS},
        travel=Travel(
            **{name: _positive(travel, "travel", name) for name in names},
            delay_day_s=_positive(delay, "start_delay", "day_s"),
            delay_night_s=_positive(delay, "start_delay", "night_s"),
        ),
        valid_min=_positive(tables["age"], "age", "valid_min"),
        stale_min=_positive(tables["age"], "age", "stale_min"),
        lift_within_h=_positive(tables["lift"], "lift", "within_h"),
        lift_below=_positive(tables["lift"], "lift", "below"),
        verified=all(entry["verified"] for entry in (*tables["rule"], tables["official"], tables["need"])),
    )


def _rule(entry: Mapping[str, Any]) -> GaugeRule:
    where = f"rule {entry.get('id')!r}"
    _has_provenance(entry, where)
    if entry["signal"] not in SIGNALS or entry["threshold"] not in THRESHOLDS or entry["level"] not in LEVELS:
        raise ProposalRulesError(f"{_NAME}: {where}: signal, threshold or level is not known")
    if not entry["ease"] < entry["reach"]:
        raise ProposalRulesError(f"{_NAME}: {where}: ease must lie below reach, or it flaps")
    return GaugeRule(
        **{name: entry[name] for name in ("id", "level", "signal", "threshold")},
        reach=float(entry["reach"]),
        ease=float(entry["ease"]),
        within_h=_positive(entry, where, "within_h") if entry["signal"] == "chance" else 0.0,
        rising=bool(entry.get("rising", False)),
        night=bool(entry.get("night", False)),
        verified=bool(entry["verified"]),
    )


def _need(entry: Mapping[str, Any], level: int) -> Need:
    names = ("decide_s", "announce_s", "prepare_s", "margin_s", "speed_m_s")
    values = {name: float(entry[name]) for name in names}
    if min(values.values()) < 0 or not values["speed_m_s"] > 0:
        raise ProposalRulesError(f"{_NAME}: need.{level}: a time is negative, or nobody moves")
    return Need(**values, travels=bool(entry["travels"]))


def _positive(table: Mapping[str, Any], where: str, key: str) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ProposalRulesError(f"{_NAME}: {where}: {key} must be a positive number, is {value!r}")
    return float(value)


def _has_provenance(table: Mapping[str, Any], where: str) -> None:
    missing = [key for key in _PROVENANCE if key not in table]
    if missing:
        raise ProposalRulesError(f"{_NAME}: {where}: {missing[0]} is missing")
