"""What a proposal tells besides its level: grounds, people, time, skill, doubts (docs/orders.md). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from alerts import proposal_words as words
from alerts.proposal_input import Place, Row
from alerts.proposal_rules import GaugeRule, ProposalRules
from alerts.proposal_time import Needed, earliest, latest_start, needed
from alerts.sun import is_dark
from geo.moment import utc_text

Floats = NDArray[np.float64]

_QUANTILES: Final = ("p10", "p50", "p90")
#: people set out so long after the proposal: for asking whether it is dark then
_SETS_OUT: Final = timedelta(minutes=30)
#: level whose need is that of people who are slow or helped
_SLOW: Final = 3
#: lead whose skill is told [h]
_SKILL_H: Final = "3"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One area and hazard under consideration, with what concerns it."""

    place: Place
    hazard: str
    act: str
    level: int
    held: bool
    #: the gauges bound to the area, whether each has a fresh forecast, and how it is bound
    gauges: Sequence[Row]
    fresh: Sequence[bool]
    by: Sequence[tuple[str, str]]
    warnings: Sequence[Row]
    storms: Sequence[Row]
    flooded: Sequence[Row]


def content(case: Case, skill: Mapping[str, Any], rules: ProposalRules, now: datetime) -> dict[str, Any]:
    """Return the content of a proposal, without `orders`."""
    place = case.place
    dark = bool(is_dark((now + _SETS_OUT).timestamp(), place.lon, place.lat))
    grounds = _fulfilled(case, rules)
    need = _need(case, case.level, dark, rules)
    slow = _need(case, min(_SLOW, case.level), dark, rules)
    danger_s, until = _danger(case, grounds)
    unknown = _unknown(case, rules, danger_s)
    return {
        "area": {
            "kind": place.kind,
            "id": place.id,
            "name": place.name,
            "municipality": place.municipality,
            "municipality_name": place.municipality_name,
        },
        "latest_start": _starts(danger_s, need),
        "latest_start_assisted": _starts(danger_s, slow),
        "need": _told_need(need),
        "available": _available(danger_s, until, now),
        **_people(case),
        "evidence": _evidence(case, grounds, dark),
        "skill": _skill(grounds, skill),
        "would_change": _would_change(case, grounds),
        "unknown": unknown,
        "binding": [
            {"gauge": gauge["id"], "by": by, "source": source or None}
            for gauge, (by, source) in zip(case.gauges, case.by, strict=True)
        ],
        "rule": grounds[0][1].id if grounds and grounds[0][1].level == case.level else "official",
        "verified": rules.verified,
    }


def _fulfilled(case: Case, rules: ProposalRules) -> list[tuple[Row, GaugeRule]]:
    """Return the gauges of the area with each rule they fulfil, the highest level first."""
    found = [
        (gauge, rules.by_id(rule)) for gauge in case.gauges if not gauge["doubted"] for rule in gauge["rules"]
    ]
    return sorted(found, key=lambda pair: (-pair[1].level, pair[1].signal == "chance", pair[0]["id"]))


def _need(case: Case, level: int, dark: bool, rules: ProposalRules) -> Needed:
    way_m = case.place.ways_m.get(case.hazard, float("nan"))
    return needed(rules.needs[level], np.array([way_m]), np.array([dark]), rules.travel)


def _danger(case: Case, grounds: Sequence[tuple[Row, GaugeRule]]) -> tuple[Floats, str | None]:
    """Return when the danger comes at p10, p50, p90 [s since 1970], and what is meant by it.

    NaN = not known, inf = not within the forecast. Where only a breach brings water here, its way is added.
    """
    moments, until = np.full(3, np.nan), None
    for at, gauge in enumerate(case.gauges):
        times = gauge["time_to"] or {}
        names = (
            ("overflow", "danger", "evacuation") if case.level == 5 else ("danger", "overflow", "evacuation")
        )
        name = next((one for one in names if one in times), None)
        if name is None or not case.fresh[at] or gauge["doubted"] or not any(g is gauge for g, _ in grounds):
            continue
        after_s = [np.inf if times[name][key] is None else float(times[name][key]) for key in _QUANTILES]
        came = gauge["origin_at"].timestamp() + np.array(after_s) + _way_of_water(case, at)
        moments = earliest(moments, came)
        until = until or f"{words.threshold_name(name)[0]} {words.gauge_name(gauge)}"
    return moments, until


def _way_of_water(case: Case, at: int) -> Floats:
    if case.by[at][0] != "inundation":
        return np.zeros(3)
    runs = [
        row for row in case.flooded if row["gauge_id"] == case.gauges[at]["id"] and row["first_s"] is not None
    ]
    if not runs:
        return np.zeros(3)
    return np.array([min(row["first_s"] for row in runs)] * 2 + [max(row["last_s"] for row in runs)])


