"""The register of evacuees: identity and health in columns of their own, read by different roles.

Nothing here goes to the live wire. A person moves between shelters with one id; what each shelter said
stays its own row, and two ids for one person are linked by a human, reversibly, never merged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

#: what a family search may answer about a person
CONSENTS = ("none", "safe", "place", "contact")
DECISIONS = ("linked", "distinct", "undone")


class Household(Base):
    """A household's card at one shelter."""

    __tablename__ = "household"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    #: persons as told at the door, when they are not registered one by one
    people: Mapped[int | None]
    needs: Mapped[bool | None]
    presence: Mapped[str | None]
    presence_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: the shelter named as destination of a move
    destination_id: Mapped[str | None]
    identity: Mapped[dict[str, Any]] = mapped_column(JSON)


class Person(Base):
    """A person's card at one shelter."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("consent IN ('" + "','".join(CONSENTS) + "')", name="consent"),
        Index("ix_person_incident_id_search_name", "incident_id", "search_name"),
        Index("ix_person_incident_id_search_kana", "incident_id", "search_kana"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("shelter.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    household_id: Mapped[str | None]
    presence: Mapped[str | None]
    presence_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: the shelter named as destination of a move
    destination_id: Mapped[str | None]
    consent: Mapped[str] = mapped_column(server_default="none")
    #: DV, 支援措置: found by nobody but the staff of the shelter
    protected: Mapped[bool] = mapped_column(server_default="false")
    #: normalised for searching: names without blanks in one form, digits of the phone
    search_name: Mapped[str | None]
    search_kana: Mapped[str | None]
    birth: Mapped[str | None]
    phone: Mapped[str | None]
    search_address: Mapped[str | None]
    identity: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: 要配慮個人情報; for the staff of the shelter and the role `health`
    health: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")


class PersonLink(Base):
    """A human's word on whether two cards are one person, append-only; the newest word of a pair holds."""

    __tablename__ = "person_link"
    __table_args__ = (
        CheckConstraint("decision IN ('" + "','".join(DECISIONS) + "')", name="decision"),
        CheckConstraint("(shelter_a, person_a) < (shelter_b, person_b)", name="one_order"),
        Index("ix_person_link_incident_id", "incident_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    shelter_a: Mapped[str]
    person_a: Mapped[str]
    shelter_b: Mapped[str]
    person_b: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
