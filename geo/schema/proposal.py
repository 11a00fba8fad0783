"""Proposals to consider an evacuation order (発令検討の参考), and what they are computed from.

A proposal is a computation of this system, never an order (docs/orders.md). `proposal` holds the newest
state of each area and hazard, `proposal_revision` everything that was ever said of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

PROPOSAL_STATES = ("open", "taken", "rejected", "expired")
PROPOSAL_ACTS = ("issue", "lift")
AREA_KINDS = ("municipality", "district")
#: why a revision was written
PROPOSAL_CAUSES = (
    *("opened", "raised", "lowered", "changed", "renewed"),
    *("taken", "rejected", "expired"),
)


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(names) + "')"


class Proposal(Base):
    """The newest state of the proposal for one area and hazard. Times are the incident's."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint(_one_of("area_kind", AREA_KINDS), name="area_kind"),
        CheckConstraint(_one_of("state", PROPOSAL_STATES), name="state"),
        CheckConstraint(_one_of("act", PROPOSAL_ACTS), name="act"),
        CheckConstraint("level BETWEEN 3 AND 5", name="level"),
        Index("ix_proposal_incident_id_area_code", "incident_id", "area_code"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    #: `{area kind}:{area id}:{hazard}`
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    #: number of its newest revision
    revision: Mapped[int]
    area_kind: Mapped[str]
    area_id: Mapped[str]
    #: the municipality, five digits
    area_code: Mapped[str]
    hazard: Mapped[str]
    #: consider issuing (`issue`), or lifting what is in force (`lift`)
    act: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    #: kept at its level because data went missing
    held: Mapped[bool]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: the rest of what the live wire tells (docs/orders.md)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: who took it up or rejected it: `{"state", "by", "by_id", "at", "reason", "level"}`
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ProposalRevision(Base):
    """What a proposal said from `at` on; append-only."""

    __tablename__ = "proposal_revision"
    __table_args__ = (
        ForeignKeyConstraint(["incident_id", "proposal_id"], ["proposal.incident_id", "proposal.id"]),
        CheckConstraint(_one_of("cause", PROPOSAL_CAUSES), name="cause"),
        Index("ix_proposal_revision_incident_id_at", "incident_id", "at"),
    )

    incident_id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    cause: Mapped[str]
    act: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    held: Mapped[bool]
    state: Mapped[str]
    expires_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ProposalGauge(Base):
    """Which rules the forecasts of a gauge fulfil, after all forecasts up to the one named.

    A rule that was reached stays until a forecast lies below its lower value: a function of the
    forecasts alone, whenever they are looked at.
    """

    __tablename__ = "proposal_gauge"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    gauge_id: Mapped[str] = mapped_column(ForeignKey("gauge.id"), primary_key=True)
    #: of the newest forecast that was looked at
    state_version: Mapped[int] = mapped_column(BigInteger)
    origin_at: Mapped[datetime]
    #: ids of the rules that are fulfilled, and since when each is
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))
    since: Mapped[dict[str, Any]] = mapped_column(JSON)


class GaugeArea(Base):
    """An area that the river of a gauge threatens, as planners say, besides its own municipality."""

    __tablename__ = "gauge_area"
    __table_args__ = (CheckConstraint(_one_of("area_kind", AREA_KINDS), name="area_kind"),)

    gauge_id: Mapped[str] = mapped_column(ForeignKey("gauge.id"), primary_key=True)
    area_kind: Mapped[str] = mapped_column(primary_key=True)
    #: a municipality's five digits, or `{municipality}.{district}`
    area_id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    verified: Mapped[bool] = mapped_column(server_default="false")
