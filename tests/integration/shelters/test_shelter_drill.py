"""Simulated shelter staff on a running dashboard: what they send is shown, a second start doubles nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.engine import connect
from ops.scenario import load_scenario
from ops.shelter_drill import ShelterDrill, scenario_drill
from ops.shelter_proof import shelter_findings
from ops.tablet_device import officer_line
from shelters.designated import read_designated
from shelters.register import register

if TYPE_CHECKING:
    from conftest import Centre

PASSWORD = "a password for tests"


def test_a_drill_is_shown_and_a_second_start_doubles_nothing(centre: Centre) -> None:
    scenario = load_scenario("shikoku-2026-06")
    plan = scenario_drill(scenario)
    taking_part = {refuge.id for refuge in plan.shelters}
    refuges = read_designated(
        scenario.data("shelters.csv.gz"), name="shelters.csv.gz", kind="shelter"
    ).refuges
    with connect(centre.url, autocommit=True) as connection:
        inside = [replace(one, area_code=None) for one in refuges if one.id in taking_part]
        register(connection, "shelter", inside, source="test")
    address = urlsplit(centre.address)
    place = (str(address.hostname), int(address.port or 0))
    with officer_line(*place, "officer", PASSWORD) as officer:
        cookie = officer.headers["Cookie"]
        with closing(ShelterDrill(plan, place, officer)) as first:
            first.catch_up(scenario.height)
            findings = shelter_findings(first, place, cookie)
            assert [finding.differences for finding in findings] == [[], [], [], []]
            sent = sum(tablet.results["accepted"] for tablet in first.tablets.values())
        with closing(ShelterDrill(plan, place, officer)) as second:
            second.catch_up(scenario.height)
            assert sum(sum(tablet.results.values()) for tablet in second.tablets.values()) == 0
            findings = shelter_findings(second, place, cookie)
            assert [finding.differences for finding in findings] == [[], [], [], []]
    assert sent == sum(act.shelter is not None and act.at <= scenario.height for act in plan.acts)
    lines = [line for request in centre.objects("request").values() for line in request["flags"]]
    assert lines == [], "no step of a supply line was illegal"


def test_a_wrong_count_on_the_screen_is_found(centre: Centre) -> None:
    scenario = load_scenario("shikoku-2026-06")
    plan = scenario_drill(scenario)
    early = replace(plan, acts=plan.acts[:60])
    refuges = read_designated(
        scenario.data("shelters.csv.gz"), name="shelters.csv.gz", kind="shelter"
    ).refuges
    taking_part = {refuge.id for refuge in plan.shelters}
    with connect(centre.url, autocommit=True) as connection:
        inside = [replace(one, area_code=None) for one in refuges if one.id in taking_part]
        register(connection, "shelter", inside, source="test")
    address = urlsplit(centre.address)
    place = (str(address.hostname), int(address.port or 0))
    with (
        officer_line(*place, "officer", PASSWORD) as officer,
        closing(ShelterDrill(early, place, officer)) as drill,
    ):
        drill.catch_up(scenario.end)
        shelter = next(iter(drill.tablets))
        body = {"operations": [{"kind": "count", "value": {"field": "people", "delta": 7}}]}
        officer.ask("POST", f"/api/shelters/{shelter}/operations", body)
        findings = shelter_findings(drill, place, officer.headers["Cookie"])
    assert not findings[0].holds
    assert shelter in findings[0].words
