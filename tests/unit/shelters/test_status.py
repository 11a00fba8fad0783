from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from operation_maker import BASE_MS, made

from shelters.demand import days_of_cover, need_once, need_per_day, people_by_class, shortage
from shelters.merge import fold
from shelters.roll import digits, read_roll, search_text
from shelters.rulebook import ShelterRulesError, bands, build_norms, items, norms, read_rules, tablet_rules
from shelters.status import comms_state, covers, fuel_until, summarise

UNITS = {name: entry["unit"] for name, entry in items().items()}


def summary(*operations: tuple[str, dict[str, Any]], capacity: int | None = 100) -> dict[str, Any]:
    state = fold(made(number, kind, value) for number, (kind, value) in enumerate(operations, 1))
    return summarise(state, read_roll(state).count(), capacity, norms(), bands(), UNITS)


def people(number: int | None) -> tuple[str, dict[str, Any]]:
    return ("count", {"field": "people", "total": number})


@pytest.mark.parametrize(
    ("number", "congestion", "near_full"),
    [(None, "unknown", False), (0, "free", False), (29, "free", False), (30, "some", False),
     (60, "crowded", False), (80, "crowded", True), (130, "crowded", True)],
)  # fmt: skip
def test_congestion_by_formula_never_says_full(number: int | None, congestion: str, near_full: bool) -> None:
    told = summary(people(number))
    assert (told["congestion"], told["near_full"], told["congestion_by"]) == (
        congestion,
        near_full,
        "formula",
    )


def test_staff_say_full() -> None:
    told = summary(people(10), ("set", {"fields": {"congestion": "full"}}))
    assert (told["congestion"], told["congestion_by"]) == ("full", "staff")


def test_nothing_said_is_unknown_and_not_good() -> None:
    told = summary()
    assert (told["people"], told["occupancy"], told["congestion"], told["comms"]) == (
        None,
        None,
        "unknown",
        "unknown",
    )
    assert (told["power"], told["toilets"], told["fuel_until"], told["cover"]) == (None, None, None, {})
    assert told["cover_lowest"] is None


def test_a_shelter_without_capacity_has_no_occupancy_until_it_tells_one() -> None:
    assert summary(people(10), capacity=None)["occupancy"] is None
    assert summary(people(10), ("set", {"fields": {"capacity": 40}}), capacity=None)["occupancy"] == 0.25


def test_toilets_fuel_and_lines() -> None:
    told = summary(
        people(100),
        ("set", {"fields": {"toilets": 4, "toilets.portable": 1, "fuel_hours": 2, "comms.radio": "ok"}}),
    )
    assert (told["toilets"], told["people_per_toilet"], told["comms"]) == (5, 20.0, "ok")
    state = fold([made(0, "set", {"fields": {"fuel_hours": 1.5}})])
    assert fuel_until(state) == "2026-06-03T16:34:00Z"
    assert made(0, "set", {"fields": {}})[1].seen_ms == BASE_MS
    assert comms_state({"a": "ok", "b": "none"}) == "partial"
    assert comms_state({"a": "none"}) == "none"
    assert comms_state({"a": "what"}) == "unknown"


def test_cover_is_what_is_there_over_what_is_needed() -> None:
    told = summary(
        people(100),
        ("stock", {"item": "water", "total": 600}),
        ("stock", {"item": "milk-liquid", "total": 1000}),
        ("supply", {"line": "l", "state": "on-the-way", "item": "water", "amount": 90}),
    )
    assert told["cover"]["water"] == {"days": 2.0, "amount": 600, "per_day": 300, "unit": "L"}
    assert told["cover"]["milk-powder"]["days"] == pytest.approx(130 / 216, abs=0.01)
    assert told["cover_lowest"]["item"] == "milk-powder"
    assert told["requests"] == {"open": 1, "urgent": 0}


def test_who_was_counted_is_not_assumed() -> None:
    state = fold([made(1, *people(100)), made(2, "count", {"field": "people.age0", "total": 7})])
    found = {one.item: one for one in covers(state, 0, norms())}
    assert (found["milk-powder"].need_per_day, found["milk-powder"].counted) == (945, True)
    assert (found["diaper-child"].need_per_day, found["diaper-child"].counted) == (20, False)
    blankets = found["blanket"]
    assert (blankets.need_per_day, blankets.need_once, blankets.days_of_cover) == (0, 200, None)


def test_people_in_cars_are_served_and_the_register_stands_in_for_a_count() -> None:
    state = fold([made(1, *people(10)), made(2, "count", {"field": "stay.car", "total": 5})])
    assert covers(state, 0, norms())[0].need_per_day == 45
    assert covers(fold([]), 4, norms())[0].need_per_day == 12
    assert covers(fold([]), 0, norms())[0].need_per_day is None


