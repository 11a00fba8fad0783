"""How a mission may go, and how not."""

from __future__ import annotations

import itertools

import pytest

from geo.mission_status import CARRIED, ENDED, NEXT, STATUSES, may_follow


def test_every_status_but_the_ended_goes_on_and_nothing_leaves_the_ended() -> None:
    assert set(NEXT) == set(STATUSES)
    assert {status for status, then in NEXT.items() if not then} == ENDED
    for now, then in itertools.product(ENDED, STATUSES):
        assert may_follow(now, then, vehicle="a", given="b" if then == "tasked" else None) is not None


@pytest.mark.parametrize(
    ("now", "then", "given"),
    [
        ("requested", "accepted", None),
        ("requested", "done", None),
        ("tasked", "done", None),
        ("accepted", "done", None),
        ("on-station", "accepted", None),
        ("requested", "tasked", None),
        ("tasked", "tasked", "a"),
        ("tasked", "accepted", "b"),
    ],
)
def test_what_is_not_possible_says_why(now: str, then: str, given: str | None) -> None:
    assert may_follow(now, then, vehicle="a" if now in CARRIED else None, given=given)


def test_the_whole_way_and_the_ways_back() -> None:
    way = ["requested", "tasked", "accepted", "en-route", "on-station", "done"]
    for now, then in itertools.pairwise(way):
        given = "a" if then == "tasked" else None
        assert may_follow(now, then, vehicle="a" if now in CARRIED else None, given=given) is None
    for now in CARRIED:
        assert may_follow(now, "requested", vehicle="a", given=None) is None
        assert may_follow(now, "tasked", vehicle="a", given="b") is None
        assert may_follow(now, "cancelled", vehicle="a", given=None) is None
