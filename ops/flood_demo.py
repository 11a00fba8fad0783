"""The computed flood of a scenario in a demo: its clock is set going, and its run is asked for, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from geo.clock import ReplayClock, Wall, wall_now
from geo.engine import connect
from geo.forecast.simulation_order import order_run
from geo.forecast.simulation_request import RequestError
from geo.incident import Incident, find_incident, set_clock
from geo.queries import load
from ops.scenario import Scenario, ScenarioError

_SQL = load("ops", "flood.sql")


def begin_flood(
    database_url: str, scenario: Scenario, *, state_dir: Path, speed: float, wall: Wall = wall_now
) -> int:
    """Set the clock of a scenario going and ask for its run; return the run's id.

    When it was asked for before, its clock and run stay as they are. Raises `ScenarioError` when it has no
    flood, or the flood cannot be asked for.
    """
    if scenario.flood is None:
        raise ScenarioError(f"{scenario.slug} has no flood to compute")
    with (
        connect(database_url, application="sonae scenario") as connection,
        connection.transaction(),
    ):
        incident = find_incident(connection, scenario.slug)
        if (run := _run_of(connection, incident)) is not None:
            return run
        clock = ReplayClock(base=scenario.start, wall=wall(), speed=speed, end=scenario.end)
        incident = set_clock(connection, incident, clock)
        order = scenario.flood.order(scenario.name, scenario.name_en)
        try:
            row = order_run(connection, order, incident, scenario.start, state_dir)
        except RequestError as fault:
            raise ScenarioError(f"{scenario.slug}: its flood cannot be computed: {fault}") from fault
    return int(row["id"])


def _run_of(connection: psycopg.Connection[Any], incident: Incident) -> int | None:
    row = connection.execute(_SQL["run"], {"incident": incident.id}).fetchone()
    return None if row is None else int(row[0])
