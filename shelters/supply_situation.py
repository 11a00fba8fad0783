"""What a supply plan is made from, as the database has it: shelters, depots, lots, orders, closed roads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row

from geo.live_value import depot_value, truck_value
from geo.queries import load
from geo.roads.network import Closure, RoadNet
from geo.roads.reading import read_road_net

_SQL: Final = load("shelters", "supply.sql")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything a plan reads, at one moment.

    `shelters`: id, name, lon, lat, `summary` and `state` (docs/tablet.md), silence. `depots` and `trucks`:
    live values. `lots`: depot, id, item, amount as entered, expires_on, allergens. `closed_roads`: label,
    lon, lat, radius_m, areas. `roads`: the registered roads as they stand, None = none there, or not read.
    """

    shelters: list[dict[str, Any]]
    depots: list[dict[str, Any]]
    lots: list[dict[str, Any]]
    trucks: list[dict[str, Any]]
    closed_roads: list[dict[str, Any]]
    roads: RoadNet | None = None

    def lines(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield shelter, name and state of every supply line."""
        for shelter in self.shelters:
            for name, line in sorted(shelter["state"].get("lines", {}).items()):
                yield shelter["id"], name, line


def read_situation(
    connection: psycopg.Connection[Any], incident_id: int, *, with_roads: bool = False
) -> Situation:
    """Read everything in one snapshot of the database, the roads only when asked to."""
    parameters = {"incident": incident_id, "depot": None, "truck": None}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = {
            name: cursor.execute(_SQL[name], parameters).fetchall()
            for name in ("plan_shelters", "depots", "lots", "trucks", "plan_cuts")
        }
        roads = _read_roads(cursor, incident_id, found) if with_roads else None
    return Situation(
        shelters=found["plan_shelters"],
        depots=[depot_value(row) for row in found["depots"]],
        lots=found["lots"],
        trucks=[truck_value(row) for row in found["trucks"]],
        closed_roads=found["plan_cuts"],
        roads=roads,
    )


def _read_roads(
    cursor: psycopg.Cursor[DictRow], incident_id: int, found: Mapping[str, Sequence[DictRow]]
) -> RoadNet | None:
    places = [(row["lon"], row["lat"]) for row in (*found["plan_shelters"], *found["depots"])]
    closures = [Closure(label=row["label"], lon=row["lon"], lat=row["lat"]) for row in found["plan_cuts"]]
    return read_road_net(cursor, incident_id, places, closures)


@contextmanager
def confirming(connection: psycopg.Connection[Any], incident_id: int) -> Iterator[None]:
    """Keep out every other confirmation of a plan of the incident: two must not give away the same lot."""
    connection.execute(_SQL["plan_turn"], {"incident": incident_id})
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(_SQL["plan_turn_over"], {"incident": incident_id})


def field_of(line: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what was said of a field of a line, None when nothing was."""
    register = line["fields"].get(name)
    return None if register is None else register["value"]
