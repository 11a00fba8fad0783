"""Which shelter each group of a district goes to, so that nobody arrives too late and no shelter is crushed.

Pure. The cost of a plan is the time that people spend on the way, plus for each shelter a convex penalty
on what goes beyond a comfortable load, in person-seconds::

    F(x) = sum_ij p_i x_ij t_ij  +  sum_j k c_j / 2 * max(0, (b_j + sum_i p_i x_ij) / c_j - a)^2

with `p` persons of a group, `t` arrival, `c` capacity, `b` who is there already, `a` the comfortable share
and `k` [s] the slope. The derivative of the penalty is a price on a shelter: the time [s] that it is worth to
walk on to another. Groups stay whole.

The relaxation (groups may split) has a dual in the prices alone, m numbers. It is smoothed by an entropy
(a soft minimum over shelters, as in Cuturi, 2013, for transport) and maximised by L-BFGS-B at falling
temperatures; the unsmoothed dual at any prices is a lower bound. Then whole groups are put by the prices and
moved, one after the other, as long as that is cheaper; in small cases two are exchanged as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: no shelter can be reached in time: stay, upstairs
NOWHERE: Final = -1
#: temperatures of the soft minimum [s], and evaluations of the dual at each
_TEMPERATURES_S: Final = (240.0, 60.0, 15.0, 4.0)
_STEPS: Final = 60
#: rounds of moves; they end before when a round gains less than this share of the cost
_ROUNDS, _LEAST_GAIN = 200, 1e-5
#: exchanges of two groups are looked for up to this many groups, and so many of them: n² of work each
_EXCHANGED, _EXCHANGES = 400, 60


class ChoiceError(ValueError):
    """Raised when arrays do not fit together or hold impossible values; names the array."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """Groups and shelters. n groups, m shelters.

    `persons` (n,) > 0; `travel_s` (n, m) [s], inf = cannot be reached before the water, or does not take the
    group in; `capacity` (m,) > 0 [persons]; `present` (m,) ≥ 0 [persons]: who is there, or has said to come.
    """

    persons: Floats
    travel_s: Floats
    capacity: Floats
    present: Floats
    #: share of the capacity up to which a shelter is comfortable
    comfortable: float = 0.8
    #: price [s] of one more person per whole capacity beyond the comfortable share
    crush_s: float = 9000.0

    def __post_init__(self) -> None:
        """Check shapes and values. Raises `ChoiceError`."""
        groups, shelters = len(self.persons), len(self.capacity)
        if self.travel_s.shape != (groups, shelters):
            raise ChoiceError(f"travel_s has the shape {self.travel_s.shape}, not {(groups, shelters)}")
        if self.present.shape != (shelters,):
            raise ChoiceError(f"present has the shape {self.present.shape}, not {(shelters,)}")
        for name, values, least in (("persons", self.persons, 0.0), ("capacity", self.capacity, 0.0)):
            if not (np.isfinite(values) & (values > least)).all():
                raise ChoiceError(f"{name} must be numbers above {least:g}")
        if not (np.isfinite(self.present) & (self.present >= 0)).all():
            raise ChoiceError("present must be numbers of at least 0")
        if np.isnan(self.travel_s).any() or (self.travel_s < 0).any():
            raise ChoiceError("travel_s must be times of at least 0, inf = none")

    def penalty(self, load: Floats) -> Floats:
        """Return the penalty [person-s] of loads (…, m) [persons]."""
        over = np.maximum(load / self.capacity - self.comfortable, 0.0)
        return np.asarray(0.5 * self.crush_s * self.capacity * over**2)

    def price(self, load: Floats) -> Floats:
        """Return the prices [s] at loads (…, m) [persons]: the derivative of the penalty."""
        return np.asarray(self.crush_s * np.maximum(load / self.capacity - self.comfortable, 0.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """A plan. `shelter` (n,): number of each group's shelter, `NOWHERE` = none can be reached.

    `load` (m,) [persons] with who is present; `price_s` (m,) [s]; `cost` and the lower bound `bound` on the
    cost of any plan, also of one that splits groups [person-s].
    """

    shelter: Integers
    load: Floats
    price_s: Floats
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """How far above the bound the cost is at most, as a share of the cost."""
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.bound) / self.cost)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a plan means for people."""

    person_minutes: float
    longest_minutes: float
    #: persons beyond the capacities
    overload: float
    #: the fullest shelter, as a share of its capacity
    fullest: float
    unreached_persons: float
    cost: float


