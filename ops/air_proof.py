"""Whether everything that the demo's air told is written once, and what there was to notice was noticed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.engine import connect
from geo.queries import load
from ops.air_drill import AirDrill
from ops.check import Finding

_SQL = load("ops", "air.sql")
#: how long the positions may take to be written, and the watch to notice [s]
WRITTEN_S, NOTICED_S = 60.0, 15.0
#: the two that come near each other, and the one that falls silent
NEAR: Final = ("sim-heli-5", "sim-heli-6")
SILENT: Final = "sim-heli-4"


def written_finding(database_url: str, drill: AirDrill) -> Finding:
    """Compare positions and poses in the database with what was sent."""
    sent = (dict(drill.tracks), dict(+drill.poses))
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        found = _until(lambda: _counts(connection), sent, WRITTEN_S)
    wrong = [
        f"{vehicle}: {told.get(vehicle, 0)} {what} were sent, {there.get(vehicle, 0)} are written"
        for what, told, there in zip(("positions", "poses"), sent, found, strict=True)
        for vehicle in sorted(told.keys() | there.keys())
        if told.get(vehicle, 0) != there.get(vehicle, 0)
    ]
    points, poses = (sum(counts.values()) for counts in found)
    return Finding(
        "positions of vehicles written once",
        f"{len(found[0])} vehicles, {points} points, {poses} poses",
        wrong,
    )


def height_findings(database_url: str, drill: AirDrill) -> list[Finding]:
    """Look at the air at the height of the storm."""
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        near = _until(lambda: connection.execute(_SQL["near"]).fetchall(), [NEAR], NOTICED_S)
        with connection.cursor(row_factory=dict_row) as cursor:
            states = {row["id"]: row for row in cursor.execute(_SQL["states"]).fetchall()}
    wrong = [] if near == [NEAR] else [f"near each other are {near}, expected only {NEAR}"]
    for flyer in drill.fleet.flyers:
        row = states.get(flyer.vehicle_id)
        if row is None:
            wrong.append(f"{flyer.vehicle_id} is not known")
            continue
        wrong += _state_faults(row, pressure_only=flyer.craft.pressure_only, callsign=flyer.craft.callsign)
        if flyer.craft.endurance_s is not None and row["endurance_until"] is None:
            wrong.append(f"{flyer.vehicle_id} told how long it can stay up, and nobody knows")
    unknown = sum(row["height_tp_m"] is None for row in states.values())
    fuel = sum(row["endurance_until"] is not None for row in states.values())
    counted = (
        f"{len(states)} vehicles, {unknown} of unknown height, {fuel} with endurance, {len(near)} pair near"
    )
    return [Finding("who flies, how high, who is near whom", counted, wrong)]


def end_findings(database_url: str) -> list[Finding]:
    """Look at who was told as lost when all others had landed."""
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        lost = _until(lambda: connection.execute(_SQL["lost"]).fetchall(), [(SILENT, 1)], NOTICED_S)
    wrong = [] if lost == [(SILENT, 1)] else [f"told as lost: {lost}, expected {SILENT} once"]
    return [Finding("who fell silent is told as lost, nobody else", f"{len(lost)} lost", wrong)]


def _state_faults(row: Mapping[str, Any], *, pressure_only: bool, callsign: str) -> list[str]:
    faults = []
    if not row["synthetic"] or row["callsign"] != callsign:
        faults.append(f"{row['id']} is not marked as made up, or is called {row['callsign']}")
    if (row["height_tp_m"] is None) != pressure_only:
        faults.append(f"{row['id']}: height {row['height_tp_m']} m by {row['height_way']}")
    return faults


def _counts(connection: psycopg.Connection[Any]) -> tuple[dict[str, int], dict[str, int]]:
    points: dict[str, int] = dict(connection.execute(_SQL["points"]).fetchall())
    poses: dict[str, int] = dict(connection.execute(_SQL["poses"]).fetchall())
    return points, poses


def _until(look: Any, expected: object, timeout_s: float) -> Any:  # noqa: ANN401
    """Return what `look` gives as soon as it is what is expected, what it gives last otherwise."""
    deadline = time.monotonic() + timeout_s
    while (found := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.2)
    return found
