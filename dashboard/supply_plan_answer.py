"""A supply plan as the screen gets it: with names, what was assumed, and what was left out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from shelters.matching.plan import Plan
from shelters.rulebook import items, read_rules
from shelters.supply_orders import orders_of
from shelters.supply_problem import Posed
from shelters.supply_situation import Situation


def basis_answer(situation: Situation, posed: Posed) -> dict[str, Any]:
    """Return what a plan would be made from (`GET /api/supply-plan`): fleet, assumptions, who is left out."""
    rules = read_rules("supply-plan")
    return {
        "start": posed.problem.start,
        "hours": posed.problem.hours,
        "days": posed.days,
        "synthetic": posed.problem.synthetic,
        "needs": len(posed.problem.needs),
        "left_out": posed.left_out,
        "fleet": posed.fleet,
        "classes": list(rules["depot"]["trucks"]),
        "handling_kg_h": rules["depot"]["handling_kg_h"],
        "unknown_access": rules["shelter"]["unknown_access"],
        "assumed_access": posed.assumed_access,
        "unknown_stock": posed.unknown_stock,
        "doubtful": posed.doubtful,
        "travel": posed.travel,
        "names": _names(situation),
    }


def plan_answer(situation: Situation, posed: Posed, plan: Plan, plan_id: str) -> dict[str, Any]:
    """Return the answer of `POST /api/supply-plan` (docs/supply-plan.md)."""
    told = msgspec.to_builtins(plan, enc_hook=_number)
    orders = orders_of(posed, plan, plan_id)
    runs = zip(told["runs"], orders, strict=True)
    return {
        **basis_answer(situation, posed),
        "plan": plan_id,
        "summary": told["summary"],
        "runs": [
            {**run, "number": at, "order": order, "estimated": _estimated(posed, run)}
            for at, (run, order) in enumerate(runs, start=1)
        ],
        "unmet": told["unmet"],
        "reasons": told["reasons"],
    }


def _estimated(posed: Posed, run: Mapping[str, Any]) -> bool:
    """Return whether some way of a run is a straight line and not over roads."""
    return any((run["depot"], stop["shelter"]) in posed.estimated for stop in run["stops"])


def _number(value: Any) -> float:  # noqa: ANN401 - what msgspec does not know
    """Return a number of numpy's as one that JSON knows. Raises `TypeError` for anything else."""
    if isinstance(value, np.floating | np.integer):
        return float(value)
    raise TypeError(f"a plan holds a {type(value).__name__}")


def _names(situation: Situation) -> dict[str, Any]:
    return {
        "items": {
            item: {name: entry.get(name) for name in ("ja", "en", "unit", "unit_en", "criticality")}
            for item, entry in items().items()
        },
        "shelters": {
            row["id"]: {"name": row["name"], "lon": row["lon"], "lat": row["lat"]}
            for row in situation.shelters
        },
        "depots": {
            depot["id"]: {name: depot[name] for name in ("name", "lon", "lat", "synthetic", "truck_classes")}
            for depot in situation.depots
        },
    }
