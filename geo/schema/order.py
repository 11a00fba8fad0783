"""Orders of municipalities (避難情報), every revision of them, and the prefecture's advice (docs/orders.md).

Nobody approves what he wrote or edited last: the database refuses it. A revision that came into force
cannot be changed any more, only superseded (a trigger of the migration).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

ORIGINS = ("issued", "recorded")
ORDER_STATES = ("draft", "submitted", "issued", "lifted", "withdrawn")
ACTS = ("issue", "update", "lift")
REVISION_STATES = ("draft", "submitted", "returned", "in_force", "superseded", "discarded")
#: states of a revision that is being worked on; an order has at most one of them
PENDING_STATES = ("draft", "submitted", "returned")
ORDER_HAZARDS = ("flood", "landslide", "surge", "inland")
ADVICE_STATES = ("draft", "sent", "acknowledged")


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(names) + "')"


class EvacuationOrder(Base):
    """An order of a mayor from its first draft to its lifting; what it says stands in its revisions."""

    __tablename__ = "evacuation_order"
    __table_args__ = (
        CheckConstraint("area_code ~ '^[0-9]{5}$'", name="area_code"),
        CheckConstraint(_one_of("origin", ORIGINS), name="origin"),
        CheckConstraint(_one_of("state", ORDER_STATES), name="state"),
        CheckConstraint("level BETWEEN 3 AND 5", name="level"),
        CheckConstraint(
            "(state IN ('issued', 'lifted')) = (revision IS NOT NULL)"
            " AND (revision IS NULL) = (issued_at IS NULL) AND (state = 'lifted') = (lifted_at IS NOT NULL)",
            name="in_force",
        ),
        # a revision names its order's origin: what nobody here signed can only be a recorded one
        UniqueConstraint("id", "origin"),
        Index("ix_evacuation_order_incident_id_area_code", "incident_id", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    #: the municipality, five digits
    area_code: Mapped[str]
    #: `issued` through this system, or `recorded`: the municipality gave it outside
    origin: Mapped[str]
    #: the proposal it was taken from, `{area id}:{hazard}`
    proposal_id: Mapped[str | None]
    #: of the revision in force, else of the draft
    level: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    #: the revision in force, null before the first
    revision: Mapped[int | None]
    issued_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    #: sums of its newest publication's deliveries, null while nothing was published
    delivery: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")


class OrderRevision(Base):
    """What an order says, or shall say; append-only once in force. Times are the incident's."""

    __tablename__ = "order_revision"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "origin"], ["evacuation_order.id", "evacuation_order.origin"]),
        CheckConstraint(_one_of("act", ACTS), name="act"),
        CheckConstraint(_one_of("state", REVISION_STATES), name="state"),
        CheckConstraint(_one_of("hazard", ORDER_HAZARDS), name="hazard"),
        CheckConstraint("level BETWEEN 3 AND 5", name="level"),
        CheckConstraint("approver_id <> author_id AND approver_id <> edited_by", name="two_people"),
        CheckConstraint("(origin = 'recorded') = (recorded_source IS NOT NULL)", name="recorded_source"),
        CheckConstraint(
            "state NOT IN ('in_force', 'superseded') OR (effective_at IS NOT NULL AND digest IS NOT NULL"
            " AND (origin = 'recorded' OR approver_id IS NOT NULL))",
            name="signed",
        ),
        Index(
            "uq_order_revision_pending",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'submitted', 'returned')"),
        ),
        Index(
            "uq_order_revision_in_force",
            "order_id",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
        ),
    )

    order_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str]
    act: Mapped[str]
    state: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    #: `[{"code", "name"}]`; empty = the whole municipality
    districts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: null = the municipality's
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID))
    #: null = unknown
    households: Mapped[int | None]
    persons: Mapped[int | None]
    reason: Mapped[str]
    hazard: Mapped[str]
    #: by language: `{"headline", "body", "instruction"}`
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: as the proposal told it when it was taken up
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: sha256 of what is signed
    digest: Mapped[str | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: who edited it last; the author at first
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    return_reason: Mapped[str | None]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    #: from where the prefecture knows a recorded order
    recorded_source: Mapped[str | None]


class Advice(Base):
    """What the prefecture tells a municipality (助言): never an order."""

    __tablename__ = "advice"
    __table_args__ = (
        CheckConstraint("area_code ~ '^[0-9]{5}$'", name="area_code"),
        CheckConstraint(_one_of("state", ADVICE_STATES), name="state"),
        CheckConstraint("approver_id <> author_id AND approver_id <> edited_by", name="two_people"),
        CheckConstraint(
            "(state = 'draft') = (sent_at IS NULL) AND (sent_at IS NULL) = (approver_id IS NULL)"
            " AND (state = 'acknowledged') = (acknowledged_at IS NOT NULL)"
            " AND (acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
            name="signed",
        ),
        Index("ix_advice_incident_id_area_code", "incident_id", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    area_code: Mapped[str]
    proposal_id: Mapped[str | None]
    text: Mapped[str]
    state: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    drafted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