def choose(case: Case) -> Choice:
    """Return a plan for whole groups with a lower bound. O(n · m) memory, some hundred passes over it."""
    reached = np.isfinite(case.travel_s).any(axis=1)
    shelter = np.full(len(case.persons), NOWHERE, dtype=np.int64)
    if not reached.any():
        cost = float(case.penalty(case.present).sum())
        return Choice(
            shelter=shelter, load=case.present.copy(), price_s=case.price(case.present), cost=cost, bound=cost
        )
    persons, travel_s = case.persons[reached], case.travel_s[reached]
    price_s, bound = _prices(case, persons, travel_s)
    # Never worse than the nearest: where little is full it may be the better start.
    starts = (np.argmin(travel_s + price_s, axis=1), np.argmin(travel_s, axis=1))
    start = min(starts, key=lambda one: _cost(case, persons, travel_s, one))
    best = _settled(case, persons, travel_s, start)
    shelter[reached] = best
    load = _load(case, persons, best)
    cost = _cost(case, persons, travel_s, best)
    return Choice(shelter=shelter, load=load, price_s=case.price(load), cost=cost, bound=min(bound, cost))


def nearest(case: Case) -> Integers:
    """Return for each group the shelter reached first, however full: the baseline."""
    found = np.argmin(case.travel_s, axis=1)
    return np.where(np.isfinite(case.travel_s).any(axis=1), found, NOWHERE).astype(np.int64)


def outcome(case: Case, shelter: Integers) -> Outcome:
    """Return what a plan means. Raises `ChoiceError` when a group is sent where it cannot get."""
    going = shelter != NOWHERE
    persons, chosen = case.persons[going], shelter[going]
    taken_s = case.travel_s[going, chosen]
    if not np.isfinite(taken_s).all():
        raise ChoiceError("shelter sends a group where it cannot get in time")
    load = _load(case, persons, chosen)
    return Outcome(
        person_minutes=float((persons * taken_s).sum() / 60),
        longest_minutes=float(taken_s.max(initial=0.0) / 60),
        overload=float(np.maximum(load - case.capacity, 0.0).sum()),
        fullest=float((load / case.capacity).max(initial=0.0)),
        unreached_persons=float(case.persons[~going].sum()),
        cost=_cost(case, persons, case.travel_s[going], chosen),
    )


def _prices(case: Case, persons: Floats, travel_s: Floats) -> tuple[Floats, float]:
    """Return prices [s] near the optimum of the relaxation, and the best lower bound found [person-s]."""
    price_s = case.price(_load(case, persons, np.argmin(travel_s, axis=1)))
    # No price beyond the longest difference between two ways changes anything.
    best_price, bound = np.zeros_like(price_s), _bound(case, persons, travel_s, np.zeros_like(price_s))
    price_s = np.minimum(price_s, np.ptp(travel_s[np.isfinite(travel_s)]))
    for temperature_s in _TEMPERATURES_S:
        price_s = soft_prices(price_s, case, persons, travel_s, temperature_s, steps=_STEPS)
        if (here := _bound(case, persons, travel_s, price_s)) > bound:
            best_price, bound = price_s, here
    return best_price, bound


def soft_prices(
    price_s: Floats, case: Case, persons: Floats, travel_s: Floats, temperature_s: float, *, steps: int
) -> Floats:
    """Return prices [s] near the smoothed optimum, from `price_s` (m,) in `steps` steps at most."""
    found = minimize(
        soft_dual,
        price_s,
        args=(case, persons, travel_s, temperature_s),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(price_s),
        options={"maxiter": steps, "maxfun": steps},
    )
    return np.asarray(found.x, dtype=np.float64)


def soft_dual(
    price_s: Floats, case: Case, persons: Floats, travel_s: Floats, temperature_s: float
) -> tuple[float, Floats]:
    """Return the negative smoothed dual at `price_s` (m,) and its derivative, scaled to one person."""
    wanted, worth = soft_loads(price_s, persons, travel_s, temperature_s)
    value = float(persons @ worth)
    held, held_slope = _held(case, price_s)
    value += float(held.sum())
    slope = wanted + held_slope
    scale = float(persons.sum())
    return -value / scale, -slope / scale


def soft_loads(
    price_s: Floats, persons: Floats, travel_s: Floats, temperature_s: float
) -> tuple[Floats, Floats]:
    """Return how many go where (m,) when groups split softly at these prices, and their soft minima (n,) [s].

    Every group must reach a shelter. Source: the logit of discrete choice (McFadden, 1974).
    """
    total_s = travel_s + price_s
    least_s = total_s.min(axis=1)
    weight = np.exp((least_s[:, None] - total_s) / temperature_s)
    sums = weight.sum(axis=1)
    return np.asarray((persons / sums) @ weight), np.asarray(least_s - temperature_s * np.log(sums))


def _bound(case: Case, persons: Floats, travel_s: Floats, price_s: Floats) -> float:
    """Return the dual at `price_s`: no plan, whole or split, costs less [person-s]."""
    return float(persons @ (travel_s + price_s).min(axis=1) + _held(case, price_s)[0].sum())


