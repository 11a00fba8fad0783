"""Rules of proposals: what gauges fulfil, what is held, what it takes to get out in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.proposal_change import Wanted, step
from alerts.proposal_gauge import Signals, area_levels, fulfilled, levels
from alerts.proposal_rules import ProposalRulesError, parse_proposal_rules, proposal_rules
from alerts.proposal_time import latest_start, needed, share_within, ways_m
from alerts.sun import is_dark
from geo.flood.levels.forecast import STEPS_S
from geo.live_value import THRESHOLDS

RULES = proposal_rules()
NOON = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)
VALID = timedelta(hours=1)
COUNT = len(RULES.gauge_rules)
TEXT = (files("alerts") / "rules" / "proposals.toml").read_text(encoding="utf-8")


def signals(chance: float, newest_m: float = 1.0, *, known: bool = True, origin: datetime = NOON) -> Signals:
    """One gauge with danger at 3 m whose chance of danger is the same at every step."""
    thresholds = np.full((1, len(THRESHOLDS)), np.nan)
    thresholds[0, THRESHOLDS.index("danger")] = 3.0
    passing = np.full((1, len(THRESHOLDS), len(STEPS_S)), np.nan)
    if known:
        passing[0, THRESHOLDS.index("danger")] = chance
    one = np.ones(1)
    return Signals(
        origin.timestamp() * one, 134.5 * one, 34.0 * one, np.array([known]),
        (newest_m if known else np.nan) * one, 0.1 * one, thresholds, passing,
    )  # fmt: skip


def level_after(*seen: Signals) -> int:
    active = np.zeros((1, COUNT), dtype=np.bool_)
    for one in seen:
        active = fulfilled(active, one, RULES)
    return int(levels(active, RULES)[0])


def test_a_likely_danger_asks_for_level_4_and_one_that_is_reached_too() -> None:
    assert level_after(signals(0.01)) == 0
    assert level_after(signals(0.25)) == 3
    assert level_after(signals(0.31)) == 4
    assert level_after(signals(1.0, newest_m=3.0)) == 4


def test_a_level_falls_only_on_a_fresh_value_below_the_lower_one() -> None:
    assert level_after(signals(0.31), signals(0.2)) == 4
    assert level_after(signals(0.31), signals(0.14)) == 3
    assert level_after(signals(0.31), signals(0.01)) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(1, 5))
def test_missing_data_never_changes_a_level(chances: list[float], gaps: int) -> None:
    seen = [signals(chance) for chance in chances]
    assert level_after(*seen, *[signals(0.0, known=False)] * gaps) == level_after(*seen)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_greater_chance_is_never_a_lower_level(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert level_after(signals(low)) <= level_after(signals(high))


def test_a_danger_that_may_come_in_the_dark_counts_from_lower_values_on() -> None:
    evening = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)
    assert level_after(signals(0.15)) == 0
    assert level_after(signals(0.15, origin=evening)) == 3


@pytest.mark.parametrize(
    ("moment", "dark"),
    # 徳島 on 2 June 2026: sunrise 04:53, sunset 19:10 (国立天文台 暦計算室, within two minutes)
    [("04:45", True), ("05:01", False), ("19:02", False), ("19:18", True)],
)
def test_the_sun_sets_when_the_almanac_says(moment: str, dark: bool) -> None:
    at = datetime.fromisoformat(f"2026-06-02T{moment}+09:00").timestamp()
    assert bool(is_dark(at, 134.56, 34.07)) is dark


def test_areas_take_the_highest_level_of_their_gauges() -> None:
    found = area_levels(np.array([0, 0, 2]), np.array([0, 1, 1]), np.array([3, 4]), 4)
    assert found.tolist() == [4, 0, 4, 0]


distance = st.floats(0, 30_000)


@settings(max_examples=60, deadline=None)
@given(distance, distance, st.booleans(), st.floats(0, 20_000), st.floats(0, 20_000), st.sampled_from((3, 4)))
def test_more_need_and_earlier_water_ask_for_an_earlier_start(
    one_m: float, other_m: float, dark: bool, one_s: float, other_s: float, level: int
) -> None:
    near, far = sorted((one_m, other_m))
    early, late = sorted((one_s, other_s))
    need = needed(RULES.needs[level], np.array([near, far]), np.array([dark, dark]), RULES.travel).total_s
    assert need[0] <= need[1]
    start = latest_start(np.array([[early, late]] * 2), need)
    assert start[0, 0] <= start[0, 1]
    assert start[1, 0] <= start[0, 0]


@settings(max_examples=60, deadline=None)
@given(distance)
def test_the_dark_and_slow_people_need_longer(way_m: float) -> None:
    way = np.array([way_m])
    by_day, by_night = (needed(RULES.needs[4], way, np.array([dark]), RULES.travel) for dark in (False, True))
    slow = needed(RULES.needs[3], way, np.array([False]), RULES.travel)
    assert by_day.total_s[0] < by_night.total_s[0]
    assert by_day.total_s[0] < slow.total_s[0]


def test_the_way_is_that_of_the_people_who_live_far_out() -> None:
    ways = ways_m(np.array([134.5, 134.51]), np.array([34.0, 34.0]), np.array([134.5]), np.array([34.0]), 1.4)
    assert ways == pytest.approx([0.0, 1.4 * 921.9], abs=5)
    assert share_within(ways, np.array([95.0, 5.0]), 0.9) == 0.0
    assert share_within(ways, np.array([80.0, 20.0]), 0.9) == ways[1]
    assert np.isnan(ways_m(np.array([134.5]), np.array([34.0]), np.empty(0), np.empty(0), 1.4)).all()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ease = 0.15", "ease = 0.9", "ease must lie below reach"),
        ("detour = 1.4", "detour = 0", "detour must be a positive number"),
        ("detour = 1.4", "", "detour is missing"),
        ('threshold = "danger"', 'threshold = "red"', "is not known"),
    ],
)
def test_wrong_rules_are_refused_by_name(old: str, new: str, says: str) -> None:
    with pytest.raises(ProposalRulesError, match=says):
        parse_proposal_rules(TEXT.replace(old, new))


def wanted(level: int, **other: Any) -> Wanted:
    content = {"area": {"name": "試験町"}, "evidence": [], "available": None, **other}
    return Wanted(
        id="municipality:36301:flood", area_kind="municipality", area_id="36301", area_code="36301",
        hazard="flood", act="issue", level=level, held=False, content=content,
    )  # fmt: skip


def opened(level: int = 4) -> dict[str, Any]:
    first = step(1, None, wanted(level), NOON, VALID)
    assert first is not None
    assert first.cause == "opened"
    assert first.event is not None
    assert "避難してください" not in first.event.text
    return first.row


def test_a_proposal_is_told_once_and_renewed_without_a_word() -> None:
    row = opened()
    assert step(1, row, wanted(4), NOON + timedelta(minutes=10), VALID) is None
    assert step(1, row, wanted(4, available={"p10_s": 1}), NOON, VALID) is None
    renewed = step(1, row, wanted(4), NOON + timedelta(minutes=40), VALID)
    assert renewed is not None
    assert (renewed.cause, renewed.event) == ("renewed", None)


def test_a_rise_opens_a_rejected_proposal_again_and_a_fall_does_not() -> None:
    row = opened(3) | {"state": "rejected", "decision": {"state": "rejected", "level": 3}}
    raised = step(1, row, wanted(4), NOON, VALID)
    assert raised is not None
    assert (raised.cause, raised.row["state"], raised.row["decision"]) == ("raised", "open", None)
    high = opened(4) | {"state": "rejected", "decision": {"state": "rejected", "level": 4}}
    lowered = step(1, high, wanted(3), NOON, VALID)
    assert lowered is not None
    assert (lowered.cause, lowered.row["state"]) == ("lowered", "rejected")


def test_an_expired_proposal_says_so_once_and_that_it_is_no_lifting() -> None:
    gone = step(1, opened(), None, NOON, VALID)
    assert gone is not None
    assert gone.event is not None
    assert gone.row["state"] == "expired"
    assert "安全を意味しない" in gone.event.text
    assert step(1, gone.row, None, NOON, VALID) is None


def test_a_clock_that_jumps_issues_nothing_twice_and_loses_nothing() -> None:
    row = opened()
    ahead = step(1, row, wanted(4), NOON + timedelta(hours=5), VALID)
    assert ahead is not None
    assert ahead.event is not None
    assert (ahead.cause, ahead.event.code) == ("renewed", "proposal.renewed")
    back = step(1, ahead.row, wanted(4), NOON, VALID)
    assert back is not None
    assert (back.cause, back.event) == ("renewed", None)
    assert back.row["expires_at"] == NOON + VALID
    assert back.row["opened_at"] == NOON
