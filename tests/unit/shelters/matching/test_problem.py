"""A problem that cannot be is refused, and the error names the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from shelters.matching.matching_errors import ProblemError
from shelters.matching.problem import Problem, read_problem
from shelters.matching_rules import matching_defaults

NO_EDGES: dict[str, Any] = {"from": [], "to": [], "length_m": [], "speed_km_h": []}


def read(document: dict[str, Any]) -> Problem:
    return read_problem(msgspec.json.encode(document), matching_defaults())[0]


def test_a_good_problem_is_read(document: dict[str, Any]) -> None:
    problem = read(document)
    assert [lot.id for lot in problem.lots] == ["w1", "m1"]
    assert problem.items[0].allergens is None


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("format",), "other/1", "format"),
        (("start",), "2026-06-03T06:00:00", "start"),
        (("hours",), 0, "hours"),
        (("items", 0, "criticality"), 9, "items[0].criticality"),
        (("items", 0, "case"), 0, "items[0].case"),
        (("items", 1, "id"), "water", "items[1].id"),
        (("items", 0, "weigth_kg"), 1, "items[0]"),
        (("items", 0, "weight_kg"), 500, "items[0].case"),
        (("depots", 0, "trucks", 0, "class"), "8t", "depots[0].trucks[0].class"),
        (("depots", 0, "opens"), "25:00", "depots[0].opens"),
        (("depots", 0, "closes"), "00:00", "depots[0].closes"),
        (("shelters", 1, "truck_class"), "bus", "shelters[1].truck_class"),
        (("lots", 0, "depot"), "east", "lots[0].depot"),
        (("lots", 0, "amount"), -1, "lots[0].amount"),
        (("lots", 0, "amount"), "many", "lots[0].amount"),
        (("needs", 0, "item"), "milk", "needs[0].item"),
        (("needs", 0, "allergen_free"), [{"amount": 301, "of": ["egg"]}], "needs[0].allergen_free"),
        (("travel", "minutes"), [[1, 2]], "travel.minutes"),
        (("travel", "km", 1), [1], "travel.km[1]"),
        (("roads",), {"node_count": 2, "edges": NO_EDGES}, "roads"),
        (("settings",), {"truck_fill": 2}, "settings"),
        (("settings",), {"unheard": 2}, "settings"),
        (("pins",), [{"depot": "x", "shelter": "hall", "item": "water", "amount": 1}], "pins[0].depot"),
        (("forbids",), [{"item": "water", "truck_class": "2t"}], "forbids[0].truck_class"),
    ],
)  # fmt: skip
def test_the_field_at_fault_is_named(
    document: dict[str, Any], path: tuple[Any, ...], value: Any, field: str
) -> None:
    at = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(ProblemError) as fault:
        read(document)
    assert fault.value.field == field


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ProblemError, match="not JSON"):
        read_problem(b"{", matching_defaults())
    with pytest.raises(ProblemError, match="not JSON"):
        read_problem(b'{"hours": NaN}', matching_defaults())


def test_values_that_are_no_numbers_are_refused_where_records_are_made_by_hand(
    drawn: Callable[..., Problem],
) -> None:
    from shelters.matching.problem import check_problem
    from shelters.matching.settings import read_settings

    problem = drawn(1)
    lots = [msgspec.structs.replace(problem.lots[0], amount=float("nan")), *problem.lots[1:]]
    with pytest.raises(ProblemError, match=r"lots\[0\]\.amount"):
        check_problem(msgspec.structs.replace(problem, lots=lots), read_settings(matching_defaults(), {}))


def test_roads_name_the_edge_at_fault(drawn: Callable[..., Problem]) -> None:
    document = msgspec.json.decode(msgspec.json.encode(drawn(1)))
    document["roads"]["edges"]["to"][3] = 10**6
    with pytest.raises(ProblemError, match=r"roads\.edges\.to\[3\]"):
        read(document)
    document["roads"]["edges"]["to"].pop()
    with pytest.raises(ProblemError, match=r"roads\.edges\.to"):
        read(document)
