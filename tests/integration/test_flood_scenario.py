"""The scenario chikuma-2019 in a real database: its ground, its clock, and its run, asked for once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.engine import connect
from geo.incident import find_incident
from ops.flood_demo import begin_flood
from ops.installation import migrate
from ops.scenario import ScenarioError, import_scenario, load_scenario


def test_the_flood_is_asked_for_once_and_its_clock_goes_on(database_url: str, tmp_path: Path) -> None:
    migrate(database_url, "demo")
    scenario = load_scenario("chikuma-2019")
    for _ in range(2):
        import_scenario(database_url, scenario, state_dir=tmp_path)
    began = datetime(2026, 1, 1, tzinfo=UTC)
    run = begin_flood(database_url, scenario, state_dir=tmp_path, speed=60, wall=lambda: began)
    later = began + timedelta(minutes=10)
    assert begin_flood(database_url, scenario, state_dir=tmp_path, speed=60, wall=lambda: later) == run
    with connect(database_url) as connection:
        incident = find_incident(connection)
        assert (incident.slug, incident.kind) == ("chikuma-2019", "drill")
        assert incident.now(later) == scenario.start + timedelta(hours=10)
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("terrain", "inundation_run", "evacuation_site", "shelter", "area", "gauge")
        ]
        (cause, starts_at, notes) = connection.execute(
            "SELECT cause, starts_at, notes FROM inundation_run"
        ).fetchone() or (None, None, [])
    assert counts == [(1,), (1,), (161,), (150,), (6,), (0,)]
    assert (cause, starts_at) == ("scenario", scenario.start)
    assert {"not-observed", "limits"} <= {note["code"] for note in notes}
    assert len(list((tmp_path / "terrain").iterdir())) == 1


def test_a_storm_has_no_flood_to_compute(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no flood"):
        begin_flood(database_url, load_scenario("shikoku-2026-06"), state_dir=tmp_path, speed=60)
