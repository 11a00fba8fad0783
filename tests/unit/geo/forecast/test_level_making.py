"""What is told of forecasts: chances that never say more than is known, words once per episode."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.flood.levels.forecast import STATUS, STEPS_S
from geo.flood.levels.network import LEVELS
from geo.flood.levels.parameters import load
from geo.forecast.forecast_rules import ForecastRulesError, forecast_rules, parse_forecast_rules
from geo.forecast.level_event import episodes, events
from geo.forecast.level_making import HISTORY_S, Asked, Made, danger_chance, history, make
from geo.forecast.level_store import asked_of, stored_columns
from geo.forecast.level_value import TOLD_LEVELS, live_value, whole_document

PARAMETERS, RULES = load(), forecast_rules()
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
NOW_S = NOW.timestamp()
HOUR = 3600.0
RISING = (1.1, 1.2, 1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.6)


def due(name: str = "a", *, danger_m: float | None = 3.0, **changed: Any) -> dict[str, Any]:
    row = {
        "gauge_id": name, "name": f"{name}橋", "river": "試験川", "origin_at": NOW, "state_version": 1,
        "observed_at": NOW, "threshold_doubt": False, "warned": False, "start_m": 1.0, "standby_m": None,
        "caution_m": 2.0, "evacuation_m": None, "danger_m": danger_m, "overflow_m": None,
    }  # fmt: skip
    return row | changed


def forecasts(rows: list[dict[str, Any]], *levels: tuple[float, ...], age_s: float = 0.0) -> Made:
    """Forecast gauges from hourly levels, the newest `age_s` old."""
    columns = [
        (number, NOW_S - age_s - HOUR * np.arange(len(one))[::-1], one) for number, one in enumerate(levels)
    ]
    return make(asked_of(rows), history(columns), PARAMETERS, RULES)


def told(rows: list[dict[str, Any]], made: Made) -> list[dict[str, Any]]:
    return [{**column, "made_at": NOW} for column in stored_columns(rows, made)]


def as_stored(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the database gives it back: flat lists of single precision."""
    flat = {}
    for name, value in row.items():
        if name == "time_to_s":
            continue
        is_array = isinstance(value, np.ndarray)
        flat[name] = value.ravel().astype(np.float32).astype(float).tolist() if is_array else value
    return flat


def test_unknown_thresholds_give_no_chance_and_no_alarm() -> None:
    rows = [due(danger_m=None), due("b", danger_m=1.5)]
    made = forecasts(rows, RISING, RISING)
    assert np.isnan(made.chance[0])
    assert made.alarm.tolist() == [False, True]
    value = live_value(told(rows, made)[0])
    assert value["passing"].keys() == value["time_to"].keys() == {"start", "caution"}


def test_doubted_threshold_has_its_chance_and_no_alarm() -> None:
    rows = [due(), due("b", threshold_doubt=True)]
    made = forecasts(rows, RISING, RISING)
    assert made.chance[0] == made.chance[1] >= RULES.alarm_probability
    assert made.alarm.tolist() == [True, False]


def test_old_readings_make_no_numbers_at_all() -> None:
    rows = [due()]
    made = forecasts(rows, RISING, age_s=3.6 * HOUR)
    (row,) = told(rows, made)
    assert row["status"] == "none"
    assert row["level_m"] is row["highest_m"] is row["passing"] is row["peak"] is None
    whole = whole_document(row)
    assert whole["level_m"] == whole["steps_s"] == whole["hours"] == []
    assert whole["newest_m"] == RISING[-1]


def test_what_is_asked_for_later_is_what_was_told() -> None:
    rows = [due(), due("b", danger_m=None)]
    for row in told(rows, forecasts(rows, RISING, RISING[::-1])):
        assert live_value(as_stored(row)) == live_value(row)
        assert whole_document(as_stored(row)) == whole_document(row)


def test_whole_forecast_holds_every_step_of_the_told_quantiles() -> None:
    rows = [due()]
    (row,) = told(rows, forecasts(rows, RISING))
    whole = whole_document(row)
    assert whole["levels"] == list(TOLD_LEVELS)
    assert whole["steps_s"] == STEPS_S.tolist()
    assert np.shape(whole["level_m"]) == np.shape(whole["highest_m"]) == (36, 7)
    assert whole["thresholds"] == {"start": 1.0, "caution": 2.0, "danger": 3.0}
    hourly = [whole["level_m"][step][TOLD_LEVELS.index(0.9)] for step in range(5, 36, 6)]
    assert hourly == whole["high_m"]
    assert [whole["passing_steps"]["danger"][step] for step in range(5, 36, 6)] == whole["passing"]["danger"]
    p10, p50 = (whole["time_to"]["danger"][key] for key in ("p10", "p50"))
    assert p10 is not None
    assert p50 is None or p50 >= p10


def test_only_what_has_happened_is_certain() -> None:
    rows = [due(danger_m=2.0), due("b", danger_m=2.6001)]
    made = forecasts(rows, RISING, (*RISING, 2.6, 2.6))
    over, below = (live_value(row)["passing"]["danger"] for row in told(rows, made))
    assert over == [1.0] * 6
    assert max(below) < 1


