"""Missions of vehicles with their history, and landing sites (場外離着陸場) with what was said of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.mission_status import STATUSES
from geo.schema.base import SRID, Base

_STATUS = "status IN ('" + "','".join(STATUSES) + "')"


class Mission(Base):
    """What is asked of the air, who flies it, and how far it is: a projection of its steps."""

    __tablename__ = "mission"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        UniqueConstraint("incident_id", "key"),
        CheckConstraint("kind IN ('rescue', 'medical', 'survey', 'transport', 'fire', 'other')", name="kind"),
        CheckConstraint("urgency BETWEEN 1 AND 3", name="urgency"),
        CheckConstraint(_STATUS, name="status"),
        CheckConstraint("radius_m >= 0", name="radius"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    #: counts within the incident
    number: Mapped[int]
    #: idempotency key of the request that made it
    key: Mapped[str]
    kind: Mapped[str]
    #: 1 at once, 2 soon, 3 when there is time
    urgency: Mapped[int] = mapped_column(SmallInteger)
    place: Mapped[str]
    #: a point or polygons
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", srid=SRID, spatial_index=False))
    #: so far from `geom` a vehicle counts as on station
    radius_m: Mapped[float]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    #: a resident's call for help; its words stay where they are
    safety_id: Mapped[int | None] = mapped_column(ForeignKey("safety_report.id"))
    #: a shelter's line of demand, `shelter/line`
    request_id: Mapped[str | None]
    landing_site_id: Mapped[str | None] = mapped_column(ForeignKey("landing_site.id"))
    #: words of the desk, not for every screen
    note: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str]
    status_at: Mapped[datetime]
    vehicle_id: Mapped[str | None] = mapped_column(ForeignKey("vehicle.id"))
    #: since when the vehicle has it
    assigned_at: Mapped[datetime | None]
    #: typed by the coordinator: until when the vehicle can stay up, and when that was said
    endurance_until: Mapped[datetime | None]
    endurance_told_at: Mapped[datetime | None]
    #: on station by vehicles that have it no more [s]
    station_s: Mapped[float] = mapped_column(server_default="0")
    created_at: Mapped[datetime]


class MissionStep(Base):
    """Who did what to a mission, and when. Never changed."""

    __tablename__ = "mission_step"
    __table_args__ = (
        UniqueConstraint("mission_id", "key"),
        CheckConstraint("act IN ('status', 'changed')", name="act"),
        CheckConstraint(_STATUS, name="status"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    mission_id: Mapped[int] = mapped_column(ForeignKey("mission.id"))
    key: Mapped[str]
    act: Mapped[str]
    #: after the step
    status: Mapped[str]
    vehicle_id: Mapped[str | None]
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str]
    #: what was told at that moment: conflicts, time on station, what was changed from what
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class LandingSite(Base):
    """A place where helicopters can come down outside an aerodrome, as its register tells it."""

    __tablename__ = "landing_site"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    #: rises with the register and with every word about it
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    name: Mapped[str]
    kana: Mapped[str | None]
    address: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    #: as the register says: 拠点ヘリポート, 防災ヘリポート …
    category: Mapped[str | None]
    surface: Mapped[str | None]
    #: null = not known
    length_m: Mapped[float | None]
    width_m: Mapped[float | None]
    #: helicopters at once
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    source: Mapped[str]
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)


class LandingSiteWord(Base):
    """Whether a landing site is usable, as somebody said in an incident. Never changed: the newest holds."""

    __tablename__ = "landing_site_word"
    __table_args__ = (
        UniqueConstraint("incident_id", "site_id", "key"),
        CheckConstraint("state IN ('usable', 'unusable', 'unknown')", name="state"),
        Index("ix_landing_site_word_newest", "incident_id", "site_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    site_id: Mapped[str] = mapped_column(ForeignKey("landing_site.id"))
    key: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    #: by the incident's clock
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
