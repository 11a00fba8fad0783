"""The change feed: every writing transaction says what it changed; every screen reads on from where it was.

Writers call `record` inside the transaction that changes the objects. Readers hold a `Position`, read with
`read_after`, and lose nothing when a notification is missed or a connection breaks: notifications only wake
them. Why a position is a transaction and an id, and why readers stay below the oldest running
transaction, is told in `sql/change.sql`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from geo.queries import load

CHANNEL = "sonae_change"
_SQL = load("geo", "change.sql")


class PositionError(ValueError):
    """Raised when a text is not a position of the change feed; names the text."""


@dataclass(frozen=True, order=True)
class Position:
    """A place in the change feed: everything up to and including it has been read."""

    transaction: int
    id: int

    def __str__(self) -> str:
        """Return the form that goes over the wire."""
        return f"{self.transaction}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read the wire form. Raises `PositionError`."""
        transaction, colon, number = text.partition(":")
        if not (colon and transaction.isdecimal() and number.isdecimal() and len(text) <= 40):
            raise PositionError(f"{text[:60]!r} is not a position (expected 'transaction:id')")
        return cls(int(transaction), int(number))


@dataclass(frozen=True)
class Change:
    """One object's new value, `None` when it is gone."""

    kind: str
    object_id: str
    version: int
    value: Any | None


@dataclass(frozen=True)
class ReadChange:
    """A change as read from the feed; `value` stays JSON text, so that it is serialised once."""

    kind: str
    object_id: str
    version: int
    value: str | None
    #: when the writing transaction began, by the database's clock: tells how far a reader lags behind
    at: datetime


@dataclass(frozen=True)
class Horizon:
    """What can be read now: everything below `visible_below`; nothing up to `pruned_to` is left."""

    visible_below: int
    next_transaction: int
    pruned_to: int

    @property
    def position(self) -> Position:
        """The position of a snapshot taken in the same database snapshot."""
        return Position(self.visible_below - 1, 2**62)

    @property
    def settled(self) -> bool:
        """No transaction is running whose changes might become readable without a notification."""
        return self.visible_below >= self.next_transaction

    def can_resume(self, position: Position) -> bool:
        """Whether a reader at `position` can read on, or needs a snapshot."""
        return self.pruned_to <= position.transaction < self.next_transaction


def record(cursor: psycopg.Cursor[Any], incident_id: int, changes: Sequence[Change]) -> None:
    """Add `changes` to the feed within the cursor's transaction and wake the readers at its commit."""
    if not changes:
        return
    cursor.execute(_SQL["insert"], _columns(incident_id, changes))
    cursor.execute(_SQL["notify"])


async def record_async(cursor: psycopg.AsyncCursor[Any], incident_id: int, changes: Sequence[Change]) -> None:
    """Do what `record` does, on an asynchronous connection."""
    if not changes:
        return
    await cursor.execute(_SQL["insert"], _columns(incident_id, changes))
    await cursor.execute(_SQL["notify"])


def _columns(incident_id: int, changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "incident": incident_id,
        "kinds": [change.kind for change in changes],
        "objects": [change.object_id for change in changes],
        "versions": [change.version for change in changes],
        "values": [
            None if change.value is None else msgspec.json.encode(change.value).decode() for change in changes
        ],
    }


async def read_after(
    connection: psycopg.AsyncConnection[Any], incident_id: int, position: Position, *, limit: int = 5000
) -> tuple[list[ReadChange], Position]:
    """Return the changes after `position`, oldest first, and the position they end at."""
    cursor = await connection.execute(
        _SQL["read_after"],
        {
            "incident": incident_id,
            "transaction": position.transaction,
            "id": position.id,
            "limit": limit,
        },
    )
    rows = await cursor.fetchall()
    if not rows:
        return [], position
    return [ReadChange(*row[2:]) for row in rows], Position(rows[-1][0], rows[-1][1])


async def start_of_newest(
    connection: psycopg.AsyncConnection[Any], incident_id: int, count: int
) -> Position | None:
    """Return the position before the newest `count` changes of an incident, None when there are fewer."""
    cursor = await connection.execute(_SQL["start_of_newest"], {"incident": incident_id, "count": count})
    row = await cursor.fetchone()
    return None if row is None else Position(*row)


async def horizon(connection: psycopg.AsyncConnection[Any]) -> Horizon:
    """Return what can be read now, as seen by the connection's snapshot."""
    row = await (await connection.execute(_SQL["horizon"])).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    return Horizon(*row)


def prune(cursor: psycopg.Cursor[Any], *, keep_s: float) -> None:
    """Forget changes older than `keep_s` [s]; readers that were away longer take a snapshot."""
    cursor.execute(_SQL["prune"], {"keep_s": keep_s})
