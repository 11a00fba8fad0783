from typing import Any

import numpy as np
import pytest

from sensors.quality_limits import QualityLimits, gauge_bounds, quality_limits
from sensors.rulebook import RulesError, read_rules

NAN = np.nan


def test_the_jump_limit_grows_with_time_and_then_no_more(limits: QualityLimits) -> None:
    at_s = np.array([0.0, 600.0, 3600.0, 21600.0, 864000.0])
    assert limits.jump_m(at_s) == pytest.approx([0.25, 0.40, 1.15, 5.65, 5.65])


@pytest.mark.parametrize(("table", "key"), [("jump", "base_m"), ("clock", "earliest"), ("range", "lowest_m")])
def test_a_missing_limit_is_named(table: str, key: str) -> None:
    rules: dict[str, Any] = {name: dict(values) for name, values in read_rules("quality").items()}
    del rules[table][key]
    with pytest.raises(RulesError, match=f"quality.toml: {table}: {key}"):
        quality_limits(rules)
    del rules[table]
    with pytest.raises(RulesError, match=f"quality.toml: {table}: the table is missing"):
        quality_limits(rules)


def test_bounds_follow_the_thresholds_that_are_known(limits: QualityLimits) -> None:
    thresholds = np.array(
        [
            [2.0, NAN, 4.0, NAN, 6.0, NAN],  # crisis management: danger is the crest
            [NAN, 2.0, 3.0, 4.0, 5.0, 7.0],  # all five official ones
            [NAN, NAN, NAN, NAN, 5.0, NAN],  # danger alone, not the crest
            [NAN] * 6,
        ]
    )
    crest = np.array([True, False, False, False])
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=crest)
    assert bounds.suspect_above_m.tolist() == [9.0, 10.0, 10.0, 4000.0]
    assert bounds.fail_above_m.tolist() == [16.0, 17.0, 17.0, 4000.0]
    assert bounds.suspect_below_m.tolist() == [-8.0, -8.0, -5.0, -100.0]
    assert bounds.fail_below_m.tolist() == [-28.0, -28.0, -25.0, -100.0]
    assert bounds.flat_above_m[:2].tolist() == [4.0, 3.0]
    assert np.isnan(bounds.flat_above_m[2:]).all()


def test_without_a_caution_level_high_means_well_on_the_way_to_danger(limits: QualityLimits) -> None:
    thresholds = np.array([[2.0, NAN, NAN, NAN, 7.0, NAN]])
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=np.array([True]))
    assert bounds.flat_above_m[0] == pytest.approx(5.0)
