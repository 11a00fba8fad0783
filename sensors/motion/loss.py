"""How much it weighs that a vehicle is not heard any more. Pure; nothing here knows how it was noticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sensors.track import VehicleKind

#: who may have people on board
MANNED: Final = frozenset({"helicopter", "aeroplane", "unknown"})
#: lives in danger now
GRAVEST: Final = 5


@dataclass(frozen=True, kw_only=True)
class LossRules:
    """What is low, what is descending, and what is not told."""

    low_m: float
    descending_m_s: float
    overflying_m: float
    battery_percent: float
    replay_least_s: float
    source_vehicles: float
    source_s: float
    deaf_s: float


@dataclass(frozen=True, kw_only=True)
class LastKnown:
    """A vehicle as it was last heard; None = not known."""

    kind: VehicleKind
    registered: bool
    on_ground: bool | None
    #: it signed off, or its connection broke
    goodbye: bool
    height_tp_m: float | None
    #: where no height above T.P. is known: the lowest of its altitudes, whatever above
    roughly_m: float | None
    above_ground_m: float | None
    climb_m_s: float | None
    over_water: bool | None
    emergency: str | None
    battery_percent: float | None
    #: it said until when it can stay up, and that has passed
    endurance_over: bool


@dataclass(frozen=True, kw_only=True)
class Weight:
    """How grave a loss is (0 to 5), and why, in words of this module."""

    severity: int
    #: among `on-ground`, `low`, `descending`, `over-water`, `emergency`, `endurance-over`, `battery-low`
    reasons: tuple[str, ...]


def weigh(last: LastKnown, rules: LossRules) -> Weight | None:
    """Return how grave it is that a vehicle is lost; None = nobody needs to be told.

    Not told: an aeroplane that is none of ours, tells no emergency and was high up, as those on airways
    are: it flew out of hearing; and whoever signed off on the ground: it landed, and the sign-off tells of
    itself. Whatever else is not heard any more is told, at least with 0.
    """
    reasons = _reasons(last, rules)
    if last.kind == "ground":
        return Weight(severity=GRAVEST if last.emergency is not None else 1, reasons=reasons)
    if last.emergency is not None:
        return Weight(severity=GRAVEST, reasons=reasons)
    if last.on_ground:
        return None if last.goodbye else Weight(severity=0, reasons=reasons)
    if _only_flew_over(last, rules):
        return None
    usual = 3 if last.kind in MANNED else 2
    if {"low", "descending"} <= set(reasons):
        return Weight(severity=usual + 2, reasons=reasons)
    graver = {"over-water", "endurance-over", "battery-low"} & set(reasons)
    return Weight(severity=usual + 1 if graver else usual, reasons=reasons)


def _reasons(last: LastKnown, rules: LossRules) -> tuple[str, ...]:
    flying = last.kind != "ground" and not last.on_ground
    battery = last.battery_percent
    found = {
        "on-ground": last.kind != "ground" and bool(last.on_ground),
        "low": flying and _is_low(last, rules),
        "descending": flying and last.climb_m_s is not None and last.climb_m_s < -rules.descending_m_s,
        "over-water": flying and bool(last.over_water),
        "emergency": last.emergency is not None,
        "endurance-over": flying and last.endurance_over,
        "battery-low": flying and battery is not None and battery <= rules.battery_percent,
    }
    return tuple(name for name, holds in found.items() if holds)


def _is_low(last: LastKnown, rules: LossRules) -> bool:
    if last.above_ground_m is not None:
        return last.above_ground_m < rules.low_m
    # Where the ground is not known: it is hardly below the sea.
    return last.height_tp_m is not None and last.height_tp_m < rules.low_m


def _only_flew_over(last: LastKnown, rules: LossRules) -> bool:
    height_m = last.roughly_m if last.height_tp_m is None else last.height_tp_m
    high = height_m is not None and height_m > rules.overflying_m
    return last.kind in ("aeroplane", "unknown") and not last.registered and high
