from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops import check
from ops.check import Finding, Level, Record, read_record
from ops.scenario import FOLDER
from ops.screen import Picture

AT = datetime(2026, 6, 2, 15, tzinfo=UTC)
RECORD = Record(
    thresholds={"a": (1.0, 2.0, 3.0), "b": (1.0, None, 3.0), "c": (1.0, 2.0, 3.0)},
    levels={
        "a-1": Level("a", AT, 2.5, above_caution=True, above_danger=False),
        "a-2": Level("a", AT + timedelta(hours=1), 3.0, above_caution=True, above_danger=True),
        "b-1": Level("b", AT, 1.2, above_caution=False, above_danger=False),
        "b-2": Level("b", AT + timedelta(hours=1), 9.9, above_caution=False, above_danger=True),
    },
    telegrams=[
        {
            "source_id": "t1",
            "publisher": "徳島県",
            "issued_at": "2026-06-02T15:00:00Z",
            "complete_from": 4,
            "statements": [{"region": "南部", "hazard": "土砂災害", "level": 4}],
        }
    ],
    faults=frozenset({"b-2"}),
)


def rows() -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "gauge_id": level.gauge_id,
            "observed_at": level.observed_at,
            "device_at": level.observed_at,
            "level_m": level.level_m,
        }
        for key, level in RECORD.levels.items()
    ]


def states() -> dict[str, dict[str, Any]]:
    return {
        "a": {"level_m": 3.0, "river_class": "danger", "observed_at": AT + timedelta(hours=1)},
        "b": {"level_m": 1.2, "river_class": "start", "observed_at": AT},
    }


def test_readings_as_recorded_hold() -> None:
    assert check.check_readings(RECORD, rows(), 0).holds


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda found: found.pop(), "b-2 is missing in the database"),
        (lambda found: found.append(found[0]), "a-1 is in the database 2 times"),
        (lambda found: found.append(found[0] | {"key": "x"}), "x is in the database and not in the record"),
        (lambda found: found[0].update(level_m=2.51), "a-1: level_m is 2.51, the record says 2.5"),
        (lambda found: found[0].update(gauge_id="b"), "a-1: gauge_id is b, the record says a"),
        (lambda found: found[0].update(observed_at=AT + timedelta(seconds=1)), "a-1: observed_at is"),
        (lambda found: found[0].update(device_at=None), "a-1: device_at is None"),
    ],
)
def test_a_reading_that_is_lost_doubled_or_changed_is_named(change: Any, named: str) -> None:
    found = rows()
    change(found)
    finding = check.check_readings(RECORD, found, 0)
    assert not finding.holds
    assert named in finding.words


def test_quarantined_messages_are_a_difference() -> None:
    assert "2 messages are in quarantine" in check.check_readings(RECORD, rows(), 2).words


def test_states_as_computed_hold() -> None:
    assert check.check_states(RECORD, states()).holds


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda found: found.pop("a"), "a has no state"),
        (
            lambda found: found["a"].update(river_class="caution"),
            "a: river_class is caution, from the files danger",
        ),
        (lambda found: found["a"].update(level_m=2.5), "a: level_m is 2.5, from the files 3.0"),
        (lambda found: found["b"].update(level_m=9.9), "b: level_m is 9.9, from the files 1.2"),
        (lambda found: found["a"].update(observed_at=AT), "a: observed_at is"),
        (lambda found: found.update(c=found["b"]), "c has a state and no reading"),
        (lambda found: found.update(z=found["b"]), "z has a state and is no gauge"),
    ],
)
def test_a_state_that_differs_is_named(change: Any, named: str) -> None:
    found = states()
    change(found)
    finding = check.check_states(RECORD, found)
    assert not finding.holds
    assert named in finding.words


def test_a_gauge_without_a_reading_may_stand_as_unknown() -> None:
    unknown = {"level_m": None, "river_class": "unknown", "observed_at": None}
    assert check.check_states(RECORD, states() | {"c": unknown}).holds


def test_the_record_s_own_witness_is_heard() -> None:
    levels = dict(RECORD.levels)
    levels["a-2"] = replace(levels["a-2"], above_danger=False)
    finding = check.check_states(replace(RECORD, levels=levels), states())
    assert "the thresholds make it danger, the record itself caution" in finding.words


def test_faults_failed_and_nothing_else() -> None:
    flags = {"a-1": 1, "a-2": 2, "b-1": 3, "b-2": 4}
    assert check.check_quality(RECORD, flags).holds
    assert "b-2 is a fault" in check.check_quality(RECORD, flags | {"b-2": 1}).words
    assert "a-2 (3.0 m) is failed" in check.check_quality(RECORD, flags | {"a-2": 4}).words


