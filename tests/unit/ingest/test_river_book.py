"""The states of rivers, computed from readings in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from ingest.register import Register
from ingest.river_book import RiverBook
from sensors.quality import QualityControl
from sensors.quality_limits import gauge_bounds, quality_limits
from sensors.river_levels import river_rules

START = datetime(2026, 6, 2, tzinfo=UTC)


class Rivers:
    """Two gauges (start 1 m, caution 2 m, danger 3 m), fed reading by reading."""

    def __init__(self, states: list[dict[str, Any]] | None = None) -> None:
        rows = [
            {
                "id": name,
                "name": name,
                "river": "川",
                "kana": None,
                "area_code": None,
                "area_name": None,
                "lon": 134.0,
                "lat": 34.0,
                "datum": "T.P.",
                "scheme": "standard",
                "start_m": 1.0,
                "standby_m": None,
                "caution_m": 2.0,
                "evacuation_m": None,
                "danger_m": 3.0,
                "overflow_m": None,
                "active_interval_s": 600,
                "idle_interval_s": 86400,
            }
            for name in ("a", "b")
        ]
        self.register = Register(rows, {}, "")
        limits = quality_limits()
        bounds = gauge_bounds(
            self.register.thresholds_m, limits, danger_is_crest=self.register.danger_is_crest
        )
        self.quality = QualityControl(limits, bounds)
        self.book = RiverBook(self.register, self.quality, river_rules(), states or [])

    def feed(self, at: datetime, level_m: float) -> tuple[list[dict[str, Any]], list[str]]:
        """Give gauge a one reading; return its new states and the codes of the events."""
        gauge, seconds = np.array([0], dtype=np.int32), np.array([at.timestamp()])
        verdicts = self.quality.check(gauge, seconds, seconds + 5, np.array([level_m]))
        self.book.note_arrivals([0], verdicts.observed_s.tolist(), [at + timedelta(seconds=5)], ["test"])
        states, events = self.book.update(gauge, at + timedelta(seconds=5))
        return states, [event.code for event in events]


def test_state_tells_when_and_from_where_its_level_came() -> None:
    (state,), _ = Rivers().feed(START, 1.5)
    assert state["received_at"] == START + timedelta(seconds=5)
    assert (state["source"], state["observed_at"], state["river_class"]) == ("test", START, "start")
    assert state["due_at"] == START + timedelta(minutes=30)


def test_same_reading_again_is_no_new_state() -> None:
    rivers = Rivers()
    rivers.feed(START, 1.5)
    assert rivers.feed(START, 1.5) == ([], [])


def test_rocking_about_a_threshold_is_one_event() -> None:
    rivers = Rivers()
    codes = []
    for turn in range(12):
        _, events = rivers.feed(START + timedelta(minutes=10 * turn), 2.01 if turn % 2 else 1.99)
        codes += [code for code in events if code.startswith("level")]
    assert codes == ["level.up", "level.up"], "start at once, caution once"


def test_days_above_danger_make_the_threshold_doubted_and_end_the_alarm() -> None:
    rivers = Rivers()
    alarms, told = [], []
    for hour in range(0, 8 * 24, 2):
        states, codes = rivers.feed(START + timedelta(hours=hour), 3.2 + 0.01 * (hour % 4))
        alarms.append(states[0]["alarm"])
        told += [code for code in codes if code == "threshold.doubted"]
    assert alarms[1:80] == [True] * 79
    assert alarms[-1] is False
    assert told == ["threshold.doubted"]


@pytest.mark.parametrize(("away_days", "doubted"), [(2, True), (6, False)])
def test_long_silence_ends_the_count_of_days_above_danger(away_days: int, doubted: bool) -> None:
    """A flood that finds a gauge above danger as weeks ago must alarm: the silence between proves nothing."""
    rivers = Rivers()
    for hour in range(0, 6 * 24, 6):
        rivers.feed(START + timedelta(hours=hour), 3.2 + 0.01 * (hour % 4))
    after = START + timedelta(days=6 + away_days)
    rivers.feed(after, 3.3)
    (state,), _ = rivers.feed(after + timedelta(minutes=10), 3.34)
    assert state["threshold_doubt"] is doubted
    assert state["alarm"] is not doubted


def test_state_goes_on_where_the_last_process_stopped() -> None:
    rivers = Rivers()
    (state,), _ = rivers.feed(START, 3.2)
    row = {**state, "incident_id": 1, "version": 7, "silent": True}
    again = Rivers([row])
    again.quality.seed(
        np.array([0], dtype=np.int32),
        np.array([START.timestamp()]),
        np.array([START.timestamp() + 5]),
        np.array([3.2]),
    )
    _, codes = again.feed(START + timedelta(minutes=10), 3.25)
    assert "level.up" not in codes
