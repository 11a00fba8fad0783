from typing import Any

import pytest

from sensors.river_levels import (
    CLASSES,
    SCHEMES,
    TEXT_CONTRAST,
    THRESHOLDS,
    class_name,
    contrast,
    river_rules,
)
from sensors.rulebook import RulesError, read_rules

RULES = river_rules()
EVERY = [(scheme, known) for scheme in SCHEMES for known in RULES.classes[scheme]]
ABOLISHED = ("避難勧告", "避難準備", "警戒水位", "特別警戒水位", "危険水位", "避難指示（緊急）", "はん濫")


def tables() -> dict[str, dict[str, Any]]:
    return {name: dict(table) for name, table in read_rules("river-levels").items()}


def test_codes_and_names_agree() -> None:
    assert [class_name(code) for code in range(-1, 7)] == list(CLASSES)
    assert CLASSES[2:] == THRESHOLDS
    for code in (-2, 7):
        with pytest.raises(ValueError, match="no class code"):
            class_name(code)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_class_is_described_once_in_order(scheme: Any) -> None:
    classes = RULES.classes[scheme]
    assert [known.code for known in classes] == list(range(-1, 7))
    assert tuple(known.name for known in classes) == CLASSES
    # colour is never alone: each class has its shape
    assert len({known.shape for known in classes}) == len(classes)


@pytest.mark.parametrize(("scheme", "known"), EVERY)
def test_text_can_be_read_on_every_class(scheme: str, known: Any) -> None:
    assert contrast(known.colour, known.text_colour) >= TEXT_CONTRAST


@pytest.mark.parametrize(("scheme", "known"), EVERY)
def test_no_abolished_name_is_used(scheme: str, known: Any) -> None:
    # the names of 2007 begin with 氾濫; 危険水位 alone was one of those they replaced
    assert known.ja.replace("氾濫危険水位", "") not in ABOLISHED
    assert not any(name in known.ja.replace("氾濫危険水位", "") for name in ABOLISHED)


def test_official_names_and_levels() -> None:
    named = {known.name: (known.ja, known.level) for known in RULES.classes["standard"]}
    assert named["standby"] == ("水防団待機水位", 1)
    assert named["caution"] == ("氾濫注意水位", 2)
    assert named["evacuation"] == ("避難判断水位", 3)
    assert named["danger"] == ("氾濫危険水位", 4)
    assert named["overflow"] == ("氾濫発生", 5)
    assert named["below"][1] is named["start"][1] is named["unknown"][1] is None


def test_the_mapping_of_crisis_management_gauges_is_not_claimed_as_verified() -> None:
    classes = {known.name: known for known in RULES.classes["crisis-management"]}
    assert classes["start"].ja == "観測開始水位"
    assert classes["danger"].ja == "氾濫危険水位"
    assert not classes["danger"].verified
    assert not classes["caution"].verified


def test_official_colours_of_the_alert_levels() -> None:
    colours = {known.level: known.colour for known in RULES.classes["standard"] if known.level}
    assert colours == {1: "#FFFFFF", 2: "#F2E700", 3: "#FF2800", 4: "#AA00AA", 5: "#0C000C"}
    assert RULES.classes["standard"][0].colour == "#C8C8CB"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#FFFFFF") == pytest.approx(1.0)
    # as measured for the official colours
    assert contrast("#AA00AA", "#FFFFFF") == pytest.approx(6.4, abs=0.05)
    assert contrast("#FF2800", "#FFFFFF") == pytest.approx(3.8, abs=0.05)
    assert contrast("#FF2800", "#000000") == pytest.approx(5.6, abs=0.05)


def test_a_colour_on_which_nothing_can_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tables()
    rules["colours"]["level3"] = "#757575"
    assert river_rules(rules).classes["standard"][5].colour == "#757575"
    # no grey is too dark for black and too light for white at 4.5; at 7 this one is
    monkeypatch.setattr("sensors.river_levels.TEXT_CONTRAST", 7.0)
    with pytest.raises(RulesError, match="no text can be read on #757575"):
        river_rules(rules)


@pytest.mark.parametrize(
    ("table", "key", "value", "message"),
    [
        ("standard", "danger", None, "standard: danger: the class is missing"),
        ("standard", "danger", {"ja": "x", "en": "y", "level": 6}, "level must be from 1 to 5"),
        ("standard", "danger", {"en": "y", "level": 4}, "danger: ja: must be text"),
        ("colours", "level4", None, "level4: must be text"),
        ("shapes", "danger", "", "danger: must be text"),
        ("trend", "window_h", "long", "trend: window_h: must be a number"),
        ("alarm", "hysteresis_m", None, "alarm: hysteresis_m: must be a number"),
    ],
)
def test_what_is_wrong_in_the_rules_is_named(table: str, key: str, value: object, message: str) -> None:
    rules = tables()
    rules[table][key] = value
    with pytest.raises(RulesError, match=message):
        river_rules(rules)


def test_a_missing_table_is_named() -> None:
    rules = tables()
    del rules["due"]
    with pytest.raises(RulesError, match="due: the table is missing"):
        river_rules(rules)
