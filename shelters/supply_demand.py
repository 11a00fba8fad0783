"""Demand, stock and requests of a shelter side by side, as a logistician reads them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shelters.ledger import OPEN
from shelters.status import Cover


def demand_table(
    found: Sequence[Cover], state: Mapping[str, Any], catalogue: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return one row an item: what is computed, what is there, and what was asked for with its reasons.

    A request overrides the computed demand: it is shown beside it, with its reason, and never added to it.
    """
    return [
        {
            "item": one.item,
            "name": catalogue[one.item]["ja"],
            "name_en": catalogue[one.item]["en"],
            "unit": catalogue[one.item]["unit"],
            "need_per_day": _rounded(one.need_per_day),
            "need_once": _rounded(one.need_once),
            "people": _rounded(one.people),
            "basis": "counted" if one.counted else "unknown" if one.people is None else "assumed",
            "norm": one.source,
            "stock": one.stock,
            "handed_out": one.handed_out,
            "on_the_way": one.on_the_way,
            "days_of_cover": _rounded(one.days_of_cover),
            "short": _rounded(one.short),
            "by_request": requested(state, one.item),
        }
        for one in found
    ]


def requested(state: Mapping[str, Any], item: str) -> list[dict[str, Any]]:
    """Return the open lines of an item: how much each asks for, and why."""
    return [
        {
            "line": name,
            "amount": line["amount"],
            "state": line["state"],
            "reason": line["fields"]["reason"]["value"] if "reason" in line["fields"] else None,
        }
        for name, line in sorted(state["lines"].items())
        if line["item"] == item and line["state"] in OPEN
    ]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
