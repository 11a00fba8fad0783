"""What left the house: one publication for each revision in force, one delivery for each recipient of it.

A drill is kept apart by the database as well: a publication carries the kind of its incident, and only a
drill's can be an Exercise (docs/orders.md, docs/deliveries.md).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

MSG_TYPES = ("Alert", "Update", "Cancel")
CHANNELS = ("cap", "push", "mail", "webhook", "l_alert", "cell_broadcast", "loudspeaker", "notice")
DELIVERY_STATES = ("waiting", "sent", "accepted", "opened", "acknowledged", "failed", "given_up")
#: states of a delivery that still has to be sent
DUE_STATES = ("waiting", "failed")


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(names) + "')"


class Publication(Base):
    """A revision as it was published, once. Times are the incident's."""

    __tablename__ = "publication"
    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "revision_number"], ["order_revision.order_id", "order_revision.number"]
        ),
        ForeignKeyConstraint(["incident_id", "incident_kind"], ["incident.id", "incident.kind"]),
        UniqueConstraint("order_id", "revision_number"),
        CheckConstraint(_one_of("msg_type", MSG_TYPES), name="msg_type"),
        CheckConstraint(
            "(incident_kind = 'actual' AND status = 'Actual')"
            " OR (incident_kind = 'drill' AND status = 'Exercise')",
            name="drill_wall",
        ),
        CheckConstraint("expires_at > sent_at", name="ends"),
        Index("ix_publication_incident_id_sent_at", "incident_id", "sent_at"),
        Index("ix_publication_uncounted", "id", postgresql_where=text("NOT counted")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int]
    revision_number: Mapped[int]
    incident_id: Mapped[int]
    incident_kind: Mapped[str]
    #: CAP: who sends, and the message's name in the world
    sender: Mapped[str]
    identifier: Mapped[str] = mapped_column(unique=True)
    #: CAP: the earlier messages of the chain, as `references` has them
    references: Mapped[str] = mapped_column(server_default="")
    msg_type: Mapped[str]
    status: Mapped[str]
    cap: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: the order's sums hold all that its deliveries say
    counted: Mapped[bool] = mapped_column(server_default="false")
    #: deliveries given up by channel that the chronology has told of
    told: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")


class PushSubscription(Base):
    """A browser that wants to be told of some municipalities; nobody knows whose it is."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        CheckConstraint("cardinality(areas) BETWEEN 1 AND 20", name="areas"),
        Index(
            "ix_push_subscription_areas", "areas", postgresql_using="gin", postgresql_where=text("NOT gone")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    #: the browser's public key and its secret, base64url, as the Push API gives them
    p256dh: Mapped[str]
    auth: Mapped[str]
    #: municipalities, five digits
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    language: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    failed_at: Mapped[datetime | None]
    #: the push service said that it is no more (404, 410)
    gone: Mapped[bool] = mapped_column(server_default="false")


class Delivery(Base):
    """A publication on its way to one recipient of a channel. Times are the wall's."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("publication_id", "channel", "recipient"),
        CheckConstraint(_one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(_one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint(f"({_one_of('state', DUE_STATES)}) = (next_at IS NOT NULL)", name="due"),
        CheckConstraint("(channel = 'push') = (subscription_id IS NOT NULL)", name="push"),
        Index("ix_delivery_next_at", "channel", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_delivery_publication_id_state", "publication_id", "channel", "state"),
        Index("uq_delivery_token", "token", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    channel: Mapped[str]
    #: name in the installation's list of channels, or an address, or the id of a subscription
    recipient: Mapped[str]
    subscription_id: Mapped[int | None] = mapped_column(ForeignKey("push_subscription.id"))
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    #: when it is tried next; null = nothing is left to do
    next_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    #: names the delivery in links that leave the house
    token: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
