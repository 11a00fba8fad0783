"""What becomes of a proposal when conditions are looked at again: opened, raised, lowered, expired. Pure.

Time comes from the caller; a clock that jumps back issues nothing twice, one that jumps ahead loses
nothing: a proposal whose conditions stand is renewed, and the chronology says that it had run out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from geo.chronology import Event

Row = Mapping[str, Any]

#: parts of the content that follow the clock: they alone are no reason for another revision
_MOVING: Final = ("available",)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the conditions say of one area and hazard now."""

    id: str
    area_kind: str
    area_id: str
    area_code: str
    hazard: str
    act: str
    level: int
    held: bool
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """The next row of a proposal, why, and what the chronology says of it."""

    row: dict[str, Any]
    cause: str
    event: Event | None


def step(
    incident_id: int, row: Row | None, wanted: Wanted | None, now: datetime, valid: timedelta
) -> Step | None:
    """Return what becomes of the proposal `row` when `wanted` is what the conditions say; None = nothing."""
    if wanted is None:
        if row is None or row["state"] == "expired":
            return None
        return _expired(row, now)
    if row is None or row["state"] == "expired":
        made = _row(incident_id, wanted, now, valid) | {"state": "open", "opened_at": now, "decision": None}
        return Step(made, "opened", _event("proposal.opened", made, now))
    made = _row(incident_id, wanted, now, valid)
    made |= {name: row[name] for name in ("state", "opened_at", "decision")}
    if wanted.level > row["level"] or wanted.act != row["act"]:
        made |= {"state": "open", "decision": None}
        return Step(made, "raised", _event("proposal.raised", made, now, row["level"]))
    if wanted.level < row["level"]:
        return Step(made, "lowered", _event("proposal.lowered", made, now, row["level"]))
    if row["expires_at"] <= now:
        return Step(made, "renewed", _event("proposal.renewed", made, now))
    if _material(wanted.content) != _material(row["content"]) or wanted.held != row["held"]:
        return Step(made, "changed", None)
    left = row["expires_at"] - now
    return Step(made, "renewed", None) if not valid / 2 < left <= valid else None


def _expired(row: Row, now: datetime) -> Step:
    made = {**row, "state": "expired", "updated_at": now, "expires_at": min(row["expires_at"], now)}
    return Step(made, "expired", _event("proposal.expired", made, now))


def _row(incident_id: int, wanted: Wanted, now: datetime, valid: timedelta) -> dict[str, Any]:
    names = ("id", "area_kind", "area_id", "area_code", "hazard", "act", "level", "held")
    return {
        "incident_id": incident_id,
        **{name: getattr(wanted, name) for name in names},
        "updated_at": now,
        "expires_at": now + valid,
        "content": dict(wanted.content),
    }


def _material(content: Row) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in _MOVING}


_HAZARDS: Final = {
    "flood": ("洪水", "flood"),
    "landslide": ("土砂災害", "landslide"),
    "surge": ("高潮", "storm surge"),
    "inland": ("内水", "inland flooding"),
}
#: code → words; they never ask anybody to evacuate
_WORDS: Final = {
    "proposal.opened": ("{act}の検討条件に到達", "conditions reached to consider {act_en}"),
    "proposal.raised": (
        "{act}の検討条件に到達（検討レベル{before}から）",
        "conditions reached to consider {act_en} (before: level {before})",
    ),
    "proposal.lowered": (
        "検討レベル{before}から{level}に低下",
        "level under consideration fell from {before} to {level}",
    ),
    "proposal.renewed": (
        "{act}の検討が更新されないまま失効していた。条件は続いており、更新した",
        "consideration of {act_en} had run out without being renewed; its conditions stand, it is renewed",
    ),
    "proposal.expired": (
        "検討条件に該当しなくなり、{act}の検討を終了（解除・安全を意味しない）",
        "conditions no longer hold, consideration of {act_en} ends (no lifting, and not safety)",
    ),
}  # fmt: skip
_ORDERS: Final = {3: "レベル3高齢者等避難", 4: "レベル4避難指示", 5: "レベル5緊急安全確保"}


def _event(code: str, row: Row, now: datetime, before: int | None = None) -> Event:
    lift = row["act"] == "lift"
    content = row["content"]
    words, words_en = _WORDS[code]
    hazard, hazard_en = _HAZARDS[row["hazard"]]
    filled = {
        "act": f"{_ORDERS[row['level']]}の{'解除' if lift else '発令'}",
        "act_en": f"{'lifting' if lift else 'issuing'} level {row['level']}",
        "before": before,
        "level": row["level"],
    }
    where = content["area"]["name"]
    grounds = "・".join(item["text"] for item in content["evidence"][:2])
    grounds_en = "; ".join(item["text_en"] for item in content["evidence"][:2])
    told = code in ("proposal.opened", "proposal.raised") and grounds
    return Event(
        event_at=now,
        category="order",
        object_kind="proposal",
        object_id=row["id"],
        severity=0 if code in ("proposal.lowered", "proposal.expired") or lift else min(row["level"], 4) - 1,
        code=code,
        text=f"【参考】{where}（{hazard}） " + words.format(**filled)
        + (f"（根拠: {grounds}）" if told else ""),
        text_en=f"Estimate, {where} ({hazard_en}): " + words_en.format(**filled)
        + (f" (grounds: {grounds_en})" if told else ""),
        params={"level": row["level"], "before": before, "act": row["act"], "held": row["held"]},
    )  # fmt: skip
