"""Video streams, how each of them stands, and the wall that all screens of an incident share."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base


class Video(Base):
    """A stream of moving pictures. It is never dropped because it stands still; a person ends it."""

    __tablename__ = "video"
    __table_args__ = (
        CheckConstraint("way IN ('folder', 'gateway')", name="way"),
        CheckConstraint("state IN ('waiting', 'playing', 'stalled', 'unplayable', 'away')", name="state"),
        CheckConstraint("vehicle_id IS NULL OR camera_id IS NULL", name="one_owner"),
        CheckConstraint("(state = 'playing') = (reason IS NULL)", name="reason"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    name: Mapped[str]
    #: where its pieces are: in the installation's video folder, or at the gateway
    way: Mapped[str]
    #: below that folder or address
    path: Mapped[str]
    #: whether the gateway offers it over WebRTC (WHEP) too
    whep: Mapped[bool] = mapped_column(server_default="false")
    #: `vehicle.id` of the craft that carries the camera; it may be heard of later than its video
    vehicle_id: Mapped[str | None]
    camera_id: Mapped[str | None] = mapped_column(ForeignKey("camera.id"))
    #: of a camera that is neither a craft's nor a river camera
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=SRID, spatial_index=False))
    #: what it shows is made up for a drill
    synthetic: Mapped[bool] = mapped_column(server_default="false")
    source: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: null = it is on the wall
    ended_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="waiting")
    #: why it does not play; null = it does
    reason: Mapped[str | None] = mapped_column(server_default="not-looked-at")
    #: by the wall clock, as all times of streams
    state_since: Mapped[datetime] = mapped_column(server_default=func.now())
    #: the end of its newest piece
    newest_at: Mapped[datetime | None]
    #: whence `newest_at` is: `program` (told in the stream), `received`
    time_source: Mapped[str | None]
    #: how long its pieces are [s]
    segment_s: Mapped[float | None]
    #: RFC 6381, where the stream tells them
    codecs: Mapped[str | None]


class Wall(Base):
    """What all screens of an incident look at: the tile shown large, and the order, if a person set one."""

    __tablename__ = "wall"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    #: `video:ID` or `camera:ID`; null = none is shown large
    selected: Mapped[str | None]
    #: tiles in the order that a person gave them; null = ordered by need
    ranking: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    changed_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