STORED = {"t1": RECORD.telegrams[0]["statements"]}
IN_FORCE = {("徳島県", "南部", 4)}


def test_warnings_as_told_hold() -> None:
    assert check.check_warnings(RECORD, STORED, IN_FORCE).holds


@pytest.mark.parametrize(
    ("stored", "in_force", "named"),
    [
        ({}, IN_FORCE, "t1 was missed"),
        ({"t1": []}, IN_FORCE, "t1 is not stored as it was told"),
        (STORED | {"t2": []}, IN_FORCE, "t2 was never told"),
        (STORED, set(), "should be in force and is not"),
        (STORED, IN_FORCE | {("徳島県", "北部", 2)}, "is in force and should not be"),
    ],
)
def test_a_warning_missed_or_invented_is_named(stored: Any, in_force: Any, named: str) -> None:
    finding = check.check_warnings(RECORD, stored, in_force)
    assert not finding.holds
    assert named in finding.words


PICTURE: Picture = {
    "gauge": {"a": (3, {"level_m": 3.0})},
    "chronology": {"1": (1, {"text": "x"})},
    "service": {"ingest": (9, {"started_at": "t", "seen_at": "u"})},
}


def test_the_same_picture_holds_though_a_service_beats_on() -> None:
    fresh = copy.deepcopy(PICTURE)
    fresh["service"]["ingest"] = (11, {"started_at": "t", "seen_at": "later"})
    followed = copy.deepcopy(PICTURE)
    followed["chronology"]["0"] = (1, {"text": "older than what a snapshot holds"})
    finding = check.check_pictures(followed, fresh)
    assert finding.holds
    assert finding.counted == "3 objects"


@pytest.mark.parametrize(
    ("kind", "id_", "held", "named"),
    [
        ("gauge", "a", None, "gauge a: the screen does not hold it"),
        ("gauge", "a", (2, {"level_m": 3.0}), "gauge a: the screen holds version 2, the snapshot 3"),
        ("gauge", "a", (3, {"level_m": 2.9}), "gauge a: the screen holds version 3"),
        ("gauge", "b", (1, {}), "gauge b: the screen holds it, the snapshot does not"),
        ("chronology", "1", None, "chronology 1: the screen does not hold it"),
        ("service", "ingest", (9, {"started_at": "s"}), "service ingest: the screen holds another process"),
    ],
)
def test_a_picture_that_differs_is_named(kind: str, id_: str, held: Any, named: str) -> None:
    followed: Any = copy.deepcopy(PICTURE)
    if held is None:
        del followed[kind][id_]
    else:
        followed[kind][id_] = held
    finding = check.check_pictures(followed, PICTURE)
    assert not finding.holds
    assert named in finding.words


def test_counts_on_the_page() -> None:
    assert check.check_map({"danger": 2, "standby": 0}, {"danger": 2}, []).holds
    assert (
        "danger: the page counts 1, the database 2" in check.check_map({"danger": 1}, {"danger": 2}, []).words
    )
    assert "unknown: the page counts 0, the database 5" in check.check_map({}, {"unknown": 5}, []).words
    assert "the page reports: boom" in check.check_map({}, {}, ["boom"]).words


def test_many_differences_are_counted() -> None:
    finding = Finding("x", "y", [str(number) for number in range(9)])
    assert finding.words.splitlines() == ["0", "1", "2", "3", "4", "… and 4 more"]


def test_the_storm_s_own_record() -> None:
    record = read_record(FOLDER / "shikoku-2026-06")
    assert (len(record.thresholds), len(record.levels), len(record.telegrams)) == (107, 959, 64)
    assert {record.levels[key].level_m for key in record.faults} == {39.33, 39.32}
    assert check.warnings_in_force(record.telegrams) == set()
    height = record.until(datetime(2026, 6, 2, 17, 45, tzinfo=UTC))
    assert height.faults == frozenset()
    assert ("徳島県", "勝浦川水系勝浦川", 4) in check.warnings_in_force(height.telegrams)
    classes = [
        check.river_class(level.level_m, record.thresholds[gauge])
        for gauge, level in check.final_levels(height).items()
    ]
    assert classes.count("danger") == 10


@pytest.mark.parametrize(
    ("level_m", "thresholds", "expected"),
    [
        (3.0, (1.0, 2.0, 3.0), "danger"),
        (2.99, (1.0, 2.0, 3.0), "caution"),
        (2.0, (1.0, None, 3.0), "start"),
        (0.5, (1.0, 2.0, 3.0), "below"),
        (0.5, (None, None, None), "unknown"),
        (3.5, (None, None, 3.0), "danger"),
        (2.5, (None, None, 3.0), "below"),
    ],
)
def test_classes(level_m: float, thresholds: Any, expected: str) -> None:
    assert check.river_class(level_m, thresholds) == expected
