"""Keeps orders: every act in one transaction with its chronology entry and its change.

The functions work on a cursor whose rows are dicts, inside the caller's transaction, so that the caller
adds the audit to the same one. What may follow what is decided in `alerts.order`, by whom in
`alerts.order_rights`; the database's own constraints stand behind both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Json

from alerts import order as acts
from alerts.order import Act, Content, Order, OrderError, Revision
from alerts.order_event import Stale, order_event
from alerts.order_rights import Signer, may_approve, may_draft, may_record
from alerts.order_text import faults
from geo.change import Change, record
from geo.chronology import write_events
from geo.incident import Incident
from geo.live_value import order_value
from geo.queries import load

_SQL = load("alerts", "order.sql")
_LIVE = load("geo", "order.sql")

Cursor = psycopg.Cursor[DictRow]
#: an order given outside may be told late, but not before it happened
_AHEAD: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where and as whom somebody acts; `now` is the incident's."""

    incident: Incident
    now: datetime
    signer: Signer


def draft_order(
    cursor: Cursor, desk: Desk, area: str, content: Content, *, proposal_id: str | None = None
) -> int:
    """Draft the first revision of an order of the municipality `area`; return the order's id."""
    may_draft(desk.signer, area)
    _known_area(cursor, area)
    made = _new_order(cursor, desk, area, content, "issued", proposal_id)
    drafted = acts.draft(made, _usable(cursor, content, desk.now), by=desk.signer.account_id, at=desk.now)
    _keep(cursor, desk, made, drafted, "order.drafted")
    return made.id


def draft_change(cursor: Cursor, desk: Desk, order_id: int, act: Act, content: Content) -> int:
    """Draft what shall replace (`update`) or lift an order in force; return the revision's number."""
    order = _locked(cursor, desk, order_id)
    may_draft(desk.signer, order.area)
    if order.origin != "issued":
        raise OrderError("wrong-state", f"order {order_id} was given outside: the prefecture records it")
    if act == "lift":
        base = acts.lifting(order, reason=content.reason, expires_at=content.expires_at)
        content = replace(base, texts=content.texts, evidence=content.evidence)
    drafted = acts.draft(
        order, _usable(cursor, content, desk.now), by=desk.signer.account_id, at=desk.now, act=act
    )
    _keep(cursor, desk, order, drafted, "order.drafted")
    return drafted.newest


def edit_order(cursor: Cursor, desk: Desk, order_id: int, number: int, content: Content) -> None:
    """Put other words into the draft; one that was submitted becomes a draft again."""
    order = _locked(cursor, desk, order_id)
    may_draft(desk.signer, order.area)
    if order.pending is not None:
        # Evidence is what the proposal told when it was taken up; nobody writes it by hand.
        content = replace(content, evidence=order.pending.content.evidence)
        if order.pending.act == "lift":
            base = acts.lifting(order, reason=content.reason, expires_at=content.expires_at)
            content = replace(base, texts=content.texts, evidence=content.evidence)
    edited = acts.edit(order, _usable(cursor, content, desk.now), by=desk.signer.account_id, number=number)
    _keep(cursor, desk, order, edited, None)


def submit_order(cursor: Cursor, desk: Desk, order_id: int, number: int) -> None:
    """Lay the draft before the second person. Raises `OrderError` `bad-input` for words unfit to sign."""
    order = _locked(cursor, desk, order_id)
    may_draft(desk.signer, order.area)
    if order.pending is not None:
        said = order.pending
        if found := faults(said.content.texts, level=said.content.level, act=said.act):
            raise OrderError("bad-input", "; ".join(found))
    _keep(cursor, desk, order, acts.submit(order, number=number, at=desk.now), "order.submitted")


def return_order(cursor: Cursor, desk: Desk, order_id: int, number: int, reason: str) -> None:
    """Give the draft back to its author, with the reason."""
    order = _locked(cursor, desk, order_id)
    may_approve(desk.signer, order.area)
    returned = acts.give_back(order, by=desk.signer.account_id, number=number, reason=reason)
    _keep(cursor, desk, order, returned, "order.returned", reason=reason)


def approve_order(
    cursor: Cursor,
    desk: Desk,
    order_id: int,
    number: int,
    digest: str,
    *,
    stale: Stale | None = None,
    stale_known: bool = False,
) -> None:
    """Sign the submitted revision as the second person: from now on it is in force, or lifts the order.

    `digest` is that of what the signer saw. Raises `OrderError` `changed-meanwhile`, `same-person`,
    `expired`, or `proposal-stale` when its proposal holds no more and the signer did not say so.
    """
    order = _locked(cursor, desk, order_id)
    may_approve(desk.signer, order.area)
    signed = acts.approve(order, by=desk.signer.account_id, number=number, digest=digest, at=desk.now)
    if stale is not None and not stale_known:
        raise OrderError("proposal-stale", stale.words)
    act = signed.in_force.act if signed.in_force is not None else "issue"
    code = {"issue": "order.issued", "update": "order.updated", "lift": "order.lifted"}[act]
    _keep(cursor, desk, order, signed, code, stale=stale)


