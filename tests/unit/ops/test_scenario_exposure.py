"""People and facilities of the scenarios: what was published, and what is made up and says so."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

from geo.exposure.facility_file import read_facilities
from geo.exposure.people_file import read_people
from geo.terrain import read_raster
from ops.scenario import FOLDER, Scenario, load_scenario
from ops.scenario_exposure import ScenarioExposureError, import_exposure
from ops.scenarios.city import facility_rows
from ops.scenarios.synthetic_people import SEED, synthetic_people

CHIKUMA = FOLDER / "chikuma-2019"


@pytest.fixture(scope="module")
def storm() -> Scenario:
    return load_scenario("shikoku-2026-06")


def test_the_city_s_people_are_whole(storm: Scenario) -> None:
    file = read_people(storm.data("people.csv.gz"), name="people.csv.gz")
    assert (len(file.counts), file.persons, file.faults) == (235, 418_129, [])
    assert sum(count.households or 0 for count in file.counts) == 206_171
    assert all(count.coarse and count.ages for count in file.counts)


def test_the_city_s_facilities_are_whole(storm: Scenario) -> None:
    file = read_facilities(storm.data("facilities.csv.gz"), name="facilities.csv.gz")
    assert file.rejected == 0
    assert Counter(row.kind for row in file.facilities) == {
        "clinic": 540, "nursery": 118, "care_home": 107, "school": 100, "hospital": 76, "fire_station": 13,
        "disabled_care": 8,
    }  # fmt: skip


def test_facilities_of_an_unknown_category_are_refused_by_name() -> None:
    facts = {"name": "謎  の館", "address": None, "service": "謎"}
    feature = {"properties": facts, "geometry": {"coordinates": [134.0, 34.3]}}
    with pytest.raises(ValueError, match="hospital, feature 1"):
        facility_rows([feature], "hospital", None)
    assert facility_rows([feature], "primary_school", "school")[0]["name"] == "謎 の館"


@pytest.fixture(scope="module")
def committed() -> list[dict[str, str]]:
    text = gzip.decompress((CHIKUMA / "people.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(text.splitlines()))


def test_made_up_people_say_so_in_every_row(committed: list[dict[str, str]]) -> None:
    assert all(row["synthetic"] == "1" and "合成" in row["note"] and "合成" in row["id"] for row in committed)
    data = gzip.decompress((CHIKUMA / "people.csv.gz").read_bytes())
    file = read_people(data, name="people.csv")
    assert file.faults == []
    assert all(count.synthetic for count in file.counts)
    scenario = load_scenario("chikuma-2019")
    assert "synthetic" in scenario.credits["people"]
    assert "合成" in scenario.credits["people"]


def test_made_up_people_can_be_made_again(committed: list[dict[str, str]]) -> None:
    terrain = read_raster(CHIKUMA / "terrain.tif")
    areas = json.loads(gzip.decompress((CHIKUMA / "municipalities.geojson.gz").read_bytes()))
    rows = synthetic_people(terrain, areas, rng=np.random.default_rng(SEED))
    assert [{key: str(value) for key, value in row.items()} for row in rows] == committed
    other = synthetic_people(terrain, areas, rng=np.random.default_rng(SEED + 1))
    assert sum(row["persons"] for row in other) == pytest.approx(sum(row["persons"] for row in rows), rel=0.2)


class BrokenFiles:
    """A scenario whose list of facilities has a bad row."""

    files = frozenset({"facilities.csv.gz"})
    credits: Any = {"facilities": "test"}  # noqa: RUF012

    def data(self, name: str) -> bytes:
        assert name == "facilities.csv.gz"
        return b"kind,name,lat,lon\nschool,,34.1,134.1\n"


def test_a_bad_row_of_a_scenario_stops_its_import() -> None:
    with pytest.raises(ScenarioExposureError, match=r"facilities\.csv\.gz, line 2, name: is empty"):
        import_exposure(None, BrokenFiles())  # type: ignore[arg-type]
