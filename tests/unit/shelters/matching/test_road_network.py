"""Ways over closures and water, by hand."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from shelters.matching.matching_errors import ProblemError
from shelters.matching.road_network import RoadNetwork, cuts_on_way, shortest_ways


def network(
    edges: list[tuple[int, int, float]], *, cut: Iterable[int] = (), narrow: Iterable[int] = ()
) -> RoadNetwork:
    """Both ways on every edge (from, to, minutes); one class of trucks; 1 km a minute."""
    number = np.arange(len(edges))
    start, end = (np.array([edge[at] for edge in edges], dtype=np.int64) for at in (0, 1))
    minutes = np.array([edge[2] for edge in edges], dtype=float)
    both = np.concatenate([number, number])
    return RoadNetwork(
        nodes=int(max(start.max(), end.max())) + 1, start=np.concatenate([start, end]),
        end=np.concatenate([end, start]), edge=both, minutes=minutes[both], length_m=1000 * minutes[both],
        cut=np.isin(both, list(cut))[None], narrow=np.isin(both, list(narrow))[None],
    )  # fmt: skip


#: 0 ─5─ 1 ─5─ 2, a detour 0 ─20─ 2, and 2 ─1─ 3
DIAMOND = [(0, 1, 5.0), (1, 2, 5.0), (0, 2, 20.0), (2, 3, 1.0)]


def ways(roads: RoadNetwork, targets: list[int]) -> tuple[list[float], list[float]]:
    found = shortest_ways(roads, 0, np.array([0]), np.array(targets))
    return found.minutes[0].round(4).tolist(), found.km[0].round(4).tolist()


def test_the_quickest_way_and_its_length() -> None:
    assert ways(network(DIAMOND), [0, 1, 2, 3]) == ([0, 5, 10, 11], [0, 5, 10, 11])


def test_a_closure_is_driven_around_and_two_cut_off() -> None:
    assert ways(network(DIAMOND, cut={1}), [2, 3]) == ([20, 21], [20, 21])
    assert ways(network(DIAMOND, cut={1}, narrow={2}), [2]) == ([np.inf], [np.inf])


def test_of_parallel_roads_the_quicker_counts() -> None:
    assert ways(network([(0, 1, 9.0), (0, 1, 4.0)]), [1]) == ([4], [4])
    assert ways(network([(0, 1, 9.0), (0, 1, 4.0)], cut={1}), [1]) == ([9], [9])


def test_roads_to_open_are_those_on_the_way_with_the_fewest() -> None:
    roads = network(DIAMOND, cut={0, 1}, narrow={2, 3})
    ((cut, narrow),) = cuts_on_way(roads, 0, 0, np.array([3]))
    assert (cut.tolist(), narrow.tolist()) == ([], [2, 3])
    roads = network(DIAMOND, cut={1, 2})
    ((cut, narrow),) = cuts_on_way(roads, 0, 0, np.array([2]))
    assert (cut.tolist(), narrow.tolist()) == ([1], [])


def test_no_source_and_no_road_are_empty_not_errors() -> None:
    assert shortest_ways(network(DIAMOND), 0, np.array([], dtype=int), np.array([1])).minutes.shape == (0, 1)
    lonely = network([(0, 1, 1.0)])
    ((cut, narrow),) = cuts_on_way(RoadNetwork(**{**vars(lonely), "nodes": 3}), 0, 0, np.array([2]))
    assert (len(cut), len(narrow)) == (0, 0)


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ProblemError, match="minutes"):
        network([(0, 1, float("nan"))])
