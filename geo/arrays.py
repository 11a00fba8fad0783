"""Numpy arrays as PostgreSQL array parameters, in the binary format, without a Python object per element.

psycopg turns a list into an array element by element, half a microsecond each; at tens of thousands of rows
a second and a dozen columns that was a fifth of the ingest process. The layout is that of `array_recv` in
PostgreSQL (src/backend/utils/adt/arrayfuncs.c): dimensions, null flag, element type, then for the one
dimension its length and lower bound, then for each element its length in bytes and its big-endian value.
The SQL must cast the parameter (`%(levels)b::float8[]`), since it goes out without a type.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

#: PostgreSQL counts microseconds from 2000-01-01 UTC; this is that moment [s since 1970-01-01 UTC]
POSTGRES_EPOCH_S: Final = 946_684_800
#: what timestamptz takes for `-infinity`; stands for "no time" where the SQL turns it into null
NO_TIME: Final = np.iinfo(np.int64).min

_BOOL, _INT2, _INT4, _FLOAT4, _FLOAT8, _TIMESTAMPTZ = 16, 21, 23, 700, 701, 1184


class BinaryArray(bytes):
    """A one-dimensional array in PostgreSQL's binary format."""

    __slots__ = ()


class _BinaryArrayDumper(Dumper):
    format = Format.BINARY
    oid = 0

    def dump(self, obj: bytes) -> bytes:
        return bytes(obj)


def register(connection: psycopg.Connection[Any]) -> None:
    """Let a connection send `BinaryArray` parameters."""
    connection.adapters.register_dumper(BinaryArray, _BinaryArrayDumper)


def float8_array(values: NDArray[np.float64]) -> BinaryArray:
    """Return float64[n] as `float8[]`; NaN stays NaN (`nullif(x, 'NaN')` makes it null)."""
    return _pack(values, _FLOAT8, ">f8")


def float4_array(values: NDArray[np.floating[Any]]) -> BinaryArray:
    """Return floats [n] as `float4[]`, rounded to single precision; NaN stays NaN."""
    return _pack(values, _FLOAT4, ">f4")


def int2_array(values: NDArray[Any]) -> BinaryArray:
    """Return integers [n] as `int2[]`."""
    return _pack(values, _INT2, ">i2")


def int4_array(values: NDArray[Any]) -> BinaryArray:
    """Return integers [n] as `int4[]`."""
    return _pack(values, _INT4, ">i4")


def bool_array(values: NDArray[np.bool_]) -> BinaryArray:
    """Return bool[n] as `boolean[]`."""
    return _pack(values, _BOOL, "u1")


def timestamptz_array(seconds: NDArray[np.float64]) -> BinaryArray:
    """Return float64[n] [s since 1970-01-01 UTC] as `timestamptz[]`, to the microsecond.

    NaN becomes `-infinity`, which the SQL may turn into null. Exact for the years 1900 to 2200, where a
    float64 still tells microseconds apart.
    """
    known = ~np.isnan(seconds)
    micros = np.full(len(seconds), NO_TIME, dtype=np.int64)
    whole = np.rint(seconds[known] * 1e6).astype(np.int64)
    micros[known] = whole - POSTGRES_EPOCH_S * 1_000_000
    return _pack(micros, _TIMESTAMPTZ, ">i8")


def _pack(values: NDArray[Any], element_oid: int, layout: str) -> BinaryArray:
    if values.ndim != 1:
        raise ValueError(f"an array of shape {values.shape} is not one-dimensional")
    if len(values) == 0:
        return BinaryArray(struct.pack("!iiI", 0, 0, element_oid))
    elements = np.empty(len(values), dtype=np.dtype([("length", ">i4"), ("value", layout)]))
    elements["length"] = np.dtype(layout).itemsize
    elements["value"] = values
    return BinaryArray(struct.pack("!iiIii", 1, 0, element_oid, len(values), 1) + elements.tobytes())
