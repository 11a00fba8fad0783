"""What a plan weighs and assumes: weights of shortage, cost of driving, trucks, water on roads."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from shelters.matching.matching_errors import ProblemError

Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(gt=0, le=1)]


class TruckClass(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"name": "class"}
):
    """A class of trucks. `wading_limit_m`: depth of water [m] from which it does not pass."""

    name: str
    payload_kg: Positive
    volume_m3: Positive
    wading_limit_m: Positive


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is weighed against what. Penalties are per person and day, costs in minutes of a truck.

    `criticality_weights`: penalty of a person-day's lack by criticality 1 … 4. `shortage_steepness`: how many
    times dearer the last unmet share is than the first. `target_cover_days`: what a need's cover now is
    measured against. `truck_fill`: share of payload and time that is planned with, because runs with several
    stops never fill exactly. `usual_stops`, `between_minutes`: how many stops a run is planned to
    make, and minutes from one to the next. `late_weight`: share of the penalty that remains on a delivery a
    day late.
    """

    truck_classes: Annotated[list[TruckClass], Meta(min_length=1)]
    criticality_weights: Annotated[list[Positive], Meta(min_length=1)]
    quota_weight: Positive
    shortage_steepness: Annotated[float, Meta(ge=1)]
    shortage_pieces: Annotated[int, Meta(ge=1, le=100)]
    target_cover_days: Positive
    truck_minute_cost: NotNegative
    fefo_cost: NotNegative
    late_weight: Annotated[float, Meta(ge=0, lt=1)]
    truck_fill: Share
    load_minutes: NotNegative
    unload_minutes: NotNegative
    caution_depth_m: NotNegative
    caution_speed_share: Share
    between_minutes: NotNegative
    usual_stops: Annotated[int, Meta(ge=1)]
    stops_per_run: Annotated[int, Meta(ge=1)]


def read_settings(defaults: dict[str, Any], overrides: dict[str, Any]) -> Settings:
    """Return `defaults` with what a problem overrides. Raises `ProblemError` naming the field."""
    try:
        settings = msgspec.convert({**defaults, **overrides}, Settings)
    except msgspec.ValidationError as fault:
        raise ProblemError("settings", str(fault)) from fault
    names = [truck.name for truck in settings.truck_classes]
    if len(set(names)) != len(names):
        raise ProblemError("settings.truck_classes", "a class stands twice")
    return settings
