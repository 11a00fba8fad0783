"""Installations and incidents: what is real, what is a drill, and by which clock it runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base


class Installation(Base):
    """The one row that says what this database is: `operational`, or a `demo` that may hold demo accounts."""

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("kind IN ('operational', 'demo')", name="kind"),
        CheckConstraint("singleton", name="one_row"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    #: always true and unique, so that there is one row
    singleton: Mapped[bool] = mapped_column(unique=True, server_default="true")


class Incident(Base):
    """A flood, a storm, or a drill. Everything observed and decided belongs to one."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("kind IN ('actual', 'drill')", name="kind"),
        CheckConstraint(
            "num_nulls(clock_base, clock_wall, clock_speed, clock_end) IN (0, 4)",
            name="clock_whole",
        ),
        CheckConstraint("kind = 'drill' OR clock_base IS NULL", name="actual_by_wall_clock"),
        CheckConstraint("clock_speed > 0", name="clock_forward"),
        # what is published carries the kind of its incident, and the database holds it to that
        UniqueConstraint("id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
    #: replay clock (`geo.clock.ReplayClock`); all null = the wall clock
    clock_base: Mapped[datetime | None]
    clock_wall: Mapped[datetime | None]
    clock_speed: Mapped[float | None]
    clock_end: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
