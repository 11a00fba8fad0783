"""Landing sites (場外離着陸場) in the database, and what screens are told of them (`docs/missions.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Json

from geo.change import Change
from geo.moment import utc_text
from geo.queries import load

Row = Mapping[str, Any]
_SQL: Final = load("geo", "mission.sql")


@dataclass(frozen=True, kw_only=True)
class LandingSite:
    """A landing site as its register tells it; None = not told."""

    id: str
    name: str
    lon: float
    lat: float
    source: str
    kana: str | None = None
    address: str | None = None
    category: str | None = None
    surface: str | None = None
    length_m: float | None = None
    width_m: float | None = None
    #: helicopters at once
    capacity: int | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


def landing_site_value(row: Row) -> dict[str, Any]:
    """Return a `landing_site` from a row of `geo/sql/mission.sql: sites`.

    `state` is `unknown` while nobody has said anything in this incident; `at` is when it was said.
    """
    names = (
        *("id", "name", "kana", "address", "lon", "lat", "category", "surface", "length_m", "width_m"),
        *("capacity", "source", "state", "reason"),
    )
    return {**{name: row[name] for name in names}, "at": utc_text(row["at"]), "by": row["author"]}


def put_landing_sites(cursor: psycopg.Cursor[Any], sites: Sequence[LandingSite]) -> None:
    """Write landing sites into the register; what was said of them stays."""
    for site in sites:
        cursor.execute(_SQL["put_site"], {**asdict(site), "raw": Json(dict(site.raw))})


def landing_site_changes(
    cursor: psycopg.Cursor[DictRow], incident_id: int, ids: Sequence[str]
) -> list[Change]:
    """Return what the screens are told of landing sites."""
    rows = cursor.execute(_SQL["sites"], {"incident": incident_id, "ids": list(ids)}).fetchall()
    return [Change("landing_site", row["id"], row["version"], landing_site_value(row)) for row in rows]
