"""Photographs from the field, which of them are compared, and what officers said of the differences."""

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
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base


class FieldPhoto(Base):
    """A photograph as it came, with what it told; its bytes lie in `frame_picture`, once."""

    __tablename__ = "field_photo"
    __table_args__ = (
        UniqueConstraint("incident_id", "digest"),
        CheckConstraint("(geom IS NULL) = (place_source IS NULL)", name="place"),
        CheckConstraint("orientation BETWEEN 1 AND 8", name="orientation"),
        Index("ix_field_photo_time", "incident_id", "taken_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    digest: Mapped[str] = mapped_column(ForeignKey("frame_picture.digest"))
    #: as seen [px], and the Exif orientation of the stored bytes
    width_px: Mapped[int]
    height_px: Mapped[int]
    orientation: Mapped[int] = mapped_column(SmallInteger)
    taken_at: Mapped[datetime]
    #: `message`, `offset`, `gps`, `presumed` (no zone was told: Japan's), `received`
    time_source: Mapped[str]
    #: why a told time is not believed
    time_doubt: Mapped[str | None]
    #: by the incident's clock
    received_at: Mapped[datetime]
    #: who brought it: somebody signed in, or a device over the broker
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    device_id: Mapped[str | None]
    #: where the camera stood; null = not known
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID))
    #: `exif`, `xmp`, or `hand`: pinned by an officer
    place_source: Mapped[str | None]
    accuracy_m: Mapped[float | None]
    #: [{"value_m", "reference", "accuracy_m"}, …] as told, and the best that can be made of it
    altitudes: Mapped[list[Any]] = mapped_column(JSON)
    height_tp_m: Mapped[float | None]
    height_sd_m: Mapped[float | None]
    height_way: Mapped[str | None]
    #: optical axis about true north; angles of view
    yaw_deg: Mapped[float | None]
    pitch_deg: Mapped[float | None]
    roll_deg: Mapped[float | None]
    hfov_deg: Mapped[float | None]
    vfov_deg: Mapped[float | None]
    #: make and model; not handed out to the public
    camera: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    #: its ground and its pairs are still to be found
    due: Mapped[bool] = mapped_column(server_default="true")


class PhotoPair(Base):
    """An earlier and a later photograph that are compared; `made_at` null = not yet."""

    __tablename__ = "photo_pair"
    __table_args__ = (
        UniqueConstraint("before_id", "after_id"),
        CheckConstraint("made_at IS NULL OR (reason IS NULL) = (aligned IS NOT NULL)", name="result"),
        Index("ix_photo_pair_after", "after_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    before_id: Mapped[int] = mapped_column(ForeignKey("field_photo.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("field_photo.id"))
    #: who asked for it; null = proposed by place and time
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime | None]
    #: why they cannot be compared
    reason: Mapped[str | None]
    inliers: Mapped[int | None]
    correlation: Mapped[float | None]
    overlap: Mapped[float | None]
    #: tiles that could be compared, and that differ
    compared: Mapped[int | None]
    differing: Mapped[int | None]
    #: [{"x", "y", "width", "height", "score", "by"}, …] in shares of the later picture
    tiles: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")
    #: the earlier picture as it lies on the later one, JPEG
    aligned: Mapped[bytes | None] = mapped_column(LargeBinary)


class PhotoVerdict(Base):
    """What an officer said of a tile. Never changed; the newest of a tile holds."""

    __tablename__ = "photo_verdict"
    __table_args__ = (
        CheckConstraint("verdict IN ('confirmed', 'dismissed')", name="verdict"),
        Index("ix_photo_verdict_pair", "pair_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("photo_pair.id"))
    tile: Mapped[int] = mapped_column(SmallInteger)
    verdict: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    said_at: Mapped[datetime]
