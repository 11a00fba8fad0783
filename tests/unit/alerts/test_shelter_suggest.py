"""Another shelter is suggested where the price of crowding is worth the way on, by soft loads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alerts.shelter_choice.choice import NOWHERE, Case, ChoiceError, choose
from alerts.shelter_choice.suggest import Suggestion, suggest_others

#: shelters on a line, so far apart on foot [s]
AT_S = np.array([0.0, 400.0, 900.0])


def told(present: list[float], *, persons: float = 0.0, fit: str = "yyy", full: str = "nnn") -> Suggestion:
    homes = 1 if persons else 0
    case = Case(
        persons=np.full(homes, persons),
        travel_s=np.abs(AT_S)[None, :].repeat(homes, axis=0),
        capacity=np.full(3, 100.0),
        present=np.array(present),
    )
    flags = [np.array([letter == "y" for letter in one]) for one in (fit, full)]
    return suggest_others(case, np.abs(AT_S[:, None] - AT_S), fit=flags[0], full=flags[1])


def test_the_next_is_suggested_once_the_crowd_is_worth_the_way() -> None:
    # a price of 9000 s · (load − 0.8): 700 s are worth it at 0.8 + 0.078
    assert told([87.0, 0.0, 0.0]).other.tolist() == [NOWHERE] * 3
    assert told([88.0, 0.0, 0.0]).other.tolist() == [1, NOWHERE, NOWHERE]
    assert told([120.0, 120.0, 0.0]).other.tolist() == [2, 2, NOWHERE]


def test_only_what_fits_and_is_not_full_is_suggested() -> None:
    assert told([120.0, 0.0, 0.0], fit="ynn").other.tolist() == [NOWHERE] * 3
    assert told([120.0, 0.0, 0.0], full="nyn").other[0] == 2
    assert told([10.0, 0.0, 0.0], full="ynn").other.tolist() == [1, NOWHERE, NOWHERE]
    assert told([10.0, 130.0, 130.0], full="ynn").other[0] == NOWHERE, "never on to where it is crushed"


def test_people_who_will_come_are_shared_out_and_nobody_is_lost() -> None:
    found = told([50.0, 0.0, 0.0], persons=90.0)
    assert found.load.sum() == pytest.approx(140)
    assert 80 < found.load[0] < 90
    assert found.load[1] > found.load[2]


@pytest.mark.parametrize("seed", range(4))
def test_soft_loads_are_near_those_of_the_whole_choice(seed: int) -> None:
    random = np.random.default_rng(seed)
    homes, places = random.uniform(0, 3000, (300, 2)), random.uniform(0, 3000, (12, 2))
    case = Case(
        persons=random.integers(1, 6, 300).astype(float),
        travel_s=np.linalg.norm(homes[:, None] - places[None], axis=2),
        capacity=np.full(12, 80.0),
        present=random.integers(0, 40, 12).astype(float),
    )
    on_s = np.linalg.norm(places[:, None] - places[None], axis=2)
    everywhere, nowhere = np.ones(12, dtype=bool), np.zeros(12, dtype=bool)
    soft, whole = suggest_others(case, on_s, fit=everywhere, full=nowhere), choose(case)
    assert soft.load.sum() == pytest.approx(whole.load.sum())
    assert np.abs(soft.load - whole.load).max() < 10
    assert np.abs(soft.price_s - whole.price_s).max() < 900


def test_who_reaches_nothing_fills_nothing_and_shapes_are_checked() -> None:
    case = Case(
        persons=np.array([5.0]),
        travel_s=np.full((1, 2), np.inf),
        capacity=np.array([10.0, 10.0]),
        present=np.array([1.0, 2.0]),
    )
    both = np.ones(2, dtype=bool)
    assert suggest_others(case, np.zeros((2, 2)), fit=both, full=~both).load.tolist() == [1.0, 2.0]
    with pytest.raises(ChoiceError, match="on_s"):
        suggest_others(replace(case), np.zeros((1, 2)), fit=both, full=~both)
