"""Small supply problems that can be checked by hand, and random ones for the oracle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from shelters.catalogue_goods import catalogue_goods
from shelters.matching.arrangement import Arrangement, arrange
from shelters.matching.plan import Plan
from shelters.matching.planning import make_plan
from shelters.matching.problem import Problem, read_problem
from shelters.matching.settings import Settings, read_settings
from shelters.matching.synthetic import Size, synthetic_problem
from shelters.matching.travel import journeys
from shelters.matching_rules import matching_defaults

Document = dict[str, Any]


@pytest.fixture
def document() -> Document:
    """Return two depots, two shelters, water and meals, with tables of times; everything can be sent."""
    return {
        "format": "sonae-supplies/1",
        "start": "2026-06-03T06:00:00+09:00",
        "hours": 12,
        "items": [
            {"id": "water", "criticality": 1, "weight_kg": 1.0, "volume_m3": 0.0013, "case": 10,
             "per_person_day": 3, "unit": "L"},
            {"id": "meal", "criticality": 2, "weight_kg": 0.2, "volume_m3": 0.0006, "case": 5,
             "per_person_day": 3, "allergens": ["wheat"]},
        ],
        "depots": [
            {"id": "north", "handling_kg_h": 1000, "trucks": [{"class": "2t", "count": 2}]},
            {"id": "south", "handling_kg_h": 1000, "trucks": [{"class": "4t", "count": 1}]},
        ],
        "shelters": [{"id": "school", "truck_class": "4t"}, {"id": "hall", "truck_class": "2t"}],
        "lots": [
            {"id": "w1", "depot": "north", "item": "water", "amount": 500},
            {"id": "m1", "depot": "south", "item": "meal", "amount": 300, "expires": "2026-07-01T00:00:00Z"},
        ],
        "needs": [
            {"shelter": "school", "item": "water", "amount": 300},
            {"shelter": "school", "item": "meal", "amount": 100},
        ],
        "travel": {"minutes": [[30, 60], [20, 40]], "km": [[15, 30], [10, 20]]},
    }  # fmt: skip


@pytest.fixture
def plan_of() -> Callable[[Document], Plan]:
    """Return what makes a plan of a document."""

    def plan(document: Document) -> Plan:
        return make_plan(*read_problem(msgspec.json.encode(document), matching_defaults()))

    return plan


@pytest.fixture
def settings() -> Settings:
    """Return the settings of the rules."""
    return read_settings(matching_defaults(), {})


@pytest.fixture
def drawn() -> Callable[..., Problem]:
    """Return what draws a synthetic problem: seed, and what `Size` takes."""

    def draw(seed: int, *, items: int = 4, **size: Any) -> Problem:
        given = {"shelters": 8, "depots": 3} | size
        return synthetic_problem(catalogue_goods(items), Size(**given), np.random.default_rng(seed))

    return draw


@pytest.fixture
def arranged(settings: Settings) -> Callable[[Problem], Arrangement]:
    """Return what makes the arrays of a problem."""
    return lambda problem: arrange(problem, settings, journeys(problem, settings))
