"""Supplies outside the shelters: depots, their lots, trucks under way, and what cuts places off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from geo.schema.base import SRID, Base

#: how far a truck is
TRUCK_STATES = ("planned", "loading", "on-the-way", "arrived", "cancelled")
#: what can be disrupted
DISRUPTIONS = ("power", "telecom", "water", "road")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(values) + "')"


class Depot(Base):
    """A store or transport hub (広域物資輸送拠点, 地域内輸送拠点, 備蓄倉庫)."""

    __tablename__ = "depot"

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    name: Mapped[str]
    address: Mapped[str | None]
    kind: Mapped[str]
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=SRID))
    #: words, as in 8:00–20:00
    opening: Mapped[str | None]
    #: classes of trucks that can load there
    truck_classes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: its stock is generated, not counted
    synthetic: Mapped[bool] = mapped_column(server_default="false")
    source: Mapped[str]


class DepotLot(Base):
    """A lot of an item in a depot, in one incident."""

    __tablename__ = "depot_lot"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    depot_id: Mapped[str] = mapped_column(ForeignKey("depot.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str]
    #: in the item's unit
    amount: Mapped[float]
    expires_on: Mapped[date | None]
    #: allergens it contains; null = not known, which is not the same as none
    allergens: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    note: Mapped[str | None]


class SupplyTruck(Base):
    """A truck with its stops; its state writes the steps of the lines it carries."""

    __tablename__ = "supply_truck"
    __table_args__ = (CheckConstraint(_one_of("state", TRUCK_STATES), name="state"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    depot_id: Mapped[str | None] = mapped_column(ForeignKey("depot.id"))
    state: Mapped[str]
    #: its live value without the names of depot and shelters
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)


class Disruption(Base):
    """An outage of power, telephone or water, or a closed road, as somebody told it."""

    __tablename__ = "disruption"
    __table_args__ = (CheckConstraint(_one_of("kind", DISRUPTIONS), name="kind"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    kind: Mapped[str]
    label: Mapped[str]
    #: municipalities it covers
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    #: centre [degrees, EPSG:4326] and reach [m], where it is at a place
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    radius_m: Mapped[float | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    source: Mapped[str]
