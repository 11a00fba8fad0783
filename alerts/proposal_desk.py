"""Proposals at the order desk: taken up or rejected, as evidence of a draft, and whether they still hold.

The functions work inside the caller's transaction on a cursor whose rows are dicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from alerts.order import Order, OrderError
from alerts.order_event import Stale, desk_event
from alerts.order_rights import may_decide
from alerts.order_store import Cursor, Desk
from alerts.proposal_store import Decider, Decision, ProposalError, decide, read_proposal
from geo.change import record
from geo.chronology import write_events
from geo.live_value import proposal_value

#: what of a proposal stands beside its evidence when a draft is made of it
_BESIDE: Final = (
    *("level", "act", "held", "opened_at", "updated_at", "expires_at", "latest_start", "need", "available"),
    *(
        "people",
        "households",
        "elderly",
        "people_synthetic",
        "facilities",
        "skill",
        "would_change",
        "unknown",
    ),
    *("rule", "verified"),
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "taken": ("{area} レベル{level}の検討を取り上げ", "consideration of level {level} for {area} taken up"),
    "rejected": (
        "{area} レベル{level}の検討を見送り（理由: {reason}）",
        "consideration of level {level} for {area} rejected ({reason})",
    ),
}


def decide_proposal(
    cursor: Cursor, desk: Desk, proposal_id: str, decision: Decision, reason: str = ""
) -> dict[str, Any]:
    """Take a proposal up or reject it with a reason; return its live value. Raises `OrderError`."""
    row = _row(cursor, desk, proposal_id)
    may_decide(desk.signer, row["area_code"])
    decider = Decider(account_id=desk.signer.account_id, name=desk.signer.name)
    try:
        before, change = decide(
            cursor, desk.incident.id, proposal_id, decision, decider, at=desk.now, reason=reason
        )
    except ProposalError as fault:
        raise OrderError(fault.code, fault.detail) from fault
    area = before["content"].get("area", {})
    filled = {"area": area.get("name", before["area_id"]), "level": before["level"], "reason": reason.strip()}
    ja, en = (words.format(**filled) for words in _WORDS[decision])
    event = desk_event(
        f"proposal.{decision}",
        "proposal",
        proposal_id,
        desk.signer,
        (ja, en),
        area=row["area_code"],
        at=desk.now,
        severity=2,
    )
    record(cursor, desk.incident.id, [change, *write_events(cursor, desk.incident.id, [event])])
    return proposal_value(_row(cursor, desk, proposal_id))


def take_if_open(cursor: Cursor, desk: Desk, proposal_id: str | None) -> None:
    """Take a proposal up because somebody drafts from it; one that is not open stays as it is."""
    if proposal_id is not None and _row(cursor, desk, proposal_id)["state"] == "open":
        decide_proposal(cursor, desk, proposal_id, "taken")


def proposal_view(cursor: Cursor, desk: Desk, proposal_id: str) -> dict[str, Any]:
    """Return a proposal as it stands. Raises `OrderError` `not-found`."""
    return proposal_value(_row(cursor, desk, proposal_id))


def evidence_of(cursor: Cursor, incident_id: int, proposal_id: str | None) -> tuple[Mapping[str, Any], ...]:
    """Return the evidence of a proposal as it stands, the proposal itself as its last item."""
    row = None if proposal_id is None else read_proposal(cursor, incident_id, proposal_id)
    if row is None:
        return ()
    value = proposal_value(row)
    beside = {name: value[name] for name in _BESIDE if name in value}
    return (*value.get("evidence", ()), {"kind": "proposal", "id": proposal_id, **beside})


def stale_of(cursor: Cursor, order: Order, number: int, now: datetime) -> Stale | None:
    """Return why the proposal behind a draft holds no more, None when it holds or there is none.

    Only a draft can be stale: what is in force was signed with what was known then.
    """
    pending = order.pending
    if order.proposal_id is None or pending is None or pending.number != number:
        return None
    row = read_proposal(cursor, order.incident_id, order.proposal_id)
    if row is None:
        return Stale(words="元の検討が見つかりません", words_en="its proposal is not there any more")
    over = row["state"] == "expired" or row["expires_at"] <= now
    if pending.act == "lift":
        if not over and row["act"] == "issue":
            return Stale(
                words=f"推計はなおレベル{row['level']}の発令を検討する水準です",
                words_en=f"the estimate still speaks for level {row['level']}",
            )
        return None
    if over:
        return Stale(words="元の検討は期限が切れています", words_en="its proposal has expired")
    if row["act"] == "lift":
        return Stale(words="推計は解除を検討する水準です", words_en="the estimate speaks for lifting")
    seen = next((item.get("level") for item in pending.content.evidence if item["kind"] == "proposal"), None)
    if seen is not None and seen != row["level"]:
        return Stale(
            words=f"作成時はレベル{seen}、いまの検討はレベル{row['level']}です",
            words_en=f"it was of level {seen} when drafted, it is of level {row['level']} now",
        )
    return None


def _row(cursor: Cursor, desk: Desk, proposal_id: str) -> dict[str, Any]:
    row = read_proposal(cursor, desk.incident.id, proposal_id)
    if row is None:
        raise OrderError("not-found", f"there is no proposal {proposal_id!r} in this incident")
    return row
