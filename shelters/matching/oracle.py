"""The same problem for HiGHS (through scipy): what the own solver is judged by, and its fallback.

The linear relaxation allows parts of cases. In whole cases, a lot sends cases of an item to a need, which its
rows (the quota and the rest) share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix, csr_matrix, hstack, vstack

from shelters.matching.instance import Floats, Instance, Integers
from shelters.matching.matching_errors import OracleError


@dataclass(frozen=True, kw_only=True)
class Arcs:
    """What may be sent, one entry per row, lot and class of trucks that can: all (A,)."""

    row: Integers
    lot: Integers
    truck: Integers


@dataclass(frozen=True, kw_only=True)
class Exact:
    """What HiGHS found: `objective` [min], its `bound` [min], `amount` (A,) [pd] on `arcs`.

    In whole cases `cases` holds row, lot, class of trucks and number of cases of what is sent, each (N,).
    """

    objective: float
    bound: float
    amount: Floats
    arcs: Arcs
    cases: tuple[Integers, Integers, Integers, Floats]


def all_arcs(instance: Instance) -> Arcs:
    """Return every combination of row, lot and class of trucks that is usable."""
    row, column = np.nonzero(instance.usable)
    lot = instance.lot[row, column]
    reach = np.isfinite(instance.trip_min[:, instance.lot_depot[lot], instance.row_shelter[row]])
    truck, arc = np.nonzero(reach)
    return Arcs(row=row[arc], lot=lot[arc], truck=truck)


def arc_loads(instance: Instance, arcs: Arcs) -> tuple[Floats, Floats]:
    """Return minutes of a truck that one person-day takes by weight and by volume, both (A,) [min/pd]."""
    depot, item = instance.lot_depot[arcs.lot], instance.row_item[arcs.row]
    trip = instance.trip_min[arcs.truck, depot, instance.row_shelter[arcs.row]]
    weight, volume = instance.truck_share()
    return trip * weight[arcs.truck, depot, item], trip * volume[arcs.truck, depot, item]


def arc_costs(instance: Instance, arcs: Arcs) -> Floats:
    """Return what one person-day costs on each arc (A,) [min/pd]: driving, lateness, freshness."""
    driving = np.maximum(*arc_loads(instance, arcs)) * instance.minute_cost
    column = (instance.lot[arcs.row] == arcs.lot[:, None]).argmax(axis=1) if len(arcs.row) else arcs.row
    result: Floats = driving + instance.lot_cost[arcs.row, column]
    return result


def solve_exact(
    instance: Instance, *, whole_cases: bool = False, time_limit_s: float = 3600.0, relative_gap: float = 0.0
) -> Exact:
    """Return the optimum by HiGHS. Raises `OracleError` when it finds no plan within `time_limit_s`."""
    arcs = all_arcs(instance)
    unmet_upper = np.repeat(instance.piece, instance.slopes.shape[1])
    if not len(arcs.row):
        lost = instance.penalty(instance.wanted)
        return Exact(objective=lost, bound=lost, amount=np.zeros(0), arcs=arcs, cases=_nothing())
    # Columns: amounts on arcs, unmet pieces, and in whole cases the number of cases of each group.
    needs = _needs(instance, arcs)
    if whole_cases:
        groups, group = _groups(instance, arcs)
        count = len(groups.lot)
        cost = np.concatenate([np.zeros(len(arcs.row)), instance.slopes.ravel(), groups.cost])
        integrality = np.concatenate([np.zeros(len(arcs.row) + instance.slopes.size), np.ones(count)])
        upper = np.concatenate([np.full(len(arcs.row), np.inf), unmet_upper, np.full(count, np.inf)])
        used, limit = _limits(instance, groups.lot, groups.truck, groups.load)
        constraints = [
            LinearConstraint(_beside(needs, count), instance.wanted, np.inf),
            LinearConstraint(_in_cases(instance, groups, group), -np.inf, 0.0),
            LinearConstraint(hstack([_empty(used, len(cost) - count), used]).tocsr(), -np.inf, limit),
        ]
    else:
        cost = np.concatenate([arc_costs(instance, arcs), instance.slopes.ravel()])
        integrality = np.zeros(len(cost))
        upper = np.concatenate([np.full(len(arcs.row), np.inf), unmet_upper])
        used, limit = _limits(instance, arcs.lot, arcs.truck, _arc_load(instance, arcs))
        constraints = [
            LinearConstraint(needs, instance.wanted, np.inf),
            LinearConstraint(_beside(used, instance.slopes.size), -np.inf, limit),
        ]
    found = milp(
        cost, integrality=integrality, bounds=Bounds(0, upper), constraints=constraints,
        options={"time_limit": time_limit_s, "mip_rel_gap": relative_gap},
    )  # fmt: skip
    if found.x is None:
        raise OracleError(f"HiGHS: {found.message}")
    bound = found.mip_dual_bound if whole_cases and found.mip_dual_bound is not None else found.fun
    amount = found.x[: len(arcs.row)]
    cases = _nothing()
    if whole_cases:
        sent = found.x[len(arcs.row) + instance.slopes.size :]
        # The row of a group that got most of it is told as the one it was sent for.
        order = np.lexsort((-amount, group))
        first = order[np.unique(group[order], return_index=True)[1]]
        cases = (arcs.row[first], groups.lot, groups.truck, sent)
    return Exact(objective=float(found.fun), bound=float(bound), amount=amount, arcs=arcs, cases=cases)


def _nothing() -> tuple[Integers, Integers, Integers, Floats]:
    none = np.zeros(0, dtype=np.int64)
    return none, none, none, np.zeros(0)


@dataclass(frozen=True, kw_only=True)
class _Load:
    """What one unit of a column takes of the limits: [pd], [kg], minutes by weight and volume."""

    amount: Floats
    kg: Floats
    weight: Floats
    volume: Floats


def _arc_load(instance: Instance, arcs: Arcs) -> _Load:
    weight, volume = arc_loads(instance, arcs)
    kg = instance.kg[instance.row_item[arcs.row]]
    return _Load(amount=np.ones(len(kg)), kg=kg, weight=weight, volume=volume)


def _needs(instance: Instance, arcs: Arcs) -> csr_matrix:
    rows, pieces = instance.slopes.shape
    row = np.concatenate([arcs.row, np.repeat(np.arange(rows), pieces)])
    return _matrix(np.ones(len(row)), row, rows)


def _matrix(values: Floats, at: Integers, rows: int) -> csr_matrix:
    return coo_matrix((values, (at, np.arange(len(at)))), shape=(rows, len(at))).tocsr()


def _empty(beside: csr_matrix, columns: int) -> csr_matrix:
    return csr_matrix((beside.shape[0], columns))


def _beside(matrix: csr_matrix, columns: int) -> csr_matrix:
    return hstack([matrix, _empty(matrix, columns)]).tocsr()


def _limits(instance: Instance, lot: Integers, truck: Integers, load: _Load) -> tuple[csr_matrix, Floats]:
    depot = instance.lot_depot[lot]
    classes, depots = instance.truck_min.shape
    fleet = truck * depots + depot
    blocks = [
        _matrix(load.amount, lot, len(instance.stock)),
        _matrix(load.kg, depot, depots),
        _matrix(load.weight, fleet, classes * depots),
        _matrix(load.volume, fleet, classes * depots),
    ]
    minutes = instance.truck_min.ravel()
    return vstack(blocks).tocsr(), np.concatenate([instance.stock, instance.handling_kg, minutes, minutes])


@dataclass(frozen=True, kw_only=True)
class _Groups:
    """Cases of a lot to a need by a class, (G,)."""

    lot: Integers
    truck: Integers
    load: _Load
    cost: Floats


def _groups(instance: Instance, arcs: Arcs) -> tuple[_Groups, Integers]:
    key = np.stack([instance.row_need[arcs.row], arcs.lot, arcs.truck])
    _, first, group = np.unique(key, axis=1, return_index=True, return_inverse=True)
    load = _arc_load(instance, arcs)
    case = instance.case[instance.row_item[arcs.row[first]]]
    groups = _Groups(
        lot=arcs.lot[first], truck=arcs.truck[first],
        load=_Load(
            amount=case, kg=case * load.kg[first], weight=case * load.weight[first],
            volume=case * load.volume[first],
        ),
        cost=case * arc_costs(instance, arcs)[first],
    )  # fmt: skip
    return groups, group.reshape(-1)


def _in_cases(instance: Instance, groups: _Groups, group: Integers) -> csr_matrix:
    """Return Σ amounts of the rows of a need − cases that are sent to it."""
    count = len(groups.lot)
    sent = _matrix(np.ones(len(group)), group, count)
    cases = _matrix(-groups.load.amount, np.arange(count), count)
    return hstack([sent, _empty(sent, instance.slopes.size), cases]).tocsr()
