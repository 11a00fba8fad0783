"""The limits of footprints, from `rules/footprint.toml`: one set for the duty, the search and the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sensors.rulebook import number, read_rules


@dataclass(frozen=True, kw_only=True)
class Sight:
    """How far a camera sees, and what counts as standing on the ground."""

    range_m: float
    lowest_above_ground_m: float
    refraction: float


@dataclass(frozen=True, kw_only=True)
class PoseError:
    """Standard deviations where the source tells none."""

    yaw_deg: float
    pitch_deg: float
    position_m: float
    height_m: float


@dataclass(frozen=True, kw_only=True)
class Thinning:
    """Which poses are given a footprint (`sensors.footprint.thinning`)."""

    usual_s: float
    least_s: float
    moved_share: float


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What "now" is, and how spans of time are joined when it is asked who saw a place."""

    now_s: float
    span_gap_s: float
    intervals: float
    longest_interval_s: float
    unknown_within_m: float


@dataclass(frozen=True, kw_only=True)
class FootprintLimits:
    """All of them."""

    sight: Sight
    error: PoseError
    thinning: Thinning
    memory: Memory


def footprint_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> FootprintLimits:
    """Return the limits of `tables`, by default those of the rules file.

    Raises `sensors.rulebook.RulesError` naming the key that is missing or no number.
    """
    rules = read_rules("footprint") if tables is None else tables

    def table(name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - one of the four above
        return kind(**{field.name: number(rules[name], name, field.name) for field in fields(kind)})

    return FootprintLimits(
        sight=table("sight", Sight),
        error=table("error", PoseError),
        thinning=table("thinning", Thinning),
        memory=table("memory", Memory),
    )
