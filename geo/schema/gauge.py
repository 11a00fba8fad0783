"""River gauges, their readings (append-only), verdicts on readings, and the current state of each river."""

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
    Index,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

FLAGS = "flag IN (1, 2, 3, 4, 9)"


class Gauge(Base):
    """A river gauge. Thresholds are metres above `datum`; null = the gauge has no such threshold."""

    __tablename__ = "gauge"
    __table_args__ = (
        CheckConstraint("datum IN ('T.P.', 'gauge zero')", name="datum"),
        CheckConstraint("active_interval_s > 0 AND idle_interval_s > 0", name="intervals"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    river: Mapped[str | None]
    kana: Mapped[str | None]
    area_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    datum: Mapped[str] = mapped_column(server_default="T.P.")
    #: height of the gauge's zero [m above T.P.], where known
    zero_tp_m: Mapped[float | None]
    #: which set of names its thresholds have (`sensors/rules/river-levels.toml`)
    scheme: Mapped[str] = mapped_column(server_default="standard")
    start_m: Mapped[float | None]
    standby_m: Mapped[float | None]
    caution_m: Mapped[float | None]
    evacuation_m: Mapped[float | None]
    danger_m: Mapped[float | None]
    overflow_m: Mapped[float | None]
    #: how often it sends above `start_m`, and below [s]
    active_interval_s: Mapped[int] = mapped_column(server_default="600")
    idle_interval_s: Mapped[int] = mapped_column(server_default="86400")
    source: Mapped[str]


class Reading(Base):
    """One measured level, as it came. Never changed; later judgement is a `ReadingVerdict`."""

    __tablename__ = "reading"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        Index(
            "ix_reading_corrected",
            "gauge_id",
            "key",
            postgresql_where=text("time_corrected"),
        ),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )

    gauge_id: Mapped[str] = mapped_column(primary_key=True)
    #: when the instrument measured, corrected where its clock was at fault
    observed_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: idempotency key: the device's message id, or a hash of what it sent
    key: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[int]
    #: when it reached us, by the incident's clock
    received_at: Mapped[datetime]
    #: what the device's own clock said, null if it said nothing
    device_at: Mapped[datetime | None]
    #: `observed_at` is not what the device said
    time_corrected: Mapped[bool] = mapped_column(server_default="false")
    #: metres above the gauge's datum; null = the instrument had no value
    level_m: Mapped[float | None]
    #: QARTOD: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing
    flag: Mapped[int] = mapped_column(SmallInteger)
    #: why (`sensors.quality` names the bits)
    reasons: Mapped[int] = mapped_column(server_default="0")
    source: Mapped[str]
    #: value and unit before conversion, and fields we do not interpret
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ReadingVerdict(Base):
    """A later judgement on a reading (a pending jump confirmed, a spike failed). The newest one holds."""

    __tablename__ = "reading_verdict"
    __table_args__ = (
        CheckConstraint(FLAGS, name="flag"),
        Index("ix_reading_verdict_reading", "gauge_id", "observed_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    gauge_id: Mapped[str]
    observed_at: Mapped[datetime]
    decided_at: Mapped[datetime]
    flag: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[int] = mapped_column(server_default="0")


class RiverState(Base):
    """What is known now about the river at a gauge: a projection of its readings, one row per incident."""

    __tablename__ = "river_state"
    __table_args__ = (CheckConstraint(FLAGS, name="flag"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    gauge_id: Mapped[str] = mapped_column(ForeignKey("gauge.id"), primary_key=True)
    version: Mapped[int]
    #: newest level that did not fail [m above the gauge's datum]
    level_m: Mapped[float | None]
    observed_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    source: Mapped[str | None]
    flag: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: name of the class (`sensors.river.CLASSES`) or `unknown`
    river_class: Mapped[str]
    provisional: Mapped[bool]
    alarm: Mapped[bool]
    threshold_doubt: Mapped[bool]
    #: since when it has stood above danger without a break
    above_danger_since: Mapped[datetime | None]
    trend_m_per_h: Mapped[float | None]
    trend_sd_m_per_h: Mapped[float | None]
    trend: Mapped[str]
    due_at: Mapped[datetime | None]
    silent: Mapped[bool] = mapped_column(server_default="false")
