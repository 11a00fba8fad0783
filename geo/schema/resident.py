"""What residents tell: which shelter they mean to go to, and whether they are safe. No account, no name.

Times of reservations are the wall's, of safety reports the incident's.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

SAFETY_STATES = ("safe", "help")
#: what the desk has done about a report
DESK_STATES = ("new", "seen", "handed_over", "done")


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(names) + "')"


class ShelterReservation(Base):
    """A household means to go to a shelter: counted until it expires, and no right to a place."""

    __tablename__ = "shelter_reservation"
    __table_args__ = (
        CheckConstraint("persons BETWEEN 1 AND 50", name="persons"),
        Index("ix_shelter_reservation_incident_id_expires_at", "incident_id", "expires_at"),
    )

    #: known to the household's device only
    token: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    #: a shelter or an evacuation site
    shelter_id: Mapped[str]
    persons: Mapped[int] = mapped_column(SmallInteger)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SafetyReport(Base):
    """Whether somebody is safe or needs help, and what the desk has done about it."""

    __tablename__ = "safety_report"
    __table_args__ = (
        CheckConstraint(_one_of("state", SAFETY_STATES), name="state"),
        CheckConstraint(_one_of("desk", DESK_STATES), name="desk"),
        CheckConstraint("persons BETWEEN 1 AND 99", name="persons"),
        CheckConstraint("length(words) <= 400", name="words"),
        Index("ix_safety_report_incident_id_state", "incident_id", "state"),
        Index("uq_safety_report_token", "token", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    #: known to the sender's device only: a later word replaces the earlier one
    token: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    #: municipality, five digits
    area_code: Mapped[str]
    state: Mapped[str]
    persons: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str | None]
    #: only if the person sent it
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID))
    sent_at: Mapped[datetime]
    desk: Mapped[str] = mapped_column(server_default="new")
    desk_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    desk_at: Mapped[datetime | None]
    note: Mapped[str | None]
