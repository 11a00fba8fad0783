"""Level forecasts as screens and scripts get them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from geo.engine import connect
from tests.integration.forecast_stand import (
    HOUR,
    PARAMETERS,
    T0,
    ForecastStand,
    LevelDuty,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def served(house: Any, serve: Callable[..., Any]) -> Any:
    """A dashboard over two forecasts of the gauge `g1`, and one of `g2` that is `none`."""
    with connect(house.url, autocommit=True) as connection:
        stand = ForecastStand(house.url, connection, LevelDuty(lambda: T0, parameters=PARAMETERS))
        stand.rise("g1", levels=(5.0, 5.2, 5.5, 5.9))
        stand.send("g2", (T0 - 5 * HOUR, 5.0))
        stand.work(T0 + MINUTE)
        stand.send("g1", (T0 + 10 * MINUTE, 6.0))
        stand.work(T0 + 11 * MINUTE)
        stand.connection.execute(
            "UPDATE incident SET clock_base = %s, clock_wall = %s, clock_speed = 1, clock_end = %s",
            (T0 + HOUR, T0, T0 + HOUR),
        )
    with serve(house) as running:
        yield running


def test_forecasts_come_with_the_picture_and_whole_on_request(served: Any) -> None:
    with served.browser() as browser, served.screen(browser) as screen:
        screen.next()
        held = screen.picture["forecast", "g1"]
        assert held["origin_at"] == "2026-06-02T12:11:00Z"
        assert screen.picture["forecast", "g2"]["status"] == "none"
        whole = browser.get("/api/gauges/g1/forecast").json()
        assert whole.items() >= held.items()
        assert [len(whole["level_m"]), len(whole["level_m"][0])] == [36, 7]
        assert whole["steps_s"][-1] == 21600
        assert set(whole["passing_steps"]) == {"start", "caution", "danger"}
        assert "rain_mm_per_h" in whole["unused"]


def test_earlier_forecasts_are_told_as_they_were(served: Any) -> None:
    with served.browser() as browser:
        listed = browser.get("/api/gauges/g1/forecasts").json()
        assert listed == {
            "forecasts": [
                {"origin_at": "2026-06-02T12:11:00Z", "status": "full"},
                {"origin_at": "2026-06-02T12:01:00Z", "status": "full"},
            ],
            "truncated": False,
        }
        for made in listed["forecasts"]:
            at = made["origin_at"]
            assert browser.get("/api/gauges/g1/forecast", params={"at": at}).json()["origin_at"] == at
        earlier = browser.get("/api/gauges/g1/forecast", params={"at": "2026-06-02T12:10:59Z"}).json()
        assert (earlier["origin_at"], earlier["newest_m"]) == ("2026-06-02T12:01:00Z", 5.9)
        period = {"from": "2026-06-02T12:05:00Z", "to": "2026-06-02T13:00:00Z"}
        assert len(browser.get("/api/gauges/g1/forecasts", params=period).json()["forecasts"]) == 1
        assert len(browser.get("/api/gauges/g3/forecasts").json()["forecasts"]) == 0
        none = browser.get("/api/gauges/g2/forecast").json()
        assert (none["status"], none["level_m"]) == ("none", [])


def test_what_is_not_there_is_named(served: Any) -> None:
    with served.browser() as browser:
        for path, status, code in (
            ("/api/gauges/g3/forecast", 404, "no-forecast"),
            ("/api/gauges/g1/forecast?at=2026-06-02T11:00:00Z", 404, "no-forecast"),
            ("/api/gauges/nowhere/forecast", 404, "not-found"),
            ("/api/gauges/nowhere/skill", 404, "not-found"),
            ("/api/gauges/x%00/forecasts", 404, "not-found"),
            ("/api/gauges/g1/forecast?at=soon", 422, "bad-input"),
            ("/api/gauges/g1/forecasts?from=2026-06-03T00:00:00Z&to=2026-06-02T00:00:00Z", 422, "bad-input"),
        ):
            answer = browser.get(path)
            assert (answer.status_code, answer.json()["error"]) == (status, code), path
    with served.browser(None) as stranger:
        assert stranger.get("/api/gauges/g1/forecast").status_code == 401


def test_skill_and_rules_stand_beside_them(served: Any) -> None:
    with served.browser() as browser:
        skill = browser.get("/api/gauges/g1/skill").json()
        assert skill["gauge"] is None
        assert skill["all"]["hours"]["3"].keys() >= {"n", "mae_m", "crps_m", "skill", "coverage80"}
        assert skill["all"]["splits"]["late"]["crossings"]["3"]["cut_off"] == 0.1
        rules = browser.get("/api/rules/forecast").json()
        assert (rules["alarm_probability"], rules["look_ahead_h"]) == (0.1, 3.0)
        assert rules["provenance"]["danger"]["verified"] is False
