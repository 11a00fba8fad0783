"""Ways over a road network with closures and water, for each class of trucks: times, distances, cuts.

Dijkstra, scipy.sparse.csgraph. An edge under water at any time of the plan is taken as under water for all of
it: a truck must also come back, and nobody knows to the minute when water comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from shelters.matching.matching_errors import ProblemError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: no way is so long [min]: what a closed edge costs where the way with the fewest of them is sought
_CUT_MIN: Final = 1e6
#: an edge of no length would vanish from a sparse matrix [min]
_SHORTEST_MIN: Final = 1e-6
#: where the tree of ways begins
_ROOT: Final = -9999


@dataclass(frozen=True, kw_only=True)
class RoadNetwork:
    """Directed edges (E,): `minutes` [min], `length_m` [m]; `cut` and `narrow` (K, E) by class.

    `cut`: closed, or under water that the class does not pass. `narrow`: not for trucks of the class.
    `edge` is the number of the road in the problem that a directed edge belongs to.
    """

    nodes: int
    start: Integers
    end: Integers
    edge: Integers
    minutes: Floats
    length_m: Floats
    cut: Flags
    narrow: Flags

    def __post_init__(self) -> None:
        """Refuse what is not a number."""
        for name in ("minutes", "length_m"):
            values = getattr(self, name)
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise ProblemError(f"roads.{name}", "holds what is not a number or negative")


@dataclass(frozen=True)
class Ways:
    """Shortest ways (sources, targets): `minutes` [min], `km` [km]; inf = none."""

    minutes: Floats
    km: Floats


def shortest_ways(
    network: RoadNetwork, truck: int, sources: Integers, targets: Integers, *, limit_min: float = np.inf
) -> Ways:
    """Return the quickest ways of class number `truck` from node to node; none beyond `limit_min` [min]."""
    if len(sources) == 0 or len(targets) == 0:
        return Ways(np.zeros((len(sources), len(targets))), np.zeros((len(sources), len(targets))))
    passable = ~(network.cut[truck] | network.narrow[truck])
    start, end, edge = _quickest_edges(network, network.minutes, passable)
    graph = csr_matrix((network.minutes[edge] + _SHORTEST_MIN, (start, end)), shape=(network.nodes,) * 2)
    minutes, before = dijkstra(graph, indices=sources, return_predecessors=True, limit=limit_min)
    lengths = csr_matrix((network.length_m[edge] + _SHORTEST_MIN, (start, end)), shape=(network.nodes,) * 2)
    km = _along_tree(before, lengths) / 1000
    km[np.isinf(minutes)] = np.inf
    return Ways(minutes[:, targets], km[:, targets])


def cuts_on_way(
    network: RoadNetwork, truck: int, source: int, targets: Integers
) -> list[tuple[Integers, Integers]]:
    """Return for each target the edges to open for a way of class `truck`: cut ones, and those too narrow.

    They lie on the way with the fewest of them; numbers of roads of the problem, in the order of driving. Two
    empty arrays where no opening helps.
    """
    hindered = network.cut[truck] | network.narrow[truck]
    weight = network.minutes + _SHORTEST_MIN + _CUT_MIN * hindered
    start, end, edge = _quickest_edges(network, weight, np.ones(len(weight), dtype=bool))
    graph = csr_matrix((weight[edge], (start, end)), shape=(network.nodes,) * 2)
    number = csr_matrix((edge + 1, (start, end)), shape=(network.nodes,) * 2)
    _, before = dijkstra(graph, indices=source, return_predecessors=True)
    found = []
    for target in targets.tolist():
        way: list[int] = []
        node = target
        while before[node] != _ROOT:
            way.append(int(number[before[node], node]) - 1)
            node = int(before[node])
        along = np.array(way[::-1], dtype=np.int64)
        cut, narrow = (along[flag[truck][along]] for flag in (network.cut, network.narrow))
        found.append((network.edge[cut], network.edge[narrow]))
    return found


def _quickest_edges(
    network: RoadNetwork, weight: Floats, passable: Flags
) -> tuple[Integers, Integers, Integers]:
    # A sparse matrix would add parallel roads up; only the quickest of them counts.
    at = np.flatnonzero(passable)
    order = at[np.lexsort((weight[at], network.end[at], network.start[at]))]
    pair = network.start[order] * network.nodes + network.end[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = pair[1:] != pair[:-1]
    edge = order[first]
    return network.start[edge], network.end[edge], edge


def _along_tree(before: NDArray[np.int32], lengths: csr_matrix) -> Floats:
    """Return lengths from the root of each tree, by doubling: a node's jump grows to twice as many edges."""
    rows, nodes = before.shape
    reached = before != _ROOT
    node = np.broadcast_to(np.arange(nodes), before.shape)
    jump = np.where(reached, before, node)
    total = np.zeros(before.shape)
    total[reached] = np.asarray(lengths[before[reached], node[reached]]).ravel()
    row = np.arange(rows)[:, None]
    while True:
        further = jump[row, jump]
        if np.array_equal(further, jump):
            return total
        total += total[row, jump]
        jump = further
