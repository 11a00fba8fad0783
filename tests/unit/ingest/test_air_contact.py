"""Who is live, stale or lost, and when nobody can tell because nobody listens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from geo.clock import ReplayClock
from geo.heartbeat import EVERY_S
from geo.incident import Incident
from ingest.air_contact import (
    Hearing,
    above_ground,
    contact_limits,
    decide,
    hearing,
    last_known,
    silent_sources,
)
from ingest.air_watch import as_of
from ingest.subscriber import KEEPALIVE_S
from sensors.codecs.own_track import SOURCE
from sensors.motion.air_rules import air_rules
from sensors.motion.contact import LOST, contact_states
from sensors.motion.limits import motion_limits

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
LIMITS, RULES = motion_limits().contact, air_rules().loss
OPEN = Hearing(open=True, since=NOW - timedelta(hours=1))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def vehicle(silent_s: float, **changed: Any) -> dict[str, Any]:
    return {
        "id": "v", "received_at": ago(silent_s), "observed_at": ago(silent_s), "interval_s": 1.0,
        "goodbye": False, "stale_at": None, "contact": "live", "contact_since": ago(600),
    } | changed  # fmt: skip


def state(
    row: dict[str, Any], heard: Hearing = OPEN, limits: Any = LIMITS, since: datetime = OPEN.since
) -> str:
    return decide([row], NOW, heard, since, limits).get("v", str(row["contact"]))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (vehicle(2), "live"),
        (vehicle(6), "stale"),
        (vehicle(11), "lost"),
        (vehicle(200, interval_s=120.0), "live"),
        (vehicle(400, interval_s=120.0), "stale"),
        (vehicle(1, goodbye=True), "lost"),
        # the sender takes it for old from 15 s on; a time that lies before its own position says nothing
        (vehicle(20, interval_s=10.0, stale_at=ago(5)), "lost"),
        (vehicle(4, interval_s=10.0, stale_at=ago(100)), "live"),
        # heard just now, but it only tells where it was ten minutes ago
        (vehicle(1, observed_at=ago(600)), "stale"),
        # lost stays lost until it is heard
        (vehicle(100, contact="lost", contact_since=ago(80), interval_s=120.0), "lost"),
        (vehicle(1, contact="lost", contact_since=ago(80)), "live"),
        # unless the clock was set back
        (vehicle(2, contact="lost", contact_since=NOW + timedelta(hours=3)), "live"),
    ],
)
def test_each_by_what_was_heard_of_it(row: dict[str, Any], expected: str) -> None:
    assert state(row) == expected


def test_a_silence_counts_only_while_somebody_listened() -> None:
    deaf = Hearing(open=False, since=NOW)
    assert state(vehicle(60), deaf) == "stale"
    assert state(vehicle(60), since=ago(8)) == "stale"
    assert state(vehicle(60), since=ago(12)) == "lost"
    # ingest is 20 s behind: what was sent since is not yet in the database
    assert state(vehicle(25), Hearing(open=True, since=OPEN.since, behind_s=20.0)) == "stale"
    assert state(vehicle(60, contact="lost", contact_since=ago(30)), deaf) == "lost"


def service(name: str, seen_s: float = 1.0, **changed: Any) -> dict[str, Any]:
    row = {"id": name, "state": "up", "seen_at": ago(seen_s), "started_at": ago(500), "detail": {}}
    return row | changed


def test_somebody_listens_when_ingest_lives_and_the_broker_is_reached() -> None:
    both = [service("ingest"), service("broker")]
    assert hearing(both, NOW, None, RULES) == Hearing(open=True, since=ago(500))
    assert not hearing([service("broker")], NOW, None, RULES).open
    assert not hearing([service("ingest", RULES.deaf_s + 1), service("broker")], NOW, None, RULES).open
    assert not hearing([service("ingest"), service("broker", state="disconnected")], NOW, None, RULES).open
    # after a break since now, after a restart in between since the restart
    assert hearing(both, NOW, Hearing(open=False, since=ago(60)), RULES).since == NOW
    assert hearing(both, NOW, Hearing(open=True, since=ago(60)), RULES).since == ago(60)
    restarted = [service("ingest", started_at=ago(3)), service("broker")]
    assert hearing(restarted, NOW, Hearing(open=True, since=ago(60)), RULES).since == ago(3)
    behind = [service("ingest", detail={"behind_s": 7.5}), service("broker")]
    assert hearing(behind, NOW, None, RULES).behind_s == 7.5


def test_in_a_fast_replay_no_silence_is_shorter_than_what_the_chain_takes() -> None:
    assert contact_limits(LIMITS, RULES, 1.0) == LIMITS
    fast = contact_limits(LIMITS, RULES, 60.0)
    assert state(vehicle(60), limits=fast) == "live"
    assert state(vehicle(200), limits=fast) == "lost"


def test_heights_above_ground_come_from_what_was_told_or_from_the_terrain() -> None:
    row = {"altitudes": [{"value_m": 80.0, "reference": "ground"}], "height_tp_m": 500.0}
    assert above_ground(row, 300.0) == 80.0
    assert above_ground({**row, "altitudes": []}, 300.0) == 200.0
    assert above_ground({**row, "altitudes": []}) is None
    whole = {
        "kind": "aeroplane", "registered": False, "on_ground": None, "goodbye": False,
        "climb_m_s": None, "emergency": None,
        "battery_percent": None, "endurance_until": ago(1), "height_tp_m": None,
        "altitudes": [
            {"value_m": 11_000.0, "reference": "standard pressure"},
            {"value_m": 40.0, "reference": "takeoff"},
        ],
    }  # fmt: skip
    last = last_known(whole, NOW, ground_m=None, over_water=None)
    assert (last.roughly_m, last.endurance_over, last.above_ground_m) == (11_000.0, True, None)


def test_a_receiver_that_breaks_is_told_apart_from_vehicles_that_are_lost() -> None:
    def fleet(*since_s: float, source: str = "readsb") -> list[dict[str, Any]]:
        rows = [
            vehicle(60, id=f"v{number}", source=source, contact="lost", contact_since=ago(seconds))
            for number, seconds in enumerate(since_s)
        ]
        return [*rows, vehicle(60, id="last", source=source)]

    states: Any = {"last": "lost"}
    assert silent_sources(fleet(10, 90), states, NOW, RULES) == {"readsb": 3}
    assert silent_sources(fleet(10), states, NOW, RULES) == {}
    assert silent_sources(fleet(10, 900), states, NOW, RULES) == {}
    assert silent_sources([*fleet(10, 90), vehicle(1, id="heard", source="readsb")], states, NOW, RULES) == {}
    assert silent_sources([*fleet(10, 90), vehicle(1, id="heard", source="dji")], states, NOW, RULES) != {}
    # those that send for themselves share no receiver; and what was told once is not told again
    assert silent_sources(fleet(10, 90, source=SOURCE), states, NOW, RULES) == {}
    assert silent_sources(fleet(10, 90), {}, NOW, RULES) == {}


def test_nobody_changes_when_there_is_nobody() -> None:
    assert decide([], NOW, OPEN, OPEN.since, LIMITS) == {}


def test_a_fast_replay_is_compared_at_its_newest_position() -> None:
    still = Incident(
        id=1, slug="s", name="s", kind="drill", opened_at=NOW, closed_at=None, clock=None, version=1
    )
    clock = ReplayClock(base=ago(600), wall=ago(10), speed=60.0, end=NOW + timedelta(hours=1))
    rows = [vehicle(70), vehicle(40)]
    assert as_of(still, NOW, rows) == NOW
    assert as_of(replace(still, clock=clock), NOW, rows) == ago(40)
    assert as_of(replace(still, clock=clock), NOW, []) == NOW
    assert as_of(replace(still, clock=replace(clock, end=NOW)), NOW, rows) == NOW


def test_a_broker_that_hangs_is_told_before_anybody_is_lost_for_it() -> None:
    """Paho gives a silent broker up after two of its keep-alives; the next heartbeat tells it."""
    seconds = np.array([2 * KEEPALIVE_S + EVERY_S])
    assert contact_states(seconds, np.array([0.1]), LIMITS) != LOST
