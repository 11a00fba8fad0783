"""The duty of the watch over silent shelters: judges every shelter that somebody spoke of, and tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import DictRow, dict_row

from geo.change import Change, record
from geo.chronology import Event, write_events
from geo.live_value import shelter_value
from geo.moment import utc_text
from geo.queries import load
from shelters.rulebook import rhythm, words_of
from shelters.silence import Cut, Heard, Verdict, judge

_SQL: Final = load("shelters", "status.sql")
#: how often [s]
EVERY_S: Final = 5.0
#: how bad each is in the chronology
_SEVERITY: Final = {"late": 1, "lost": 3, "isolated": 4}
_WORDS: Final = {
    "late": ("定時報告なし", "report is late"),
    "lost": ("連絡途絶", "no contact"),
    "isolated": ("孤立の疑い", "may be isolated"),
}


def watch_shelters(connection: psycopg.Connection[Any], incident_id: int, now: datetime) -> int:
    """Judge all shelters at `now` (incident's clock), write and tell what changed; return how many did."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cuts = read_cuts(cursor, incident_id)
        rows = cursor.execute(_SQL["watched"], {"incident": incident_id}).fetchall()
        changes: list[Change] = []
        changed = 0
        for row in rows:
            if not differs(row, judge_row(row, cuts, now)):
                continue
            changed += 1
            changes += apply_verdict(cursor, incident_id, row, cuts, now)
            told = cursor.execute(_SQL["row"], {"incident": incident_id, "shelter": row["id"]}).fetchone()
            assert told is not None  # noqa: S101 - the row is locked
            changes.append(Change("shelter", told["id"], told["version"], shelter_value(told)))
        record(cursor, incident_id, changes)
    return changed


def read_cuts(cursor: psycopg.Cursor[DictRow], incident_id: int) -> list[Cut]:
    """Return the disruptions that have not ended."""
    rows = cursor.execute(_SQL["cuts"], {"incident": incident_id}).fetchall()
    return [Cut(**{**row, "areas": frozenset(row["areas"])}) for row in rows]


def judge_row(row: Mapping[str, Any], cuts: list[Cut], now: datetime) -> Verdict:
    """Return the verdict on a shelter from its status row with place."""
    summary = row["summary"]
    contacts = [at for at in (row["received_at"], row["tablet_seen_at"]) if at is not None]
    heard = Heard(
        opening=summary.get("opening") if isinstance(summary.get("opening"), str) else None,
        ordered_at=_moment(summary.get("ordered_at")),
        people=summary.get("people"),
        reported_at=row["reported_at"],
        contact_at=max(contacts, default=None),
        comms=summary.get("comms", "unknown"),
        access=summary.get("access") if isinstance(summary.get("access"), str) else None,
        fuel_until=_moment(summary.get("fuel_until")),
        area=row["area_code"],
        lon=row["lon"],
        lat=row["lat"],
    )
    return judge(heard, cuts, now, rhythm())


def differs(row: Mapping[str, Any], verdict: Verdict) -> bool:
    """Whether a verdict says other than the row."""
    told = (verdict.silence, verdict.due_at, reasons_told(verdict))
    return bool((row["silence"], row["due_at"], row["silence_reasons"]) != told)


def apply_verdict(
    cursor: psycopg.Cursor[DictRow], incident_id: int, row: Mapping[str, Any], cuts: list[Cut], now: datetime
) -> list[Change]:
    """Write the verdict on a shelter into its row; return the chronology entries of a change of silence."""
    verdict = judge_row(row, cuts, now)
    action = words_of("action", "silence").get(verdict.silence)
    reasons = reasons_told(verdict)
    cursor.execute(
        _SQL["silence"],
        {
            "incident": incident_id,
            "shelter": row["id"],
            "step": 1 if differs(row, verdict) else 0,
            "due_at": verdict.due_at,
            "silence": verdict.silence,
            "reasons": msgspec.json.encode(reasons).decode(),
            "action": None if action is None else msgspec.json.encode(action).decode(),
        },
    )
    if row["silence"] == verdict.silence:
        return []
    return _entry(cursor, incident_id, row, verdict, reasons, now)


def reasons_told(verdict: Verdict) -> list[dict[str, str]]:
    """Return the reasons of a verdict in words."""
    words = words_of("reason", "code")
    told = []
    for code, label in verdict.reasons:
        at = f"（{label}）" if label else ""
        at_en = f" ({label})" if label else ""
        told.append({"code": code, "ja": words[code]["ja"] + at, "en": words[code]["en"] + at_en})
    return told


def _entry(
    cursor: psycopg.Cursor[DictRow],
    incident_id: int,
    row: Mapping[str, Any],
    verdict: Verdict,
    reasons: list[dict[str, str]],
    now: datetime,
) -> list[Change]:
    """Say in the chronology that a shelter fell silent, or is heard again."""
    if verdict.silence in _WORDS:
        text, text_en = _WORDS[verdict.silence]
        why = "、".join(reason["ja"] for reason in reasons)
        why_en = "; ".join(reason["en"] for reason in reasons)
        text, text_en = f"{text}（{why}）", f"{text_en} ({why_en})"
    elif row["silence"] in _WORDS:
        text, text_en = "連絡回復", "is heard again"
    else:
        return []
    event = Event(
        event_at=now,
        category="silence",
        object_kind="shelter",
        object_id=row["id"],
        severity=_SEVERITY.get(verdict.silence, 0),
        code=f"shelter.{verdict.silence}",
        params={"last_at": utc_text(row["reported_at"]), "due_at": utc_text(verdict.due_at)},
        text=f"避難所 {row['name']} {text}",
        text_en=f"Shelter {row['name']} {text_en}",
    )
    return write_events(cursor, incident_id, [event])


def _moment(text: Any) -> datetime | None:  # noqa: ANN401 - what a summary holds
    return datetime.fromisoformat(text) if isinstance(text, str) else None
