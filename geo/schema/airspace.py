"""Airspaces (geofences, 緊急用務空域, operation volumes), who is in them, and who comes near whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, JSON, BigInteger, CheckConstraint, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base


class Airspace(Base):
    """A volume of air with a meaning. Heights are metres above T.P.; null = the ground, or without end."""

    __tablename__ = "airspace"
    __table_args__ = (
        CheckConstraint("kind IN ('keep-in', 'keep-out', 'emergency', 'operation')", name="kind"),
        CheckConstraint("ceiling_tp_m > floor_tp_m", name="heights"),
        CheckConstraint("to_at > from_at", name="times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    version: Mapped[int] = mapped_column(server_default="1")
    kind: Mapped[str]
    name: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID))
    floor_tp_m: Mapped[float | None]
    ceiling_tp_m: Mapped[float | None]
    from_at: Mapped[datetime]
    #: null = until it is ended
    to_at: Mapped[datetime | None]
    #: vehicles that may be there: their entry is shown as exempt, not hidden
    exempt: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: whence it is: the notice's number, or who drew it
    source: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class AirspacePresence(Base):
    """Whether a vehicle is in an airspace, as last decided, so that a restart tells nothing twice."""

    __tablename__ = "airspace_presence"

    airspace_id: Mapped[int] = mapped_column(ForeignKey("airspace.id"), primary_key=True)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    inside: Mapped[bool]
    since: Mapped[datetime]
    #: its height or the airspace's was not comparable: only the ground plan was looked at
    horizontal_only: Mapped[bool]
    exempt: Mapped[bool]
    #: what the hysteresis carries from one decision to the next
    memory: Mapped[dict[str, Any]] = mapped_column(JSON)


class ProximityState(Base):
    """Two vehicles that are near each other or soon will be (参考情報): shared awareness, nothing more."""

    __tablename__ = "proximity_state"
    __table_args__ = (CheckConstraint("first_id < second_id", name="pair"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    first_id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    second_id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    #: when each enters the other's cylinder, and when they are closest
    entry_at: Mapped[datetime]
    closest_at: Mapped[datetime]
    #: the distances then
    horizontal_m: Mapped[float]
    #: null where a height is unknown
    vertical_m: Mapped[float | None]
    horizontal_only: Mapped[bool]
    #: null = still near
    ended_at: Mapped[datetime | None]
