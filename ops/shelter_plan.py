"""`./sonae plan shelters`: read a problem, choose, and show who goes where against the nearest shelter."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from alerts.shelter_choice.arrival import ArrivalError
from alerts.shelter_choice.choice import ChoiceError
from alerts.shelter_choice.problem import ProblemError, read_problem, solve
from alerts.shelter_choice.rules import choice_rules
from ops.errors import OpsError

#: rows of a table on the terminal; --json holds all
_MOST_ROWS = 20


class ShelterPlanError(OpsError):
    """Raised when no plan can be made from a file; names the field at fault."""


def plan_shelters(file: Path) -> dict[str, Any]:
    """Return the plan of `file`, with how long it took [s]. Raises `ShelterPlanError`."""
    try:
        text = file.read_bytes()
    except OSError as fault:
        raise ShelterPlanError(f"{file}: {fault.strerror}") from fault
    try:
        problem = read_problem(text)
        began_s = time.monotonic()
        plan = solve(problem, choice_rules())
    except (ProblemError, ArrivalError, ChoiceError) as fault:
        raise ShelterPlanError(f"{file}: {fault}") from fault
    return {**plan, "seconds": round(time.monotonic() - began_s, 3)}


def show_plan(plan: dict[str, Any], *, console: Console) -> None:
    """Print a plan for people."""
    table = Table("shelter", "load", "capacity", "price [min]")
    for place in sorted(plan["shelters"], key=lambda one: -one["load"] / one["capacity"])[:_MOST_ROWS]:
        capacity = f"{place['capacity']:g}{' (assumed)' if place['capacity_assumed'] else ''}"
        table.add_row(place["id"], f"{place['load']:g}", capacity, f"{place['price_s'] / 60:.0f}")
    console.print(table)
    for name, one in (("this plan", plan["plan"]), ("nearest", plan["nearest"])):
        console.print(
            f"{name}: {one['person_minutes']:g} person-minutes on the way, {one['overload_persons']:g} beyond"
            f" the capacities, fullest {one['fullest']:.0%}, {one['unreached_persons']:g} without a way",
            highlight=False,
        )
    console.print(f"gap to the bound {plan['gap']:.2%}, {plan['seconds']} s", highlight=False)
