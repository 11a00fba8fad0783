"""Reads `rules/shelter-choice.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from alerts.shelter_choice.problem import ChoiceRules


@cache
def read_choice_rules() -> dict[str, Any]:
    """Return the tables as they stand."""
    return tomllib.loads((files("alerts") / "rules" / "shelter-choice.toml").read_text(encoding="utf-8"))


def choice_rules() -> ChoiceRules:
    """Return what a problem is reckoned with where it says nothing."""
    rules = read_choice_rules()
    crowding, walking, house = rules["crowding"], rules["walking"], rules["house"]
    return ChoiceRules(
        comfortable=crowding["comfortable"],
        crush_s=crowding["crush_s"],
        assumed_capacity=crowding["assumed_capacity"],
        speed_m_s=walking["speed_m_s"],
        slow_m_s=walking["slow_m_s"],
        detour=walking["detour"],
        margin_s=rules["roads"]["margin_s"],
        pace_m_s=walking["pace_m_s"],
        night_factor=walking["night_factor"],
        delay_s=walking["delay_s"],
        night_delay_s=walking["night_delay_s"],
        soft_s=rules["needs"]["soft_s"],
        floor_m=house["floor_m"],
        endure_h=house["endure_h"],
    )
