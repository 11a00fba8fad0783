"""The limits that server and screens share."""

from __future__ import annotations

import pytest

from sensors.motion.limits import motion_limits
from sensors.rulebook import RulesError, read_rules


def test_drones_are_held_and_each_kind_has_its_fastest() -> None:
    limits = motion_limits()
    assert limits.contact.stale_intervals < limits.contact.lost_intervals
    assert (limits.reckoning["helicopter"].straight_s, limits.reckoning["helicopter"].turning_s) == (30, 15)
    assert limits.reckoning["drone"].straight_s == limits.reckoning["drone"].turning_s == 5
    assert limits.reckoning["drone"].fastest_m_s < limits.reckoning["helicopter"].fastest_m_s
    # what is not known may be the fastest there is
    assert limits.reckoning["unknown"].fastest_m_s == max(
        one.fastest_m_s for one in limits.reckoning.values()
    )


def test_a_missing_number_is_named() -> None:
    tables = {name: dict(table) for name, table in read_rules("motion").items()}
    del tables["fastest"]["drone"]
    with pytest.raises(RulesError, match="fastest: drone"):
        motion_limits(tables)
