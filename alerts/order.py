"""An evacuation order as it goes from hand to hand: drafted, submitted, returned, approved, updated, lifted.

Pure: every act takes an `Order` and returns the next one, or raises `OrderError` saying what forbids it.
`alerts.order_store` keeps what these functions say; who holds which office is `alerts.order_rights`.

An order has at most one revision that is being worked on and at most one in force. What was in force is
superseded, never changed. Two people sign: whoever wrote the revision or edited it last cannot approve
it, and approves exactly the words that were on the screen (`digest`).

Source: 避難情報に関するガイドライン (内閣府, 2021, revised 2026-03) for levels and names; that two people
sign, that a digest is signed and that every order expires are rules of this house.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

Act = Literal["issue", "update", "lift"]
RevisionState = Literal["draft", "submitted", "returned", "in_force", "superseded", "discarded"]
OrderState = Literal["draft", "submitted", "issued", "lifted", "withdrawn"]
Origin = Literal["issued", "recorded"]

PENDING: Final = ("draft", "submitted", "returned")
#: an order is for hours, not for weeks: longer is a slip of the finger
LONGEST: Final = timedelta(days=7)


class OrderError(Exception):
    """Raised when an act is not possible; `code` is for programs, the text names what forbids it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a revision says. `geometry` is GeoJSON (MultiPolygon, EPSG:4326), None = the municipality's."""

    level: int
    hazard: str
    reason: str
    expires_at: datetime
    #: `{"code", "name"}`; empty = the whole municipality
    districts: tuple[Mapping[str, Any], ...] = ()
    geometry: Mapping[str, Any] | None = None
    #: None = unknown
    households: int | None = None
    persons: int | None = None
    #: by language: `{"headline", "body", "instruction"}`
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: as the proposal told it
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One version of an order. People are the ids of their accounts; times are the incident's."""

    number: int
    act: Act
    state: RevisionState
    content: Content
    author: int
    edited_by: int
    drafted_at: datetime
    submitted_at: datetime | None = None
    approver: int | None = None
    effective_at: datetime | None = None
    digest: str | None = None
    return_reason: str | None = None
    recorded_source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order with the revision in force and the one that is being worked on; older ones are history."""

    id: int
    incident_id: int
    #: of the incident; what is signed for a drill can never be taken for an actual order
    incident_kind: str
    area: str
    origin: Origin = "issued"
    proposal_id: str | None = None
    state: OrderState = "draft"
    in_force: Revision | None = None
    pending: Revision | None = None
    #: the highest number so far
    newest: int = 0
    issued_at: datetime | None = None
    lifted_at: datetime | None = None

    @property
    def level(self) -> int:
        """The level in force, before the first revision the draft's."""
        said = self.in_force or self.pending
        if said is None:
            raise OrderError("wrong-state", f"order {self.id} says nothing yet")
        return said.content.level


def digest_of(order: Order, revision: Revision) -> str:
    """Return the SHA-256 (hex) of everything that is signed: two equal digests were the same words."""
    content = revision.content
    signed = {
        "order": order.id,
        "incident": [order.incident_id, order.incident_kind],
        "area": order.area,
        "number": revision.number,
        "act": revision.act,
        "level": content.level,
        "hazard": content.hazard,
        "reason": content.reason,
        "expires_at": content.expires_at.timestamp(),
        "districts": [dict(district) for district in content.districts],
        "geometry": content.geometry,
        "households": content.households,
        "persons": content.persons,
        "texts": {language: dict(words) for language, words in content.texts.items()},
        "evidence": [dict(item) for item in content.evidence],
    }
    canonical = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def draft(order: Order, content: Content, *, by: int, at: datetime, act: Act | None = None) -> Order:
    """Return `order` with a draft: the first one, or (`act` `update`, `lift`) one that shall replace it.

    Raises `OrderError` `wrong-state` when it is lifted or withdrawn, or somebody works on it already.
    """
    if order.state in ("lifted", "withdrawn"):
        raise OrderError("wrong-state", f"order {order.id} is {order.state}; draft a new one")
    if order.pending is not None:
        raise OrderError("wrong-state", f"revision {order.pending.number} is being worked on already")
    act = act or ("issue" if order.in_force is None else "update")
    if (act == "issue") != (order.in_force is None):
        raise OrderError("wrong-state", f"order {order.id} {'is' if order.in_force else 'is not'} in force")
    number = order.newest + 1
    made = Revision(
        number=number, act=act, state="draft", content=content, author=by, edited_by=by, drafted_at=at
    )
    return _settled(replace(order, pending=made, newest=number))


def edit(order: Order, content: Content, *, by: int, number: int) -> Order:
    """Return `order` with other words in its draft; what was submitted must be submitted again."""
    revision = _pending(order, number, *PENDING)
    return _settled(
        replace(
            order,
            pending=replace(
                revision, content=content, edited_by=by, state="draft", submitted_at=None, digest=None
            ),
        )
    )


