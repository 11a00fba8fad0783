"""Who flies in a demo: made-up helicopters and drones with their accounts, and through what each speaks.

Most speak our own topic. One is only heard by an ADS-B receiver, and one drone speaks its maker's language,
so that the ways of other sources are flown as well. All are marked as synthetic in the database.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import psycopg

from geo.engine import connect
from geo.queries import load
from ops.errors import OpsError
from ops.fleet import Gauge
from ops.installation import Installation
from ops.scenario import Scenario
from sensors.simulate.aircraft import SimulatedCraft, helicopters
from sensors.simulate.drone_flight import SimulatedDrone, drones
from sensors.simulate.route import Origin

_SQL = load("ops", "air.sql")
#: all of it is the same in every run
SEED: Final = 20260602
#: places that are flown to: so far from each other at least, so far from the base at most [m]
_APART_M, _REACH_M = 8_000.0, 30_000.0
_PLACES: Final = 6
#: accounts that carry what others send, and their topics
RECEIVER, RECEIVER_TOPIC = "sim-receiver-1", "adsb/sim-receiver-1/json"
DOCK, SERIAL, PAYLOAD = "sim-dock-1", "SIMDRONE3", "52-0-0"
DOCK_TOPIC: Final = f"thing/product/{SERIAL}/osd"
_CARRIERS: Final = {RECEIVER: (RECEIVER_TOPIC,), DOCK: (DOCK_TOPIC,)}


class AirError(OpsError):
    """Raised when nobody can fly in a scenario."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Flyer:
    """A craft as it flies in the demo."""

    craft: SimulatedCraft
    #: as the database calls it
    vehicle_id: str
    #: the account that sends for it: its own, or a carrier's
    account: str

    @property
    def own(self) -> bool:
        """Whether it speaks our own topic, and signs on and off."""
        return self.account == self.craft.id


@dataclass(frozen=True, kw_only=True, eq=False)
class AirFleet:
    """All who fly, and the accounts they send with."""

    flyers: Sequence[Flyer]
    accounts: dict[str, Gauge]
    area_code: str
    height: datetime
    end: datetime


def make_air(installation: Installation, scenario: Scenario) -> AirFleet:
    """Register who flies over a storm, with broker accounts; again = unchanged. Raises `AirError`."""
    flyers = fly_over(scenario)
    area_code = scenario.gauges[0].area_code
    own = {flyer.craft.id: flyer.craft.kind for flyer in flyers if flyer.own}
    names = [*own, *_CARRIERS]
    passwords = installation.credentials.broker_passwords(names)
    with connect(installation.settings.require_database_url(), application="sonae demo") as connection:
        _register(connection, flyers)
    if installation.broker is not None:
        missing = [name for name in names if name not in installation.broker.accounts()]
        if missing:
            installation.broker.add_accounts({name: passwords[name] for name in missing}, writes=_CARRIERS)
    kinds = {"helicopter": "heli", "drone": "drone"}
    accounts = {
        # A carrier is no vehicle: its own status is nobody's.
        name: Gauge(name, passwords[name], area_code, kind=kinds[own[name]] if name in own else "service")
        for name in names
    }
    return AirFleet(
        flyers=flyers, accounts=accounts, area_code=area_code, height=scenario.height, end=scenario.end
    )


def fly_over(scenario: Scenario) -> list[Flyer]:
    """Return who flies over the gauges of a scenario, the same each time. Raises `AirError`."""
    places = _places([(gauge.lon, gauge.lat) for gauge in scenario.gauges])
    chance = np.random.default_rng(SEED)
    made = drones(places[1:], chance)
    crafts = [*helicopters(places, chance), *made[:-1], replace(made[-1], camera=PAYLOAD)]
    return [_flyer(craft) for craft in crafts]


def _flyer(craft: SimulatedCraft) -> Flyer:
    if craft.pressure_only:
        return Flyer(craft=craft, vehicle_id=f"readsb:~{craft.id}", account=RECEIVER)
    if isinstance(craft, SimulatedDrone) and craft.camera == PAYLOAD:
        return Flyer(craft=craft, vehicle_id=f"dji:{SERIAL}", account=DOCK)
    return Flyer(craft=craft, vehicle_id=craft.id, account=craft.id)


def _places(gauges: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a base and places to fly to, as they come in the list of gauges."""
    found: list[tuple[float, float]] = []
    for place in gauges:
        far_m = [math.hypot(*Origin(*one, 0.0).metres(*place)) for one in found]
        if not found or (min(far_m) >= _APART_M and far_m[0] <= _REACH_M):
            found.append(place)
        if len(found) == _PLACES:
            return found
    raise AirError(f"only {len(found)} gauges lie so that helicopters can fly to them, {_PLACES} are needed")


def _register(connection: psycopg.Connection[Any], flyers: Sequence[Flyer]) -> None:
    for flyer in flyers:
        source, _, source_id = flyer.vehicle_id.rpartition(":")
        told = {
            "id": flyer.vehicle_id,
            "source": source or "sonae/v1",
            "source_id": source_id,
            "kind": flyer.craft.kind,
            "callsign": flyer.craft.callsign,
        }
        connection.execute(_SQL["put_vehicle"], told)
        if flyer.own:
            kind = {"helicopter": "heli"}.get(flyer.craft.kind, flyer.craft.kind)
            connection.execute(_SQL["put_device"], {"id": flyer.craft.id, "kind": kind})
