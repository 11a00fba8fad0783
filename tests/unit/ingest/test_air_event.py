"""What the chronology says of the air: who is named, how grave, and what is not known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely

from ingest.air_event import came_near, contact_lost, crossed, crossing_severity, heard_again, source_silent
from ingest.air_near import pair_row
from ingest.air_picture import AirPicture, Looked, marks_of
from sensors.motion.air_rules import air_rules
from sensors.motion.airspace import Space
from sensors.motion.loss import Weight
from sensors.motion.nearness import Meeting

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
UNUSABLE = ("turn_deg_per_s", "height_sd_m", "climb_m_s", "horizontal_accuracy_m", "on_ground", "formation")


def row(**changed: Any) -> dict[str, Any]:
    return {
        "id": "own:h1", "kind": "helicopter", "callsign": "うずしお", "synthetic": False,
        "lon": 134.5, "lat": 34.0,
        "observed_at": NOW, "received_at": NOW, "height_tp_m": 612.4, "goodbye": False, "altitudes": [],
        "icao24": None, "registration": None, "ground_speed_m_s": None, "course_deg": None,
        **dict.fromkeys(UNUSABLE),
    } | changed  # fmt: skip


def space(kind: Any) -> Space:
    return Space(
        id=1, kind=kind, name="勝浦川", shape=shapely.box(134, 34, 135, 35), floor_tp_m=None,
        ceiling_tp_m=None,
        from_at=NOW, to_at=None, exempt=frozenset(),
    )  # fmt: skip


def test_a_loss_says_where_how_high_how_long_and_why_it_weighs() -> None:
    told = contact_lost(row(), NOW + timedelta(seconds=25), Weight(severity=5, reasons=("low", "descending")))
    assert told.text == (
        "うずしお 通信途絶 25秒 最終位置 34.0000N 134.5000E 高度 T.P. 612m（低高度、降下中）"
    )
    assert (told.severity, told.category, told.object_id) == (5, "air", "own:h1")
    unknown = contact_lost(row(height_tp_m=None, synthetic=True), NOW, Weight(severity=3, reasons=()))
    assert unknown.text.startswith("【模擬】うずしお 通信途絶 0秒")
    assert unknown.text.endswith("高度不明")
    source = source_silent("readsb", NOW, 4, air_rules().loss)
    assert source.text == "受信元 readsb 受信中の全4機が2分以内に途絶：受信設備の障害の可能性"
    assert "途絶の通知から90秒" in heard_again(row(), NOW + timedelta(seconds=90), NOW).text


@pytest.mark.parametrize(
    ("kind", "vehicle", "crossing", "exempt", "severity"),
    [
        ("emergency", "drone", "entered", False, 4),
        ("emergency", "drone", "passed", False, 4),
        ("emergency", "drone", "entered", True, 1),
        ("emergency", "drone", "left", False, 0),
        ("emergency", "unknown", "entered", False, 3),
        ("emergency", "helicopter", "entered", False, None),
        ("keep-out", "helicopter", "entered", False, 3),
        ("keep-out", "helicopter", "entered", True, 1),
        ("keep-in", "drone", "left", False, 3),
        ("keep-in", "drone", "entered", False, 0),
        ("keep-in", "drone", "passed", False, None),
        ("operation", "helicopter", "entered", False, 2),
    ],
)
def test_how_much_a_border_weighs(
    kind: str, vehicle: Any, crossing: Any, exempt: bool, severity: int | None
) -> None:
    assert crossing_severity(space(kind), vehicle, crossing, exempt=exempt) == severity


def test_exemption_and_unknown_height_are_said() -> None:
    told = crossed(row(kind="drone"), NOW, space("emergency"), "entered", exempt=True, horizontal_only=True)
    assert told is not None
    assert told.text == "うずしお 緊急用務空域「勝浦川」に進入（適用除外、高度不明：水平位置のみで判定）"
    down = row(kind="drone", on_ground=True)
    landed = crossed(down, NOW, space("emergency"), "left", exempt=False, horizontal_only=False)
    assert landed is not None
    assert "着地" in landed.text
    assert crossed(row(), NOW, space("emergency"), "left", exempt=False, horizontal_only=False) is None


def test_nearness_is_reference_only_and_keeps_its_moment() -> None:
    meeting = Meeting(20.0, 30.0, 120.4, None, True)
    told = came_near(row(), row(id="d1", callsign=None), NOW, meeting)
    assert "と d1 【参考情報】20秒後に接近の見込み 最接近 水平 120m、高度不明" in told.text
    made = pair_row(("a", "b"), meeting, None, NOW, NOW)
    assert (made["since"], made["entry_at"]) == (NOW, NOW + timedelta(seconds=20))
    later = NOW + timedelta(seconds=40)
    again = pair_row(("a", "b"), meeting._replace(entry_s=0.0), {**made, "ended_at": None}, later, later)
    assert (again["since"], again["entry_at"]) == (NOW, made["entry_at"])
    anew = pair_row(("a", "b"), meeting, {**made, "ended_at": NOW}, later, later)
    assert anew["since"] == later


def test_a_velocity_that_nobody_told_is_seen_from_positions_and_newcomers_are_taken_in() -> None:
    picture = AirPicture(air_rules())
    first = picture.take([row()], NOW)
    assert str(first.velocity_m_s.tolist()) == "[[nan, nan]]"
    found = first
    for second in range(1, 8):
        moved = row(lon=134.5 + second * 0.0005, observed_at=NOW + timedelta(seconds=second))
        found = picture.take([row(id="new"), moved], NOW + timedelta(seconds=second + 1))
    assert found.ids == ["new", "own:h1"]
    assert abs(found.velocity_m_s[1, 0] - 46.2) < 5  # 0.0005 degrees of longitude a second
    assert found.silent_s.tolist() == [8.0, 1.0]
    assert picture.take([], NOW).ids == []


def test_the_way_since_the_last_look_and_marks_of_one_craft() -> None:
    looked = Looked()
    looked.take([row()])
    again = looked.take([row()])
    assert str(again.before_s.tolist()) == "[nan]"
    moved = row(lon=134.6, observed_at=NOW + timedelta(seconds=5))
    assert looked.take([moved]).before_lon.tolist() == [134.5]
    assert looked.take([moved]).before_lon.tolist() == [134.5]
    assert marks_of(row(icao24="84b0f1", registration=" JA6911 ")) == {"icao24:84B0F1", "registration:JA6911"}