def test_history_before_its_bound_changes_nothing() -> None:
    rows = [due()]
    past = np.arange(NOW_S - 60 * HOUR, NOW_S + 1, HOUR)
    level_m = 2 + np.sin(past / 3e4)
    kept = past >= NOW_S - HISTORY_S
    whole = make(asked_of(rows), history([(0, past, level_m)]), PARAMETERS, RULES)
    bounded = make(asked_of(rows), history([(0, past[kept], level_m[kept])]), PARAMETERS, RULES)
    assert kept.sum() < len(past)
    np.testing.assert_array_equal(whole.forecast.level_m, bounded.forecast.level_m)


def test_no_gauges_are_no_fault() -> None:
    made = make(asked_of([]), history([]), PARAMETERS, RULES)
    assert made.forecast.level_m.shape == (0, len(STEPS_S), len(LEVELS))
    assert made.alarm.shape == (0,)


BASE = forecasts([due()], RISING)


def series(chances: list[float | None], doubted: set[int] = frozenset()) -> list[tuple[str, ...]]:
    """Return what begins, eases and is lost as the chance of danger goes; None = no forecast."""
    warned = np.zeros(1, dtype=np.bool_)
    found = []
    for at, chance in enumerate(chances):
        made = BASE._replace(asked=BASE.asked._replace(doubted=np.array([at in doubted])))
        status = np.array([STATUS.index("none" if chance is None else "full")], dtype=np.int8)
        value = np.array([np.nan if chance is None else chance])
        alarm = (np.nan_to_num(value) >= RULES.alarm_probability) & ~made.asked.doubted
        made = made._replace(forecast=made.forecast._replace(status=status), chance=value, alarm=alarm)
        changed = episodes(made, warned, RULES)
        found.append(tuple(name for name in ("begins", "eases", "lost") if getattr(changed, name)[0]))
        warned = changed.warned
    return found


def test_an_episode_is_told_once_and_does_not_flap() -> None:
    assert series([0.02, 0.12, 0.09, 0.11, 0.06, 0.2, 0.04, 0.02, 0.15]) == [
        (), ("begins",), (), (), (), (), ("eases",), (), ("begins",)
    ]  # fmt: skip


def test_lost_is_not_eased_and_begins_anew() -> None:
    assert series([0.5, None, None, 0.5]) == [("begins",), ("lost",), (), ("begins",)]
    assert series([0.02, None]) == [(), ()]


def test_doubt_ends_an_episode_without_a_word() -> None:
    assert series([0.5, 0.5, 0.01, 0.01], doubted={1, 2}) == [("begins",), (), (), ()]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_beginnings_and_ends_alternate(chances: list[float | None]) -> None:
    flat = [name for names in series(chances) for name in names]
    assert all(len(names) <= 1 for names in series(chances))
    assert flat[::2] == ["begins"] * len(flat[::2])
    assert "begins" not in flat[1::2]


def test_words_are_an_estimate_with_its_times_and_never_a_warning() -> None:
    rows = [due()]
    made = forecasts(rows, RISING)
    (event,) = events(made, episodes(made, np.array([False]), RULES), rows, RULES)
    assert event.text.startswith("試験川 a橋 【推計】水位予測：3時間以内に危険の水位 3.00m に達する確率 ")
    assert "21:00の 2.60m から" in event.text
    assert event.text_en.startswith("試験川 a橋: estimate, level forecast: ")
    for official in ("警報", "注意報", "氾濫危険", "避難指示", "warning"):
        assert official not in event.text + event.text_en
    assert {"p10_at", "p50_at", "p90_at", "chance", "threshold_m"} <= event.params.keys()
    assert event.params["p10_at"] is not None


def test_probability_in_words_is_never_certain_nor_nil() -> None:
    rows = [due()]
    made = forecasts(rows, RISING)
    for chance, percent in ((0.9999, "99%"), (0.12, "12%"), (1.0, "100%")):
        sure = made._replace(chance=np.array([chance]), alarm=np.array([True]))
        (event,) = events(sure, episodes(sure, np.array([False]), RULES), rows, RULES)
        assert f"確率 {percent}" in event.text
    eased = made._replace(chance=np.array([0.0001]), alarm=np.array([False]))
    (event,) = events(eased, episodes(eased, np.array([True]), RULES), rows, RULES)
    assert "1% に下がった" in event.text


def test_chance_is_that_at_the_end_of_the_look_ahead() -> None:
    by_step = np.zeros((1, 6, 36))
    by_step[0, 4] = np.arange(36) / 100
    assert danger_chance(by_step, RULES)[0] == pytest.approx(0.17)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alarm_probability = 0.1", "", "danger: alarm_probability"),
        ("alarm_probability = 0.1", "alarm_probability = 1.5", "at most 1, is 1.5"),
        ("eased_probability = 0.05", "eased_probability = 0.5", "eased_probability lies above"),
        ("verified = false", "", "danger: verified is missing"),
        ("[danger]", "[danger", "not TOML"),
    ],
)
def test_wrong_rules_are_named(old: str, new: str, message: str) -> None:
    from importlib.resources import files

    text = (files("geo") / "rules" / "forecast.toml").read_text(encoding="utf-8")
    assert parse_forecast_rules(text) == RULES
    with pytest.raises(ForecastRulesError, match=message):
        parse_forecast_rules(text.replace(old, new, 1))


def test_asked_arrays_take_what_is_not_there_for_nan() -> None:
    asked: Asked = asked_of([due(danger_m=None)])
    assert np.isnan(asked.thresholds_m[0]).tolist() == [False, True, False, True, True, True]
