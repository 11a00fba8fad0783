"""The words of a proposal: its evidence, what would change it, what is not known. Pure.

Every item is `{"text", "text_en", …}`. Words say 推計 (an estimate) where this system computed, and never
ask anybody to evacuate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from alerts.proposal_rules import GaugeRule, ProposalRules
from geo.moment import utc_text

Row = Mapping[str, Any]
Item = dict[str, Any]

JST: Final = timezone(timedelta(hours=9))
_THRESHOLDS: Final = {
    "evacuation": ("避難判断水位", "evacuation level"),
    "danger": ("氾濫危険水位（相当）", "danger level"),
    "overflow": ("氾濫開始水位", "overflow level"),
}
SOURCE: Final = "Sonae 水位予測"


def clock(moment: datetime | None) -> str:
    """Return a moment as Japan's clocks show it, with its day."""
    if moment is None:
        return "不明"
    local = moment.astimezone(JST)
    return f"{local.month}/{local.day} {local:%H:%M}"


def gauge_name(gauge: Row) -> str:
    """Return a gauge with its river."""
    return f"{gauge['name']}（{gauge['river']}）" if gauge["river"] else str(gauge["name"])


def threshold_name(threshold: str) -> tuple[str, str]:
    """Return what a threshold is called (ja, en)."""
    return _THRESHOLDS[threshold]


def of_rule(gauge: Row, rule: GaugeRule) -> Item:
    """Return the evidence that a gauge fulfils a rule; where it is held the value is null."""
    ja, en = _THRESHOLDS[rule.threshold]
    limit_m = gauge[f"{rule.threshold}_m"]
    name = gauge_name(gauge)
    common = {"object_kind": "gauge", "object_id": gauge["id"], "rule": rule.id}
    if rule.signal == "observed":
        told = "" if gauge["level_m"] is None else f" {gauge['level_m']:.2f}m"
        return {
            "kind": "observed",
            "text": f"{name} 水位{told}（{ja} {limit_m:.2f}m に到達、{clock(gauge['observed_at'])} 観測）",
            "text_en": f"{name}: level{told} ({en} {limit_m:.2f} m reached,"
            f" read {clock(gauge['observed_at'])} JST)",
            "value": gauge["level_m"],
            "unit": "m",
            "at": utc_text(gauge["observed_at"]),
            "source": "水位計",
            **common,
        }
    chance = _chance(gauge, rule)
    percent = "不明（予測なし）" if chance is None else _percent(chance)
    percent_en = "unknown (no forecast)" if chance is None else _percent(chance)
    hours = f"{rule.within_h:g}"
    return {
        "kind": "forecast",
        "text": f"{name} 【推計】{hours}時間以内に{ja} {limit_m:.2f}m に達する確率 {percent}"
        f"（{clock(gauge['origin_at'])} 予測）",
        "text_en": f"{name}: estimate, {percent_en} to reach {en} {limit_m:.2f} m within {hours} h"
        f" (as of {clock(gauge['origin_at'])} JST)",
        "value": chance,
        "unit": "probability",
        "at": utc_text(gauge["origin_at"]),
        "source": SOURCE,
        **common,
    }  # fmt: skip


def _chance(gauge: Row, rule: GaugeRule) -> float | None:
    chances = (gauge["passing"] or {}).get(rule.threshold)
    return None if not chances else float(chances[min(max(round(rule.within_h), 1), len(chances)) - 1])


def _percent(chance: float) -> str:
    return "100%" if chance >= 1 else f"{min(max(round(chance * 100), 1), 99)}%"


def of_warning(warning: Row, kind: str = "official") -> Item:
    """Return the evidence that an official warning stands."""
    return {
        "kind": kind,
        "text": f"{warning['name']} 発表中"
        f"（{warning['publisher']} {warning['region']}、{clock(warning['issued_at'])}）",
        "text_en": f"{warning['name']} in force ({warning['publisher']} {warning['region']},"
        f" {clock(warning['issued_at'])} JST)",
        "value": warning["level"],
        "unit": "level",
        "at": utc_text(warning["issued_at"]),
        "source": warning["publisher"],
        "object_kind": "warning",
        "object_id": warning["id"],
    }  # fmt: skip


