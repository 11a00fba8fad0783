"""The chronology: what happened, in order, append-only; a correction is a new row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base


class ChronologyEntry(Base):
    """One event: seen by the system (`automatic`) or written by an officer."""

    __tablename__ = "chronology"
    __table_args__ = (
        Index("ix_chronology_incident_id_id", "incident_id", "id"),
        Index("ix_chronology_corrects_id", "corrects_id", postgresql_where=sql("corrects_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    #: when it happened, by the incident's clock
    event_at: Mapped[datetime]
    #: when it was written down, by the wall clock
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    category: Mapped[str]
    object_kind: Mapped[str | None]
    object_id: Mapped[str | None]
    severity: Mapped[int] = mapped_column(SmallInteger)
    #: what kind of event (`level.up`), for filters; `params` holds its values
    code: Mapped[str]
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str]
    text_en: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("chronology.id"))