def _starts(danger_s: Floats, need: Needed) -> dict[str, str | None] | None:
    """Return the latest moments to start, down to the minute; None = not computable."""
    if np.isnan(danger_s).all() or not np.isfinite(danger_s).any():
        return None
    start = latest_start(danger_s[None, :], need.total_s)[0]
    return {key: _minute(value) for key, value in zip(_QUANTILES, start, strict=True)}


def _minute(seconds: float) -> str | None:
    if not np.isfinite(seconds):
        return None
    return utc_text(datetime.fromtimestamp(seconds // 60 * 60, UTC))


def _told_need(need: Needed) -> dict[str, int]:
    told = {name: round(float(getattr(need, name)[0])) for name in Needed._fields}
    return {**told, "total_s": sum(told.values())}


def _available(danger_s: Floats, until: str | None, now: datetime) -> dict[str, Any] | None:
    if until is None:
        return None
    left = [round(value - now.timestamp()) if np.isfinite(value) else None for value in danger_s]
    return {**{f"{key}_s": value for key, value in zip(_QUANTILES, left, strict=True)}, "until": until}


def _people(case: Case) -> dict[str, Any]:
    place = case.place
    return {
        "people": None if place.people is None else round(place.people),
        "households": None if place.households is None else round(place.households),
        "elderly": None if place.elderly is None else round(place.elderly),
        "people_synthetic": place.synthetic,
        "facilities": [{"kind": kind, "count": count} for kind, count in place.facilities],
    }


def _evidence(case: Case, grounds: Sequence[tuple[Row, GaugeRule]], dark: bool) -> list[dict[str, Any]]:
    warnings = sorted(case.warnings, key=lambda warning: -warning["level"])
    found = [words.of_rule(gauge, rule) for gauge, rule in grounds]
    official = [words.of_warning(warning) for warning in warnings]
    if official and (not grounds or warnings[0]["level"] > grounds[0][1].level):
        found = [*official, *found]
    else:
        found = [*found, *official]
    found += [words.of_flood(row) for row in case.flooded]
    found += [words.of_warning(warning, "storm") for warning in case.storms]
    return [*found, words.of_dark()] if dark and case.act == "issue" else found


def _skill(grounds: Sequence[tuple[Row, GaugeRule]], skill: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how the forecast of the first gauge did in the past; of all gauges where it was never scored."""
    if not grounds:
        return None
    gauge = grounds[0][0]["id"]
    own = (skill.get(gauge) or {}).get("crossings", {}).get(_SKILL_H)
    of = "gauge" if own and own.get("events") else "all"
    told = own if of == "gauge" else (skill.get("*") or {}).get("crossings", {}).get(_SKILL_H)
    if not told:
        return None
    figures = {name: told.get(name) for name in ("pod", "far", "n", "events", "cut_off")}
    return {"gauge": gauge, "lead_h": int(_SKILL_H), **figures, "of": of}


def _would_change(case: Case, grounds: Sequence[tuple[Row, GaugeRule]]) -> list[dict[str, Any]]:
    if case.act == "lift":
        return [
            words.item(
                "再び条件（水位・予測・警報）に達すれば、解除の検討は取り消される",
                "If levels, forecasts or warnings reach a condition again, lifting is no longer considered",
            )
        ]
    found = [words.easing(gauge, rule) for gauge, rule in grounds if rule.level == case.level]
    found += [
        words.item(f"{warning['name']} の切替・解除", f"{warning['name']} is lowered or lifted")
        for warning in case.warnings
        if warning["level"] == case.level
    ]
    return found


def _unknown(case: Case, rules: ProposalRules, danger_s: Floats) -> list[dict[str, Any]]:
    pairs = list(zip(case.gauges, case.fresh, strict=True))
    found = [words.missing_gauge(gauge) for gauge, fresh in pairs if not fresh and gauge["rules"]]
    silent = [gauge for gauge, fresh in pairs if not fresh and gauge["silent"] and not gauge["rules"]]
    if silent:
        found.append(words.silent_gauges(silent))
    found += [words.doubted_gauge(gauge) for gauge, _ in pairs if gauge["doubted"]]
    if case.hazard == "flood" and not case.gauges:
        found.append(words.item("この区域に結び付いた水位観測所がない", "No gauge is bound to this area"))
    if case.act == "issue" and np.isnan(danger_s).all():
        found.append(
            words.item(
                "危険がいつ来るか計算できないため、開始期限は不明",
                "When the danger comes cannot be computed: the latest time to start is not known",
            )
        )
    elif case.act == "issue" and not np.isfinite(danger_s).any():
        found.append(
            words.item(
                "予測の6時間以内に危険の水位に達する見込みは10%未満",
                "Less than 10 % to reach the dangerous level within the 6 h of the forecast",
            )
        )
    if case.place.people is None:
        found.append(words.item("この区域の人口データがない", "No population is loaded for this area"))
    if case.hazard not in case.place.ways_m and rules.needs[case.level].travels:
        found.append(words.travel_unknown(rules))
    return found