def of_flood(flooded: Row) -> Item:
    """Return the evidence that a simulated breach brings water to people of the area."""
    hours = None if flooded["first_s"] is None else flooded["first_s"] / 3600
    ja, en = ("到達時刻不明", "arrival unknown") if hours is None else (
        f"破堤から{hours:.1f}時間で到達", f"{hours:.1f} h after the breach")  # fmt: skip
    people = "不明" if flooded["people"] is None else f"{flooded['people']:.0f}人"
    return {
        "kind": "inundation",
        "text": f"【推計】浸水計算「{flooded['title']}」: 浸水域の人口 {people}、{ja}",
        "text_en": f"Estimate, simulated flood {flooded['title_en']!r}: people in water"
        f" {'unknown' if flooded['people'] is None else round(flooded['people'])}, {en}",
        "value": flooded["people"],
        "unit": "people",
        "at": utc_text(flooded["finished_at"]),
        "source": "Sonae 浸水計算",
        "object_kind": "inundation",
        "object_id": str(flooded["id"]),
    }


def item(text: str, text_en: str) -> Item:
    """Return words in both languages."""
    return {"text": text, "text_en": text_en}


def of_dark() -> Item:
    """Return the evidence that people would be on the way in the dark."""
    return {
        "kind": "night",
        "text": "夜間: 移動は暗い中になる",
        "text_en": "Night: people would be on the way in the dark",
        "value": None,
        "unit": None,
        "at": None,
        "source": "Sonae（太陽の高さ）",
        "object_kind": None,
        "object_id": None,
    }


def easing(gauge: Row, rule: GaugeRule) -> Item:
    """Return what would end the fulfilment of a rule."""
    ja, en = _THRESHOLDS[rule.threshold]
    name, limit_m = gauge_name(gauge), gauge[f"{rule.threshold}_m"]
    if rule.signal == "observed":
        low_m = limit_m + rule.ease
        return item(
            f"{name} の水位が {low_m:.2f}m を下回れば該当しなくなる",
            f"{name}: no longer fulfilled below {low_m:.2f} m",
        )
    return item(
        f"{name} {rule.within_h:g}時間以内に{ja}に達する確率が {rule.ease:.0%} を下回れば該当しなくなる",
        f"{name}: no longer fulfilled when the probability of {en} within {rule.within_h:g} h falls below"
        f" {rule.ease:.0%}",
    )


def missing_gauge(gauge: Row) -> Item:
    """Return that a gauge has no forecast any more; it says nothing of safety."""
    name, seen = gauge_name(gauge), clock(gauge["observed_at"])
    return item(
        f"{name}: 予測なし（最後の観測 {seen}）。危険が去ったという意味ではない",
        f"{name}: no forecast (last reading {seen} JST); this does not mean that the danger has passed",
    )


def silent_gauges(gauges: Sequence[Row]) -> Item:
    """Return that gauges of the area are silent beyond their time, with no rule fulfilled so far."""
    names = [gauge_name(gauge) for gauge in gauges]
    more, more_en = (
        (f" ほか{len(names) - 3}局", f" and {len(names) - 3} more") if len(names) > 3 else ("", "")
    )
    return item(
        f"途絶している水位観測所: {'、'.join(names[:3])}{more}。危険がないという意味ではない",
        f"Silent gauges: {', '.join(names[:3])}{more_en}; this does not mean that there is no danger",
    )


def doubted_gauge(gauge: Row) -> Item:
    """Return that a gauge is not counted, since its danger level is doubted."""
    name = gauge_name(gauge)
    return item(
        f"{name}: 危険水位の値に疑いがあり、判断に使っていない",
        f"{name}: its danger level is doubted, it is not counted",
    )


def travel_unknown(rules: ProposalRules) -> Item:
    """Return that nobody knows how far people have to go."""
    metres = f"{rules.travel.unknown_m:g}"
    return item(
        f"避難距離は人口・避難場所のデータがないため {metres}m と仮定",
        f"How far people have to go is not known (no people or no refuges here): {metres} m assumed",
    )
