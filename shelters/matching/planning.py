"""From a problem to a plan: ways, arrays, pins, the solver or its fallback, runs, reasons, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from shelters.matching.allocation import Allocation, Loads
from shelters.matching.arrangement import Arrangement, arrange
from shelters.matching.fallback import exact_allocation
from shelters.matching.instance import Instance, Integers
from shelters.matching.matching_errors import OracleError
from shelters.matching.pins import PinnedLoad, take_off
from shelters.matching.plan import Load, Plan, ReasonTold, RunStop, Summary, TruckRun, Unmet
from shelters.matching.problem import Problem
from shelters.matching.reason_words import tell
from shelters.matching.reasons import CAUSES, Reason, reasons
from shelters.matching.settings import Settings
from shelters.matching.solver import Solution, solve
from shelters.matching.travel import Journeys, journeys
from shelters.matching.truck_runs import Line, Run, RunRules, Trucks, truck_runs

#: what a person has fixed is worth more than anything else [min]
_PINNED: Final = 1e12


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """When HiGHS is asked too: the gap [share] that is good enough, its seconds, the most arcs."""

    gap: float = 0.01
    seconds: float = 10.0
    most_arcs: int = 60_000


def make_plan(problem: Problem, settings: Settings, *, fallback: Fallback | None = None) -> Plan:
    """Return the plan of a checked problem.

    Raises `ProblemError` for pins that cannot be kept and for values that are not numbers. With `fallback`, a
    plan whose gap is too large is sought by HiGHS as well, and the better of plans and bounds is taken.
    """
    ways = journeys(problem, settings)
    arrangement = arrange(problem, settings, ways)
    instance, pinned = take_off(problem, settings, arrangement)
    solution, solver = solve(instance), "own"
    if fallback is not None and solution.gap > fallback.gap:
        solution, solver = _better(instance, solution, fallback)
    return assemble(problem, settings, ways, arrangement, solution, pinned, solver)


def _better(instance: Instance, own: Solution, fallback: Fallback) -> tuple[Solution, str]:
    try:
        exact = exact_allocation(instance, time_limit_s=fallback.seconds, most_arcs=fallback.most_arcs)
    except OracleError:
        return own, "own"
    if exact is None:
        return own, "own"
    allocation, bound = exact
    cost = allocation.cost()
    better = cost < own.cost
    return Solution(
        allocation=allocation if better else own.allocation, cost=min(cost, own.cost),
        bound=max(own.bound, min(bound, cost)), prices=own.prices,
    ), "highs" if better else "own"  # fmt: skip


def assemble(
    problem: Problem, settings: Settings, ways: Journeys, arrangement: Arrangement, solution: Solution,
    pinned: Sequence[PinnedLoad], solver: str,
) -> Plan:  # fmt: skip
    """Return the plan that `solution` and the pins are, with runs and reasons."""
    allocation = solution.allocation
    runs = _runs(problem, settings, ways, arrangement, allocation, pinned)
    off = _spoilt(problem, arrangement, allocation.loads(), runs)
    if off.any():
        loads = allocation.loads()
        allocation.take(loads.row, loads.column, loads.truck, -off)
        runs = _runs(problem, settings, ways, arrangement, allocation, pinned)
    largest = np.array(
        [[one.name for one in settings.truck_classes].index(s.truck_class) for s in problem.shelters],
        dtype=np.int64,
    )
    found = reasons(arrangement, ways, largest, allocation)
    loads_told = _loads(problem, allocation, pinned)
    told_runs = _told_runs(problem, settings, arrangement, allocation.loads(), len(pinned), runs)
    return Plan(
        name=problem.name, synthetic=problem.synthetic, start=problem.start, hours=problem.hours,
        summary=_summary(problem, arrangement, solution, solver, told_runs, int((off > 0).sum())),
        loads=loads_told, runs=told_runs, unmet=_unmet(problem, arrangement, allocation, found),
        reasons={
            cause: total for cause in CAUSES
            if (total := sum(one.amount for one in found if one.cause == cause)) > 0
        },
    )  # fmt: skip


def _runs(
    problem: Problem, settings: Settings, ways: Journeys, arrangement: Arrangement, allocation: Allocation,
    pinned: Sequence[PinnedLoad],
) -> list[Run]:  # fmt: skip
    """Return the runs; loads are numbered as in `_loads`: those of the plan first, then the pins."""
    instance, loads = allocation.instance, allocation.loads()
    lines: dict[int, list[Line]] = {}
    item, lot = instance.row_item[loads.row], instance.lot[loads.row, loads.column]
    case = instance.case[item]
    # What spoils first is as urgent as what is due first.
    use_min = np.array([one.use_days for one in problem.items], dtype=float) * 1440
    wanted_min = np.minimum(arrangement.due_min[loads.row], arrangement.expiry_min[lot] - use_min[item])
    columns = (
        instance.lot_depot[lot], instance.row_shelter[loads.row], loads.cases, case * instance.kg[item],
        case * instance.m3[item], wanted_min,
        allocation.gain(loads.row, loads.column, np.zeros(len(loads.row)) - loads.cases) * -1.0,
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (depot, shelter, cases, kg, m3, due, worth) in enumerate(rows):
        line = Line(
            number=number, shelter=shelter, cases=cases, kg=kg, m3=m3, due_min=due, worth=worth / cases
        )  # fmt: skip
        lines.setdefault(depot, []).append(line)
    for number, pin in enumerate(pinned, start=len(loads.row)):
        goods = problem.items[pin.item]
        cases = max(int(np.ceil(pin.amount / goods.case - 1e-9)), 1)
        each = pin.amount / cases
        line = Line(
            number=number, shelter=pin.shelter, cases=cases, kg=each * goods.weight_kg,
            m3=each * goods.volume_m3, due_min=0.0, truck=pin.truck, worth=_PINNED,
        )  # fmt: skip
        lines.setdefault(pin.depot, []).append(line)
    trucks = Trucks(
        count=arrangement.fleet_count, payload_kg=instance.payload_kg, box_m3=instance.box_m3,
        allowed=arrangement.allowed,
    )  # fmt: skip
    rules = RunRules(
        load_min=settings.load_minutes, unload_min=settings.unload_minutes, stops=settings.stops_per_run
    )
    return truck_runs(lines, trucks, ways, arrangement.clockwork, rules)


def _spoilt(problem: Problem, arrangement: Arrangement, loads: Loads, runs: Sequence[Run]) -> Integers:
    """Return cases of each entry of `loads` that come too late to be used, as runs are scheduled (N,)."""
    instance = arrangement.instance
    use_min = np.array([item.use_days for item in problem.items], dtype=float) * 1440
    lot = instance.lot[loads.row, loads.column]
    spoils_min = arrangement.expiry_min[lot] - use_min[instance.row_item[loads.row]]
    off = np.zeros(len(loads.row), dtype=np.int64)
    for run in runs:
        for stop in run.stops:
            for number, cases in stop.cases:
                if number < len(off) and stop.arrives_min > spoils_min[number]:
                    off[number] += cases
    return off


def _loads(problem: Problem, allocation: Allocation, pinned: Sequence[PinnedLoad]) -> list[Load]:
    instance, loads = allocation.instance, allocation.loads()
    told = []
    lots = instance.lot[loads.row, loads.column].tolist()
    for row, lot, cases in zip(loads.row.tolist(), lots, loads.cases.tolist(), strict=True):
        item = problem.items[int(instance.row_item[row])]
        told.append(
            Load(
                depot=problem.lots[lot].depot, shelter=problem.shelters[int(instance.row_shelter[row])].id,
                item=item.id, lot=problem.lots[lot].id, cases=cases, amount=cases * item.case,
            )
        )  # fmt: skip
    told += [
        Load(
            depot=problem.depots[pin.depot].id, shelter=problem.shelters[pin.shelter].id,
            item=problem.items[pin.item].id, lot=problem.lots[pin.lot].id, amount=pin.amount,
            cases=pin.amount / problem.items[pin.item].case, pinned=True,
        )
        for pin in pinned
    ]  # fmt: skip
    return told


def _told_runs(
    problem: Problem,
    settings: Settings,
    arrangement: Arrangement,
    loads: Loads,
    pins: int,
    runs: Sequence[Run],
) -> list[TruckRun]:
    due_min = [*arrangement.due_min[loads.row].tolist(), *[np.inf] * pins]

    def moment(minutes: float) -> datetime:
        return problem.start + timedelta(seconds=round(minutes * 60))

    told = []
    for run in sorted(runs, key=lambda run: (run.depot, run.departs_min, run.truck, run.vehicle)):
        truck = settings.truck_classes[run.truck]
        payload = float(arrangement.instance.payload_kg[run.truck, run.depot])
        box = float(arrangement.instance.box_m3[run.truck, run.depot])
        told.append(
            TruckRun(
                depot=problem.depots[run.depot].id, truck_class=truck.name, truck=run.vehicle + 1,
                departs=moment(run.departs_min), returns=moment(run.returns_min), km=round(run.km, 2),
                kg=round(run.kg, 1), m3=round(run.m3, 2), fill=round(max(run.kg / payload, run.m3 / box), 3),
                overtime_min=round(run.overtime_min, 1),
                stops=[
                    RunStop(
                        shelter=problem.shelters[stop.shelter].id, arrives=moment(stop.arrives_min),
                        kg=round(stop.kg, 1), m3=round(stop.m3, 2), loads=list(stop.cases),
                        late=any(stop.arrives_min > due_min[number] for number, _ in stop.cases),
                    )
                    for stop in run.stops
                ],
            )
        )  # fmt: skip
    return told


def _unmet(
    problem: Problem, arrangement: Arrangement, allocation: Allocation, found: Sequence[Reason]
) -> list[Unmet]:
    instance = arrangement.instance
    by_row: dict[int, list[Reason]] = {}
    for reason in found:
        by_row.setdefault(reason.row, []).append(reason)
    lack = allocation.unmet()
    told = []
    for row, its in sorted(by_row.items()):
        item, shelter = int(instance.row_item[row]), int(instance.row_shelter[row])
        unit = float(instance.unit[item])
        words: list[ReasonTold] = [tell(problem, reason, shelter, unit) for reason in its]
        told.append(
            Unmet(
                need=int(instance.row_need[row]), shelter=problem.shelters[shelter].id,
                item=problem.items[item].id, amount=float(lack[row]) * unit,
                of=float(instance.wanted[row]) * unit, person_days=float(lack[row]),
                quota=bool(instance.row_quota[row]), reasons=words,
            )
        )  # fmt: skip
    return told


def _summary(
    problem: Problem, arrangement: Arrangement, solution: Solution, solver: str, runs: Sequence[TruckRun],
    taken_off: int,
) -> Summary:  # fmt: skip
    instance, allocation = arrangement.instance, solution.allocation
    end = problem.start + timedelta(hours=problem.hours)
    lack = allocation.unmet()
    levels = np.array([item.criticality for item in problem.items], dtype=np.int64)[instance.row_item]
    cost = allocation.cost()
    return Summary(
        cost=cost, bound=solution.bound, gap=max(cost - solution.bound, 0.0) / cost if cost > 0 else 0.0,
        solver=solver, wanted_person_days=float(instance.wanted.sum()), unmet_person_days=float(lack.sum()),
        unmet_by_criticality={
            level: float(lack[levels == level].sum()) for level in sorted(set(levels.tolist()))
        },
        km=round(sum(run.km for run in runs), 1), runs=len(runs),
        trucks=len({(run.depot, run.truck_class, run.truck) for run in runs}),
        kg=round(sum(run.kg for run in runs), 1),
        late_stops=sum(stop.late for run in runs for stop in run.stops),
        overtime_runs=sum(run.overtime_min > 0 for run in runs),
        runs_after_end=sum(run.departs > end for run in runs), taken_off=taken_off,
    )  # fmt: skip
