"""Official warnings (JMA, river managers): every telegram kept, and the state that follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base


class WarningTelegram(Base):
    """One official telegram as structured facts, append-only."""

    __tablename__ = "warning_telegram"
    __table_args__ = (
        UniqueConstraint("incident_id", "source_id"),
        CheckConstraint("complete_from BETWEEN 1 AND 5", name="complete_from"),
        CheckConstraint("info_type IN ('issue', 'correction', 'cancellation')", name="info_type"),
        # what a training says cannot be in an actual incident, whatever the program does
        CheckConstraint(
            "standing = 'actual' OR (standing = 'exercise' AND incident_kind = 'drill')", name="drill_wall"
        ),
        ForeignKeyConstraint(["incident_id", "incident_kind"], ["incident.id", "incident.kind"]),
        Index("ix_warning_telegram_publisher", "incident_id", "publisher"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int]
    #: the incident's own kind, kept beside it for the wall
    incident_kind: Mapped[str]
    source_id: Mapped[str]
    publisher: Mapped[str]
    issued_at: Mapped[datetime]
    received_at: Mapped[datetime]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: the telegram tells everything from this level on; below it, what it said is not known (a record
    #: that keeps only the highest levels). 1 = it tells everything
    complete_from: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    #: it replaces only what the same series of its publisher said
    series: Mapped[str] = mapped_column(server_default="")
    info_type: Mapped[str] = mapped_column(server_default="issue")
    #: which report of its series it is (EventID and Serial)
    report_key: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]
    #: source ids that it takes the place of (CAP references)
    replaces: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    standing: Mapped[str] = mapped_column(server_default="actual")
    title: Mapped[str | None]
    #: its text by language
    headlines: Mapped[dict[str, str]] = mapped_column(JSON, server_default="{}")
    #: as it came; null = it came as facts, not as a message
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class WarningState(Base):
    """An official warning in force, or (`level` null) lifted: a projection of the telegrams.

    Level 0 is in force at a level that its telegram does not tell in words that we know.
    """

    __tablename__ = "warning_state"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    #: `{prefecture code}:{region}:{hazard}`, of municipalities `{prefecture code}:{name}`
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    publisher: Mapped[str]
    region: Mapped[str]
    hazard: Mapped[str]
    level: Mapped[int | None] = mapped_column(SmallInteger)
    name: Mapped[str]
    river: Mapped[str | None]
    #: codes of the municipalities it covers
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_at: Mapped[datetime]
    source_id: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="")
    #: what its telegram said of it (発表, 継続, …)
    status: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    unknown_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: false when only its region's name is known to us, not its municipalities
    resolved: Mapped[bool] = mapped_column(server_default="true")
    expires_at: Mapped[datetime | None]
    #: GeoJSON geometry, EPSG:4326
    geometry: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    exercise: Mapped[bool] = mapped_column(server_default="false")


class RefusedTelegram(Base):
    """A message that put nothing in force: unreadable, of another kind, foreign, a test, a training.

    Kept with its bytes and the reason; equal ones are counted.
    """

    __tablename__ = "refused_telegram"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: sha-256 of the body, the reason's code and the incident
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    #: the file or address it came from
    origin: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    #: at most 4 MiB; `size_bytes` tells the whole length
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]
    count: Mapped[int] = mapped_column(BigInteger, server_default="1")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class FeedState(Base):
    """What an address was last asked for one incident, so that the next request is conditional."""

    __tablename__ = "feed_state"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    #: when it last answered, by the wall clock
    answered_at: Mapped[datetime | None]
    #: what was wrong since then; null = nothing
    fault: Mapped[str | None]


class FeedEntry(Base):
    """An entry that was fetched: each is fetched once, unless it says that it was updated."""

    __tablename__ = "feed_entry"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    #: address of the feed, a space, id of the entry
    id: Mapped[str] = mapped_column(primary_key=True)
    updated: Mapped[str]
    fetched_at: Mapped[datetime]
    #: `recorded`, `known`, or the code of the refusal
    outcome: Mapped[str]
