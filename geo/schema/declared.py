"""The whole declared schema: importing this module registers every table on `metadata`."""

from __future__ import annotations

from geo.schema import account, change, chronology, exposure, gauge, incident, inundation, place, warning
from geo.schema.base import metadata

__all__ = [
    "account",
    "change",
    "chronology",
    "exposure",
    "gauge",
    "incident",
    "inundation",
    "metadata",
    "place",
    "warning",
]
