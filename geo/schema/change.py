"""The change feed (the bus), messages that could not be read, and the heartbeats of our processes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, LargeBinary, func, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base


class Change(Base):
    """One change of one object, in the order of transactions (`geo.change`)."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_transaction_id", "transaction", "id"),
        Index("ix_change_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    transaction: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    incident_id: Mapped[int]
    kind: Mapped[str]
    object_id: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    #: the object's whole new value, null = it is gone
    value: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ChangeHorizon(Base):
    """The newest transaction whose changes were pruned: an older position needs a snapshot."""

    __tablename__ = "change_horizon"
    __table_args__ = (CheckConstraint("singleton", name="one_row"),)

    singleton: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    transaction: Mapped[int] = mapped_column(BigInteger)


class Quarantine(Base):
    """A message that could not be read, kept with its bytes and the reason; equal ones are counted."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: blake2b-128 over topic, payload and error code
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    topic: Mapped[str]
    #: at most 64 KiB; `size_bytes` tells the whole length
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]
    adapter: Mapped[str]
    error_code: Mapped[str]
    detail: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger, server_default="1")
    first_received_at: Mapped[datetime]
    last_received_at: Mapped[datetime]


class Service(Base):
    """Heartbeat of one of our processes, by the wall clock."""

    __tablename__ = "service"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    state: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
