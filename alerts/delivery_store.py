"""Keeps publications and deliveries: what came into force is published once, whole, and then sent.

The functions work on a cursor whose rows are dicts, inside the caller's transaction. Publication and
queue are one transaction: after it nothing is lost, whenever the process dies.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.cap_message import CapError, CapMessage, Reference, cap_message
from alerts.channels.carrier import Letter, Subscription
from alerts.channels.config import Channels
from alerts.delivery_event import published_event, unpublishable_event
from alerts.delivery_policy import Verdict, lease, longest_wait, rules
from alerts.drill_wall import Notice, OrderBulletin, notice_of
from alerts.order_event import short_name
from alerts.order_store import Cursor
from geo.change import record
from geo.chronology import write_events
from geo.incident import Incident
from geo.queries import load

log = logging.getLogger(__name__)
_SQL = load("alerts", "delivery.sql")

#: an order that ended while nothing could be sent is given up only now: a clock may have jumped ahead
GRACE: Final = timedelta(hours=1)


class PublicationError(RuntimeError):
    """Raised when a revision in force cannot be published; names it."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is to be tried now."""

    channel: str
    attempts: int
    order_id: int
    revision: int
    letter: Letter
    #: its push service said that it is no more
    gone: bool


def unpublished(cursor: Cursor, incident: Incident) -> list[tuple[int, int]]:
    """Return (order, revision) of what came into force and was not published, the oldest first."""
    rows = cursor.execute(_SQL["unpublished"], {"kind": incident.kind}).fetchall()
    return [(row["order_id"], row["number"]) for row in rows]


def read_order_bulletin(cursor: Cursor, order_id: int, revision: int) -> tuple[OrderBulletin, bool]:
    """Return a revision, in force or yet a draft, and whether it is the one in force.

    A draft takes force, for a preview, when it was drafted. Raises `PublicationError` when there is none.
    """
    row = cursor.execute(_SQL["bulletin"], {"order": order_id, "revision": revision}).fetchone()
    if row is None:
        raise PublicationError(f"there is no revision {revision} of order {order_id}")
    return _bulletin(row), row["state"] == "in_force"


def publish(
    cursor: Cursor, incident: Incident, order_id: int, revision: int, *, channels: Channels, wall: datetime
) -> int | None:
    """Publish a revision and queue its deliveries; return the publication, None when it was there already.

    Whatever of earlier revisions has not been sent is not sent any more. Raises `PublicationError`.
    """
    cursor.execute(_SQL["lock_order"], {"order": order_id})
    bulletin, newest = read_order_bulletin(cursor, order_id, revision)
    notice, moment = notice_of(bulletin), incident.now(wall)
    late = bulletin.expires_at <= moment
    message = _message(notice, channels, chain(cursor, order_id, revision), moment)
    kept = cursor.execute(_SQL["publish"], _publication(bulletin, message, channels)).fetchone()
    if kept is None:
        return None
    publication = int(kept["id"])
    cursor.execute(_SQL["in_feed"], {"publication": publication, "now": wall})
    counts: dict[str, int] = {}
    if newest:
        cursor.execute(
            _SQL["supersede"],
            {
                "order": order_id,
                "publication": publication,
                "fault": f"superseded by revision {revision}",
            },
        )
        if not late:
            counts = _queue(cursor, publication, bulletin, channels, wall)
    told = (
        unpublishable_event(bulletin, at=moment)
        if late
        else published_event(bulletin, message.identifier, counts, at=moment)
    )
    if newest:
        record(cursor, bulletin.incident_id, write_events(cursor, bulletin.incident_id, [told]))
    return publication


def claim(cursor: Cursor, incident: Incident, channel: str, *, limit: int, wall: datetime) -> list[Claimed]:
    """Take up to `limit` deliveries of a channel that are due; whoever dies with them gives them back."""
    rows = cursor.execute(
        _SQL["claim"],
        {
            "channel": channel,
            "now": wall,
            "moment": incident.now(wall),
            "kind": incident.kind,
            "limit": limit,
            "lease": wall + lease(),
        },
    ).fetchall()
    return [_claimed(row) for row in rows]


def settle(cursor: Cursor, results: Sequence[tuple[Claimed, Verdict]], *, wall: datetime) -> None:
    """Write down what came of attempts."""
    cursor.execute(
        _SQL["settle"],
        {
            "ids": [claimed.letter.delivery_id for claimed, _ in results],
            "states": [found.state for _, found in results],
            "next_at": [found.next_at for _, found in results],
            "faults": [found.fault for _, found in results],
            "now": wall,
        },
    )
    gone: list[int] = []
    failed: list[int] = []
    for claimed, found in results:
        if (to := claimed.letter.subscription) is not None and found.fault is not None:
            (gone if found.gone else failed).append(to.id)
    if gone:
        cursor.execute(_SQL["subscriptions_gone"], {"ids": gone, "now": wall})
    if failed:
        cursor.execute(_SQL["subscriptions_failed"], {"ids": failed, "now": wall})


def give_up_ended(cursor: Cursor, incident: Incident, *, wall: datetime) -> None:
    """Give up what could not be sent while the order stood."""
    cursor.execute(
        _SQL["give_up_ended"],
        {
            "kind": incident.kind,
            "ended": incident.now(wall) - GRACE,
            "fault": "the order ended before this could be sent",
        },
    )


def all_due(cursor: Cursor, *, wall: datetime, jumped: bool) -> None:
    """Make everything due that waits for a moment too far ahead; after a jump back (`jumped`), everything."""
    beyond = timedelta() if jumped else max(longest_wait(), lease())
    cursor.execute(_SQL["all_due"], {"now": wall, "beyond": beyond})


