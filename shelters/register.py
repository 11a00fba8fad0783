"""The register of designated sites and shelters: records in, rows by id; importing again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from geo.queries import load
from shelters.common_id import Kind
from shelters.designated import Refuge

#: rows written by one statement
BATCH_ROWS = 5000


@dataclass(frozen=True)
class Registered:
    """How many rows were new, different from before, and as before."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Registered) -> Registered:
        """Return the sum of two counts."""
        return Registered(
            self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged
        )


def register(
    connection: psycopg.Connection[Any], kind: Kind, refuges: Sequence[Refuge], *, source: str
) -> Registered:
    """Write `refuges` of one kind, all or none; `source` says whom to credit.

    Rows of the register that are not among `refuges` stay: a list of one municipality does not remove
    its neighbour's. Raises `ValueError` when a refuge is of the other kind.
    """
    for refuge in refuges:
        if refuge.kind != kind:
            raise ValueError(f"{refuge.id} {refuge.name} is a {refuge.kind}, not a {kind}")
    statement = load("shelters", "register.sql")[f"{kind}s"]
    total = Registered()
    with connection.transaction(), connection.cursor() as cursor:
        for first in range(0, len(refuges), BATCH_ROWS):
            batch = refuges[first : first + BATCH_ROWS]
            cursor.execute(statement, _columns(batch) | {"source": source})
            new = [row[0] for row in cursor.fetchall()]
            total += Registered(sum(new), len(new) - sum(new), len(batch) - len(new))
    return total


def _columns(refuges: Sequence[Refuge]) -> dict[str, list[Any]]:
    names = (
        *("id", "name", "kana", "address", "area_code", "lon", "lat"),
        *("accepts", "welfare", "capacity", "elevation_m", "notes"),
    )
    columns: dict[str, list[Any]] = {name: [getattr(refuge, name) for refuge in refuges] for name in names}
    columns["hazards"] = [",".join(refuge.hazards) for refuge in refuges]
    columns["also"] = [refuge.also_other_kind for refuge in refuges]
    columns["raw"] = [msgspec.json.encode(refuge.raw).decode() for refuge in refuges]
    return columns
