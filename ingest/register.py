"""The register: which gauges there are, which device speaks for which, and their thresholds in arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.rows import dict_row

from geo.live_value import THRESHOLDS, gauge_identity
from geo.queries import load
from ingest.event import Place

_SQL = load("ingest", "gauge.sql")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KnownGauge:
    """One gauge of the register, in the forms that are asked for often."""

    #: as in `gauge.sql: all`
    row: Mapping[str, Any]
    #: the part of its live value that no reading changes
    identity: Mapping[str, Any]
    place: Place


class Register:
    """G gauges in the order of their ids; everything that is looked up by index is an array [G]."""

    def __init__(self, rows: list[dict[str, Any]], devices: Mapping[str, str], digest: str) -> None:
        """`rows` as in `gauge.sql: all`; `devices` maps a device id to its gauge's id."""
        self.rows = rows
        self.digest = digest
        self._index = {row["id"]: index for index, row in enumerate(rows)}
        self._spoken_for = {
            device: self._index[gauge] for device, gauge in devices.items() if gauge in self._index
        }
        #: thresholds in the order of `THRESHOLDS` [m above the gauge's datum], NaN = none, float64[G, 6]
        self.thresholds_m = np.array(
            [[_number(row[f"{name}_m"]) for name in THRESHOLDS] for row in rows], dtype=np.float64
        ).reshape(len(rows), len(THRESHOLDS))
        self.active_interval_s = np.array([row["active_interval_s"] for row in rows], dtype=np.float64)
        self.idle_interval_s = np.array([row["idle_interval_s"] for row in rows], dtype=np.float64)
        #: a crisis-management gauge's danger level is the top of its bank
        self.danger_is_crest = np.array(
            [row["scheme"] == "crisis-management" for row in rows], dtype=np.bool_
        )
        self.places = [Place(row["id"], row["river"], row["name"]) for row in rows]
        self._known = {
            row["id"]: KnownGauge(row, gauge_identity(row), place)
            for row, place in zip(rows, self.places, strict=True)
        }

    def __len__(self) -> int:
        """Return G."""
        return len(self.rows)

    @classmethod
    def read(cls, connection: psycopg.Connection[Any]) -> Register:
        """Read the register from the database."""
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            digest = read_digest(cursor)
            rows = cursor.execute(_SQL["all"]).fetchall()
            devices = {row["id"]: row["gauge_id"] for row in cursor.execute(_SQL["devices"])}
        return cls(rows, devices, digest)

    def index(self, name: str) -> int | None:
        """Return the index of the gauge that a device, or a gauge's own id, speaks for; None = unknown."""
        found = self._spoken_for.get(name)
        return self._index.get(name) if found is None else found

    def known(self, gauge_id: str) -> KnownGauge:
        """Return a gauge by its id. Raises `KeyError`."""
        return self._known[gauge_id]


def read_digest(cursor: psycopg.Cursor[Any]) -> str:
    """Return a text that differs when any gauge or device differs."""
    cursor.execute(_SQL["digest"])
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    return str(next(iter(row.values())) if isinstance(row, dict) else row[0])


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)
