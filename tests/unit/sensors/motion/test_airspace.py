"""Borders: in and out once each, by segment, by height, by time; and what is not known said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import shapely

from sensors.motion.air_rules import air_rules
from sensors.motion.airspace import Crossing, Flyers, Presence, Space, circle, steps
from sensors.motion.plane import metres_per_degree

RULES = air_rules().spaces
NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
EAST, NORTH = (float(part[0]) for part in metres_per_degree(np.array([34.0])))


def degrees(x: float, y: float) -> tuple[float, float]:
    return 134.5 + x / EAST, 34.0 + y / NORTH


SPACE = Space(
    id=1, kind="emergency", name="緊急用務空域",
    shape=shapely.box(*degrees(-1000, -1000), *degrees(1000, 1000)),
    floor_tp_m=None, ceiling_tp_m=300.0, from_at=NOW - timedelta(hours=1), to_at=None,
    exempt=frozenset({"ours"}),
)  # fmt: skip


class Flight:
    """One vehicle that is looked at position by position, once a second."""

    def __init__(self, name: str = "d1", space: Space = SPACE) -> None:
        self.name, self.space = name, space
        self.known: dict[str, Presence] = {}
        self.before = (np.nan, np.nan, np.nan)
        self.second = 0.0

    def at(
        self, x: float, y: float = 0.0, *, height: float = 100.0, sd: float = 0.0, flying: bool = True,
        seconds: float = 1.0, now: datetime = NOW,
    ) -> Crossing | None:  # fmt: skip
        self.second += seconds
        place = (*degrees(x, y), self.second)
        told = self.look(place, height, sd, flying, now)
        assert self.look(place, height, sd, flying, now) is None  # the same position tells nothing twice
        self.before = place
        return told

    def look(
        self, place: tuple[float, float, float], height: float, sd: float, flying: bool, now: datetime
    ) -> Crossing | None:
        columns = [np.array([part]) for part in (*place, height, sd)]
        flyers = Flyers([self.name], *columns, np.array([flying]), *(np.array([one]) for one in self.before))
        found = steps(self.space, flyers, self.known, now, RULES)
        for step in found:
            self.known[step.vehicle] = step.presence
        return found[0].crossing if found else None


def test_well_inside_counts_at_once_and_just_inside_with_the_second_position() -> None:
    well = Flight()
    assert [well.at(x) for x in (-1500, -900, -1060)] == [None, "entered", "left"]
    edge = Flight()
    assert [edge.at(x) for x in (-1010, -990, -1010, -990, -990)] == [None, None, None, None, "entered"]
    assert [edge.at(x) for x in (-1010, -990, -1010, -1010)] == [None, None, None, "left"]


def test_the_way_between_two_positions_counts() -> None:
    fast = Flight()
    assert [fast.at(-1500), fast.at(1500, seconds=40)] == [None, "passed"]
    assert not fast.known["d1"].inside
    assert fast.at(1600) is None
    # a corner that is only touched, and a gap too long for a straight way
    corner = Flight()
    assert [corner.at(-1020, 980), corner.at(-980, 1020)] == [None, None]
    slow = Flight()
    assert [slow.at(-1500), slow.at(1500, seconds=120)] == [None, None]
    high = Flight()
    assert [high.at(-1500, height=500), high.at(1500, height=500, seconds=40)] == [None, None]


def test_heights_count_with_their_uncertainty_and_unknown_ones_are_said() -> None:
    above = Flight()
    assert above.at(0, height=340) is None
    assert above.at(0, height=340, sd=25) == "entered"
    assert [above.at(0, height=height) for height in (310, 330, 330)] == [None, None, "left"]
    unknown = Flight()
    assert unknown.at(0, height=np.nan) == "entered"
    assert unknown.known["d1"].horizontal_only
    assert unknown.at(0, height=100) is None
    assert not unknown.known["d1"].horizontal_only
    endless = Flight(space=replace(SPACE, ceiling_tp_m=None))
    assert endless.at(0, height=np.nan) == "entered"
    assert not endless.known["d1"].horizontal_only


def test_only_while_it_is_in_force_and_the_end_is_told_of_nobody() -> None:
    flight = Flight(space=replace(SPACE, from_at=NOW, to_at=NOW + timedelta(minutes=1)))
    assert flight.at(0, now=NOW - timedelta(seconds=1)) is None
    assert flight.at(0, now=NOW) == "entered"
    later = NOW + timedelta(minutes=2)
    assert flight.at(0, now=later) is None
    assert not flight.known["d1"].inside
    assert flight.known["d1"].since == later


def test_who_stands_on_the_ground_is_in_no_airspace_and_an_exempt_one_is_shown_as_such() -> None:
    parked = Flight()
    assert [parked.at(0, flying=False), parked.at(0), parked.at(0, flying=False)] == [None, "entered", "left"]
    ours = Flight("ours")
    assert ours.at(0) == "entered"
    assert ours.known["ours"].exempt


def test_a_circle_leaves_nothing_of_itself_out() -> None:
    ring = shapely.get_coordinates(circle(134.5, 34.0, 5000.0))
    apart = np.hypot((ring[:, 0] - 134.5) * EAST, (ring[:, 1] - 34.0) * NORTH)
    assert apart.min() >= 5000
    assert apart.max() < 5010
