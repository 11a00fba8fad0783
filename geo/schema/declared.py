"""The whole declared schema: importing this module registers every table on `metadata`."""

from __future__ import annotations

from geo.schema import (
    account,
    airspace,
    camera,
    change,
    chronology,
    delivery,
    evacuee,
    exposure,
    forecast,
    gauge,
    incident,
    inundation,
    order,
    place,
    proposal,
    resident,
    shelter_status,
    supply,
    tablet,
    vehicle,
    warning,
)
from geo.schema.base import metadata

__all__ = [
    "account",
    "airspace",
    "camera",
    "change",
    "chronology",
    "delivery",
    "evacuee",
    "exposure",
    "forecast",
    "gauge",
    "incident",
    "inundation",
    "metadata",
    "order",
    "place",
    "proposal",
    "resident",
    "shelter_status",
    "supply",
    "tablet",
    "vehicle",
    "warning",
]
