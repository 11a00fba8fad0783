"""River cameras, their calibrations, their frames, and what is known of each now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base
from geo.schema.gauge import FLAGS


class Camera(Base):
    """A fixed camera at a river."""

    __tablename__ = "camera"
    __table_args__ = (CheckConstraint("interval_s > 0", name="interval"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    river: Mapped[str | None]
    area_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    #: the gauge of its own as which its accepted levels are judged and forecast; null = they are not
    gauge_id: Mapped[str | None] = mapped_column(ForeignKey("gauge.id"), unique=True)
    #: the instrument its level is compared with; null = with none
    compare_gauge_id: Mapped[str | None] = mapped_column(ForeignKey("gauge.id"))
    #: how often a frame is expected [s]
    interval_s: Mapped[int] = mapped_column(server_default="300")
    #: address of a still picture that is fetched; null = frames come over the broker
    still_url: Mapped[str | None]
    #: its place, or what it shows, is made up for a drill
    synthetic: Mapped[bool] = mapped_column(server_default="false")
    source: Mapped[str]


class CameraCalibration(Base):
    """A version of a camera's calibration. Never changed; the newest one holds."""

    __tablename__ = "camera_calibration"
    __table_args__ = (UniqueConstraint("camera_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    version: Mapped[int]
    #: the calibration file (docs/camera.md)
    calibration: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: root mean square of the marks' height errors [m], and what is left over to check by
    residual_m: Mapped[float]
    spare: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class FramePicture(Base):
    """The bytes of a picture, once however often it came, and its thumbnail."""

    __tablename__ = "frame_picture"

    #: SHA-256, hexadecimal
    digest: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    width_px: Mapped[int]
    height_px: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    #: JPEG, longer side at most 320 px
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary)


class CameraFrame(Base):
    """One frame of a camera and what was read from it when it came. Never changed."""

    __tablename__ = "camera_frame"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        UniqueConstraint("camera_id", "observed_at", "digest", "incident_id"),
        Index("ix_camera_frame_received", "camera_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    observed_at: Mapped[datetime]
    #: by the incident's clock
    received_at: Mapped[datetime]
    #: whence `observed_at` is: `message`, `exif` or `received`
    time_source: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("frame_picture.digest"))
    #: the version it was read by, null = the camera had none
    calibration: Mapped[int | None]
    level_m: Mapped[float | None]
    quality: Mapped[float]
    #: QARTOD: 1 accepted, 3 shown to a person, 9 no level
    flag: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]
    health: Mapped[str]
    #: the line in the picture [[x, y], …] [px], and the edges that were found
    waterline: Mapped[list[Any]] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


class CameraStanding(Base):
    """What is known of a camera now: a projection of its frames, one row per incident."""

    __tablename__ = "camera_standing"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    version: Mapped[int]
    #: the newest frame
    frame_id: Mapped[int | None] = mapped_column(ForeignKey("camera_frame.id"))
    #: what is carried from frame to frame (`sensors.camera.reading.CameraState`)
    memory: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: the newest comparison with the other gauge, null = there was none
    comparison: Mapped[dict[str, Any] | None] = mapped_column(JSON)
