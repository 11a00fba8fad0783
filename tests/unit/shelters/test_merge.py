from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operation_maker import made, raw, storm, ulid

from shelters.canonical import canonical_text, digest
from shelters.merge import Fold, fold
from shelters.operation import Operation, Stamp, check_operation

VECTORS = Path(__file__).parents[2] / "data" / "shelters" / "merge-vectors.json"
STORM = storm(400, 6, seed=7)
#: share of messages, and of answers, that are lost
LOST = 0.3


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 399), max_size=200))
def test_any_order_and_repetition_gives_the_same_bytes(chance: random.Random, again: list[int]) -> None:
    offered = [*STORM, *(STORM[index] for index in again)]
    chance.shuffle(offered)
    assert canonical_text(fold(offered)) == canonical_text(fold(STORM))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_small_sets_of_contradicting_operations_merge_alike(data: st.DataObject) -> None:
    values = st.sampled_from([None, 1, 2])
    devices = st.sampled_from(["t-1", "t-2", "t-3"])
    drawn = data.draw(
        st.lists(st.tuples(devices, values, st.integers(0, 3), st.booleans(), st.integers(0, 9)), max_size=9)
    )
    operations = [
        made(
            number,
            "count" if total else "set",
            {"field": "people", "total": value} if total else {"fields": {"power": value}},
            device=device,
            wall_ms=1_780_000_000_000 + second * 1000,
            after=[ulid(seen)] if seen < number else [],
        )
        for number, (device, value, second, total, seen) in enumerate(drawn)
    ]
    expected = canonical_text(fold(operations))
    assert canonical_text(fold(data.draw(st.permutations(operations)))) == expected
    step = Fold()
    for operation in operations:
        step.add(*operation)
        step.state()
    assert canonical_text(step.state()) == expected


def test_ten_thousand_operations_of_twenty_tablets_survive_loss_and_retry() -> None:
    operations = storm(10_000, 20, seed=1)
    chance = random.Random(2)
    texts = set()
    for _ in range(2):
        server, waiting, rounds = Fold(), list(operations), 0
        while waiting:
            rounds += 1
            chance.shuffle(waiting)
            unanswered = []
            for operation in waiting:
                arrives = chance.random() >= LOST
                if arrives:
                    server.add(*operation)
                # An answer is lost as often: what arrived is then sent again.
                if not arrives or chance.random() < LOST:
                    unanswered.append(operation)
            waiting = unanswered
        assert (len(server), rounds > 5) == (10_000, True)
        texts.add(canonical_text(server.state()))
    assert texts == {canonical_text(fold(operations))}


def test_the_vectors_for_the_tablet_hold() -> None:
    for vector in json.loads(VECTORS.read_text(encoding="utf-8")):
        operations = [read(document) for document in vector["operations"]]
        assert canonical_text(fold(operations)) == vector["state"], vector["name"]
        assert canonical_text(fold(operations[::-1])) == vector["state"], vector["name"]


def read(document: dict[str, Any]) -> tuple[Operation, Stamp]:
    plain = {name: value for name, value in document.items() if name != "stamp"}
    return check_operation(plain), Stamp(**document["stamp"])


def test_minus_twenty_and_minus_twenty_is_minus_forty() -> None:
    state = fold(
        [
            made(1, "stock", {"item": "blanket", "total": 100}),
            made(2, "stock", {"item": "blanket", "delta": -20, "reason": "handed-out"}),
            made(3, "stock", {"item": "blanket", "delta": -20, "reason": "handed-out"}, device="t-2"),
        ]
    )
    assert state["stock"]["blanket"][""]["value"] == 60
    assert state["stock"]["blanket"][""]["handed_out"] == 40


def test_a_recount_swallows_what_was_before_it_and_not_what_came_after() -> None:
    state = fold(
        [
            made(1, "count", {"field": "people", "delta": 30}),
            made(2, "count", {"field": "people", "total": 100}),
            made(3, "count", {"field": "people", "delta": 3}, device="t-2"),
        ]
    )
    people = state["counts"]["people"]
    assert (people["value"], people["base"], people["since"], people["deltas"]) == (103, 100, 3, 1)


