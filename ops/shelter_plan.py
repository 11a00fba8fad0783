"""`./sonae plan shelters`: read a problem, choose, and show who goes where against the nearest shelter."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from alerts.shelter_choice.arrival import ArrivalError
from alerts.shelter_choice.choice import ChoiceError
from alerts.shelter_choice.plan import solve
from alerts.shelter_choice.problem import ProblemError, read_problem
from alerts.shelter_choice.rules import choice_rules
from alerts.shelter_choice.synthetic import Size, synthetic_district
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


def write_district(out: Path, *, groups: int, shelters: int, side: int, seed: int) -> str:
    """Write a synthetic problem to `out` and return its name. Raises `ShelterPlanError`."""
    size = Size(groups=groups, shelters=shelters, side=side)
    made = synthetic_district(size, np.random.default_rng(seed))
    try:
        out.write_bytes(msgspec.json.encode(made))
    except OSError as fault:
        raise ShelterPlanError(f"{out}: {fault.strerror}") from fault
    return made.name


def show_plan(plan: dict[str, Any], *, console: Console) -> None:
    """Print a plan for people: the fullest shelters, who stays and why, the figures against the nearest."""
    lines = [plan["name"] + ("  [synthetic / 合成データ]" if plan["synthetic"] else "")]
    if not plan["roads_known"]:
        lines.append("No roads were given: ways are straight lines, and water on the way is NOT known.")
    if plan["hazard"] is None:
        lines.append("No hazard was given: whether shelters are designated for it was NOT looked at.")
    for name, one in (("this plan", plan["plan"]), ("nearest", plan["nearest"])):
        lines.append(
            f"{name}: {one['person_minutes']:.0f} person-minutes on the way,"
            f" {one['overload_persons']:.0f} persons beyond the capacities, fullest {one['fullest']:.0%},"
            f" {one['unreached_persons']:.0f} without a way"
        )
    lines.append(f"gap to the bound {plan['gap']:.2%}, {plan['seconds']} s")
    console.print(_fullest(plan))
    if plan["staying"]:
        console.print(_staying(plan))
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print("A proposal: a person decides, and residents choose freely.", highlight=False)


def _fullest(plan: dict[str, Any]) -> Table:
    table = Table("shelter", "load", "capacity", "price [min]", title="fullest shelters")
    for place in sorted(plan["shelters"], key=lambda one: -one["load"] / one["capacity"])[:_MOST_ROWS]:
        capacity = f"{place['capacity']:g}{' (assumed)' if place['capacity_assumed'] else ''}"
        table.add_row(place["id"], f"{place['load']:g}", capacity, f"{place['price_s'] / 60:.0f}")
    return table


def _staying(plan: dict[str, Any]) -> Table:
    table = Table("why", "advice", "groups", "persons", title="who stays")
    sums: dict[tuple[str, str], list[int]] = {}
    for one in plan["staying"]:
        row = sums.setdefault((one["reason_en"], one["advice_en"]), [0, 0])
        row[0] += 1
        row[1] += one["persons"]
    for (reason, advice), (groups, persons) in sorted(sums.items(), key=lambda one: -one[1][1]):
        table.add_row(reason, advice, f"{groups}", f"{persons}")
    return table
