"""Places: municipalities, designated emergency evacuation sites, designated shelters."""

from __future__ import annotations

from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from geo.schema.base import SRID, Base

#: the eight hazards a site is designated for (災害対策基本法 49条の4), in the order of the GSI file
HAZARDS = (
    "flood",
    "landslide",
    "storm_surge",
    "earthquake",
    "tsunami",
    "large_fire",
    "inland_flood",
    "volcano",
)


class Area(Base):
    """A municipality (国土数値情報 N03), by its five-digit code without check digit."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{5}$'", name="code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    #: full name with prefecture, e.g. 徳島県吉野川市
    name: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", srid=SRID))
    source: Mapped[str]


class EvacuationSite(Base):
    """A 指定緊急避難場所: where to escape to now, designated per hazard (not where to stay)."""

    __tablename__ = "evacuation_site"
    __table_args__ = (
        CheckConstraint("hazards <@ ARRAY['" + "','".join(HAZARDS) + "']::text[]", name="hazards"),
        Index("ix_evacuation_site_hazards", "hazards", postgresql_using="gin"),
        Index("ix_evacuation_site_area_code", "area_code"),
    )

    #: national common id (全国共通避難所・避難場所ID) or `{area}:{local id}`
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kana: Mapped[str | None]
    address: Mapped[str | None]
    area_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    hazards: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: the file says that a designated shelter stands at the same address
    also_shelter: Mapped[bool] = mapped_column(server_default="false")
    #: persons, as far as the file gives a number
    capacity: Mapped[int | None]
    #: metres above sea level as the municipality wrote it; its datum is not stated in the file
    elevation_m: Mapped[float | None]
    notes: Mapped[str | None]
    source: Mapped[str]
    #: the row as it came, so that nothing of the file is lost
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)


class Shelter(Base):
    """A 指定避難所: where people stay. One building may be both; the two stay separate rows."""

    __tablename__ = "shelter"
    __table_args__ = (Index("ix_shelter_area_code", "area_code"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kana: Mapped[str | None]
    address: Mapped[str | None]
    area_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    also_site: Mapped[bool] = mapped_column(server_default="false")
    #: whom it takes in (受入対象者), empty = everybody
    accepts: Mapped[str | None]
    #: a 福祉避難所, where the file says so
    welfare: Mapped[bool] = mapped_column(server_default="false")
    capacity: Mapped[int | None]
    elevation_m: Mapped[float | None]
    notes: Mapped[str | None]
    source: Mapped[str]
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