def submit(order: Order, *, number: int, at: datetime) -> Order:
    """Return `order` with its draft laid before the second person; its digest stands from here on."""
    revision = _pending(order, number, "draft", "returned")
    _not_expired(revision, at)
    submitted = replace(
        revision, state="submitted", submitted_at=at, digest=digest_of(order, revision), return_reason=None
    )
    return _settled(replace(order, pending=submitted))


def give_back(order: Order, *, by: int, number: int, reason: str) -> Order:
    """Return `order` with its draft returned to the author, with a reason. The author may not return it."""
    revision = _pending(order, number, "submitted")
    _another_person(revision, by)
    if not reason.strip():
        raise OrderError("bad-input", "reason: a returned draft needs one")
    returned = replace(
        revision, state="returned", return_reason=reason.strip(), submitted_at=None, digest=None
    )
    return _settled(replace(order, pending=returned))


def approve(order: Order, *, by: int, number: int, digest: str, at: datetime) -> Order:
    """Return `order` in force, or lifted, signed by a second person who saw exactly `digest`.

    Raises `OrderError`: `changed-meanwhile` when the words are others than those that were seen,
    `same-person`, `expired` (its time is over before it begins), `wrong-state`.
    """
    if order.pending is not None and order.pending.number == number and order.pending.digest is None:
        raise OrderError("changed-meanwhile", f"revision {number} is being edited again")
    revision = _pending(order, number, "submitted")
    _another_person(revision, by)
    if digest != revision.digest or digest_of(order, revision) != digest:
        raise OrderError("changed-meanwhile", f"revision {number} is not what was on the screen")
    _not_expired(revision, at)
    return _in_force(order, replace(revision, approver=by), at)


def record(
    order: Order, content: Content, *, by: int, source: str, at: datetime, act: Act, drafted_at: datetime
) -> Order:
    """Return a recorded order with what the municipality said outside this system, in force since `at`."""
    if order.origin != "recorded":
        raise OrderError("wrong-state", f"order {order.id} was issued here; the municipality changes it")
    if not source.strip():
        raise OrderError("bad-input", "source: from where the order is known must be said")
    drafted = draft(order, content, by=by, at=drafted_at, act=act)
    if drafted.pending is None:
        raise OrderError("wrong-state", "nothing was drafted")
    revision = replace(drafted.pending, recorded_source=source.strip())
    return _in_force(drafted, replace(revision, digest=digest_of(drafted, revision)), at)


def withdraw(order: Order, *, number: int) -> Order:
    """Return `order` without its draft; one that never was in force is withdrawn as a whole."""
    _pending(order, number, *PENDING)
    state: OrderState = "issued" if order.in_force is not None else "withdrawn"
    return replace(order, pending=None, state=state)


def lifting(order: Order, *, reason: str, expires_at: datetime) -> Content:
    """Return the content of the draft that lifts `order`: what is in force, for another reason."""
    if order.in_force is None or order.state != "issued":
        raise OrderError("wrong-state", f"order {order.id} is not in force")
    return replace(order.in_force.content, reason=reason, expires_at=expires_at, texts={}, evidence=())


def _in_force(order: Order, revision: Revision, at: datetime) -> Order:
    # A clock that jumped back must not let an order begin before the one it replaces.
    before = order.in_force.effective_at if order.in_force is not None else None
    effective = at if before is None else max(at, before)
    _not_expired(revision, effective)
    signed = replace(revision, state="in_force", effective_at=effective)
    lifted = revision.act == "lift"
    return replace(
        order,
        in_force=signed,
        pending=None,
        state="lifted" if lifted else "issued",
        issued_at=order.issued_at or effective,
        lifted_at=effective if lifted else None,
    )


def _settled(order: Order) -> Order:
    """Return `order` with the state that its revisions mean."""
    if order.in_force is not None or order.pending is None:
        return order
    return replace(order, state="submitted" if order.pending.state == "submitted" else "draft")


def _pending(order: Order, number: int, *states: str) -> Revision:
    revision = order.pending
    if revision is None:
        raise OrderError("wrong-state", f"order {order.id} ({order.state}) has no draft")
    if revision.number != number:
        raise OrderError("changed-meanwhile", f"the draft is revision {revision.number}, not {number}")
    if revision.state not in states:
        raise OrderError("wrong-state", f"revision {number} is {revision.state}, not {' or '.join(states)}")
    return revision


def _another_person(revision: Revision, by: int) -> None:
    if by in (revision.author, revision.edited_by):
        raise OrderError("same-person", "who wrote or edited a draft cannot sign it: another person must")


def _not_expired(revision: Revision, at: datetime) -> None:
    if revision.content.expires_at <= at:
        raise OrderError("expired", f"revision {revision.number} ends before it begins: set a later end")
