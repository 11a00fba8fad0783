"""Vehicles in the field, where they were (append-only), how their cameras looked, and what is known now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base
from geo.schema.gauge import FLAGS


class Vehicle(Base):
    """A helicopter, aeroplane, drone or team, registered by us or first heard in a broadcast."""

    __tablename__ = "vehicle"
    __table_args__ = (
        CheckConstraint("kind IN ('helicopter', 'aeroplane', 'drone', 'ground', 'unknown')", name="kind"),
        UniqueConstraint("source", "source_id"),
    )

    #: `{source}:{source_id}`, or the id that we gave a registered craft
    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_id: Mapped[str]
    kind: Mapped[str]
    callsign: Mapped[str | None]
    registration: Mapped[str | None]
    icao24: Mapped[str | None]
    #: who flies it
    organisation: Mapped[str | None]
    #: it has an account of ours; others were only heard
    registered: Mapped[bool] = mapped_column(server_default="false")
    #: vehicles of one formation fly near each other by intention
    formation: Mapped[str | None]
    #: made up for a drill
    synthetic: Mapped[bool] = mapped_column(server_default="false")
    first_heard_at: Mapped[datetime | None]


class _Height:
    """A height as it was told, and the best that can be made of it (`sensors.altitude`)."""

    #: [{"value_m", "reference", "accuracy_m"}, …] as told
    altitudes: Mapped[list[Any]] = mapped_column(JSON)
    #: metres above T.P.; null = 高度不明
    height_tp_m: Mapped[float | None]
    #: the way it was found
    height_way: Mapped[str | None]
    height_sd_m: Mapped[float | None]


class TrackPoint(_Height, Base):
    """One position of a vehicle, as it came. Never changed."""

    __tablename__ = "track_point"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )

    vehicle_id: Mapped[str] = mapped_column(primary_key=True)
    #: when it was there: its own clock's word, or the arrival where that is missing or at fault
    observed_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: idempotency key
    key: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[int]
    #: by the incident's clock
    received_at: Mapped[datetime]
    #: what the sender's clock said, null if it said nothing
    device_at: Mapped[datetime | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    horizontal_accuracy_m: Mapped[float | None]
    ground_speed_m_s: Mapped[float | None]
    course_deg: Mapped[float | None]
    heading_deg: Mapped[float | None]
    climb_m_s: Mapped[float | None]
    on_ground: Mapped[bool | None]
    #: QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing
    flag: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: fields that are not interpreted
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class PosePoint(_Height, Base):
    """Where a vehicle's camera was and how it looked, at one moment. Never changed."""

    __tablename__ = "pose_point"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        Index("ix_pose_point_id", "id"),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )

    vehicle_id: Mapped[str] = mapped_column(primary_key=True)
    observed_at: Mapped[datetime] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    #: rises with each row: a reader goes on from where it was
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    incident_id: Mapped[int]
    received_at: Mapped[datetime]
    device_at: Mapped[datetime | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    yaw_deg: Mapped[float | None]
    pitch_deg: Mapped[float | None]
    roll_deg: Mapped[float | None]
    hfov_deg: Mapped[float | None]
    vfov_deg: Mapped[float | None]
    zoom: Mapped[float | None]
    image_width: Mapped[int | None]
    image_height: Mapped[int | None]
    #: [[lon, lat], …] of the picture's corners as told, clockwise from the upper left
    corners: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    #: [lon, lat] of the picture's centre on the ground as told
    centre: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    flag: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class FieldEventRow(Base):
    """Something that a vehicle told once: an emergency, a fence crossed, SOS, going offline."""

    __tablename__ = "field_event"
    __table_args__ = (UniqueConstraint("incident_id", "vehicle_id", "key"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"))
    observed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    code: Mapped[str]
    text: Mapped[str]
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    key: Mapped[str]
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class VehicleState(_Height, Base):
    """What is known now about a vehicle: a projection of its points, one row per incident."""

    __tablename__ = "vehicle_state"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        CheckConstraint("contact IN ('live', 'stale', 'lost')", name="contact"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    vehicle_id: Mapped[str] = mapped_column(ForeignKey("vehicle.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    #: the newest position that did not fail
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    observed_at: Mapped[datetime]
    #: when anything of it was last heard
    received_at: Mapped[datetime]
    horizontal_accuracy_m: Mapped[float | None]
    ground_speed_m_s: Mapped[float | None]
    course_deg: Mapped[float | None]
    heading_deg: Mapped[float | None]
    climb_m_s: Mapped[float | None]
    #: positive to the right; null = not known, taken as straight
    turn_deg_per_s: Mapped[float | None]
    on_ground: Mapped[bool | None]
    battery_percent: Mapped[float | None]
    endurance_until: Mapped[datetime | None]
    link: Mapped[float | None]
    emergency: Mapped[str | None]
    trust: Mapped[str]
    #: from when on the sender itself takes this for old
    stale_at: Mapped[datetime | None]
    flag: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: live, stale or lost, and since when
    contact: Mapped[str] = mapped_column(server_default="live")
    contact_since: Mapped[datetime]
    #: it signed off, or its last will came
    goodbye: Mapped[bool] = mapped_column(server_default="false")
    #: the rhythm it keeps; null = heard once
    interval_s: Mapped[float | None]
    #: [[lon, lat], …] of its last positions, oldest first
    trail: Mapped[list[Any]] = mapped_column(JSON)
    #: what its mission is, null = none
    mission_id: Mapped[int | None]
    #: what the checks of its positions carry from one to the next
    memory: Mapped[dict[str, Any]] = mapped_column(JSON)
