"""The prefecture's advice to a municipality (助言): drafted, signed by a second person, acknowledged.

Advice orders nothing. Like `alerts.order_store`, the functions work inside the caller's transaction on a
cursor whose rows are dicts. Source: 災害対策基本法 61条の2 (advice of the prefecture).
"""

from __future__ import annotations

from typing import Final

from psycopg.rows import DictRow

from alerts.order import OrderError
from alerts.order_event import desk_event, short_name
from alerts.order_rights import may_acknowledge, may_record, may_sign_advice
from alerts.order_store import Cursor, Desk
from geo.change import Change, record
from geo.chronology import write_events
from geo.live_value import advice_value
from geo.queries import load

_SQL = load("alerts", "order.sql")
_LIVE = load("geo", "order.sql")

#: [characters]
LONGEST: Final = 1000


def draft_advice(cursor: Cursor, desk: Desk, area: str, text: str, *, proposal_id: str | None = None) -> int:
    """Draft advice to the municipality `area`; return its id. Raises `OrderError`."""
    may_record(desk.signer)
    if cursor.execute(_SQL["area"], {"area": area}).fetchone() is None:
        raise OrderError("not-found", f"there is no municipality {area!r} among the areas")
    cursor.execute(
        _SQL["create_advice"],
        {
            "incident": desk.incident.id,
            "area": area,
            "proposal": proposal_id,
            "text": _usable(text),
            "by": desk.signer.account_id,
            "at": desk.now,
        },
    )
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - INSERT … RETURNING answers
    _tell(cursor, desk, row["id"], None)
    return int(row["id"])


def edit_advice(cursor: Cursor, desk: Desk, advice_id: int, text: str) -> None:
    """Put other words into advice that is not sent yet."""
    may_record(desk.signer)
    _in_state(_locked(cursor, desk, advice_id), "draft")
    cursor.execute(
        _SQL["edit_advice"], {"advice": advice_id, "text": _usable(text), "by": desk.signer.account_id}
    )
    _tell(cursor, desk, advice_id, None)


def send_advice(cursor: Cursor, desk: Desk, advice_id: int, text: str) -> None:
    """Sign and send advice as the second person; `text` is what was on the screen.

    Raises `OrderError` `changed-meanwhile` when other words stand there now, `same-person`.
    """
    may_sign_advice(desk.signer)
    row = _locked(cursor, desk, advice_id)
    _in_state(row, "draft")
    if desk.signer.account_id in (row["author_id"], row["edited_by"]):
        raise OrderError("same-person", "who wrote or edited advice cannot sign it: another person must")
    if text != row["text"]:
        raise OrderError("changed-meanwhile", f"advice {advice_id} is not what was on the screen")
    cursor.execute(_SQL["send_advice"], {"advice": advice_id, "by": desk.signer.account_id, "at": desk.now})
    _tell(cursor, desk, advice_id, "advice.sent")


def acknowledge_advice(cursor: Cursor, desk: Desk, advice_id: int, answer: str) -> None:
    """Say, as the municipality, that the advice was read, with an answer if there is one."""
    row = _locked(cursor, desk, advice_id)
    may_acknowledge(desk.signer, row["area_code"])
    _in_state(row, "sent")
    if len(answer) > LONGEST:
        raise OrderError("bad-input", f"answer has {len(answer)} characters, at most {LONGEST}")
    # A clock that jumped back must not let the answer come before the question.
    at = max(desk.now, row["sent_at"])
    cursor.execute(
        _SQL["acknowledge_advice"],
        {"advice": advice_id, "by": desk.signer.account_id, "at": at, "answer": answer.strip() or None},
    )
    _tell(cursor, desk, advice_id, "advice.acknowledged")


def _locked(cursor: Cursor, desk: Desk, advice_id: int) -> DictRow:
    parameters = {"advice": advice_id, "incident": desk.incident.id}
    row = cursor.execute(_SQL["lock_advice"], parameters).fetchone()
    if row is None:
        raise OrderError("not-found", f"there is no advice {advice_id} in this incident")
    return row


def _in_state(row: DictRow, state: str) -> None:
    if row["state"] != state:
        raise OrderError("wrong-state", f"advice {row['id']} is {row['state']}, not {state}")


def _usable(text: str) -> str:
    text = text.strip()
    if not text:
        raise OrderError("bad-input", "text is blank")
    if len(text) > LONGEST:
        raise OrderError("bad-input", f"text has {len(text)} characters, at most {LONGEST}")
    return text


def _tell(cursor: Cursor, desk: Desk, advice_id: int, code: str | None) -> None:
    row = cursor.execute(_LIVE["advice"], {"incident": None, "id": advice_id}).fetchone()
    assert row is not None  # noqa: S101 - it is locked by this transaction
    changes = [Change("advice", str(advice_id), row["version"], advice_value(row))]
    if code is not None:
        where = short_name(row["area_name"], row["area_code"])
        words = {
            "advice.sent": (f"{where}に助言を送付: {row['text']}", f"advice sent to {where}: {row['text']}"),
            "advice.acknowledged": (
                f"{where}が助言を確認{_answer(row, '（回答: {}）')}",
                f"{where} has acknowledged advice{_answer(row, ' (answer: {})')}",
            ),
        }[code]
        event = desk_event(
            code,
            "advice",
            str(advice_id),
            desk.signer,
            words,
            area=row["area_code"],
            at=desk.now,
            severity=3,
        )
        changes += write_events(cursor, desk.incident.id, [event])
    record(cursor, desk.incident.id, changes)


def _answer(row: DictRow, form: str) -> str:
    return form.format(row["answer"]) if row["answer"] else ""
