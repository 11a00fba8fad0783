"""The words for why something does not come, Japanese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shelters.matching.plan import ReasonTold
from shelters.matching.problem import Problem
from shelters.matching.reasons import Reason

#: how many roads are named in a sentence; the list holds all
_NAMED: Final = 3
_WORDS: Final = {
    "truck-capacity": ("{depot} のトラックの稼働時間が足りない", "the trucks of {depot} have no time left"),
    "handling-capacity": ("{depot} の荷役能力が足りない", "{depot} can load no more in these hours"),
    "forbidden": ("担当者が禁止した{why}", "forbidden by a person{why}"),
    "road-cut": ("{depot} からの道路が通行できない: {roads}", "road cut at {roads} (from {depot})"),
    "truck-class": (
        "{depot} に {largest} 以下で通れるトラックがない{at}",
        "no truck ≤ {largest} at {depot}{at}",
    ),
    "hours": (
        "開設時間内に往復できない ({depot})",
        "no round trip from {depot} within the hours of the plan",
    ),
    "expiry": ("期限が足りない (ロット {lot})", "expiry (lot {lot})"),
    "allergen-free-lot-missing": ("アレルゲンを含まないロットがない", "no lot free of the allergens"),
    "not-worth": (
        "運ぶ負担が効果を上回る、または他の需要を優先した ({lot})",
        "not worth its way, or other needs go first ({lot})",
    ),
    "stock-used": ("在庫はすべて他の需要に充てた", "no lot left: all stock goes to needs that weigh more"),
    "no-lot": ("どの拠点にも在庫がない", "no lot: no depot has any"),
}


def tell(problem: Problem, reason: Reason, shelter: int, unit: float) -> ReasonTold:
    """Return the reason in words; `unit` [item units per pd], `shelter` its position."""
    lot = problem.lots[reason.lot].id if reason.lot is not None else ""
    depot = _name(problem.depots[reason.depot]) if reason.depot is not None else ""
    # a road that is cut in several pieces is named once
    roads = list(dict.fromkeys(road_name(problem, edge) for edge in (*reason.cut, *reason.narrow)))
    largest = problem.shelters[shelter].truck_class
    why = _why_forbidden(problem, reason, shelter)
    told = []
    for language, words in enumerate(_WORDS[reason.cause]):
        unknown = ("経路が登録されていない", "no way is known")[language]
        some = "、".join(roads[:_NAMED]) if language == 0 else ", ".join(roads[:_NAMED])
        told.append(
            words.format(
                depot=depot, lot=lot, largest=largest, roads=some or unknown, why=f" ({why})" if why else "",
                at=f" ({some})" if some else "",
            )
        )  # fmt: skip
    return ReasonTold(
        cause=reason.cause, amount=reason.amount * unit, ja=told[0], en=told[1], lot=lot or None, roads=roads
    )


def road_name(problem: Problem, edge: int) -> str:
    """Return what a road is called: its name or its number, and what is the matter with it."""
    if problem.roads is None:
        return str(edge)
    edges = problem.roads.edges
    name = edges.name[edge] if edges.name is not None else None
    label = name or f"#{edge} ({edges.from_[edge]}–{edges.to[edge]})"
    if edges.closed is not None and edges.closed[edge]:
        return f"{label} 通行止"
    depth = edges.depth_m[edge] if edges.depth_m is not None else None
    if depth:
        return f"{label} 浸水{depth:g}m"
    narrow = edges.max_class[edge] if edges.max_class is not None else None
    return f"{label} ≤{narrow}" if narrow else label


def _why_forbidden(problem: Problem, reason: Reason, shelter: int) -> str:
    lot = problem.lots[reason.lot] if reason.lot is not None else None
    for forbid in problem.forbids:
        named: Sequence[tuple[str | None, str | None]] = (
            (forbid.lot, lot.id if lot else None),
            (forbid.item, lot.item if lot else None),
            (forbid.depot, lot.depot if lot else None),
            (forbid.shelter, problem.shelters[shelter].id),
        )
        if forbid.why and all(asked is None or asked == there for asked, there in named):
            return forbid.why
    return ""


def _name(place: object) -> str:
    return str(getattr(place, "name", "") or getattr(place, "id", ""))
