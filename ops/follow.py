"""A running storm on the terminal: its clock, what came in, how the rivers stand, what just happened."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from geo.clock import wall_now
from geo.engine import connect
from geo.incident import Incident, find_incident
from geo.queries import load
from ops.playback import JST
from ops.scenario import Scenario
from ops.supervise import Supervisor
from ops.up import states_table
from sensors.river_levels import CLASSES, river_rules

_SQL = load("ops", "follow.sql")
#: how often the database is asked [s]
EVERY_S = 1.0
#: entries of the chronology shown
ENTRIES = 8


@dataclass(frozen=True)
class Standing:
    """What is shown of an incident."""

    incident: Incident
    now: datetime
    readings: int
    warnings: int
    #: gauges by class, all gauges counted
    classes: Mapping[str, int]
    entries: list[dict[str, Any]]
    #: simulated floods, newest first: title, state, progress
    floods: list[dict[str, Any]] = field(default_factory=list)


def read_standing(database_url: str, slug: str) -> Standing:
    """Read what is shown. Raises `psycopg.Error`."""
    with connect(database_url, application="sonae follow", autocommit=True) as connection:
        incident = find_incident(connection, slug)
        keys = {"incident": incident.id, "limit": ENTRIES}
        counts = connection.execute(_SQL["counts"], keys).fetchone() or (0, 0)
        classes: dict[str, int] = dict(connection.execute(_SQL["classes"], keys).fetchall())
        with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            entries = cursor.execute(_SQL["entries"], keys).fetchall()
            floods = cursor.execute(_SQL["floods"], keys).fetchall()
    return Standing(incident, incident.now(wall_now()), counts[0], counts[1], classes, entries, floods)


class Follower:
    """Shows a storm on the terminal for as long as its supervisor works."""

    def __init__(self, database_url: str, scenario: Scenario) -> None:
        self._database_url = database_url
        self._scenario = scenario
        self._standing: Standing | None = None
        self._next_s = 0.0

    def follow(self, supervisor: Supervisor, console: Console) -> None:
        """Watch over the parts until told to stop; without a terminal nothing is shown."""
        if not console.is_terminal:
            supervisor.watch()
            return
        with Live(console=console, auto_refresh=False, transient=True) as live:
            supervisor.watch(lambda: self._show(live, supervisor))

    def _show(self, live: Live, supervisor: Supervisor) -> None:
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + EVERY_S
        # While the database is away the last picture stays; the table of parts says so.
        with suppress(psycopg.Error):
            self._standing = read_standing(self._database_url, self._scenario.slug)
        expected = len(self._scenario.readings)
        shown = [] if self._standing is None else [standing_table(self._standing, expected)]
        live.update(Group(*shown, states_table(supervisor.states)), refresh=True)


def standing_table(standing: Standing, expected: int) -> Table:
    """Return a storm's standing as a table."""
    table = Table(show_header=False, title=standing.incident.name, title_justify="left")
    clock = standing.incident.clock
    pace = (
        ""
        if clock is None
        else f" ({clock.speed:g} times)"
        if standing.now < clock.end
        else " (stands still)"
    )
    table.add_row("clock", f"{standing.now.astimezone(JST):%Y-%m-%d %H:%M:%S} JST{pace}")
    if expected:
        table.add_row("readings in", f"{standing.readings} of {expected}")
        table.add_row("official warnings in force", str(standing.warnings))
        table.add_row("rivers", _classes_text(standing.classes))
    for flood in standing.floods:
        table.add_row("simulated flood", Text(f"{flood['title']}: {flood['state']} {flood['progress']:.0%}"))
    for entry in standing.entries:
        at = f"{entry['event_at'].astimezone(JST):%m-%d %H:%M}"
        table.add_row(at, Text(entry["text"], style=_style(entry["severity"])))
    return table


def _classes_text(classes: Mapping[str, int]) -> str:
    names = {level.name: level.ja for level in river_rules().classes["crisis-management"]}
    present = [name for name in reversed(CLASSES) if classes.get(name)]
    return " · ".join(f"{names[name]} {classes[name]}" for name in present)


def _style(severity: int) -> str:
    return {4: "bold magenta", 5: "bold reverse", 3: "red", 2: "yellow"}.get(severity, "")