def withdraw_order(cursor: Cursor, desk: Desk, order_id: int, number: int, reason: str) -> None:
    """Drop the draft, with the reason; an order in force stays in force."""
    order = _locked(cursor, desk, order_id)
    may_draft(desk.signer, order.area)
    if not reason.strip():
        raise OrderError("bad-input", "reason: a withdrawn draft needs one")
    _keep(cursor, desk, order, acts.withdraw(order, number=number), "order.withdrawn", reason=reason)


def record_order(
    cursor: Cursor,
    desk: Desk,
    area: str,
    content: Content,
    *,
    source: str,
    at: datetime,
    order_id: int | None = None,
    act: Act = "issue",
) -> int:
    """Record what a municipality ordered outside this system, in force since `at`; return the order's id."""
    may_record(desk.signer)
    _known_area(cursor, area)
    if at > desk.now + _AHEAD:
        raise OrderError("bad-input", f"at: {at} lies in the future of the incident ({desk.now})")
    content = _usable(cursor, content, at)
    if order_id is None:
        order = _new_order(cursor, desk, area, content, "recorded", None)
    else:
        order = _locked(cursor, desk, order_id)
    if act == "lift":
        content = acts.lifting(order, reason=content.reason, expires_at=content.expires_at)
    recorded = acts.record(
        order, content, by=desk.signer.account_id, source=source, at=at, act=act, drafted_at=desk.now
    )
    _keep(cursor, desk, order, recorded, "order.recorded", reason=source)
    return order.id


def read_order(cursor: Cursor, incident: Incident, order_id: int, *, lock: bool = True) -> Order:
    """Return an order, by default locked until the transaction ends. Raises `OrderError` `not-found`."""
    cursor.execute(_SQL["lock" if lock else "order"], {"order": order_id})
    row = cursor.fetchone()
    if row is None or row["incident_id"] != incident.id:
        raise OrderError("not-found", f"there is no order {order_id} in this incident")
    revisions = [
        _revision(found) for found in cursor.execute(_SQL["revisions"], {"order": order_id}).fetchall()
    ]
    newest = cursor.execute(_SQL["newest"], {"order": order_id}).fetchone()
    return Order(
        id=row["id"],
        incident_id=row["incident_id"],
        incident_kind=row["incident_kind"],
        area=row["area_code"],
        origin=row["origin"],
        proposal_id=row["proposal_id"],
        state=row["state"],
        in_force=next((it for it in revisions if it.state == "in_force"), None),
        pending=next((it for it in revisions if it.state in acts.PENDING), None),
        newest=newest["number"] if newest is not None else 0,
        issued_at=row["issued_at"],
        lifted_at=row["lifted_at"],
    )


def live_order(cursor: Cursor, order_id: int) -> tuple[int, dict[str, Any]]:
    """Return the version and the live value of an order. Raises `OrderError` `not-found`."""
    row = cursor.execute(_LIVE["orders"], {"incident": None, "id": order_id}).fetchone()
    if row is None:
        raise OrderError("not-found", f"there is no order {order_id}")
    return row["version"], order_value(row)


def order_change(cursor: Cursor, order_id: int) -> Change:
    """Return the change that tells the screens how an order stands now."""
    version, value = live_order(cursor, order_id)
    return Change("order", str(order_id), version, value)


def rows(cursor: Cursor, statement: str, **parameters: Any) -> list[DictRow]:  # noqa: ANN401
    """Return the rows of one of the desk's reading statements (`sql/order.sql`)."""
    text: LiteralString = _SQL[statement]
    return cursor.execute(text, parameters).fetchall()


def _locked(cursor: Cursor, desk: Desk, order_id: int) -> Order:
    return read_order(cursor, desk.incident, order_id)


def _new_order(
    cursor: Cursor, desk: Desk, area: str, content: Content, origin: acts.Origin, proposal_id: str | None
) -> Order:
    _check_level(content)
    cursor.execute(
        _SQL["create"],
        {
            "incident": desk.incident.id,
            "area": area,
            "origin": origin,
            "proposal": proposal_id,
            "level": content.level,
        },
    )
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - INSERT … RETURNING answers
    return Order(
        id=row["id"],
        incident_id=desk.incident.id,
        incident_kind=desk.incident.kind,
        area=area,
        origin=origin,
        proposal_id=proposal_id,
    )


def _known_area(cursor: Cursor, area: str) -> None:
    if cursor.execute(_SQL["area"], {"area": area}).fetchone() is None:
        raise OrderError("not-found", f"there is no municipality {area!r} among the areas")


