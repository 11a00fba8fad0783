"""Roads as samples: lengths are kept, no sample jumps over a cell, what lies outside is left out."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from geo.flood.exposure import Footing, Roads
from geo.flood.road_samples import sample_roads

#: 10 × 20 cells of 10 units, whose width on the ground is 8 m and height 9 m
FOOTING = Footing(0.0, 100.0, 10.0, 10.0, 10, 20, 72.0)
METRES = (8.0, 9.0)


def sample(*lines: LineString | MultiLineString) -> Roads:
    names = [str(at) for at in range(len(lines))]
    return sample_roads(list(lines), FOOTING, METRES, names, names, [None] * len(lines))


def test_a_straight_road_touches_every_cell_once() -> None:
    roads = sample(LineString([(0, 95), (200, 95)]))
    assert roads.cells.tolist() == list(range(20))
    assert roads.length_m.sum() == pytest.approx(160)


def test_lengths_are_those_on_the_ground_in_both_directions() -> None:
    roads = sample(LineString([(5, 5), (5, 95)]), LineString([(5, 5), (35, 45)]))
    assert roads.length_m[roads.road == 0].sum() == pytest.approx(81)
    assert roads.length_m[roads.road == 1].sum() == pytest.approx(np.hypot(24, 36))
    assert roads.length_m.max() <= 9.0 + 1e-9


def test_parts_of_one_road_stay_together_and_what_lies_outside_is_left_out() -> None:
    broken = MultiLineString([[(-50, 50), (50, 50)], [(150, 50), (250, 50)]])
    outside = LineString([(300, 300), (400, 300)])
    roads = sample(outside, broken, LineString([(10, 10), (20, 10)]))
    assert roads.ids == ["1", "2"]
    assert roads.length_m[roads.road == 0].sum() == pytest.approx(80)
    assert (np.diff(roads.road) >= 0).all()


def test_no_roads_and_roads_of_no_length() -> None:
    assert sample().ids == []
    assert sample(LineString([(5, 5), (5, 5)])).ids == []
    partly = MultiLineString([[(5, 5), (5, 5)], [(5, 15), (15, 15)]])
    assert sample(partly).length_m.sum() == pytest.approx(8)