def test_an_unknown_total_stays_unknown_and_tells_the_change() -> None:
    state = fold(
        [
            made(1, "count", {"field": "people", "total": None}),
            made(2, "count", {"field": "people", "delta": 4}),
        ]
    )
    people = state["counts"]["people"]
    assert (people["value"], people["since"], people["counted"]) == (None, 4, False)


def test_a_count_below_zero_is_kept_and_flagged() -> None:
    people = fold([made(1, "count", {"field": "people", "delta": -4})])["counts"]["people"]
    assert (people["value"], people["negative"], people["counted"]) == (-4, True, False)


def test_thousandths_do_not_depend_on_their_order() -> None:
    parts = [made(n, "stock", {"item": "milk", "delta": 0.1}, device=f"t-{n}") for n in range(10)]
    assert fold(parts)["stock"]["milk"][""]["value"] == 1
    assert canonical_text(fold(parts)["stock"]["milk"][""]["value"]) == "1"


def test_the_newer_value_holds_and_one_at_the_same_time_is_a_conflict() -> None:
    state = fold(
        [
            made(1, "set", {"fields": {"power": "mains"}}),
            made(30, "set", {"fields": {"power": "none"}}, device="t-2"),
        ]
    )
    power = state["fields"]["power"]
    assert power["value"] == "none"
    assert [conflict["value"] for conflict in power["conflicts"]] == ["mains"]


def test_much_older_values_and_equal_ones_are_no_conflicts() -> None:
    old = made(1, "set", {"fields": {"power": "mains"}})
    assert (
        fold([old, made(900, "set", {"fields": {"power": "none"}}, device="t-2")])["fields"]["power"][
            "conflicts"
        ]
        == []
    )
    assert (
        fold([old, made(9, "set", {"fields": {"power": "mains"}}, device="t-2")])["fields"]["power"][
            "conflicts"
        ]
        == []
    )


def test_what_was_knowingly_replaced_does_not_come_back_by_a_wrong_clock() -> None:
    fast = made(1, "set", {"fields": {"power": "mains"}}, device="t-2", wall_ms=1_780_999_999_000)
    seen = made(2, "set", {"fields": {"power": "none"}}, after=[ulid(1)])
    power = fold([fast, seen])["fields"]["power"]
    assert (power["value"], power["conflicts"]) == ("none", [])


def test_operations_that_name_each_other_still_have_a_winner() -> None:
    one = made(1, "set", {"fields": {"power": "mains"}}, after=[ulid(2)])
    other = made(2, "set", {"fields": {"power": "none"}}, after=[ulid(1)], device="t-2")
    assert fold([one, other])["fields"]["power"]["value"] == "none"


def test_an_add_that_nobody_saw_survives_a_removal() -> None:
    first = made(1, "add", {"set": "infections", "key": "room2", "value": {"n": 1}})
    unseen = made(2, "add", {"set": "infections", "key": "room2", "value": {"n": 2}}, device="t-2")
    removal = made(3, "remove", {"set": "infections", "key": "room2", "tags": [ulid(1)]})
    state = fold([first, removal, unseen])
    assert state["sets"]["infections"]["room2"] == {
        "actor": "佐藤",
        "seen_ms": unseen[1].seen_ms,
        "tags": [ulid(2)],
        "value": {"n": 2},
    }
    assert fold([first, removal])["sets"] == {}


def test_a_kind_of_a_newer_app_is_kept() -> None:
    assert fold([made(1, "hologram", {"x": 1})])["other"] == {"hologram": [ulid(1)]}


def test_the_digest_is_that_of_the_canonical_text() -> None:
    assert digest({"b": 1.0, "a": "あ"}) == digest({"a": "あ", "b": 1})
    assert canonical_text({"b": 1.0, "a": [0.5, None, True]}) == '{"a":[0.5,null,true],"b":1}'
    assert canonical_text({"\U0001f600": 1, "\uffff": 2}) == '{"\U0001f600":1,"\uffff":2}'
    with pytest.raises(ValueError):
        canonical_text(float("nan"))


def test_raw_operations_of_the_maker_are_operations() -> None:
    assert check_operation(raw(1, "set", {"fields": {}})).id == ulid(1)
