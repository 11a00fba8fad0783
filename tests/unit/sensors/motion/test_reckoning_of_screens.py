"""That screens and server carry a vehicle on by one rule: both are held to the same cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensors.motion.limits import motion_limits
from sensors.motion.reckoning import reckon

CASES = json.loads((Path(__file__).parents[3] / "unit/web/reckoning-cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}-{case['silent_s']}s")
def test_the_cases_that_screens_are_held_to(case: dict[str, Any]) -> None:
    course = np.radians(case["course_deg"])
    speed = case["ground_speed_m_s"]
    turn = np.nan if case["turn_deg_per_s"] is None else case["turn_deg_per_s"]
    found = reckon(
        np.zeros((1, 2)),
        speed * np.array([[np.sin(course), np.cos(course)]]),
        np.array([turn]),
        np.array([float(case["uncertainty_m"])]),
        np.array([float(case["silent_s"])]),
        motion_limits().reckoning[case["kind"]],
    )
    np.testing.assert_allclose(found.position_m[0], [case["east_m"], case["north_m"]], atol=2e-3)
    assert found.radius_m[0] == pytest.approx(case["radius_m"], abs=2e-3)
    assert bool(found.moving[0]) == case["moving"]