def _usable(cursor: Cursor, content: Content, since: datetime) -> Content:
    """Return content as the database will give it back. Raises `OrderError` `bad-input`."""
    _check_level(content)
    if content.hazard not in ("flood", "landslide", "surge", "inland"):
        raise OrderError("bad-input", f"hazard: {content.hazard!r} is none")
    if not content.reason.strip():
        raise OrderError("bad-input", "reason is blank: every order says why")
    if not since < content.expires_at <= since + acts.LONGEST:
        raise OrderError("bad-input", f"expires_at must lie within {acts.LONGEST.days} days from {since}")
    if content.geometry is None:
        return content
    try:
        row = cursor.execute(_SQL["usable_geometry"], {"geometry": json.dumps(content.geometry)}).fetchone()
    except psycopg.DataError as fault:
        raise OrderError("bad-input", f"geometry: {str(fault).splitlines()[0]}") from fault
    except psycopg.InternalError as fault:
        raise OrderError("bad-input", f"geometry: {str(fault).splitlines()[0]}") from fault
    if row is None or not row["usable"]:
        raise OrderError("bad-input", "geometry: a valid Polygon or MultiPolygon in degrees is needed")
    return replace(content, geometry=row["geometry"])


def _check_level(content: Content) -> None:
    if content.level not in (3, 4, 5):
        raise OrderError("bad-input", f"level: {content.level} is none of 3, 4, 5")


def _keep(
    cursor: Cursor,
    desk: Desk,
    before: Order,
    after: Order,
    code: str | None,
    *,
    reason: str = "",
    stale: Stale | None = None,
) -> None:
    """Write what became of an order, its chronology entry and the changes."""
    old, new = before.in_force, after.in_force
    if old is not None and new is not None and old.number != new.number:
        _set_state(cursor, after.id, old.number, "superseded")
    gone = before.pending
    if gone is not None and after.pending is None and (new is None or new.number != gone.number):
        _set_state(cursor, after.id, gone.number, "discarded")
    for revision in (after.pending, new if new != old else None):
        if revision is not None:
            cursor.execute(_SQL["put_revision"], _columns(after, revision))
    shown = new or after.pending or gone
    cursor.execute(
        _SQL["put_order"],
        {
            "order": after.id,
            "level": shown.content.level if shown is not None else None,
            "state": after.state,
            "revision": new.number if new is not None else None,
            "issued_at": after.issued_at,
            "lifted_at": after.lifted_at,
        },
    )
    version, value = live_order(cursor, after.id)
    changes = [Change("order", str(after.id), version, value)]
    if code is not None:
        said = next((it for it in (after.pending, new if new != old else None, gone) if it is not None), None)
        assert said is not None  # noqa: S101 - every act is about a revision
        event = order_event(
            code, after, said, desk.signer, value["area_name"], at=desk.now, reason=reason, stale=stale
        )
        changes += write_events(cursor, desk.incident.id, [event])
    record(cursor, desk.incident.id, changes)


def _set_state(cursor: Cursor, order_id: int, number: int, state: str) -> None:
    cursor.execute(_SQL["set_revision_state"], {"order": order_id, "number": number, "state": state})


def _columns(order: Order, revision: Revision) -> dict[str, Any]:
    content = revision.content
    return {
        "order": order.id,
        "number": revision.number,
        "origin": order.origin,
        "act": revision.act,
        "state": revision.state,
        "level": content.level,
        "districts": Json(list(content.districts)),
        "geometry": None if content.geometry is None else json.dumps(content.geometry),
        "households": content.households,
        "persons": content.persons,
        "reason": content.reason,
        "hazard": content.hazard,
        "texts": Json(dict(content.texts)),
        "evidence": Json(list(content.evidence)),
        "digest": revision.digest,
        "author": revision.author,
        "edited_by": revision.edited_by,
        "approver": revision.approver,
        "return_reason": revision.return_reason,
        "drafted_at": revision.drafted_at,
        "submitted_at": revision.submitted_at,
        "effective_at": revision.effective_at,
        "expires_at": content.expires_at,
        "recorded_source": revision.recorded_source,
    }


def content_of(row: Mapping[str, Any]) -> Content:
    """Return what a row of `order_revision` (with `geometry`) says."""
    return Content(
        level=row["level"],
        hazard=row["hazard"],
        reason=row["reason"],
        expires_at=row["expires_at"],
        districts=_frozen(row["districts"]),
        geometry=row["geometry"],
        households=row["households"],
        persons=row["persons"],
        texts=row["texts"],
        evidence=_frozen(row["evidence"]),
    )


def _revision(row: Mapping[str, Any]) -> Revision:
    return Revision(
        number=row["number"],
        act=row["act"],
        state=row["state"],
        content=content_of(row),
        author=row["author_id"],
        edited_by=row["edited_by"],
        drafted_at=row["drafted_at"],
        submitted_at=row["submitted_at"],
        approver=row["approver_id"],
        effective_at=row["effective_at"],
        digest=row["digest"],
        return_reason=row["return_reason"],
        recorded_source=row["recorded_source"],
    )


def _frozen(items: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(items)
