"""Vehicles in the database: registering one of ours, with who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import psycopg

from geo.queries import load

_SQL = load("geo", "vehicle.sql")
#: source of vehicles that speak our own topic
SOURCE: Final = "sonae/v1"
#: kinds of device that are vehicles, and what they are
KINDS: Final[Mapping[str, str]] = {"heli": "helicopter", "drone": "drone", "team": "ground"}


class VehicleError(ValueError):
    """Raised when a vehicle cannot be registered; says why."""


@dataclass(frozen=True, kw_only=True)
class VehicleIdentity:
    """Who a vehicle is, as it is registered; None = not told, which leaves what is known."""

    callsign: str | None = None
    registration: str | None = None
    #: six hex digits: its ADS-B broadcast is then a second voice of it, not another aircraft
    icao24: str | None = None
    organisation: str | None = None
    formation: str | None = None


def register_vehicle(
    cursor: psycopg.Cursor[Any], vehicle_id: str, device_kind: str, identity: VehicleIdentity
) -> None:
    """Register a vehicle by its device's id, or change it, within the transaction. Raises `VehicleError`."""
    icao24 = identity.icao24
    if icao24 is not None:
        icao24 = icao24.lower()
        if len(icao24) != 6 or not set(icao24) <= set("0123456789abcdef"):
            raise VehicleError(
                f"vehicle {vehicle_id}: {identity.icao24!r} is no ICAO address: six hex digits"
            )
        other = cursor.execute(_SQL["other_with_address"], {"id": vehicle_id, "icao24": icao24}).fetchone()
        if other is not None:
            name = next(iter(other.values())) if isinstance(other, dict) else other[0]
            raise VehicleError(f"vehicle {vehicle_id}: {icao24} is the address of {name!r}")
    told = {**asdict(identity), "icao24": icao24}
    cursor.execute(_SQL["register"], {"id": vehicle_id, "source": SOURCE, "kind": KINDS[device_kind], **told})


def unregister_vehicle(cursor: psycopg.Cursor[Any], vehicle_id: str) -> None:
    """Let a vehicle be none of ours any more; what was heard of it stays."""
    cursor.execute(_SQL["unregister"], {"id": vehicle_id})
