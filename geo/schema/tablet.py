"""Tablets of shelters, the operations they made (append-only), and the photos that came with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

#: by which road an operation came
ROADS = ("sync", "import", "centre")


class Tablet(Base):
    """A tablet let in by a code; it works for one shelter. Only the hash of its token is kept."""

    __tablename__ = "tablet"
    __table_args__ = (Index("ix_tablet_shelter_id", "shelter_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(server_default=func.now())
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None]
    #: last sync, by the server's clock
    seen_at: Mapped[datetime | None]
    #: its clock minus the server's at the last sync [ms]
    offset_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: operations in its outbox as it told at the last sync, after what that sync brought
    waiting: Mapped[int] = mapped_column(server_default="0")
    app: Mapped[str | None]


class TabletEnrolment(Base):
    """A code that lets one tablet in, once and for a short time."""

    __tablename__ = "tablet_enrolment"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"))
    name: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ShelterOperation(Base):
    """One operation with its stamp (docs/tablet.md), append-only: the state is a fold over these."""

    __tablename__ = "shelter_operation"
    __table_args__ = (CheckConstraint("road IN ('" + "','".join(ROADS) + "')", name="road"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    #: counts the operations of one shelter in one incident, without gaps, in the order they were committed
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str]
    kind: Mapped[str]
    #: when it was made, by the server's clock [ms since 1970-01-01 UTC]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    #: the same by the incident's clock
    seen_ms: Mapped[int] = mapped_column(BigInteger)
    offset_ms: Mapped[int] = mapped_column(BigInteger)
    received_ms: Mapped[int] = mapped_column(BigInteger)
    #: as it came
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    road: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ShelterPhoto(Base):
    """The bytes of a photo, by their SHA-256."""

    __tablename__ = "shelter_photo"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    #: of what was sent, also when the location was taken out of what is kept
    hash: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    location_stripped: Mapped[bool] = mapped_column(server_default="false")
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
