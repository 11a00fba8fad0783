"""The check of forecasts finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from geo.flood.levels.parameters import load
from geo.forecast.forecast_rules import forecast_rules
from geo.forecast.level_making import history, make
from geo.forecast.level_store import asked_of, stored_columns
from geo.forecast.level_value import live_value
from ops.check_forecasts import Usable, check_against_fresh, check_presence

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
HOUR = 3600.0
PARAMETERS = load()
GAUGES = {"a": (1.0, 3.0), "b": (1.0, float("nan")), "old": (1.0, 3.0)}
LEVELS = {"a": (1.5, 1.9, 2.4), "b": (1.5, 1.4, 1.3), "old": (1.1, 1.2, 1.3)}
AGE_S = {"a": 0.0, "b": 600.0, "old": 4 * HOUR}


def usable(name: str) -> Usable:
    level_m = np.array(LEVELS[name])
    times_s = NOW.timestamp() - AGE_S[name] - HOUR * np.arange(len(level_m))[::-1]
    return Usable(times_s, level_m)


READINGS = {name: usable(name) for name in GAUGES}


@pytest.fixture
def forecasts() -> dict[str, dict[str, Any]]:
    """What the program would have stored."""
    none = {f"{name}_m": None for name in ("standby", "caution", "evacuation", "overflow")}
    rows = [
        {
            "gauge_id": name, "origin_at": NOW, "threshold_doubt": False, "start_m": start_m,
            "danger_m": None if np.isnan(danger_m) else danger_m, **none,
        }
        for name, (start_m, danger_m) in GAUGES.items()
    ]  # fmt: skip
    columns = [(at, READINGS[name].observed_s, READINGS[name].level_m) for at, name in enumerate(GAUGES)]
    made = make(asked_of(rows), history(columns), PARAMETERS, forecast_rules())
    stored = [{**row, "made_at": NOW} for row in stored_columns(rows, made)]
    return {row["gauge_id"]: {**row, "value": live_value(row)} for row in stored}


def presence(forecasts: dict[str, dict[str, Any]], now: datetime = NOW) -> list[str]:
    return check_presence(READINGS, forecasts, now, 10.0).differences


def fresh(forecasts: dict[str, dict[str, Any]]) -> list[str]:
    return check_against_fresh(READINGS, forecasts, GAUGES, PARAMETERS).differences


def test_right_forecasts_hold(forecasts: dict[str, dict[str, Any]]) -> None:
    assert presence(forecasts) == fresh(forecasts) == []
    assert "none 1" in check_presence(READINGS, forecasts, NOW, 10.0).counted


def test_missing_old_standing_and_unshown_forecasts_are_found(forecasts: dict[str, dict[str, Any]]) -> None:
    assert presence({name: row for name, row in forecasts.items() if name != "a"}) == [
        "a has readings and no forecast"
    ]
    assert presence(forecasts, NOW + timedelta(minutes=12)) == [
        "a: its forecast is as of 12:00:00 UTC",
        "b: its forecast is as of 12:00:00 UTC",
    ]
    forecasts["old"]["status"] = "late"
    assert any("too old, its forecast stands (late)" in one for one in presence(forecasts))
    forecasts["old"]["status"] = "none"
    forecasts["a"]["value"]["alarm"] = not forecasts["a"]["alarm"]
    assert presence(forecasts) == ["a: screens hold another forecast than the stored one"]
    forecasts["ghost"] = forecasts["a"]
    assert any("ghost has a forecast and no reading" in one for one in presence(forecasts))


def test_wrong_numbers_are_found(forecasts: dict[str, dict[str, Any]]) -> None:
    forecasts["a"]["level_m"] = forecasts["a"]["level_m"] + 0.01
    assert [one.split(" by")[0] for one in fresh(forecasts)] == ["a: level_m differs"]


def test_forecast_that_missed_a_reading_is_found(forecasts: dict[str, dict[str, Any]]) -> None:
    later = replace(READINGS["a"], level_m=READINGS["a"].level_m + np.array([0, 0, 0.2]))
    finding = check_against_fresh(READINGS | {"a": later}, forecasts, GAUGES, PARAMETERS)
    assert any("probability of danger" in one for one in finding.differences)
    assert any("a: level_m" in one for one in finding.differences)
    forecasts["b"]["status"] = "no-trend"
    assert any("b: stored as no-trend, anew full" in one for one in fresh(forecasts))
