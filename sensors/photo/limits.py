"""Limits of comparing photographs, from `sensors/rules/photo.toml`, which says whence each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensors.rulebook import RulesError, number, read_rules


@dataclass(frozen=True, kw_only=True)
class PairingLimits:
    """Which photographs are compared."""

    least_s: float
    overlap_share: float
    near_m: float
    turned_deg: float
    most: int


@dataclass(frozen=True, kw_only=True)
class RegistrationLimits:
    """When two photographs can be laid on each other."""

    side_px: int
    features: int
    ratio: float
    misfit_px: float
    inliers_least: int
    correlation_least: float
    overlap_share: float
    scale_most: float


@dataclass(frozen=True, kw_only=True)
class ChangeLimits:
    """What is shown as a change."""

    tiles: int
    aside_px: int
    correlation_least: float
    flat_grey: float
    colour_least: float
    most: int


@dataclass(frozen=True, kw_only=True)
class PhotoLimits:
    """All of them."""

    pairing: PairingLimits
    registration: RegistrationLimits
    change: ChangeLimits


def photo_limits(tables: Mapping[str, Mapping[str, object]] | None = None) -> PhotoLimits:
    """Return the limits, from `tables` or the committed file. Raises `RulesError` naming the key."""
    found = read_rules("photo") if tables is None else tables

    def value(table: str, name: str) -> float:
        if table not in found:
            raise RulesError(f"photo.toml: {table} is missing")
        return number(found[table], f"photo.toml: {table}", name)

    return PhotoLimits(
        pairing=PairingLimits(
            **{name: value("pairing", name) for name in ("least_s", "overlap_share", "near_m", "turned_deg")},
            most=int(value("pairing", "most")),
        ),
        registration=RegistrationLimits(
            side_px=int(value("registration", "side_px")),
            features=int(value("registration", "features")),
            inliers_least=int(value("registration", "inliers_least")),
            **{
                name: value("registration", name)
                for name in ("ratio", "misfit_px", "correlation_least", "overlap_share", "scale_most")
            },
        ),
        change=ChangeLimits(
            tiles=int(value("change", "tiles")),
            aside_px=int(value("change", "aside_px")),
            most=int(value("change", "most")),
            **{name: value("change", name) for name in ("correlation_least", "flat_grey", "colour_least")},
        ),
    )
