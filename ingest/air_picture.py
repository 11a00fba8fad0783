"""The air as the duties see it: rows of vehicles as arrays, their positions smoothed from turn to turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ingest.air_contact import Row, above_ground
from sensors.motion.air_rules import AirRules
from sensors.motion.airspace import Flyers
from sensors.motion.kalman import Estimates, Fixes, advance, begin
from sensors.motion.nearness import Craft
from sensors.motion.plane import velocity
from sensors.track import VehicleKind

Floats = NDArray[np.float64]


class AirPicture:
    """Smoothed positions of the vehicles that were heard; begun anew it is as good after some positions."""

    def __init__(self, rules: AirRules) -> None:
        self._rules = rules.filter
        self._ids: list[str] = []
        self._held: Estimates | None = None

    def take(self, rows: Sequence[Row], moment: datetime) -> Craft:
        """Take in the newest positions of `rows` and return everybody, silent since then at `moment`."""
        fixes = fixes_of(rows, self._rules.acceleration_m_s2)
        self._held = self._advanced([row["id"] for row in rows], fixes)
        self._ids = [row["id"] for row in rows]
        held = self._held
        # A height above take-off tells as well that it stands where it took off.
        above = [_above(row) for row in rows]
        return Craft(
            ids=self._ids,
            kinds=[row["kind"] for row in rows],
            marks=[marks_of(row) for row in rows],
            formations=[row["formation"] for row in rows],
            lon=held.lon,
            lat=held.lat,
            sd_m=held.sd_m,
            velocity_m_s=np.where(
                _ever_told(held, self._rules.unknown_velocity_sd_m_s), held.velocity_m_s, np.nan
            ),
            turn_deg_per_s=_column(rows, "turn_deg_per_s"),
            silent_s=np.maximum(moment.timestamp() - held.at_s, 0.0),
            height_m=_column(rows, "height_tp_m"),
            height_sd_m=_column(rows, "height_sd_m"),
            climb_m_s=_column(rows, "climb_m_s"),
            above_m=np.array(above, float),
            on_ground=np.array([bool(row["on_ground"]) for row in rows], np.bool_),
        )

    def _advanced(self, ids: list[str], fixes: Fixes) -> Estimates:
        fresh = begin(fixes, self._rules)
        if self._held is None or not ids:
            return fresh
        places = {name: index for index, name in enumerate(self._ids)}
        known = np.array([places.get(name, -1) for name in ids])
        if (known < 0).all():
            return fresh
        # Those that are new stand in for themselves: a position that is not newer changes nothing.
        old = self._held.of(np.maximum(known, 0))
        new = known < 0
        merged = Estimates(
            np.where(new, fresh.lon, old.lon),
            np.where(new, fresh.lat, old.lat),
            np.where(new, fresh.at_s, old.at_s),
            np.where(new[:, None], fresh.velocity_m_s, old.velocity_m_s),
            np.where(new[:, None, None], fresh.covariance, old.covariance),
            np.where(new, fresh.missed, old.missed),
        )
        return advance(merged, fixes, self._rules)


def fixes_of(rows: Sequence[Row], acceleration_m_s2: Mapping[VehicleKind, float]) -> Fixes:
    """Return the newest positions of vehicles as the filter takes them."""
    return Fixes(
        lon=_column(rows, "lon"),
        lat=_column(rows, "lat"),
        at_s=np.array([row["observed_at"].timestamp() for row in rows], float),
        sd_m=_column(rows, "horizontal_accuracy_m"),
        velocity_m_s=velocity(_column(rows, "ground_speed_m_s"), _column(rows, "course_deg")),
        acceleration_m_s2=np.array([acceleration_m_s2[row["kind"]] for row in rows], float),
    )


def marks_of(row: Row) -> frozenset[str]:
    """Return by what a craft is known to be the same in two sources: its ICAO address, its registration."""
    found = {f"{name}:{row[name].strip().upper()}" for name in ("icao24", "registration") if row[name]}
    return frozenset(found)


def _above(row: Row) -> float:
    above_m = above_ground(row)
    if above_m is None:
        above_m = next((one["value_m"] for one in row["altitudes"] if one["reference"] == "takeoff"), None)
    return float("nan") if above_m is None else above_m


def _ever_told(held: Estimates, unknown_sd_m_s: float) -> NDArray[np.bool_]:
    """Whether anything is known of each velocity: told, or seen from two positions."""
    variance = (held.covariance[:, 2, 2] + held.covariance[:, 3, 3]) / 2
    return (variance < (0.9 * unknown_sd_m_s) ** 2)[:, None]


def _column(rows: Sequence[Row], name: str) -> Floats:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], float)


class Looked:
    """Where each vehicle was looked at before, so that the way between two positions can be followed."""

    def __init__(self) -> None:
        self._now: dict[str, tuple[float, float, float]] = {}
        self._before: dict[str, tuple[float, float, float]] = {}

    def take(self, rows: Sequence[Row]) -> Flyers:
        """Return vehicles with their newest position and the one that was looked at before it."""
        nowhere = (float("nan"),) * 3
        here = {row["id"]: (row["lon"], row["lat"], row["observed_at"].timestamp()) for row in rows}
        self._before = {
            name: self._now.get(name, nowhere)
            if place[2] > self._now.get(name, place)[2]
            else self._before.get(name, nowhere)
            for name, place in here.items()
        }
        self._now = here
        before = np.array([self._before[row["id"]] for row in rows], float).reshape(-1, 3)
        return Flyers(
            ids=[row["id"] for row in rows],
            lon=_column(rows, "lon"),
            lat=_column(rows, "lat"),
            at_s=np.array([row["observed_at"].timestamp() for row in rows], float),
            height_m=_column(rows, "height_tp_m"),
            height_sd_m=_column(rows, "height_sd_m"),
            flying=np.array([row["kind"] != "ground" and not row["on_ground"] for row in rows], np.bool_),
            before_lon=before[:, 0],
            before_lat=before[:, 1],
            before_s=before[:, 2],
        )