def _held(case: Case, price_s: Floats) -> tuple[Floats, Floats]:
    """Return for each shelter the least of its penalty less the price of what it takes, and the derivative.

    Who is present stays: beyond the load that a price pays for, nobody is taken.
    """
    room = case.capacity * case.comfortable - case.present
    per_price = case.capacity / case.crush_s
    taking = room + per_price * price_s > 0
    least = np.where(taking, -price_s * (room + per_price * price_s / 2), case.penalty(case.present))
    return least, np.where(taking, -(room + per_price * price_s), 0.0)


def _settled(case: Case, persons: Floats, travel_s: Floats, start: Integers) -> Integers:
    """Return a plan that no move makes cheaper and, in small cases, no exchange of two groups."""
    shelter = _improved(case, persons, travel_s, start)
    if len(persons) > _EXCHANGED:
        return shelter
    for _ in range(_EXCHANGES):
        pair = _best_exchange(case, persons, travel_s, shelter)
        if pair is None:
            break
        shelter[list(pair)] = shelter[list(pair[::-1])]
        shelter = _improved(case, persons, travel_s, shelter)
    return shelter


def _best_exchange(
    case: Case, persons: Floats, travel_s: Floats, shelter: Integers
) -> tuple[int, int] | None:
    """Return the two groups that should change places, None when that is never cheaper."""
    groups = len(persons)
    load = _load(case, persons, shelter)
    there_s = travel_s[:, shelter]  # (a, b): group a at the shelter of b
    own_s = travel_s[np.arange(groups), shelter]
    with np.errstate(invalid="ignore"):
        travel = persons[:, None] * (there_s - own_s[:, None])
    more = persons[None, :] - persons[:, None]
    at_home = _penalty_at(case, load[shelter][:, None] + more, shelter[:, None])
    penalty = at_home - _penalty_at(case, load[shelter], shelter)[:, None]
    change = travel + travel.T + penalty + penalty.T
    change[shelter[:, None] == shelter[None, :]] = 0.0
    best = int(np.argmin(change))
    one, other = divmod(best, groups)
    return (one, other) if change[one, other] < -1e-6 else None


def _improved(case: Case, persons: Floats, travel_s: Floats, start: Integers) -> Integers:
    """Return whole groups moved one by one as long as a move makes the plan cheaper.

    In a round every group names its best move; they are tried in order of gain, each at the loads that
    the moves before it left.
    """
    shelter = start.astype(np.int64).copy()
    load = _load(case, persons, shelter)
    everyone = np.arange(len(persons))
    least = _LEAST_GAIN * _cost(case, persons, travel_s, shelter)
    for _ in range(_ROUNDS):
        penalty = case.penalty(load)
        arriving = case.penalty(load + persons[:, None]) - penalty
        leaving = penalty[shelter] - _penalty_at(case, load[shelter] - persons, shelter)
        gain = (persons * travel_s[everyone, shelter] + leaving)[:, None] - (
            persons[:, None] * travel_s + arriving
        )
        gain[everyone, shelter] = 0.0
        to = np.argmax(gain, axis=1)
        best = gain[everyone, to]
        order = np.argsort(-best)
        order = order[best[order] > 1e-6]
        if len(order) == 0:
            break
        gained = sum(
            _moved(case, persons, travel_s, shelter, load, int(group), int(to[group])) for group in order
        )
        if gained <= least:
            break
    return shelter


def _moved(
    case: Case, persons: Floats, travel_s: Floats, shelter: Integers, load: Floats, group: int, to: int
) -> float:
    """Move a group if that is cheaper at the loads as they are now; return what was gained.

    `shelter` and `load` are changed. Plain numbers: this is called for one group after the other.
    """
    at, weight = int(shelter[group]), float(persons[group])
    if at == to:
        return 0.0
    gain = weight * float(travel_s[group, at] - travel_s[group, to])
    for place, change in ((at, -weight), (to, weight)):
        capacity, before = float(case.capacity[place]), float(load[place])
        over = max(before / capacity - case.comfortable, 0.0)
        then = max((before + change) / capacity - case.comfortable, 0.0)
        gain += 0.5 * case.crush_s * capacity * (over * over - then * then)
    if gain <= 1e-6:
        return 0.0
    shelter[group] = to
    load[at] -= weight
    load[to] += weight
    return gain


def _penalty_at(case: Case, load: Floats, shelter: Integers) -> Floats:
    capacity = case.capacity[shelter]
    over = np.maximum(load / capacity - case.comfortable, 0.0)
    return np.asarray(0.5 * case.crush_s * capacity * over**2)


def _load(case: Case, persons: Floats, shelter: Integers) -> Floats:
    return case.present + np.bincount(shelter, weights=persons, minlength=len(case.capacity))


def _cost(case: Case, persons: Floats, travel_s: Floats, shelter: Integers) -> float:
    travel = float((persons * travel_s[np.arange(len(persons)), shelter]).sum())
    return travel + float(case.penalty(_load(case, persons, shelter)).sum())
