"""The rules of depth: what is shipped is whole, and what is wrong in a file is named."""

from __future__ import annotations

from importlib.resources import files

import pytest

from dashboard.api.rules import depth_class_rules
from geo.depth_rules import DepthRulesError, depth_rules, parse_depth_rules
from geo.flood.inundation import Settings


def shipped() -> str:
    return (files("geo") / "rules" / "depth.toml").read_text(encoding="utf-8")


def test_the_legend_has_eight_classes_with_readable_text() -> None:
    rules = depth_rules()
    assert rules.class_limits_m == (0.05, 0.3, 0.5, 1.0, 3.0, 5.0, 10.0, 20.0)
    assert [entry.colour for entry in rules.classes][3:] == [
        "#FFD8C0", "#FFB7B7", "#FF9191", "#F285C9", "#DC7ADC",
    ]  # fmt: skip
    assert {entry.text_colour for entry in rules.classes} == {"#000000"}


def test_flooded_begins_where_the_solver_counts_arrival() -> None:
    assert depth_rules().limits.flooded_m == Settings().wet_m


def test_limits_close_for_children_before_adults_and_underpasses_first() -> None:
    limits = depth_rules().limits
    assert limits.underpass_m < limits.car_caution_m < limits.assisted_m < limits.car_m < limits.adult_m


def test_screens_are_told_classes_limits_and_whether_they_are_verified() -> None:
    told = depth_class_rules(depth_rules())
    assert told["classes"][0].keys() == {"from_m", "colour", "text_colour", "ja", "en"}
    assert told["hazards"][-1]["depth_m"] is None
    assert told["verified"] is False
    assert told["provenance"]["walking"]["source"]


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("from_m = 0.3", "from_m = 0.05", "from_m must rise"),
        ("from_m = 0.05", "from_m = 0.04", "lowest class begins at 0.04"),
        ('colour = "#DC7ADC"', 'colour = "pink"', "'pink' is no colour"),
        ("assisted_m = 0.2", 'assisted_m = "low"', "walking: assisted_m must be a positive number"),
        ("[underpass]", "[tunnel]", "underpass: the table is missing"),
        ('ja = "20.0m以上"', "", "depth: ja must be text"),
        ("depth_m = inf", "depth_m = 9.0", "last class must have no limits"),
        ("product_m2_s = 1.0", "product_m2_s = 0.1", "product_m2_s must not fall"),
        ("[driving]", "[driving", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, culprit: str) -> None:
    text = shipped()
    assert old in text
    with pytest.raises(DepthRulesError, match=culprit):
        parse_depth_rules(text.replace(old, new, 1))


def test_a_table_without_its_source_is_refused() -> None:
    text = shipped().replace('source = "our own"\n', "", 1)
    with pytest.raises(DepthRulesError, match="underpass: source is missing"):
        parse_depth_rules(text)
