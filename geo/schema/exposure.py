"""What stands in the way of water: where people live, facilities of people who need help, roads."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import JSON, CheckConstraint, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

#: kinds of a facility; words for screens are in `geo/rules/facilities.toml`
FACILITY_KINDS: Final = (
    *("care_home", "day_care", "disabled_care", "hospital", "clinic", "school", "nursery", "children"),
    *("underpass", "fire_station", "police", "depot", "heliport", "other"),
)


class PeoplePoint(Base):
    """People who live at a place, as a statistic or an estimate gives them."""

    __tablename__ = "people_point"
    __table_args__ = (
        CheckConstraint("persons >= 0 AND persons < 'Infinity'", name="persons"),
        CheckConstraint("households IS NULL OR households >= 0", name="households"),
        Index("ix_people_point_area_code", "area_code"),
        Index("ix_people_point_source", "source"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    #: five digits; NULL = the file does not tell and no imported area holds the point
    area_code: Mapped[str | None]
    district: Mapped[str | None]
    persons: Mapped[float]
    households: Mapped[float | None]
    #: persons by age in whole years, `{"0-4": 12, "85+": 30}`; NULL = not known
    ages: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: a whole district or mesh stands at this one point
    coarse: Mapped[bool] = mapped_column(server_default="false")
    source: Mapped[str]
    #: the date that the numbers are of
    as_of: Mapped[date | None] = mapped_column(Date)
    #: made up, not counted
    synthetic: Mapped[bool] = mapped_column(server_default="false")


class Facility(Base):
    """A facility: of people who need help (要配慮者利用施設), or one that the response needs."""

    __tablename__ = "facility"
    __table_args__ = (
        CheckConstraint("kind = ANY (ARRAY['" + "','".join(FACILITY_KINDS) + "']::text[])", name="kind"),
        Index("ix_facility_area_code", "area_code"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    address: Mapped[str | None]
    area_code: Mapped[str | None]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    #: persons or beds, as far as the file gives a number
    capacity: Mapped[int | None]
    source: Mapped[str]
    #: the row as it came, so that nothing of the file is lost
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)


class Road(Base):
    """A road, or a stretch of one, as a line."""

    __tablename__ = "road"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    #: as the file says it (県一次緊急輸送路, 国道 …)
    road_class: Mapped[str | None] = mapped_column("class")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTILINESTRING", srid=SRID))
    source: Mapped[str]
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
