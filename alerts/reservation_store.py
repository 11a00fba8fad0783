"""Soft reservations: a household says which shelter it means to go to, and is counted until it would be late.

It gives no right to a place and asks for no name. Inside the caller's transaction; rows are dicts.
"""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from alerts.order_store import Cursor
from geo.queries import load

_SQL: Final = load("alerts", "resident.sql")


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """What a device is told: its token, and until when [wall] it is counted."""

    token: uuid.UUID
    expires_at: datetime


@cache
def resident_rules() -> dict[str, Any]:
    """Return `rules/resident.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "resident.toml").read_text(encoding="utf-8"))


def reserve(
    cursor: Cursor, incident: int, shelter: str, persons: int, token: uuid.UUID | None, now: datetime
) -> Reservation:
    """Count a household at a shelter from now on, and no more where it was counted before.

    `now` is the wall's. Raises `LookupError` when there is no such place.
    """
    found = cursor.execute(_SQL["refuge"], {"shelter": shelter}).fetchone()
    if found is None or not found["there"]:
        raise LookupError(f"there is no shelter or site {shelter!r}")
    cursor.execute(_SQL["forget"], {"at": now})
    until = now + timedelta(hours=resident_rules()["reservation"]["hours"])
    values = {"incident": incident, "shelter": shelter, "persons": persons}
    row = cursor.execute(_SQL["reserve"], {**values, "token": token, "at": now, "until": until}).fetchone()
    assert row is not None  # noqa: S101 - INSERT … RETURNING answers
    return Reservation(token=row["token"], expires_at=row["expires_at"])


def cancel(cursor: Cursor, token: uuid.UUID) -> None:
    """Count a household no more; an unknown token is one that has expired."""
    cursor.execute(_SQL["cancel"], {"token": token})
