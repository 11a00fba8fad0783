"""The ground that cameras saw, by place and time; how fixed cameras look; the newest of each camera."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

#: a vehicle's camera, a fixed one, a photograph
CAMERA_KINDS = "camera_kind IN ('vehicle', 'fixed', 'photo')"


class CameraPose(Base):
    """How a fixed camera looks, from a moment on. Never changed; the next one takes its place."""

    __tablename__ = "camera_pose"
    __table_args__ = (
        UniqueConstraint("camera_id", "from_at"),
        CheckConstraint("hfov_deg > 0 AND hfov_deg < 179 AND vfov_deg > 0 AND vfov_deg < 179", name="view"),
        CheckConstraint("pitch_deg >= -90 AND pitch_deg <= 90", name="pitch"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    #: since when it looks so
    from_at: Mapped[datetime]
    #: metres above T.P.
    height_tp_m: Mapped[float]
    height_sd_m: Mapped[float]
    yaw_deg: Mapped[float]
    pitch_deg: Mapped[float]
    roll_deg: Mapped[float]
    hfov_deg: Mapped[float]
    vfov_deg: Mapped[float]
    #: whence it is known: measured, or laid over the map by eye
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class CameraLens(Base):
    """The angles of view, at zoom 1, of a vehicle's camera that tells none: what it is flown with."""

    __tablename__ = "camera_lens"
    __table_args__ = (
        CheckConstraint("hfov_deg > 0 AND hfov_deg < 179 AND vfov_deg > 0 AND vfov_deg < 179", name="view"),
    )

    #: as `footprint.camera_id` of vehicles, or a vehicle's id for all its cameras
    camera_id: Mapped[str] = mapped_column(primary_key=True)
    hfov_deg: Mapped[float]
    vfov_deg: Mapped[float]
    #: whence it is known: data sheet, measured
    source: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Footprint(Base):
    """The ground in one picture of a camera, or why it is not known. Never changed once it has ground."""

    __tablename__ = "footprint"
    __table_args__ = (
        UniqueConstraint("incident_id", "camera_kind", "camera_id", "observed_at", "key"),
        CheckConstraint(CAMERA_KINDS, name="camera_kind"),
        CheckConstraint("(geom IS NULL) = (reason IS NOT NULL)", name="ground_or_reason"),
        Index("ix_footprint_time", "incident_id", "observed_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    camera_kind: Mapped[str]
    #: `vehicle.id`, with the camera's own name after a slash where it has several; `camera.id`; a photo's id
    camera_id: Mapped[str]
    #: of the picture; of a fixed camera since when it looks so
    observed_at: Mapped[datetime]
    #: of the pose it was made from
    key: Mapped[str]
    #: the picture it belongs to, and how far into a stream it lies [s], where the source told
    frame_id: Mapped[str | None]
    stream_s: Mapped[float | None]
    #: where the camera was
    position: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    height_tp_m: Mapped[float | None]
    #: null with a `reason` why
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID))
    reason: Mapped[str | None]
    #: `terrain`: walked over it; `told`: by the source
    way: Mapped[str | None]
    #: it goes on beyond the outline
    open: Mapped[bool]
    #: why it may not be whole (`sensors.footprint.footprint.Bound`)
    bounds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: where the middle of the picture meets the ground, and how sure that is
    centre: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    uncertainty_m: Mapped[float | None]
    #: what a pixel is on the ground in the middle
    sample_m: Mapped[float | None]
    area_m2: Mapped[float | None]


class FootprintState(Base):
    """The newest footprint of a camera: a projection, one row per incident."""

    __tablename__ = "footprint_state"
    __table_args__ = (CheckConstraint(CAMERA_KINDS, name="camera_kind"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    camera_kind: Mapped[str] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    footprint_id: Mapped[int] = mapped_column(ForeignKey("footprint.id"))


class FootprintProgress(Base):
    """Up to which pose an incident's footprints are made, so that a restart goes on from there."""

    __tablename__ = "footprint_progress"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    #: every pose up to this id has been looked at
    pose_id: Mapped[int] = mapped_column(BigInteger)
