"""Proposals in the database: the newest state, every revision, and the decision of a person.

Functions work inside the caller's transaction, on a cursor whose rows are dicts, after `hold` (or
`try_hold`): one transaction at a time works on the proposals of an incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
import psycopg

from geo.change import Change
from geo.live_value import proposal_value
from geo.moment import utc_text
from geo.queries import load

Cursor = psycopg.Cursor[dict[str, Any]]
Row = Mapping[str, Any]
Decision = Literal["taken", "rejected"]

_SQL = load("geo", "proposal.sql")
#: first key of the advisory lock of proposals (arbitrary, but fixed)
PROPOSAL_LOCK: Final = 7_266_341
#: columns of `proposal` that a revision may change, and those that say which one it is
_KEY: Final = ("incident_id", "id", "area_kind", "area_id", "area_code", "hazard")
_STATE: Final = ("act", "level", "held", "state", "opened_at", "updated_at", "expires_at")


class ProposalError(Exception):
    """Raised when a proposal cannot be decided on; `code` is for programs, the text names what forbids it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Decider:
    """Who takes up or rejects a proposal."""

    account_id: int
    name: str


def hold(cursor: Cursor, incident_id: int) -> None:
    """Wait until nobody else works on the proposals of an incident."""
    cursor.execute(_SQL["hold"], {"lock": PROPOSAL_LOCK, "incident": incident_id})


def try_hold(cursor: Cursor, incident_id: int) -> bool:
    """Take the proposals of an incident for this transaction; False = somebody else has them."""
    cursor.execute(_SQL["try_hold"], {"lock": PROPOSAL_LOCK, "incident": incident_id})
    row = cursor.fetchone()
    return row is not None and bool(row["held"])


def read_proposals(cursor: Cursor, incident_id: int) -> dict[str, dict[str, Any]]:
    """Return the rows of all proposals of an incident by id."""
    cursor.execute(_SQL["proposals"], {"incident": incident_id})
    return {row["id"]: row for row in cursor.fetchall()}


def read_proposal(cursor: Cursor, incident_id: int, proposal_id: str) -> dict[str, Any] | None:
    """Return the row of one proposal, None when there is none."""
    cursor.execute(_SQL["proposal"], {"incident": incident_id, "id": proposal_id})
    return cursor.fetchone()


def put(cursor: Cursor, row: Row, cause: str, at: datetime) -> Change:
    """Write `row` as the newest state and keep it as a revision; return what the screens are told."""
    content, decision = (_json(row[name]) for name in ("content", "decision"))
    parameters = {name: row[name] for name in (*_KEY, *_STATE)}
    parameters |= {"incident": row["incident_id"], "content": content, "decision": decision}
    cursor.execute(_SQL["put"], parameters)
    stored = cursor.fetchone()
    assert stored is not None  # noqa: S101 - an upsert returns its row
    cursor.execute(_SQL["keep"], {**parameters, "number": stored["revision"], "at": at, "cause": cause})
    return Change("proposal", stored["id"], stored["version"], proposal_value(stored))


def decide(
    cursor: Cursor,
    incident_id: int,
    proposal_id: str,
    decision: Decision,
    decider: Decider,
    *,
    at: datetime,
    reason: str,
) -> tuple[dict[str, Any], Change]:
    """Take up or reject a proposal; return its row as it was before and the change for the screens.

    The decision stands for the level that was seen: a higher one opens the proposal again. Raises
    `ProposalError` `not-found`, `wrong-state` (expired, or decided so already), `bad-input` (no reason
    for a rejection).
    """
    hold(cursor, incident_id)
    row = read_proposal(cursor, incident_id, proposal_id)
    if row is None:
        raise ProposalError("not-found", f"there is no proposal {proposal_id!r} in this incident")
    if row["state"] in ("expired", decision):
        raise ProposalError("wrong-state", f"proposal {proposal_id} is {row['state']}")
    if decision == "rejected" and not reason.strip():
        raise ProposalError("bad-input", "reason is blank: a rejection says why")
    told = {
        "state": decision,
        "by": decider.name,
        "by_id": decider.account_id,
        "at": utc_text(at),
        "reason": reason.strip() or None,
        "level": row["level"],
        "act": row["act"],
    }
    after = {**row, "state": decision, "decision": told, "updated_at": max(at, row["updated_at"])}
    return row, put(cursor, after, decision, at)


def _json(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    return None if value is None else msgspec.json.encode(value).decode()
