"""Past skill belongs to the fitted parameters, and a file that is none is named."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from geo.flood.levels.parameters import load
from geo.forecast.forecast_rules import forecast_rules
from geo.forecast.level_skill import SkillFileError, parse_skill, shipped_skill

SCENARIO = Path(__file__).parents[4] / "ops" / "scenarios" / "shikoku-2026-06" / "gauges.csv"


def test_shipped_skill_is_that_of_the_shipped_parameters_at_the_set_value() -> None:
    skill = shipped_skill()
    assert skill["fitted_to"] == json.loads(json.dumps(load().origin))
    for document in (skill["all"], *skill["all"]["splits"].values(), *skill["gauges"].values()):
        assert {told["cut_off"] for told in document["crossings"].values()} <= {
            forecast_rules().alarm_probability
        }
        assert document["record"]
        assert document["period"]
        assert document["split"]
        for scores in document["hours"].values():
            assert scores["n"] > 0
            assert 0 <= scores["coverage80"] <= 1


def test_shipped_skill_is_of_the_demo_s_gauges() -> None:
    with SCENARIO.open(encoding="utf-8", newline="") as file:
        gauges = {row["id"] for row in csv.DictReader(file)}
    scored = shipped_skill()["gauges"].keys()
    assert scored <= gauges
    assert len(scored) > 80


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda skill: skill | {"format": 7}, "no skill file of format 1"),
        (lambda skill: {key: value for key, value in skill.items() if key != "all"}, "all is missing"),
        (lambda skill: skill | {"gauges": {"1": {}}}, "1: hours is missing"),
        (lambda _skill: [], "no skill file"),
    ],
)
def test_other_files_are_refused_by_name(change: Any, message: str) -> None:
    with pytest.raises(SkillFileError, match=f"wrong.json.*{message}"):
        parse_skill(json.dumps(change(shipped_skill())), "wrong.json")
    with pytest.raises(SkillFileError, match=r"wrong\.json is not JSON"):
        parse_skill("{", "wrong.json")
