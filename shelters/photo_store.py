"""Photos in the database, by the SHA-256 of what was sent."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from geo.queries import load

_SQL: Final = load("shelters", "operation.sql")


def keep_photo(
    connection: psycopg.Connection[Any],
    incident_id: int,
    shelter_id: str,
    name: str,
    data: bytes,
    media_type: str,
    *,
    stripped: bool = False,
) -> bool:
    """Keep a photo called `name`, its hash; return whether it was new."""
    with connection.transaction():
        written = connection.execute(
            _SQL["photo"],
            {
                "incident": incident_id,
                "shelter": shelter_id,
                "hash": name,
                "media_type": media_type,
                "data": data,
                "stripped": stripped,
            },
        )
    return written.rowcount == 1


def find_photo(
    connection: psycopg.Connection[Any], shelter_id: str | None, name: str
) -> tuple[str, bytes] | None:
    """Return the type and bytes of a photo of a shelter (None = of any); None when there is none."""
    with connection.transaction():
        row = connection.execute(_SQL["photo_of_shelter"], {"hash": name, "shelter": shelter_id}).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def shelters_of_photo(connection: psycopg.Connection[Any], name: str) -> list[str]:
    """Return the shelters that a photo came from."""
    with connection.transaction():
        return [row[0] for row in connection.execute(_SQL["photo_shelters"], {"hash": name}).fetchall()]
