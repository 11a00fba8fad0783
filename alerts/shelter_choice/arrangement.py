"""A problem as arrays: who arrives where and when, what fits whom, what an unmet need costs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alerts.shelter_choice.arrival import Floats, Integers, Roads, over_roads_s, straight_s
from alerts.shelter_choice.choice import Case
from alerts.shelter_choice.problem import ChoiceRules, Group, Network, Place, Problem

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrangement:
    """n groups, m shelters. `case` is what is solved: its times hold the price of unmet soft needs.

    `arrive_s` (n, m) [s] over roads as they close, inf = the water is first or there is no road; `usable`
    (m,): open and designated; `takes` (n, m): every hard need is met.
    """

    case: Case
    arrive_s: Floats
    usable: Flags
    takes: Flags

    def walked(self) -> Case:
        """Return the case with nothing but time on the way in its times."""
        allowed_s = np.where(np.isfinite(self.case.travel_s), self.arrive_s, np.inf)
        return replace(self.case, travel_s=allowed_s)


def arrange(problem: Problem, rules: ChoiceRules) -> Arrangement:
    """Return the arrays of a problem. O(groups · shelters) memory."""
    arrive_s = arrivals_s(problem, rules, problem.groups)
    usable = np.array([is_usable(problem, place) for place in problem.shelters], dtype=bool)
    takes, soft_s = _needs(problem, rules)
    travel_s = arrive_s + soft_s
    travel_s[:, ~usable] = np.inf
    travel_s[~takes] = np.inf
    if problem.latest_s is not None:
        travel_s[arrive_s > problem.latest_s] = np.inf
    case = Case(
        persons=_floats([group.persons for group in problem.groups]),
        travel_s=travel_s,
        capacity=_floats([place.capacity or rules.assumed_capacity for place in problem.shelters]),
        present=_floats([place.present + place.expected for place in problem.shelters]),
        comfortable=rules.comfortable,
        crush_s=rules.crush_s,
    )
    return Arrangement(case=case, arrive_s=arrive_s, usable=usable, takes=takes)


def is_usable(problem: Problem, place: Place) -> bool:
    """Tell whether a shelter is open and designated for the hazard of the problem."""
    return place.open and (problem.hazard is None or problem.hazard in place.hazards)


def hard_needs(group: Group, rules: ChoiceRules) -> set[str]:
    """Return the needs of a group without which it cannot stay."""
    return {need for need in group.needs if need not in rules.soft_s}


def arrivals_s(
    problem: Problem, rules: ChoiceRules, groups: Sequence[Group], *, water: bool = True
) -> Floats:
    """Return arrivals (groups, shelters) [s], inf = no way; without `water`, as if no road closed."""
    leave_s = _floats([_leaves_s(group, problem, rules) for group in groups])
    speed_m_s = _floats([_speed_m_s(group, problem, rules) for group in groups])
    places = problem.shelters
    if problem.roads is None:
        ends = [_floats([(one.lon or 0.0, one.lat or 0.0) for one in side]) for side in (groups, places)]
        return straight_s(ends[0].reshape(-1, 2), ends[1], speed_m_s, leave_s, rules.detour)
    at = [_integers([one.node or 0 for one in side]) for side in (groups, places)]
    roads = _roads(problem.roads, water=water)
    return over_roads_s(roads, at[0], at[1], speed_m_s, leave_s, margin_s=rules.margin_s)


def _roads(network: Network, *, water: bool) -> Roads:
    edges = network.edges
    closes_s = [np.inf if edge[3] is None or not water else edge[3] for edge in edges]
    return Roads(
        nodes=network.nodes,
        start=_integers([edge[0] for edge in edges]),
        end=_integers([edge[1] for edge in edges]),
        length_m=_floats([edge[2] for edge in edges]),
        closes_s=_floats(closes_s),
    )


def _needs(problem: Problem, rules: ChoiceRules) -> tuple[Flags, Floats]:
    """Return which shelters take which group, and the price of soft needs left unmet (n, m) [s]."""
    shape = len(problem.groups), len(problem.shelters)
    takes, soft_s = np.ones(shape, dtype=bool), np.zeros(shape)
    for need in ("wheelchair", "pets", "care"):
        rows = np.array([need in group.needs for group in problem.groups], dtype=bool)
        lacking = np.array([need not in place.takes for place in problem.shelters], dtype=bool)
        unmet = rows[:, None] & lacking[None, :]
        if need in rules.soft_s:
            soft_s[unmet] += rules.soft_s[need]
        else:
            takes &= ~unmet
    return takes, soft_s


def _leaves_s(group: Group, problem: Problem, rules: ChoiceRules) -> float:
    if group.leave_s is not None:
        return group.leave_s
    return rules.night_delay_s if problem.night else rules.delay_s


def _speed_m_s(group: Group, problem: Problem, rules: ChoiceRules) -> float:
    if group.speed_m_s is not None:
        return group.speed_m_s
    slow = rules.slow_m_s if {"wheelchair", "care"} & set(group.needs) else rules.speed_m_s
    speed_m_s = rules.pace_m_s.get(group.pace, slow) if group.pace is not None else slow
    return speed_m_s * (rules.night_factor if problem.night else 1.0)


def _floats(values: Any) -> Floats:  # noqa: ANN401 - what numpy takes
    return np.array(values, dtype=np.float64)


def _integers(values: Any) -> Integers:  # noqa: ANN401
    return np.array(values, dtype=np.int64)
