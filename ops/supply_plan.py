"""`./sonae plan supplies`: read a problem, plan, and show the proposal with its bound and its reasons."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from ops.errors import OpsError
from shelters.matching.matching_errors import MatchingError
from shelters.matching.plan import Plan
from shelters.matching.planning import Fallback, make_plan
from shelters.matching.problem import Problem, read_problem
from shelters.matching_rules import matching_defaults

#: rows of a table on the terminal; --json and --out hold all
_MOST_ROWS = 20


class SupplyPlanError(OpsError):
    """Raised when no plan can be made from a file; names the field at fault."""


def plan_supplies(file: Path, *, fallback: Fallback | None) -> tuple[Problem, Plan, float]:
    """Return the problem of `file`, its plan and how long planning took [s]. Raises `SupplyPlanError`."""
    try:
        text = file.read_bytes()
    except OSError as fault:
        raise SupplyPlanError(f"{file}: {fault.strerror}") from fault
    try:
        problem, settings = read_problem(text, matching_defaults())
        started = time.monotonic()
        plan = make_plan(problem, settings, fallback=fallback)
    except MatchingError as fault:
        raise SupplyPlanError(f"{file}: {fault}") from fault
    return problem, plan, time.monotonic() - started


def plan_as_json(plan: Plan, seconds: float) -> dict[str, Any]:
    """Return the plan ready for JSON, with how long it took [s]."""
    told: dict[str, Any] = msgspec.to_builtins(plan)
    return {"seconds": round(seconds, 3), **told}


def show_plan(problem: Problem, plan: Plan, seconds: float, *, console: Console) -> None:
    """Print what a logistician needs first: how good the plan is, what does not come and why, the runs."""
    told = plan.summary
    title = (plan.name or "supplies") + ("  [synthetic / 合成データ]" if plan.synthetic else "")
    lines = [
        title,
        f"{len(plan.loads)} loads, {told.kg / 1000:.1f} t, {told.runs} runs of {told.trucks} trucks,"
        f" {told.km:.0f} km, planned in {seconds:.1f} s",
        f"within {told.gap:.2%} of the best possible (cost {told.cost:.4g}, bound {told.bound:.4g};"
        f" solver {told.solver})",
        f"unmet {told.unmet_person_days:.0f} of {told.wanted_person_days:.0f} person-days: "
        + ", ".join(
            f"criticality {level}: {amount:.0f}" for level, amount in told.unmet_by_criticality.items()
        ),
    ]
    if told.overtime_runs or told.late_stops:
        lines.append(
            f"{told.late_stops} stops after they are due, {told.overtime_runs} runs back after the end,"
            f" {told.runs_after_end} leave after it: too few trucks there"
        )
    if told.taken_off:
        lines.append(f"{told.taken_off} loads taken off: they would spoil before their truck comes")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print(_reasons(plan))
    console.print(_unmet(problem, plan))
    console.print(_runs(plan))
    console.print("A proposal: it becomes orders only when a person confirms it.", highlight=False)


def _reasons(plan: Plan) -> Table:
    table = Table("why not", "person-days", title="reasons")
    for cause, amount in plan.reasons.items():
        table.add_row(cause, f"{amount:.0f}")
    return table


def _unmet(problem: Problem, plan: Plan) -> Table:
    table = Table("shelter", "item", "lacks", "of", "why", title="what does not come")
    names = {shelter.id: shelter.name or shelter.id for shelter in problem.shelters}
    units = {item.id: item.unit for item in problem.items}
    level = {item.id: item.criticality for item in problem.items}
    worst = sorted(plan.unmet, key=lambda one: (level[one.item], -one.person_days))
    for one in worst[:_MOST_ROWS]:
        why = "; ".join(f"{reason.amount:g}: {reason.en}" for reason in one.reasons)
        table.add_row(
            names[one.shelter], one.item + (" (allergen-free)" if one.quota else ""),
            f"{one.amount:g} {units[one.item]}", f"{one.of:g}", why,
        )  # fmt: skip
    if len(worst) > _MOST_ROWS:
        table.caption = f"{len(worst) - _MOST_ROWS} more in --json"
    return table


def _runs(plan: Plan) -> Table:
    table = Table("depot", "truck", "leaves", "back", "km", "kg", "stops", title="runs")
    for run in plan.runs[:_MOST_ROWS]:
        zone = plan.start.tzinfo
        stops = ", ".join(
            f"{stop.shelter} {stop.arrives.astimezone(zone):%H:%M}{'!' if stop.late else ''}"
            for stop in run.stops
        )
        back = f"{run.returns.astimezone(zone):%d. %H:%M}" + (" over time" if run.overtime_min else "")
        table.add_row(
            run.depot, f"{run.truck_class} #{run.truck}", f"{run.departs.astimezone(zone):%d. %H:%M}", back,
            f"{run.km:.0f}", f"{run.kg:.0f}", stops,
        )  # fmt: skip
    if len(plan.runs) > _MOST_ROWS:
        table.caption = f"{len(plan.runs) - _MOST_ROWS} more in --json"
    return table
