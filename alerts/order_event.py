"""The words of the chronology about orders and advice (docs/orders.md). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from alerts.order import Order, Revision
from alerts.order_rights import Signer
from alerts.terms import terms
from geo.chronology import Event
from geo.municipality import PREFECTURES

#: code → severity, words in Japanese, words in English
_ORDER: Final[Mapping[str, tuple[int, str, str]]] = {
    "order.drafted": (1, "{what}の{act}案を作成", "{act} drafted: {what}"),
    "order.submitted": (2, "{what}の{act}案を承認に提出", "{act} submitted for approval: {what}"),
    "order.returned": (2, "{what}の{act}案を差し戻し（理由: {reason}）", "{act} returned: {what} ({reason})"),
    "order.issued": (5, "{what}を発令", "issued: {what}"),
    "order.updated": (5, "{what}に更新", "updated: {what}"),
    "order.lifted": (4, "{what}を解除", "lifted: {what}"),
    "order.withdrawn": (
        2,
        "{what}の{act}案を取り下げ（理由: {reason}）",
        "{act} withdrawn: {what} ({reason})",
    ),
    "order.recorded": (
        5,
        "{what}の{act}を記録（出所: {reason}）",
        "{act} recorded: {what} (source: {reason})",
    ),
}
_ACT: Final = {"issue": ("発令", "order"), "update": ("更新", "update"), "lift": ("解除", "lifting")}
_COUNTY: Final = re.compile(r"^.+?郡(?=.+[町村]$)")


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Why the proposal behind an order holds no more; who signs all the same must have said that he knows."""

    words: str
    words_en: str


def short_name(area_name: str | None, code: str) -> str:
    """Return the name of a municipality without prefecture and county: 勝浦町; without a name its code."""
    if not area_name:
        return code
    prefecture = PREFECTURES.get(code[:2], "")
    return _COUNTY.sub("", area_name.removeprefix(prefecture)) or area_name


def order_event(
    code: str,
    order: Order,
    revision: Revision,
    signer: Signer,
    area_name: str | None,
    *,
    at: datetime,
    reason: str = "",
    stale: Stale | None = None,
) -> Event:
    """Return the entry that says what was done with an order, by whom."""
    severity, words, words_en = _ORDER[code]
    level, content = revision.content.level, revision.content
    where = short_name(area_name, order.area)
    ja, en = _called(level, "ja"), _called(level, "en")
    places = "、".join(_names(content.districts)) or "全域"
    places_en = ", ".join(_names(content.districts)) or "whole municipality"
    act, act_en = _ACT[revision.act]
    said = "" if stale is None else f"〔{stale.words}を承知の上で署名〕"
    said_en = "" if stale is None else f" [signed knowing that {stale.words_en}]"
    return Event(
        event_at=revision.effective_at or at if code == "order.recorded" else at,
        category="order",
        object_kind="order",
        object_id=str(order.id),
        severity=severity,
        code=code,
        text=words.format(what=f"{where} {ja}（{places}）", act=act, reason=reason) + said,
        text_en=words_en.format(what=f"{where} {en} ({places_en})", act=act_en, reason=reason) + said_en,
        params={
            "area": order.area,
            "level": level,
            "revision": revision.number,
            "act": revision.act,
            **({} if stale is None else {"stale_proposal": stale.words_en}),
            **({"digest": revision.digest} if revision.digest is not None else {}),
        },
        author_id=signer.account_id,
        author=signer.name,
    )


def desk_event(
    code: str,
    kind: str,
    object_id: str,
    signer: Signer,
    words: tuple[str, str],
    *,
    area: str,
    at: datetime,
    severity: int,
) -> Event:
    """Return an entry about advice or a proposal for `area`, its `words` in Japanese and English."""
    return Event(
        event_at=at,
        category="order",
        object_kind=kind,
        object_id=object_id,
        severity=severity,
        code=code,
        text=words[0],
        text_en=words[1],
        params={"area": area},
        author_id=signer.account_id,
        author=signer.name,
    )


def _called(level: int, language: str) -> str:
    table = terms()
    return f"{table.word(f'level.{level}', language).text} {table.word(f'order.{level}', language).text}"


def _names(districts: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(district.get("name") or district.get("code")) for district in districts]
