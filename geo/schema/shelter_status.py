"""What is known of a shelter in an incident: projections of its operations, and its silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

#: `none`: no report is expected; `lost`: 連絡途絶; `isolated`: 孤立の疑い
SILENCES = ("none", "ok", "late", "lost", "isolated")


class ShelterStatus(Base):
    """A shelter of which somebody spoke in an incident."""

    __tablename__ = "shelter_status"
    __table_args__ = (
        CheckConstraint("silence IN ('" + "','".join(SILENCES) + "')", name="silence"),
        Index("ix_shelter_status_incident_id_due_at", "incident_id", "due_at"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    #: number of its newest operation
    newest: Mapped[int] = mapped_column(server_default="0")
    #: the canonical state without persons and households
    state: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    #: what its live value says beside place and silence
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    #: when the newest thing it said of itself was seen, and when it came; incident's clock
    reported_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    silence: Mapped[str] = mapped_column(server_default="none")
    silence_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]")
    action: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tablets: Mapped[int] = mapped_column(server_default="0")
    #: the last contact with one of its tablets; incident's clock
    tablet_seen_at: Mapped[datetime | None]
    waiting: Mapped[int] = mapped_column(server_default="0")


class ShelterStock(Base):
    """How much of an item, by lot, a shelter holds."""

    __tablename__ = "shelter_stock"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    lot: Mapped[str] = mapped_column(primary_key=True)
    #: null = unknown
    amount: Mapped[float | None]


class SupplyLine(Base):
    """A supply line of a shelter: what was asked for, and the ledger of who did what with it."""

    __tablename__ = "supply_line"
    __table_args__ = (Index("ix_supply_line_incident_id_state", "incident_id", "state"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    item: Mapped[str | None]
    amount: Mapped[float | None]
    state: Mapped[str | None]
    #: what its live value says beside the shelter
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
