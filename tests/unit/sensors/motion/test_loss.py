"""How grave it is that somebody is not heard any more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sensors.motion.air_rules import air_rules
from sensors.motion.loss import LastKnown, weigh

RULES = air_rules().loss
CRUISING = LastKnown(
    kind="helicopter", registered=True, on_ground=False, goodbye=False, height_tp_m=600.0, roughly_m=None,
    above_ground_m=450.0, climb_m_s=0.0, over_water=False, emergency=None, battery_percent=None,
    endurance_over=False,
)  # fmt: skip
LOW = {"above_ground_m": 90.0, "climb_m_s": -4.0}


@pytest.mark.parametrize(
    ("changed", "severity", "reasons"),
    [
        ({}, 3, ()),
        (LOW, 5, ("low", "descending")),
        ({"above_ground_m": 90.0}, 3, ("low",)),
        ({"climb_m_s": -4.0}, 3, ("descending",)),
        # without the ground's height a height above the sea tells what it can
        ({"above_ground_m": None, "height_tp_m": 120.0, "climb_m_s": -4.0}, 5, ("low", "descending")),
        ({"above_ground_m": None, "height_tp_m": None, "climb_m_s": -4.0}, 3, ("descending",)),
        ({"over_water": True}, 4, ("over-water",)),
        ({"emergency": "7700"}, 5, ("emergency",)),
        ({"endurance_over": True}, 4, ("endurance-over",)),
        ({"on_ground": True, "over_water": True, **LOW}, 0, ("on-ground",)),
        ({"goodbye": True}, 3, ()),
        ({"kind": "drone"}, 2, ()),
        ({"kind": "drone", **LOW}, 4, ("low", "descending")),
        ({"kind": "drone", "battery_percent": 10.0}, 3, ("battery-low",)),
        ({"kind": "ground", **LOW}, 1, ()),
        ({"kind": "ground", "emergency": "sos"}, 5, ("emergency",)),
        ({"kind": "unknown"}, 3, ()),
    ],
)
def test_each_by_what_it_was_and_how_it_flew(
    changed: dict[str, object], severity: int, reasons: tuple[str, ...]
) -> None:
    found = weigh(replace(CRUISING, **changed), RULES)  # type: ignore[arg-type]
    assert found is not None
    assert (found.severity, found.reasons) == (severity, reasons)


def test_who_signed_off_on_the_ground_has_landed() -> None:
    assert weigh(replace(CRUISING, on_ground=True, goodbye=True), RULES) is None
    assert weigh(replace(CRUISING, on_ground=True, goodbye=True, emergency="7700"), RULES) is not None


def test_an_airliner_out_of_hearing_is_not_told_but_anything_else_high_up_is() -> None:
    airliner = replace(CRUISING, kind="aeroplane", registered=False, height_tp_m=10_700.0)
    assert weigh(airliner, RULES) is None
    assert weigh(replace(airliner, height_tp_m=None, roughly_m=10_600.0), RULES) is None
    assert weigh(replace(airliner, registered=True), RULES) is not None
    assert weigh(replace(airliner, emergency="7700"), RULES) is not None
    assert weigh(replace(airliner, kind="helicopter"), RULES) is not None
    assert weigh(replace(airliner, height_tp_m=None, roughly_m=None), RULES) is not None
