from __future__ import annotations

import re

import pytest

from alerts.warning_rules import (
    WarningRulesError,
    build_rules,
    load_warning_rules,
    prefecture_code,
    read_rules,
)

RULES = load_warning_rules()


def test_every_table_says_where_it_comes_from() -> None:
    warnings, regions = read_rules("warnings.toml"), read_rules("regions.toml")
    tables = [*warnings["hazard"], warnings["levels"], *regions["region"]]
    for table in tables:
        assert table["source"], table
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", table["as_of"]), table
        assert isinstance(table["verified"], bool), table


def test_what_is_from_memory_is_not_called_verified() -> None:
    for table in read_rules("regions.toml")["region"]:
        if "memory" in table["source"] or "not from 気象庁" in table["source"]:
            assert table["verified"] is False, table["name"]


def test_every_level_has_its_official_colour_with_readable_text() -> None:
    levels = {entry["level"]: entry for entry in read_rules("warnings.toml")["level"]}
    assert [levels[level]["colour"] for level in range(1, 6)] == [
        *("#FFFFFF", "#F2E700", "#FF2800", "#AA00AA", "#0C000C"),
    ]
    for entry in levels.values():
        assert contrast(entry["colour"], entry["text_colour"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    lights = sorted((luminance(one), luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("word", "hazard"),
    [
        ("低い土地の浸水", "大雨"),
        ("河川の増水", "大雨"),
        ("落雷", "雷"),
        ("竜巻などの激しい突風", "雷"),
        ("河川の氾濫", "河川氾濫"),
        ("高波", "波浪"),
        ("強風", "暴風"),
        ("暴風", "暴風"),
        ("土砂災害", "土砂災害"),
    ],
)
def test_words_of_records_and_headlines(word: str, hazard: str) -> None:
    assert RULES.hazard(word).ja == hazard


def test_numbered_names_carry_their_number_and_others_none() -> None:
    for hazard in RULES.hazards:
        for level, name in hazard.levels.items():
            assert (f"レベル{level}" in name.ja) == hazard.numbered
            assert (f"Level {level}" in name.en) == hazard.numbered
            if hazard.id == "tornado":
                assert name.ja == "竜巻注意情報"
                continue
            assert name.ja.endswith({2: "注意報", 3: "警報", 4: "危険警報", 5: "特別警報"}[level])


def test_a_word_nobody_foresaw_is_kept() -> None:
    hazard = RULES.hazard("火山ガス")
    assert (hazard.ja, hazard.levels) == ("火山ガス", {})


def test_north_and_south_make_the_prefecture() -> None:
    north, south, whole = (RULES.region("徳島県", name) for name in ("北部", "南部", "徳島県"))
    assert north.areas | south.areas == whole.areas
    assert not north.areas & south.areas
    assert len(whole.areas) == 24
    assert all(code.startswith("36") for code in whole.areas)


def test_an_unknown_region_is_rather_too_much_than_nowhere() -> None:
    assert RULES.region("徳島県", "西部").areas == RULES.region("徳島県", "徳島県").areas
    assert RULES.region("高知県", "東部").areas == frozenset()


def test_prefecture_codes() -> None:
    assert prefecture_code("徳島県") == "36"
    assert prefecture_code("気象庁") == "気象庁"


def test_contradictory_rules_are_refused() -> None:
    warnings, regions = read_rules("warnings.toml"), read_rules("regions.toml")
    twice = {"hazard": [*warnings["hazard"], warnings["hazard"][0]]}
    with pytest.raises(WarningRulesError, match="means"):
        build_rules(twice, regions)
    with pytest.raises(WarningRulesError, match="stands twice"):
        build_rules(warnings, {"region": [regions["region"][0]] * 2})