def test_demand_arrays() -> None:
    known = norms()
    crowd = np.array([100.0, np.nan, 0.0])
    by_class, counted = people_by_class(crowd, np.full((3, len(known.classes)), np.nan), known)
    assert counted[:, 0].tolist() == [True, False, True]
    per_day, once = need_per_day(by_class, known), need_once(by_class, known)
    water, blanket = known.items.index("water"), known.items.index("blanket")
    assert per_day[0, water] == 300
    assert np.isnan(per_day[1, water])
    assert per_day[2].tolist() == [0.0] * len(known.items)
    assert per_day[1, blanket] == 0
    stock = np.zeros_like(per_day)
    assert days_of_cover(stock, per_day)[0, water] == 0
    assert np.isinf(days_of_cover(stock, per_day)[2, water])
    assert days_of_cover(stock - 5, per_day)[0, water] == 0
    assert np.isnan(days_of_cover(np.full_like(stock, np.nan), per_day)[2, water])
    short = shortage(stock, stock + 50, stock + 30, per_day, once, 2.0)
    assert (short[0, water], short[0, blanket]) == (550, 120)
    with pytest.raises(ValueError, match="positive"):
        shortage(stock, stock, stock, per_day, once, 0.0)
    empty = people_by_class(np.zeros(0), np.zeros((0, len(known.classes))), known)[0]
    assert need_per_day(empty, known).shape == (0, len(known.items))


def test_rules_that_contradict_themselves_are_refused() -> None:
    rules = read_rules("norms")
    with pytest.raises(ShelterRulesError, match="profile"):
        build_norms(rules, "nobody's", items())
    with pytest.raises(ShelterRulesError, match="water"):
        build_norms(rules, "national", {})
    doubled = {**rules, "norm": [rules["norm"][0], rules["norm"][0]]}
    with pytest.raises(ShelterRulesError, match="two"):
        build_norms(doubled, "national", items())


def test_the_tablet_is_given_every_word_in_three_ways() -> None:
    rules = tablet_rules()
    fields = {entry["field"] for entry in rules["fields"]}
    assert {"opening", "ordered", "power", "fuel_hours", "access", "comms.kddi.data", "toilets"} <= fields
    for entry in [*rules["fields"], *rules["counts"], *rules["items"], *rules["groups"]]:
        assert entry["ja"]
        assert entry["easy"]
        assert entry["en"]
    counted = {entry["field"] for entry in rules["counts"]}
    assert {name for name in norms().counted if name} <= counted


def test_roll_counts_people_once() -> None:
    state = fold(
        [
            made(1, "household", {"household": "f1", "fields": {"name": "山田", "count": 3}}),
            made(2, "person", {"person": "p1", "fields": {"household": "f1"}}),
            made(3, "person", {"person": "p2", "fields": {"name": "一人"}}),
            made(4, "absence", {"persons": ["p2"], "until": "2026-06-04T00:00:00Z"}),
            made(5, "outside", {"households": ["f2"]}),
            made(6, "household", {"household": "f2", "fields": {"count": 2}}),
        ]
    )
    assert read_roll(state).count() == {
        "persons": 6,
        "households": 2,
        "present": 3,
        "absent": 1,
        "outside": 2,
    }
    gone = fold([*_again(state), made(9, "leave", {"households": ["f1"]})])
    assert read_roll(gone).count()["present"] == 0


def _again(_state: dict[str, Any]) -> list[Any]:
    return [
        made(1, "household", {"household": "f1", "fields": {"name": "山田", "count": 3}}),
        made(2, "person", {"person": "p1", "fields": {"household": "f1"}}),
    ]


@pytest.mark.parametrize(
    ("told", "protected"),
    [([], False), ([False], False), ([True], True), ([None], True), ([True, False], False)],
)
def test_protection_is_lifted_by_a_plain_no_only(told: list[Any], protected: bool) -> None:
    operations = [made(1, "person", {"person": "p1", "fields": {"name": "x"}})]
    operations += [
        made(number, "person", {"person": "p1", "fields": {"protected": value}})
        for number, value in enumerate(told, 2)
    ]
    assert read_roll(fold(operations)).persons[0].protected is protected


def test_contradiction_about_protection_protects() -> None:
    yes = made(1, "person", {"person": "p1", "fields": {"protected": True, "consent": "place"}})
    no = made(2, "person", {"person": "p1", "fields": {"protected": False, "consent": "safe"}}, device="t-2")
    card = read_roll(fold([yes, no])).persons[0]
    assert (card.protected, card.consent) == (True, "none")


def test_names_and_numbers_in_one_form() -> None:
    assert search_text("ﾔﾏﾀﾞ　たろう") == search_text("ヤマダ・タロウ") == "ヤマダタロウ"
    assert search_text("  ") is None
    assert search_text(7) is None
    assert digits("０８８－１２３") == "088123"
    assert digits("+81 88-123-4567") == "0881234567"
