"""The words of the chronology."""

from __future__ import annotations

from datetime import UTC, datetime

from ingest import event
from sensors.flags import REASON_NAMES
from sensors.river_levels import river_rules

AT = datetime(2026, 6, 2, 16, 40, tzinfo=UTC)
PLACE = event.Place("3600000017", "飯尾川", "御所地橋")
CLASSES = river_rules().classes["crisis-management"]


def test_passing_a_level_says_river_gauge_and_official_name() -> None:
    told = event.class_changed(
        PLACE, AT, old=CLASSES[4], new=CLASSES[6], level_m=6.79, datum="T.P.", provisional=False
    )
    assert told.text == "飯尾川 御所地橋 氾濫危険水位を超過 6.79m"
    assert (told.code, told.severity, told.params["to"]) == ("level.up", 4, "danger")


def test_falling_names_the_level_that_is_left_behind() -> None:
    told = event.class_changed(
        PLACE, AT, old=CLASSES[6], new=CLASSES[4], level_m=6.3, datum="T.P.", provisional=False
    )
    assert told.text == "飯尾川 御所地橋 氾濫危険水位を下回る 6.30m"
    assert (told.code, told.severity) == ("level.down", 0)


def test_unconfirmed_value_is_said_to_be_one() -> None:
    told = event.class_changed(
        PLACE, AT, old=None, new=CLASSES[6], level_m=6.79, datum="T.P.", provisional=True
    )
    assert "未確認" in told.text
    assert "unconfirmed" in told.text_en


def test_every_reason_has_its_words() -> None:
    assert set(event.REASONS_JA) == set(REASON_NAMES.values())
    told = event.reading_failed(PLACE, AT, level_m=39.33, reasons=["box", "plateau"])
    assert "段差で飛び段差で戻る、飛んだ後に不動" in told.text
    assert "box, plateau" in told.text_en
