"""Depots, lots, trucks and disruptions: what the centre writes, and what of it the screens are told.

A truck's state is the state of the lines it carries: the route that writes a truck adds the steps to the
logs of the shelters it goes to (`truck_steps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
import psycopg
from msgspec import Meta
from psycopg import errors as sqlstate
from psycopg.rows import DictRow, dict_row

from geo.change import Change, record
from geo.live_value import depot_value, disruption_value, truck_value
from geo.moment import utc_text
from geo.queries import load
from shelters.operation import Amount, Key, Lot, Name
from shelters.rulebook import items

_SQL: Final = load("shelters", "supply.sql")
Text = Annotated[str, Meta(max_length=400)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]


class SupplyError(ValueError):
    """Raised when something cannot be written as asked; names the culprit."""


class Depot(msgspec.Struct):
    """A depot as it is written."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    lon: Longitude
    lat: Latitude
    source: Text
    kind: Literal["prefecture", "municipality", "store", "private"] = "store"
    address: Text | None = None
    opening: Text | None = None
    truck_classes: list[Literal["light", "2t", "4t", "10t"]] = []
    synthetic: bool = False


class DepotLot(msgspec.Struct):
    """A lot as it is written."""

    item: Name
    amount: Amount
    expires_on: date | None = None
    allergens: list[Name] | None = None
    note: Text | None = None


class TruckLine(msgspec.Struct):
    """Something a truck brings: of a line that was asked for, or pushed."""

    item: Name
    amount: Amount
    lot: Lot = ""
    line: Key | None = None


class TruckStop(msgspec.Struct):
    """A shelter a truck goes to."""

    shelter: Key
    lines: Annotated[list[TruckLine], Meta(max_length=200)]
    eta_at: datetime | None = None


class Truck(msgspec.Struct):
    """A truck as it is written."""

    state: Literal["planned", "loading", "on-the-way", "arrived", "cancelled"]
    stops: Annotated[list[TruckStop], Meta(max_length=60)]
    depot: Key | None = None
    truck_class: Literal["light", "2t", "4t", "10t"] | None = msgspec.field(default=None, name="class")
    plate: Text | None = None
    departs_at: datetime | None = None
    eta_at: datetime | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    note: Text | None = None


class Disruption(msgspec.Struct):
    """An outage or closed road as it is written; `ended_at` ends it."""

    kind: Literal["power", "telecom", "water", "road"]
    label: Annotated[str, Meta(min_length=1, max_length=200)]
    source: Text
    areas: list[Annotated[str, Meta(pattern=r"^[0-9]{5}\Z")]] = []
    lon: Longitude | None = None
    lat: Latitude | None = None
    radius_m: Annotated[float, Meta(gt=0, le=200_000)] | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


#: what a truck's state says of the lines it carries
STEPS_OF: Final = {"planned": ("accepted",), "loading": ("picked", "loaded"), "on-the-way": ("on-the-way",)}


def truck_steps(
    truck_id: str, truck: Truck, before: Sequence[tuple[str, str]]
) -> dict[str, list[dict[str, Any]]]:
    """Return, by shelter, the values of the `supply` operations that a truck's state stands for.

    `before` are the shelters and lines it carried until now: a line that it no longer brings, or all of
    a truck that is cancelled, goes back to `accepted` by its note only (the ledger knows no way back).
    """
    steps: dict[str, list[dict[str, Any]]] = {}
    states = STEPS_OF.get(truck.state, ())
    carried = set()
    for number, stop in enumerate(truck.stops):
        for position, line in enumerate(stop.lines):
            name = line_name(truck_id, number, position, line)
            carried.add((stop.shelter, name))
            value = {
                "line": name,
                "item": line.item,
                "amount": line.amount,
                "lot": line.lot,
                "truck": truck_id,
            }
            value |= {"depot": truck.depot} if truck.depot else {}
            steps.setdefault(stop.shelter, []).extend({**value, "state": state} for state in states)
    dropped = carried | set(before) if truck.state == "cancelled" else set(before) - carried
    for shelter, name in sorted(dropped):
        note = f"{truck_id}: {'cancelled' if truck.state == 'cancelled' else 'taken off'}"
        steps.setdefault(shelter, []).append({"line": name, "truck": None, "note": note})
    return {shelter: values for shelter, values in steps.items() if values}


def line_name(truck_id: str, stop: int, position: int, line: TruckLine) -> str:
    """Return the line that a truck's cargo belongs to; what nobody asked for gets a line of its own."""
    return line.line or f"{truck_id}.{stop}.{position}"


