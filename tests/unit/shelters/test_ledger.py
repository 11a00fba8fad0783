from __future__ import annotations

import itertools
from typing import Any

import pytest
from operation_maker import made

from shelters.ledger import take_step
from shelters.merge import fold


def line(*steps: tuple[str | None, dict[str, Any]]) -> dict[str, Any]:
    operations = [
        made(number, "supply", {"line": "l1", **({"state": state} if state else {}), **value})
        for number, (state, value) in enumerate(steps, 1)
    ]
    states = [fold(order)["lines"]["l1"] for order in itertools.permutations(operations[:4])]
    assert all(state == states[0] for state in states)
    return fold(operations)


@pytest.mark.parametrize(
    ("now", "then", "state", "flags"),
    [
        (None, "request", "request", []),
        (None, "accepted", "accepted", []),
        (None, "picked", "picked", ["skipped"]),
        ("request", "accepted", "accepted", []),
        ("request", "arrived", "arrived", ["skipped"]),
        ("arrived", "loaded", "arrived", ["illegal"]),
        ("arrived", "arrived", "arrived", []),
        ("request", "rejected", "rejected", []),
        ("picked", "rejected", "picked", ["illegal"]),
        ("loaded", "cancelled", "cancelled", []),
        ("on-the-way", "cancelled", "on-the-way", ["illegal"]),
        ("cancelled", "accepted", "cancelled", ["illegal"]),
        ("cancelled", "cancelled", "cancelled", []),
        ("cancelled", "arrived", "arrived", ["after-end"]),
        ("request", "teleported", "request", ["unknown-state"]),
    ],
)
def test_steps(now: str | None, then: str, state: str, flags: list[str]) -> None:
    assert take_step(now, then) == (state, flags)


def test_an_arrival_counts_once_however_many_tablets_press_it() -> None:
    operations = [
        made(1, "supply", {"line": "l1", "state": "request", "item": "water", "amount": 60, "lot": "w1"}),
        made(2, "supply", {"line": "l1", "state": "arrived"}),
        made(3, "supply", {"line": "l1", "state": "arrived"}, device="t-2"),
    ]
    assert fold(operations)["stock"]["water"]["w1"]["value"] == 60
    corrected = made(4, "supply", {"line": "l1", "state": "arrived", "amount": 55})
    assert fold([*operations, corrected])["stock"]["water"]["w1"]["value"] == 55


def test_a_stocktaking_after_the_arrival_swallows_it() -> None:
    arrived = made(1, "supply", {"line": "l1", "state": "arrived", "item": "water", "amount": 60})
    counted = made(2, "stock", {"item": "water", "total": 50})
    assert fold([counted, arrived])["stock"]["water"][""]["value"] == 50


def test_the_goods_follow_when_the_line_is_said_to_be_another_item() -> None:
    wrong = made(1, "supply", {"line": "l1", "state": "arrived", "item": "milk", "amount": 60})
    right = made(2, "supply", {"line": "l1", "item": "water"})
    state = fold([wrong, right])
    assert list(state["stock"]) == ["water"]
    assert (state["lines"]["l1"]["state"], state["lines"]["l1"]["flags"]) == ("arrived", ["skipped"])


def test_a_line_without_an_item_is_flagged_and_changes_no_stock() -> None:
    state = line(("request", {"amount": 5}), ("accepted", {}), ("picked", {}), ("arrived", {}))
    assert state["stock"] == {}
    assert state["lines"]["l1"]["flags"] == ["no-item", "skipped"]
