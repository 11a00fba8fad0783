"""Names, alert levels, colours and shapes of the classes, and the numbers of the river rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sensors.rulebook import RulesError, number, read_rules

#: columns of every array of thresholds, lowest first
ThresholdName = Literal["start", "standby", "caution", "evacuation", "danger", "overflow"]
THRESHOLDS: Final[tuple[ThresholdName, ...]] = get_args(ThresholdName)

LevelName = Literal["unknown", "below", "start", "standby", "caution", "evacuation", "danger", "overflow"]
#: class names by class code + 1: code −1 is `unknown`, 0 `below`, 1 … 6 the thresholds
CLASSES: Final[tuple[LevelName, ...]] = get_args(LevelName)

Scheme = Literal["standard", "crisis-management"]
SCHEMES: Final[tuple[Scheme, ...]] = get_args(Scheme)

#: WCAG 2.2, 1.4.3: contrast of text to its background
TEXT_CONTRAST: Final = 4.5


@dataclass(frozen=True, kw_only=True)
class LevelClass:
    """How a class is named and drawn."""

    code: int
    name: LevelName
    ja: str
    en: str
    #: 警戒レベル that the class corresponds to, None = none
    level: int | None
    #: `#RRGGBB`
    colour: str
    #: black or white, whichever is read better on `colour`
    text_colour: str
    shape: str
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class RiverRules:
    """The numbers of `rules/river-levels.toml`, in SI units, and the classes of each scheme."""

    classes: Mapping[Scheme, tuple[LevelClass, ...]]
    trend_window_s: float
    trend_readings: int
    trend_reach_s: float
    noise_m: float
    wander_m_per_sqrt_h: float
    wander_share: float
    dense_s: float
    steady_m_per_h: float
    idle_factor: float
    active_factor: float
    doubt_after_s: float
    doubt_break_s: float
    hysteresis_m: float


def class_name(code: int) -> LevelName:
    """Return the name of a class code from −1 (`unknown`) to 6 (`overflow`)."""
    if not -1 <= code < len(CLASSES) - 1:
        raise ValueError(f"{code} is no class code; they run from -1 to {len(CLASSES) - 2}")
    return CLASSES[code + 1]


def river_rules(tables: Mapping[str, Mapping[str, object]] | None = None) -> RiverRules:
    """Return the rules of `tables` (default: `rules/river-levels.toml`).

    Raises `RulesError` naming the table and key that is missing or wrong.
    """
    rules = read_rules("river-levels") if tables is None else tables

    def of(table: str, key: str) -> float:
        return number(_table(rules, table), f"river-levels.toml: {table}", key)

    return RiverRules(
        classes={scheme: _classes(rules, scheme) for scheme in SCHEMES},
        trend_window_s=of("trend", "window_h") * 3600,
        trend_readings=int(of("trend", "readings")),
        trend_reach_s=of("trend", "reach_h") * 3600,
        noise_m=of("trend", "noise_m"),
        wander_m_per_sqrt_h=of("trend", "wander_m_per_sqrt_h"),
        wander_share=of("trend", "wander_share"),
        dense_s=of("trend", "dense_min") * 60,
        steady_m_per_h=of("trend", "steady_m_per_h"),
        idle_factor=of("due", "idle_factor"),
        active_factor=of("due", "active_factor"),
        doubt_after_s=of("threshold-doubt", "above_danger_days") * 86400,
        doubt_break_s=of("threshold-doubt", "break_days") * 86400,
        hysteresis_m=of("alarm", "hysteresis_m"),
    )


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two `#RRGGBB` colours, 1 … 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _classes(rules: Mapping[str, Mapping[str, object]], scheme: Scheme) -> tuple[LevelClass, ...]:
    return tuple(_class(rules, scheme, code) for code in range(-1, len(CLASSES) - 1))


def _class(rules: Mapping[str, Mapping[str, object]], scheme: Scheme, code: int) -> LevelClass:
    name = class_name(code)
    table = _table(rules, "unknown" if name == "unknown" else scheme)
    entry = table if name == "unknown" else table.get(name)
    where = f"river-levels.toml: {scheme}: {name}"
    if not isinstance(entry, Mapping):
        raise RulesError(f"{where}: the class is missing")
    level = entry.get("level")
    if level is not None and (not isinstance(level, int) or not 1 <= level <= 5):
        raise RulesError(f"{where}: level must be from 1 to 5, is {level!r}")
    colour = _text(_table(rules, "colours"), where, name if level is None else f"level{level}")
    text_colour = max(("#000000", "#FFFFFF"), key=lambda text: contrast(colour, text))
    if contrast(colour, text_colour) < TEXT_CONTRAST:
        raise RulesError(f"{where}: no text can be read on {colour}")
    return LevelClass(
        code=code,
        name=name,
        ja=_text(entry, where, "ja"),
        en=_text(entry, where, "en"),
        level=level,
        colour=colour,
        text_colour=text_colour,
        shape=_text(_table(rules, "shapes"), where, name),
        source=_text(table, where, "source"),
        verified=table.get("verified") is True,
    )


def _table(rules: Mapping[str, Mapping[str, object]], name: str) -> Mapping[str, object]:
    if name not in rules:
        raise RulesError(f"river-levels.toml: {name}: the table is missing")
    return rules[name]


def _text(table: Mapping[str, object], where: str, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise RulesError(f"{where}: {key}: must be text, is {value!r}")
    return value
