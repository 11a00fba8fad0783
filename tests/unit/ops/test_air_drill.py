"""The demo's air as messages: everything can be read, and who falls silent or signs off does so."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from ops import air_drill
from ops.air_drill import AirDrill, check_begin
from ops.air_fleet import AirError, AirFleet, fly_over
from ops.scenario import Scenario, load_scenario
from sensors.codecs.vehicle_table import VehicleTable
from sensors.track import FieldEvent, Pose, Track

SOURCES = [("readsb.toml", 'codec = "readsb"'), ("dji.toml", 'codec = "dji"')]


class Line:
    """Stands where the broker's connections are, and keeps what is sent."""

    def __init__(self, _accounts: Any, _host: str, _port: int) -> None:
        self.sent: list[tuple[str, str, bytes]] = []

    def post(self, account: str, topic: str, payload: bytes) -> None:
        self.sent.append((account, topic, payload))


@pytest.fixture(scope="module")
def storm() -> Scenario:
    return load_scenario("shikoku-2026-06")


@pytest.fixture
def drill(storm: Scenario, monkeypatch: pytest.MonkeyPatch) -> AirDrill:
    monkeypatch.setattr(air_drill, "Fleet", Line)
    fleet = AirFleet(
        flyers=fly_over(storm), accounts={}, area_code="36201", height=storm.height, end=storm.end
    )
    return AirDrill(fleet, ("127.0.0.1", 1), check_begin(fleet))


def read(drill: AirDrill, at: datetime) -> list[Any]:
    table = VehicleTable.from_files(SOURCES)
    lines: Any = drill._lines
    return [record for _, topic, payload in lines.sent for record in table.decode(topic, payload, at)]


def test_everything_that_is_sent_can_be_read_and_is_counted(drill: AirDrill, storm: Scenario) -> None:
    drill.catch_up(storm.height)
    records = read(drill, storm.height)
    tracks = [one for one in records if isinstance(one, Track)]
    poses = [one for one in records if isinstance(one, Pose)]
    assert len(tracks) == drill.tracks.total() > 500
    assert len(poses) == drill.poses.total() > 100
    assert len({one.key for one in tracks}) == len(tracks)
    assert max(one.observed_at for one in tracks if one.observed_at) == storm.height - timedelta(seconds=5)
    assert {one.trust for one in tracks if one.source == "readsb"} == {"broadcast"}
    assert all(one.extra == {"synthetic": True} for one in tracks if one.source == "sonae/v1")


def test_one_falls_silent_and_the_others_sign_off_on_the_ground(drill: AirDrill, storm: Scenario) -> None:
    drill.catch_up(storm.height)
    drill.land(storm.height)
    newest: dict[str, Track] = {}
    signs: defaultdict[str, list[str]] = defaultdict(list)
    for one in read(drill, storm.height):
        if isinstance(one, Track):
            newest[one.source_id] = one
        elif isinstance(one, FieldEvent):
            signs[one.source_id].append(one.code)
    silent = newest.pop("sim-heli-4")
    assert silent.observed_at is not None
    assert storm.height - silent.observed_at > timedelta(minutes=10)
    assert signs.pop("sim-heli-4") == ["online"]
    assert {name for name, one in newest.items() if not one.on_ground} == set()
    assert Counter(codes[-1] for codes in signs.values()) == {"offline": 6}
    assert all(a != b for codes in signs.values() for a, b in pairwise(codes))


def test_what_was_missed_for_long_is_not_told(drill: AirDrill, storm: Scenario) -> None:
    drill.skip_to(storm.height)
    drill.catch_up(storm.height)
    assert 0 < max(drill.tracks.values()) <= 11


def test_a_later_sortie_loses_nobody(drill: AirDrill, storm: Scenario) -> None:
    later = storm.height + timedelta(hours=2)
    drill.skip_to(later)
    drill.catch_up(later)
    assert drill.tracks["sim-heli-4"] > 0


def test_nobody_flies_where_there_are_too_few_places(storm: Scenario) -> None:
    with pytest.raises(AirError, match="6 are needed"):
        fly_over(Scenario(**{**vars(storm), "gauges": storm.gauges[:3]}))
