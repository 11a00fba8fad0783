"""Photographs of the field in the database: adding one, and what the screens are told (`docs/photos.md`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.change import Change
from geo.moment import utc_text
from geo.queries import load

Row = Mapping[str, Any]
_SQL: Final = load("geo", "photo.sql")


def photo_value(row: Row) -> dict[str, Any]:
    """Return a `photo` from a row of `geo/sql/photo.sql: photos`."""
    names = (
        *("id", "width_px", "height_px", "time_source", "time_doubt", "author", "lon", "lat", "place_source"),
        *("accuracy_m", "yaw_deg", "pitch_deg", "note", "pairs"),
    )
    address = f"/api/photos/{row['id']}"
    return {
        **{name: row[name] for name in names},
        "taken_at": utc_text(row["taken_at"]),
        "received_at": utc_text(row["received_at"]),
        "by": "device" if row["device_id"] is not None else "officer",
        "height_tp_m": row["height_tp_m"],
        "height_sd_m": row["height_sd_m"],
        "height_way": row["height_way"],
        "height_told": bool(row["altitudes"]),
        #: true: its ground lies on the map; null: not looked for yet
        "on_ground": None if row["due"] else bool(row["on_ground"]),
        "thumbnail": f"{address}/thumbnail",
        "picture": f"{address}/picture",
    }


def add_photo(cursor: psycopg.Cursor[Any], incident_id: int, row: Row) -> tuple[int, bool]:
    """Add a photograph (a row of `sensors.photo.record.photo_row`) within the transaction.

    Returns its id and whether it was new: the same bytes in the same incident are one photograph.
    """
    parameters = {**row, "incident": incident_id}
    cursor.execute(_SQL["picture"], parameters)
    found = cursor.execute(_SQL["add"], parameters).fetchone()
    new = found is not None
    if found is None:
        found = cursor.execute(_SQL["same"], parameters).fetchone()
    assert found is not None  # noqa: S101 - it was there already, or was added just now
    return int(found["id"] if isinstance(found, dict) else found[0]), new


def photo_changes(
    connection: psycopg.Connection[Any], incident_id: int, photo_ids: Sequence[int]
) -> list[Change]:
    """Return what the screens are told of photographs."""
    with connection.cursor(row_factory=dict_row) as cursor:
        parameters = {"incident": incident_id, "ids": sorted(set(photo_ids))}
        rows = cursor.execute(_SQL["photos"], parameters).fetchall()
    return [Change("photo", str(row["id"]), row["version"], photo_value(row)) for row in rows]


def forget_ground(cursor: psycopg.Cursor[Any], incident_id: int, photo_id: int) -> list[Change]:
    """Take back the ground of a photograph whose place was wrong; return what the screens are told."""
    parameters = {"incident": incident_id, "camera": str(photo_id)}
    row = cursor.execute(_SQL["forget_state"], parameters).fetchone()
    cursor.execute(_SQL["forget_ground"], parameters)
    if row is None:
        return []
    version = int(row["version"] if isinstance(row, dict) else row[0])
    return [Change("footprint", f"photo:{photo_id}", version + 1, None)]


def touch_photos(cursor: psycopg.Cursor[Any], photo_ids: Sequence[int]) -> None:
    """Raise the versions of photographs whose pairs changed, within the transaction."""
    cursor.execute(_SQL["touch"], {"ids": sorted(set(photo_ids))})