def opened(cursor: Cursor, token: str, *, wall: datetime, acknowledged: bool = False) -> bool:
    """Note that somebody opened, or confirmed having read, what a token names; False for an unknown one."""
    statement = "acknowledged" if acknowledged else "opened"
    row = cursor.execute(_SQL[statement], {"token": token, "now": wall}).fetchone()
    if row is None:
        return False
    cursor.execute(_SQL["uncount"], {"publication": row["publication_id"]})
    return True


def subscribers(cursor: Cursor, area: str) -> int:
    """Return how many browsers want to be told of a municipality."""
    row = cursor.execute(_SQL["subscribers"], {"area": area}).fetchone()
    return 0 if row is None else int(row["n"])


def _message(
    notice: Notice, channels: Channels, references: Sequence[Reference], moment: datetime
) -> CapMessage:
    """Return the CAP message; a geometry that CAP cannot hold leaves the code of the municipality."""
    bulletin = notice.bulletin
    sent = moment
    if bulletin.expires_at <= moment:
        sent = min(bulletin.effective_at, bulletin.expires_at - timedelta(seconds=1))
    try:
        return cap_message(notice, sender=channels.sender, sent=sent, references=references)
    except CapError:
        log.exception("order %s is published without its outline", bulletin.order_id)
    bare = notice_of(replace(bulletin, geometry=None))
    try:
        return cap_message(bare, sender=channels.sender, sent=sent, references=references)
    except CapError as fault:
        raise PublicationError(
            f"revision {bulletin.revision} of order {bulletin.order_id}: {fault}"
        ) from fault


def chain(cursor: Cursor, order_id: int, revision: int) -> list[Reference]:
    """Return the messages of an order before a revision, the oldest first."""
    rows = cursor.execute(_SQL["chain"], {"order": order_id, "revision": revision}).fetchall()
    return [
        Reference(sender=row["sender"], identifier=row["identifier"], sent=row["sent_at"]) for row in rows
    ]


def _publication(bulletin: OrderBulletin, message: CapMessage, channels: Channels) -> dict[str, Any]:
    return {
        "order": bulletin.order_id,
        "revision": bulletin.revision,
        "incident": bulletin.incident_id,
        "kind": bulletin.incident_kind,
        "sender": channels.sender.id,
        "identifier": message.identifier,
        "references": " ".join(map(str, message.references)),
        "msg_type": message.msg_type,
        "status": message.status,
        "cap": message.content,
        "sent_at": message.sent.replace(microsecond=0),
        "expires_at": message.expires,
    }


def _queue(
    cursor: Cursor, publication: int, bulletin: OrderBulletin, channels: Channels, wall: datetime
) -> dict[str, int]:
    """Queue the deliveries of a publication; return how many by channel."""
    meant = rules()["recorded"]["channels"] if bulletin.origin == "recorded" else None
    pairs = [
        (channel.kind, recipient)
        for channel in channels.serving(bulletin.area)
        if meant is None or channel.kind in meant
        for recipient in channel.recipients
    ]
    cursor.execute(
        _SQL["queue"],
        {
            "publication": publication,
            "channels": [kind for kind, _ in pairs],
            "recipients": [recipient for _, recipient in pairs],
            "now": wall,
        },
    )
    counts = {kind: [it for it, _ in pairs].count(kind) for kind in sorted({kind for kind, _ in pairs})}
    queued = queue_push(cursor, publication, bulletin.area, wall=wall)
    return counts | ({"push": queued} if queued else {})


def queue_push(cursor: Cursor, publication: int, area: str, *, wall: datetime) -> int:
    """Queue a push to everybody who subscribed to a municipality; return how many."""
    cursor.execute(_SQL["queue_push"], {"publication": publication, "area": area, "now": wall})
    return cursor.rowcount


def _claimed(row: Mapping[str, Any]) -> Claimed:
    to = None
    if row["subscription_id"] is not None:
        to = Subscription(
            id=row["subscription_id"],
            endpoint=row["endpoint"],
            p256dh=row["p256dh"],
            auth=row["auth"],
            language=row["language"],
        )
    letter = Letter(
        delivery_id=row["id"],
        recipient=row["recipient"],
        token=row["token"],
        identifier=row["identifier"],
        msg_type=row["msg_type"],
        cap=bytes(row["cap"]),
        sent_at=row["published_at"],
        subscription=to,
    )
    return Claimed(
        row["channel"], row["attempts"], row["order_id"], row["revision_number"], letter, row["gone"]
    )


def _bulletin(row: Mapping[str, Any]) -> OrderBulletin:
    return OrderBulletin(
        incident_id=row["incident_id"],
        incident_kind=row["incident_kind"],
        order_id=row["order_id"],
        revision=row["number"],
        act=row["act"],
        level=row["level"],
        hazard=row["hazard"],
        area=row["area_code"],
        area_name=row["area_name"] or row["area_code"],
        place=short_name(row["area_name"], row["area_code"]),
        texts=row["texts"],
        effective_at=row["effective_at"] or row["drafted_at"],
        expires_at=row["expires_at"],
        districts=tuple(str(it.get("name") or it.get("code")) for it in row["districts"]),
        geometry=row["geometry"],
        households=row["households"],
        persons=row["persons"],
        reason=row["reason"],
        origin=row["origin"],
        recorded_source=row["recorded_source"],
        issued_at=row["issued_at"],
    )
