from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from alerts.warning import Telegram
from ops.fleet import FleetError, broker_place
from ops.playback import DELAY_S, Due, delay, message, plan
from ops.scenario import FOLDER, Scenario, ScenarioError, ScenarioReading, load_scenario, scenarios
from sensors.codecs.table import CodecTable

SLUG = "shikoku-2026-06"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(SLUG)


def test_the_storm_is_whole(scenario: Scenario) -> None:
    assert SLUG in scenarios()
    assert (len(scenario.gauges), len(scenario.readings), len(scenario.telegrams)) == (107, 959, 64)
    assert (scenario.start, scenario.end) == (
        datetime(2026, 6, 1, 21, tzinfo=UTC),
        datetime(2026, 6, 3, 15, tzinfo=UTC),
    )
    assert set(scenario.credits) == {
        *("gauges", "warnings", "sites", "shelters", "areas", "people", "facilities"),
    }
    assert Counter(gauge.area_code[:2] for gauge in scenario.gauges) == {"36": 59, "37": 48}


def test_the_record_s_own_classes_agree_with_the_thresholds(scenario: Scenario) -> None:
    gauges = {gauge.id: gauge for gauge in scenario.gauges}
    for reading in scenario.readings:
        gauge = gauges[reading.gauge_id]
        assert gauge.start_m is not None
        assert reading.level_m >= gauge.start_m, "the record keeps nothing below the start level"
        assert reading.above_danger == (gauge.danger_m is not None and reading.level_m >= gauge.danger_m)
        assert reading.above_caution == (gauge.caution_m is not None and reading.level_m >= gauge.caution_m)


def test_gauges_over_danger(scenario: Scenario) -> None:
    over = {reading.gauge_id for reading in scenario.readings if reading.above_danger}
    where = Counter(gauge.area_code[:2] for gauge in scenario.gauges if gauge.id in over)
    assert where == {"36": 10, "37": 4}
    assert "3700000008" in over, "陶大橋, whose two readings are a fault of the instrument"


def test_readings_are_in_order_and_end_with_the_period(scenario: Scenario) -> None:
    moments = [reading.observed_at for reading in scenario.readings]
    assert moments == sorted(moments)
    old = [reading for reading in scenario.readings if reading.observed_at < scenario.start]
    assert [reading.observed_at.year for reading in old] == [2022, 2026]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / SLUG, tmp_path / SLUG)
    return tmp_path


def test_a_changed_file_is_refused_by_name(copied: Path) -> None:
    path = copied / SLUG / "readings.csv"
    path.write_text(path.read_text().replace("19.24", "19.25", 1))
    with pytest.raises(ScenarioError, match=r"readings\.csv is not the file"):
        load_scenario(SLUG, folder=copied)


def test_a_missing_file_is_refused_by_name(copied: Path) -> None:
    (copied / SLUG / "sites.csv.gz").unlink()
    with pytest.raises(ScenarioError, match=r"sites\.csv\.gz is missing"):
        load_scenario(SLUG, folder=copied)


def test_a_scenario_that_claims_to_be_real_is_refused(copied: Path) -> None:
    path = copied / SLUG / "manifest.toml"
    path.write_text(path.read_text().replace('kind = "drill"', 'kind = "actual"'))
    with pytest.raises(ScenarioError, match="always a drill"):
        load_scenario(SLUG, folder=copied)


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ScenarioError, match=SLUG):
        load_scenario("noto-2024")


def test_everything_happens_once_and_in_order(scenario: Scenario) -> None:
    due = plan(scenario)
    assert len(due) == len(scenario.readings) + len(scenario.telegrams)
    assert [one.at for one in due] == sorted(one.at for one in due)
    assert all(scenario.start <= one.at <= scenario.end for one in due)


def test_nothing_is_told_before_it_happened(scenario: Scenario) -> None:
    for one in plan(scenario):
        if isinstance(one.item, Telegram):
            assert one.at == one.item.issued_at
        elif one.item.observed_at >= scenario.start:
            late = one.at - one.item.observed_at
            assert timedelta(seconds=DELAY_S[0]) <= late <= timedelta(seconds=DELAY_S[1])


def test_what_a_gauge_said_before_the_period_arrives_at_its_start(scenario: Scenario) -> None:
    old = [one for one in plan(scenario) if is_old(one, scenario)]
    assert [one.at for one in old] == [scenario.start, scenario.start]


def is_old(due: Due, scenario: Scenario) -> bool:
    return isinstance(due.item, ScenarioReading) and due.item.observed_at < scenario.start


def test_each_gauge_speaks_in_order(scenario: Scenario) -> None:
    said = defaultdict(list)
    for one in plan(scenario):
        if isinstance(one.item, ScenarioReading):
            said[one.item.gauge_id].append(one.item.observed_at)
    assert all(moments == sorted(moments) for moments in said.values())


def test_the_way_is_the_same_in_every_replay() -> None:
    assert delay("3600000017-1780499040") == delay("3600000017-1780499040")
    assert len({delay(str(number)) for number in range(1000)}) == DELAY_S[1] - DELAY_S[0] + 1


def test_a_message_is_read_back_by_the_codec_of_our_topic(scenario: Scenario) -> None:
    table = CodecTable.from_files([])
    for reading in scenario.readings[:50]:
        topic = f"sonae/v1/36201/gauge/{reading.gauge_id}/level"
        (read,) = table.decode(topic, msgspec.json.encode(message(reading, scenario.datum)))
        assert (read.gauge_id, read.key) == (reading.gauge_id, reading.key)
        assert (read.device_time, read.level_m) == (reading.observed_at, reading.level_m)
        assert read.datum == "T.P."


def test_the_address_of_a_broker() -> None:
    assert broker_place("mqtt://ingest:secret@10.0.0.5:18831") == ("10.0.0.5", 18831)
    assert broker_place("mqtt://broker") == ("broker", 1883)
    with pytest.raises(FleetError, match="expected mqtt"):
        broker_place("http://broker")
