"""Who reaches no shelter: why, and whether the upper floor of the house will do (屋内安全確保). Pure.

Staying is advised only as far as three things are known of the house: no zone in which houses collapse, a
floor above the water, water that leaves before supplies end (内閣府, 避難情報に関するガイドライン). Nobody is
ever shown a way through water instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from alerts.shelter_choice.arrangement import Arrangement, arrivals_s, hard_needs
from alerts.shelter_choice.choice import NOWHERE, Integers
from alerts.shelter_choice.problem import ChoiceRules, Group, Problem

REASONS: Final = {
    "none_open": (
        "no shelter is open and designated for this hazard",
        "この災害に対応する開設中の避難所がありません",
    ),
    "need_not_met": (
        "no open shelter takes in what this group needs: the desk must find a place",
        "必要な配慮を受け入れる開設中の避難所がありません。本部で受入先を手配してください",
    ),
    "no_road": (
        "no road of this network leads to a shelter, water or not",
        "浸水がなくても、この道路網では避難所に着けません",
    ),
    "cut_by_water": (
        "the water closes every way before this group is through",
        "通り抜ける前に、すべての経路が浸水で閉ざされます",
    ),
    "too_late": (
        "every way arrives after the latest time",
        "どの経路でも、期限までに着けません",
    ),
}  # fmt: skip
ADVICE: Final = {
    "upper_floor": ("stay, on the upper floor", "屋内安全確保：上の階へ"),
    "upper_floor_unchecked": (
        "stay, on the highest floor; whether that is enough is not known: check by telephone",
        "屋内の最も高い階へ。安全かは未確認（電話で確認してください）",
    ),
    "higher_building": (
        "the upper floor is not enough: a sturdy higher building next door while dry, else call for rescue",
        "上の階でも安全とは言えません。浸水前に限り隣の頑丈な高い建物へ、無理なら救助要請",
    ),
}


def staying(
    problem: Problem, rules: ChoiceRules, arrangement: Arrangement, shelter: Integers
) -> list[dict[str, Any]]:
    """Return for each group that goes nowhere its reason, advice and the checks of its house.

    `shelter` (n,): the plan. Checks are true, false or null = not known.
    """
    rows = np.flatnonzero(shelter == NOWHERE)
    groups = [problem.groups[int(row)] for row in rows]
    reasons = _reasons(problem, rules, arrangement, groups, rows)
    return [_told(group, reason, rules) for group, reason in zip(groups, reasons, strict=True)]


def house_checks(group: Group, rules: ChoiceRules) -> dict[str, bool | None]:
    """Return what is known of a house: `no_collapse`, `floor_above_water`, `water_leaves_in_time`."""
    floor: bool | None = None
    if group.floors is not None and group.depth_m is not None and rules.floor_m:
        # Higher floors than the rules know count as the highest that they know.
        floor = group.depth_m < rules.floor_m[min(group.floors, len(rules.floor_m)) - 1]
    return {
        "no_collapse": None if group.collapse_zone is None else not group.collapse_zone,
        "floor_above_water": floor,
        "water_leaves_in_time": None if group.flooded_h is None else group.flooded_h <= rules.endure_h,
    }


def _reasons(
    problem: Problem, rules: ChoiceRules, arrangement: Arrangement, groups: Sequence[Group], rows: Integers
) -> list[str]:
    if not groups:
        return []
    fit = arrangement.takes[rows] & arrangement.usable[None, :]
    dry_s = arrivals_s(problem, rules, groups, water=False)
    reached = np.isfinite(arrangement.arrive_s[rows]) & fit
    found = []
    for row in range(len(groups)):
        if not arrangement.usable.any():
            found.append("none_open")
        elif not fit[row].any():
            found.append("need_not_met")
        elif not np.isfinite(dry_s[row, fit[row]]).any():
            found.append("no_road")
        else:
            found.append("too_late" if reached[row].any() else "cut_by_water")
    return found


def _told(group: Group, reason: str, rules: ChoiceRules) -> dict[str, Any]:
    checks = house_checks(group, rules)
    known = set(checks.values())
    advice = (
        "higher_building" if False in known else "upper_floor_unchecked" if None in known else "upper_floor"
    )
    return {
        "id": group.id,
        "persons": group.persons,
        "reason": reason,
        "reason_en": REASONS[reason][0],
        "reason_ja": REASONS[reason][1],
        "needs": sorted(hard_needs(group, rules)),
        "advice": advice,
        "advice_en": ADVICE[advice][0],
        "advice_ja": ADVICE[advice][1],
        "house": checks,
    }
