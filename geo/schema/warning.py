"""Official warnings (JMA, river managers): every telegram kept, and the state that follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base


class WarningTelegram(Base):
    """One official telegram as structured facts, append-only."""

    __tablename__ = "warning_telegram"
    __table_args__ = (
        UniqueConstraint("incident_id", "source_id"),
        CheckConstraint("complete_from BETWEEN 1 AND 5", name="complete_from"),
        Index("ix_warning_telegram_publisher", "incident_id", "publisher"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    source_id: Mapped[str]
    publisher: Mapped[str]
    issued_at: Mapped[datetime]
    received_at: Mapped[datetime]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: the telegram tells everything from this level on; below it, what it said is not known (a record
    #: that keeps only the highest levels). 1 = it tells everything
    complete_from: Mapped[int] = mapped_column(SmallInteger, server_default="1")


class WarningState(Base):
    """An official warning in force, or (`level` null) lifted: a projection of the telegrams."""

    __tablename__ = "warning_state"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    #: `{prefecture code}:{region}:{hazard}`
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    publisher: Mapped[str]
    region: Mapped[str]
    hazard: Mapped[str]
    level: Mapped[int | None] = mapped_column(SmallInteger)
    name: Mapped[str]
    river: Mapped[str | None]
    #: codes of the municipalities it covers
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_at: Mapped[datetime]
    source_id: Mapped[str]