def put_depot(connection: psycopg.Connection[Any], incident_id: int, depot_id: str, depot: Depot) -> None:
    """Write a depot and tell the screens."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["put_depot"], {"id": depot_id, **msgspec.to_builtins(depot)})
        record(cursor, incident_id, depot_changes(cursor, incident_id, depot_id))


def put_lot(
    connection: psycopg.Connection[Any], incident_id: int, depot_id: str, lot_id: str, lot: DepotLot
) -> None:
    """Write a lot of a depot and tell the screens. Raises `SupplyError`."""
    if lot.item not in items():
        raise SupplyError(f"item {lot.item!r} is not in the catalogue (rules/items.toml)")
    parameters = {"incident": incident_id, "depot": depot_id, "id": lot_id, **msgspec.structs.asdict(lot)}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        if cursor.execute(_SQL["touch_depot"], {"depot": depot_id}).fetchone() is None:
            raise SupplyError(f"there is no depot {depot_id!r}")
        cursor.execute(_SQL["put_lot"], parameters)
        record(cursor, incident_id, depot_changes(cursor, incident_id, depot_id))


def put_truck(
    cursor: psycopg.Cursor[DictRow], incident_id: int, truck_id: str, truck: Truck, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Write a truck and tell the screens; return the steps its lines have to take. Raises `SupplyError`."""
    parameters = {"incident": incident_id, "truck": truck_id}
    old = cursor.execute(_SQL["lock_truck"], parameters).fetchone()
    names = _shelter_names(cursor, truck)
    unknown = sorted({line.item for stop in truck.stops for line in stop.lines} - items().keys())
    if unknown:
        raise SupplyError(f"items {', '.join(unknown)} are not in the catalogue (rules/items.toml)")
    summary = _truck_summary(truck_id, truck, names, old, now)
    try:
        cursor.execute(
            _SQL["put_truck"],
            {
                **parameters,
                "depot": truck.depot,
                "state": truck.state,
                "summary": msgspec.json.encode(summary).decode(),
            },
        )
    except sqlstate.ForeignKeyViolation as fault:
        raise SupplyError(f"there is no depot {truck.depot!r}") from fault
    row = cursor.execute(_SQL["trucks"], parameters).fetchone()
    assert row is not None  # noqa: S101 - it was just written
    record(cursor, incident_id, [Change("truck", truck_id, row["version"], truck_value(row))])
    if old is not None and _cargo(old["summary"]) == _cargo(summary) and old["state"] == truck.state:
        return {}
    return truck_steps(truck_id, truck, [] if old is None else _cargo(old["summary"]))


def put_disruption(
    connection: psycopg.Connection[Any], incident_id: int, disruption_id: str, told: Disruption
) -> None:
    """Write an outage or closed road and tell the screens."""
    for name in ("started_at", "ended_at"):
        moment = getattr(told, name)
        if moment is not None and moment.tzinfo is None:
            raise SupplyError(f"{name} {moment} has no zone")
    parameters = {"incident": incident_id, "id": disruption_id}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_SQL["put_disruption"], {**parameters, **msgspec.structs.asdict(told)})
        row = cursor.execute(_SQL["disruptions"], parameters).fetchone()
        assert row is not None  # noqa: S101 - it was just written
        change = Change("disruption", disruption_id, row["version"], disruption_value(row))
        record(cursor, incident_id, [change])


def depot_changes(cursor: psycopg.Cursor[DictRow], incident_id: int, depot_id: str) -> list[Change]:
    """Return the change that tells a depot as it is now."""
    rows = cursor.execute(_SQL["depots"], {"incident": incident_id, "depot": depot_id}).fetchall()
    return [Change("depot", row["id"], row["version"], depot_value(row)) for row in rows]


def read_depots(connection: psycopg.Connection[Any], incident_id: int) -> dict[str, Any]:
    """Return all depots as on the live wire, and all lots."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        depots = cursor.execute(_SQL["depots"], {"incident": incident_id, "depot": None}).fetchall()
        lots = cursor.execute(_SQL["lots"], {"incident": incident_id}).fetchall()
    return {"depots": [depot_value(row) for row in depots], "lots": lots}


def _shelter_names(cursor: psycopg.Cursor[DictRow], truck: Truck) -> dict[str, str]:
    wanted = sorted({stop.shelter for stop in truck.stops})
    rows = cursor.execute(_SQL["shelter_names"], {"ids": wanted}).fetchall()
    names = {row["id"]: row["name"] for row in rows}
    missing = [shelter for shelter in wanted if shelter not in names]
    if missing:
        raise SupplyError(f"there is no shelter {', '.join(map(repr, missing))}")
    return names


def _truck_summary(
    truck_id: str, truck: Truck, names: dict[str, str], old: dict[str, Any] | None, now: datetime
) -> dict[str, Any]:
    for name, moment in (("departs_at", truck.departs_at), ("eta_at", truck.eta_at)):
        if moment is not None and moment.tzinfo is None:
            raise SupplyError(f"{name} {moment} has no zone")
    place = (truck.lon, truck.lat)
    before = ({} if old is None else old["summary"]) or {}
    moved = place != (before.get("lon"), before.get("lat"))
    return {
        "class": truck.truck_class,
        "plate": truck.plate,
        "departs_at": utc_text(truck.departs_at),
        "eta_at": utc_text(truck.eta_at),
        "lon": truck.lon,
        "lat": truck.lat,
        "position_at": None if None in place else utc_text(now) if moved else before.get("position_at"),
        "note": truck.note,
        "stops": [
            {
                "shelter": stop.shelter,
                "shelter_name": names[stop.shelter],
                "eta_at": utc_text(stop.eta_at),
                "lines": [
                    {
                        "line": line_name(truck_id, number, position, line),
                        "item": line.item,
                        "lot": line.lot,
                        "amount": line.amount,
                    }
                    for position, line in enumerate(stop.lines)
                ],
            }
            for number, stop in enumerate(truck.stops)
        ],
    }


def _cargo(summary: dict[str, Any]) -> list[tuple[str, str]]:
    return [(stop["shelter"], line["line"]) for stop in summary["stops"] for line in stop["lines"]]
