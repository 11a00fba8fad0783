"""The drill staff simulator of a demo: it carries out its plan over HTTP, as tablets and an officer would."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import numpy as np
import psycopg

from geo.clock import wall_now
from geo.engine import connect
from geo.incident import NoIncidentError, find_incident
from ops.installation import Installation
from ops.scenario import Scenario, load_scenario
from ops.screen import ScreenError
from ops.shelter_drill_plan import Act, DrillPlan, Rising, plan_drill
from ops.tablet_device import (
    Line,
    TabletDevice,
    TabletDeviceError,
    enrol,
    named_ulid,
    officer_line,
)
from shelters.designated import read_designated
from shelters.rulebook import norms

#: named wherever a screen shows who said something
ACTOR: Final = "訓練職員シミュレータ"
SEED: Final = 20260602
#: how often the incident's clock is looked at, and how long a fault is waited for [s]
EVERY_S, AGAIN_S = 0.5, 3.0
#: the states of a truck in their order
TRUCK_STATES: Final = ("planned", "loading", "on-the-way", "arrived")


def scenario_drill(scenario: Scenario) -> DrillPlan:
    """Return the plan of a scenario's drill: the same one at each start. Raises `ValueError`."""
    name = scenario.one_of(("shelters.csv.gz", "shelters.geojson.gz"))
    assert name is not None, "load_scenario has seen to it"  # noqa: S101
    refuges = read_designated(scenario.data(name), name=name, kind="shelter").refuges
    gauges = {gauge.id: gauge for gauge in scenario.gauges}
    risings: dict[str, Rising] = {}
    for reading in scenario.readings:
        gauge = gauges[reading.gauge_id]
        known = risings.get(gauge.area_code)
        if reading.above_caution and (known is None or reading.observed_at < known.at):
            risings[gauge.area_code] = Rising(gauge.area_code, reading.observed_at, gauge.lon, gauge.lat)
    # A gauge that stands above caution from the first hour on is a wrong threshold, not a rise.
    risen = [one for one in risings.values() if (one.at - scenario.start).total_seconds() > 3600]
    return plan_drill(
        risen,
        refuges,
        height=scenario.height,
        end=scenario.end,
        norms=norms(),
        rng=np.random.default_rng(SEED),
    )


class ShelterDrill:
    """Carries out a plan at the dashboard of `place` (host, port); `officer` is a line that is signed in."""

    def __init__(self, plan: DrillPlan, place: tuple[str, int], officer: Line) -> None:
        self.plan = plan
        self._place = place
        self._officer = officer
        self._todo = list(plan.acts)
        self._tablets: dict[str, TabletDevice] = {}
        #: operations the centre held already, by shelter
        self._there: dict[str, set[str]] = {}
        self._truck_rank = self._rank_of_truck()

    def close(self) -> None:
        """Switch the tablets off."""
        for tablet in self._tablets.values():
            tablet.line.close()

    @property
    def tablets(self) -> dict[str, TabletDevice]:
        """The tablets that were let in, by shelter."""
        return self._tablets

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return not self._todo

    def done(self) -> list[Act]:
        """Return the acts that were carried out."""
        return list(self.plan.acts[: len(self.plan.acts) - len(self._todo)])

    def catch_up(self, moment: datetime) -> None:
        """Carry out what is due at `moment`. Raises `TabletDeviceError`; the next call goes on from there."""
        while self._todo and self._todo[0].at <= moment:
            act = self._todo[0]
            if act.shelter is None:
                # What the officer writes answers what the tablets said before.
                self._sync()
                self._put(act)
            else:
                self._say(act, act.shelter)
            del self._todo[0]
        self._sync()

    def _say(self, act: Act, shelter: str) -> None:
        tablet = self._tablets.get(shelter) or self._let_in(shelter)
        if named_ulid(f"{tablet.device}/{act.key}") not in self._there[shelter]:
            tablet.act(act.key, act.kind, act.value, at=f"{act.at:%Y-%m-%dT%H:%M:%SZ}")

    def _put(self, act: Act) -> None:
        if act.path.startswith("/api/trucks/"):
            rank = TRUCK_STATES.index(act.value["state"])
            if rank <= self._truck_rank:
                return
            self._truck_rank = rank
        self._officer.ask("PUT", act.path, act.value)

    def _let_in(self, shelter: str) -> TabletDevice:
        number = [refuge.id for refuge in self.plan.shelters].index(shelter)
        device = f"drill-{number:02d}"
        tablet = enrol(
            self._officer, *self._place, device=device, shelter=shelter, actor=ACTOR, name=f"{ACTOR} {number}"
        )
        bundle = tablet.line.ask("GET", "/api/tablet/bundle")
        self._there[shelter] = {operation["id"] for operation in bundle["operations"]}
        self._tablets[shelter] = tablet
        return tablet

    def _sync(self) -> None:
        for tablet in self._tablets.values():
            tablet.sync()

    def _rank_of_truck(self) -> int:
        objects = self._officer.ask("GET", "/api/snapshot")["objects"].get("truck", [])
        values = [item["value"] for item in objects if item["id"] == "drill-truck-1" and item["value"]]
        return max((TRUCK_STATES.index(v["state"]) for v in values if v["state"] in TRUCK_STATES), default=-1)


def run_drill(
    installation: Installation,
    slug: str,
    login: str,
    *,
    stop: threading.Event,
    say: Callable[[str], None],
    wall: Callable[[], datetime] = wall_now,
) -> None:
    """Follow the incident's clock until the plan is done or `stop`; a fault is told and tried again."""
    settings = installation.settings
    place = (settings.http_host, settings.http_port)
    scenario = load_scenario(slug)
    plan = scenario_drill(scenario)
    password = installation.credentials.account_passwords([login])[login]
    drill: ShelterDrill | None = None
    while not stop.is_set():
        try:
            if drill is None:
                drill = ShelterDrill(plan, place, officer_line(*place, login, password))
                say(f"{ACTOR}: {len(plan.shelters)} shelters, {len(plan.acts)} acts")
            drill.catch_up(_incident_time(settings.require_database_url(), slug, wall()))
            pause = EVERY_S
        except (TabletDeviceError, ScreenError, psycopg.Error, NoIncidentError) as fault:
            say(f"{ACTOR}: {fault}; trying again")
            pause = AGAIN_S
        stop.wait(pause)
    if drill is not None:
        with suppress(TabletDeviceError):
            drill.close()


def _incident_time(database_url: str, slug: str, wall: datetime) -> datetime:
    with connect(database_url, application="sonae drill", autocommit=True) as connection:
        return find_incident(connection, slug).now(wall)


def expected_picture(acts: list[Act]) -> dict[str, dict[str, Any]]:
    """Return what the screens must show of each shelter, by plain sums over what its tablet said."""
    shown: dict[str, dict[str, Any]] = {}
    for act in acts:
        if act.shelter is None:
            continue
        it = shown.setdefault(act.shelter, {"people": None, "opening": None, "power": None, "lines": {}})
        if act.kind == "set":
            fields = act.value["fields"]
            it |= {name: fields[name] for name in ("opening", "power") if name in fields}
            shown[act.shelter] = it
        elif act.kind == "count" and "total" in act.value:
            it["people"] = act.value["total"]
        elif act.kind == "count":
            it["people"] += act.value["delta"]
        elif act.kind == "supply":
            it["lines"][act.value["line"]] = act.value["state"]
    return shown
