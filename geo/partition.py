"""Monthly partitions of what grows without end, made when a row of that month first comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import psycopg
from psycopg import sql

PartitionedTable = Literal["reading", "level_forecast", "track_point", "pose_point"]

#: partitions of a table are made by one process at a time (an arbitrary but fixed number); of each table for
#: itself, since whoever waits may hold rows of another one
PARTITION_LOCK = 7_266_324


def ensure_months(
    cursor: psycopg.Cursor[Any],
    months: Iterable[tuple[int, int]],
    table: PartitionedTable = "reading",
) -> None:
    """Make the partitions of `months`, (year, month) in UTC, that do not exist yet, in the transaction."""
    for year, month in sorted(set(months)):
        first = datetime(year, month, 1, tzinfo=UTC)
        after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (PARTITION_LOCK, table))
        cursor.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table}"
                " FOR VALUES FROM ({first}) TO ({after})"
            ).format(
                name=sql.Identifier(f"{table}_p{year:04d}_{month:02d}"),
                table=sql.Identifier(table),
                first=sql.Literal(first.isoformat()),
                after=sql.Literal(after.isoformat()),
            )
        )
