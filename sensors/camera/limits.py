"""Limits of reading a level from a picture, from `sensors/rules/camera.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.camera.health import HealthLimits
from sensors.rulebook import RulesError, number, read_rules


@dataclass(frozen=True, kw_only=True)
class CameraLimits:
    """Limits of health, acceptance and comparison; the file says what each means and whence it is."""

    health: HealthLimits
    agree_m: float
    fraction_least: float
    snr_least: float
    spread_most_m: float
    rival_within_m: float
    rival_share: float
    quality_least: float
    disagree_m: float
    agree_share: float
    disagree_within_s: float


def camera_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> CameraLimits:
    """Return the limits, from `tables` or the committed file. Raises `RulesError` naming the key."""
    found = read_rules("camera") if tables is None else tables
    reading, gauge = _table(found, "reading"), _table(found, "gauge")
    names = (
        *("agree_m", "fraction_least", "snr_least", "spread_most_m"),
        *("rival_within_m", "rival_share", "quality_least"),
    )
    return CameraLimits(
        health=_health(_table(found, "health")),
        **{name: number(reading, "camera.toml: reading", name) for name in names},
        disagree_m=number(gauge, "camera.toml: gauge", "disagree_m"),
        agree_share=number(gauge, "camera.toml: gauge", "agree_share"),
        disagree_within_s=number(gauge, "camera.toml: gauge", "disagree_within_s"),
    )


def _table(tables: Mapping[str, Mapping[str, object]], name: str) -> Mapping[str, object]:
    try:
        return tables[name]
    except KeyError:
        raise RulesError(f"camera.toml: {name} is missing") from None


def _health(table: Mapping[str, object]) -> HealthLimits:
    where = "camera.toml: health"
    placeholders = table.get("placeholders")
    if not isinstance(placeholders, list) or not all(_is_hash(one) for one in placeholders):
        raise RulesError(f"{where}: placeholders: must be a list of 16 hex digits each")
    return HealthLimits(
        stuck_share=number(table, where, "stuck_share"),
        stuck_least_s=number(table, where, "stuck_least_s"),
        dark_range_grey=number(table, where, "dark_range_grey"),
        dark_mean_grey=number(table, where, "dark_mean_grey"),
        glare_grey=number(table, where, "glare_grey"),
        glare_share=number(table, where, "glare_share"),
        fog_share=number(table, where, "fog_share"),
        fog_least_frames=int(number(table, where, "fog_least_frames")),
        fog_kept_frames=int(number(table, where, "fog_kept_frames")),
        placeholder_bits=int(number(table, where, "placeholder_bits")),
        placeholders=tuple(placeholders),
    )


def _is_hash(one: object) -> bool:
    return isinstance(one, str) and len(one) == 16 and all(digit in "0123456789abcdef" for digit in one)
