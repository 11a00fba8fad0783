"""Level forecasts (append-only), the newest one of each gauge as screens hold it, and their past skill."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, REAL, BigInteger, CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import Base

#: as `geo.flood.levels.forecast.STATUS`
STATUS = "status IN ('full', 'late', 'no-trend', 'none')"


class LevelForecast(Base):
    """One forecast as it was made; never changed. Arrays are null where there are no numbers (`none`).

    Levels are metres above the gauge's datum. Arrays of several dimensions are kept flat, the last
    dimension fastest: steps are `forecast.STEPS_S`, quantiles `network.LEVELS`, thresholds
    `live_value.THRESHOLDS` (NaN = the gauge has none).
    """

    __tablename__ = "level_forecast"
    __table_args__ = (
        CheckConstraint(STATUS, name="status"),
        {"postgresql_partition_by": "RANGE (origin_at)"},
    )

    incident_id: Mapped[int] = mapped_column(primary_key=True)
    gauge_id: Mapped[str] = mapped_column(primary_key=True)
    #: as of when, by the incident's clock; no later reading has a part in it
    origin_at: Mapped[datetime] = mapped_column(primary_key=True)
    #: version of the `river_state` it was made from: while a replay's clock stands still, a later reading
    #: makes another forecast as of the same moment
    state_version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    #: when it was written, by the incident's clock
    made_at: Mapped[datetime]
    status: Mapped[str]
    #: the newest usable reading, and the slope of its interval
    observed_at: Mapped[datetime | None]
    newest_m: Mapped[float | None]
    slope_m_per_h: Mapped[float | None]
    #: the thresholds it was made with
    thresholds_m: Mapped[list[float]] = mapped_column(ARRAY(REAL))
    #: [step, quantile]
    level_m: Mapped[list[float] | None] = mapped_column(ARRAY(REAL))
    #: highest level until each step, [step, quantile]
    highest_m: Mapped[list[float] | None] = mapped_column(ARRAY(REAL))
    #: probability of having reached a threshold, [threshold, step]
    passing: Mapped[list[float] | None] = mapped_column(ARRAY(REAL))
    #: time of the peak after the origin at `forecast.TIME_LEVELS` [s], then the probability that it is
    #: past, and that it comes after the last step
    peak: Mapped[list[float] | None] = mapped_column(ARRAY(REAL))
    alarm: Mapped[bool]


class ForecastState(Base):
    """The newest forecast of a gauge: a projection of `level_forecast`, one row per incident."""

    __tablename__ = "forecast_state"
    __table_args__ = (CheckConstraint(STATUS, name="status"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    gauge_id: Mapped[str] = mapped_column(ForeignKey("gauge.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    #: version of the `river_state` it was made from: another one asks for another forecast
    state_version: Mapped[int] = mapped_column(BigInteger)
    origin_at: Mapped[datetime]
    status: Mapped[str]
    #: the chronology says that danger is ahead, and has not yet said that it no longer is
    warned: Mapped[bool]
    #: as the live wire has it (docs/live.md)
    value: Mapped[dict[str, Any]] = mapped_column(JSON)


class LevelSkill(Base):
    """Past skill of the level forecast of one gauge, or of all (`*`), from a hindcast."""

    __tablename__ = "level_skill"

    #: a gauge's id (it need not be registered), or `*`
    subject: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())
