"""Numpy arrays arrive in PostgreSQL as they left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import psycopg
import pytest

from geo.arrays import (
    BinaryArray,
    bool_array,
    float8_array,
    int2_array,
    int4_array,
    register,
    timestamptz_array,
)
from geo.engine import connect


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with connect(database_url) as opened:
        register(opened)
        yield opened


def echo(connection: psycopg.Connection, array: BinaryArray, cast: str) -> list[object]:
    row = connection.execute(f"SELECT %b::{cast}", (array,)).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return list(row[0])


def test_numbers_and_truths(connection: psycopg.Connection) -> None:
    assert echo(connection, float8_array(np.array([1.5, -0.0, 1e300])), "float8[]") == [1.5, -0.0, 1e300]
    assert np.isnan(echo(connection, float8_array(np.array([np.nan])), "float8[]")[0])
    assert echo(connection, int2_array(np.array([1, 9, 253], dtype=np.uint8)), "int2[]") == [1, 9, 253]
    assert echo(connection, int4_array(np.array([0, 65535], dtype=np.uint16)), "int4[]") == [0, 65535]
    assert echo(connection, bool_array(np.array([True, False])), "boolean[]") == [True, False]


def test_empty_arrays(connection: psycopg.Connection) -> None:
    assert echo(connection, float8_array(np.empty(0)), "float8[]") == []
    assert echo(connection, timestamptz_array(np.empty(0)), "timestamptz[]") == []


def test_moments_to_the_microsecond(connection: psycopg.Connection) -> None:
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2026, 6, 2, 17, 14, 0, 123457, tzinfo=UTC),
        datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ]
    seconds = np.array([moment.timestamp() for moment in moments])
    assert echo(connection, timestamptz_array(seconds), "timestamptz[]") == moments


def test_no_time_is_minus_infinity_which_sql_makes_null(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT nullif(t, '-infinity') FROM unnest(%b::timestamptz[]) t",
        (timestamptz_array(np.array([np.nan])),),
    ).fetchone()
    assert row == (None,)


def test_two_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 2\)"):
        float8_array(np.zeros((2, 2)))
