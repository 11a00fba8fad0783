"""Another shelter is suggested where one would be crushed: open, designated, with room, worth the way."""

from __future__ import annotations

from typing import Any

from alerts.public.suggestion import suggest
from alerts.shelter_choice.rules import choice_rules


def place(name: str, lon: float, **changed: Any) -> dict[str, Any]:
    return {
        "id": name,
        "lon": lon,
        "lat": 34.0,
        "capacity": 100,
        "people": 0,
        "reserved": 0,
        "hazards": ["flood"],
        "congestion": "free",
        **changed,
    }


HOME = {"area": "36205", "lon": 134.0, "lat": 34.0, "persons": 4000.0}


def suggested(*places: dict[str, Any], persons: float = 0.0) -> dict[str, str]:
    districts = [{**HOME, "persons": persons}]
    told = suggest({"36205": list(places)}, districts, choice_rules(), share=0.05)
    assert set(told.expected) == {one["id"] for one in places}
    return dict(told.suggested)


def test_who_would_be_crushed_is_told_of_the_next_with_room() -> None:
    crowded, near, far = place("a", 134.0, people=98, reserved=10), place("b", 134.005), place("c", 134.04)
    assert suggested(crowded, near, far) == {"a": "b"}


def test_nobody_is_sent_about_while_there_is_room() -> None:
    assert suggested(place("a", 134.0, people=60), place("b", 134.005)) == {}


def test_what_is_not_designated_or_full_is_never_suggested() -> None:
    crowded = place("a", 134.0, people=130)
    assert suggested(crowded, place("b", 134.001, hazards=None)) == {}
    assert suggested(crowded, place("b", 134.001, hazards=["earthquake"])) == {}
    assert suggested(crowded, place("b", 134.001, congestion="full")) == {}


def test_full_by_word_of_staff_is_left_whatever_the_numbers_say() -> None:
    assert suggested(place("a", 134.0, congestion="full"), place("b", 134.02)) == {"a": "b"}


def test_people_of_the_district_are_reckoned_with_before_they_come() -> None:
    # 200 of 4,000 go; the nearest alone would hold 100
    assert suggested(place("a", 134.0, capacity=60), place("b", 134.002, capacity=400), persons=4000.0) == {}
    told = suggest(
        {"36205": [place("a", 134.0, capacity=60), place("b", 134.002, capacity=400)]},
        [HOME],
        choice_rules(),
        share=0.05,
    )
    assert round(sum(told.expected.values())) == 200
    assert told.expected["a"] <= 70


def test_one_shelter_or_none_is_no_fault() -> None:
    assert suggested(place("a", 134.0, people=500)) == {}
    assert suggest({}, [], choice_rules(), share=0.05).suggested == {}


def test_what_is_expected_is_not_known_where_nobody_counted() -> None:
    places = [place("a", 134.0, people=None), place("b", 134.002)]
    told = suggest({"36205": places}, [HOME], choice_rules(), share=0.05)
    assert set(told.expected) == {"b"}
