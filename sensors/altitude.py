"""Heights of vehicles as metres above T.P., each with the way it was found and how sure it is.

Heights come above the ellipsoid, a sea level, a pressure, a place of take-off or the ground, and mixing them
is the worst trap of the air: at 990 hPa a barometer set to the standard shows 190 m too much. What cannot be
turned into metres above T.P. stays unknown (高度不明); it is never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.rulebook import RulesError, number, read_rules
from sensors.track import Altitude, Reference

#: how a height above T.P. was found
Way = Literal[
    "geoid", "mean sea level", "pressure corrected", "local pressure", "takeoff + terrain", "ground + terrain"
]

_KEYS: Final[Mapping[Reference, str]] = {
    "ellipsoid": "ellipsoid_m",
    "mean sea level": "mean_sea_level_m",
    "standard pressure": "standard_pressure_m",
    "local pressure": "local_pressure_m",
    "takeoff": "takeoff_m",
    "ground": "ground_m",
}


class Height(NamedTuple):
    """A height above T.P. [m], the way it was found, and its standard deviation [m]."""

    value_m: float
    way: Way
    sd_m: float


@dataclass(frozen=True, eq=False)
class Geoid:
    """The geoid's height above the ellipsoid on a grid of degrees, row 0 in the south."""

    west_deg: float
    south_deg: float
    step_deg: float
    #: float64 [ny, nx], metres
    height_m: NDArray[np.float64]
    sd_m: float

    def at(self, lon: float, lat: float) -> float | None:
        """Return the geoid's height [m] at a place, interpolated, None outside the grid."""
        column, row = (lon - self.west_deg) / self.step_deg, (lat - self.south_deg) / self.step_deg
        rows, columns = self.height_m.shape
        if not (0.0 <= column <= columns - 1 and 0.0 <= row <= rows - 1):
            return None
        x, y = min(int(column), columns - 2), min(int(row), rows - 2)
        u, v = column - x, row - y
        (a, b), (c, d) = self.height_m[y : y + 2, x : x + 2].tolist()
        return float((1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d))


@dataclass(frozen=True, kw_only=True)
class AltitudeRules:
    """The numbers of `rules/altitude.toml`, which says what each means and whence it is, and the geoid."""

    told_sd_m: Mapping[Reference, float]
    sea_sd_m: float
    ground_sd_m: float
    standard_hpa: float
    scale_m: float
    exponent: float
    column_share: float
    pressure_sd_hpa: float
    longest_h: float
    lowest_hpa: float
    highest_hpa: float
    highest_m: float
    geoid: Geoid


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is known about a vehicle's place besides what it told; None = unknown."""

    #: of now and near the vehicle, reduced to sea level [hPa]
    sea_level_pressure_hpa: float | None = None
    #: height of the place it took off from [m above T.P.]
    takeoff_tp_m: float | None = None
    #: height of the ground below it [m above T.P.]
    ground_tp_m: float | None = None


NOTHING_KNOWN: Final = Surroundings()


def best(
    altitudes: Sequence[Altitude],
    lon: float,
    lat: float,
    rules: AltitudeRules,
    surroundings: Surroundings = NOTHING_KNOWN,
) -> Height | None:
    """Return the surest height above T.P. that the told `altitudes` give, None = 高度不明.

    `lon`, `lat` degrees. Above the ellipsoid: less the geoid. Standard pressure: only with a sea-level
    pressure (the hypsometric formula of the standard atmosphere, ICAO Doc 7488). Take-off and ground: only
    with the height of that ground. Valid over the geoid's grid, pressures up to the tropopause.
    """
    found = [
        height for one in altitudes if (height := _above_tp(one, lon, lat, rules, surroundings)) is not None
    ]
    return min(found, key=lambda height: height.sd_m, default=None)


def _above_tp(
    told: Altitude, lon: float, lat: float, rules: AltitudeRules, around: Surroundings
) -> Height | None:
    own_sd_m = rules.told_sd_m[told.reference] if told.accuracy_m is None else told.accuracy_m
    match told.reference:
        case "ellipsoid":
            geoid_m = rules.geoid.at(lon, lat)
            if geoid_m is None:
                return None
            return Height(told.value_m - geoid_m, "geoid", math.hypot(own_sd_m, rules.geoid.sd_m))
        case "mean sea level":
            return Height(told.value_m, "mean sea level", math.hypot(own_sd_m, rules.sea_sd_m))
        case "standard pressure":
            return _corrected(told.value_m, own_sd_m, around.sea_level_pressure_hpa, rules)
        case "local pressure":
            column_m = rules.column_share * abs(told.value_m)
            return Height(told.value_m, "local pressure", math.hypot(own_sd_m, column_m))
        case "takeoff":
            return _on(around.takeoff_tp_m, told.value_m, own_sd_m, "takeoff + terrain", rules)
        case "ground":
            return _on(around.ground_tp_m, told.value_m, own_sd_m, "ground + terrain", rules)


def _on(
    base_tp_m: float | None, above_m: float, own_sd_m: float, way: Way, rules: AltitudeRules
) -> Height | None:
    if base_tp_m is None:
        return None
    return Height(base_tp_m + above_m, way, math.hypot(own_sd_m, rules.ground_sd_m))


def pressure_height_m(pressure_hpa: float, rules: AltitudeRules) -> float:
    """Return the height [m] at which the standard atmosphere has a pressure (ICAO Doc 7488).

    It is also what a barometer set to the standard shows too much at a sea-level pressure.
    """
    ratio = pressure_hpa / rules.standard_hpa
    return float(rules.scale_m * (1.0 - ratio**rules.exponent))


def _corrected(
    shown_m: float, own_sd_m: float, pressure_hpa: float | None, rules: AltitudeRules
) -> Height | None:
    """Return what a barometer set to the standard shows, on the pressure of the day."""
    if pressure_hpa is None or not rules.lowest_hpa <= pressure_hpa <= rules.highest_hpa:
        return None
    if shown_m > rules.highest_m:
        return None
    value_m = shown_m - pressure_height_m(pressure_hpa, rules)
    per_hpa_m = rules.scale_m * rules.exponent / rules.standard_hpa
    parts = (own_sd_m, per_hpa_m * rules.pressure_sd_hpa, rules.column_share * abs(value_m))
    return Height(value_m, "pressure corrected", math.hypot(*parts))


@cache
def altitude_rules() -> AltitudeRules:
    """Return the committed rules. Raises `RulesError` naming the key."""
    tables = read_rules("altitude")

    def of(table: str, key: str) -> float:
        if table not in tables:
            raise RulesError(f"altitude.toml: {table}: the table is missing")
        return number(tables[table], f"altitude.toml: {table}", key)

    pressure = ("standard_hpa", "scale_m", "exponent", "column_share", "pressure_sd_hpa", "longest_h")
    bounds = ("lowest_hpa", "highest_hpa", "highest_m")
    return AltitudeRules(
        told_sd_m={reference: of("told", key) for reference, key in _KEYS.items()},
        sea_sd_m=of("sea", "sd_m"),
        ground_sd_m=of("ground", "sd_m"),
        **{name: of("pressure", name) for name in (*pressure, *bounds)},
        geoid=_geoid(read_rules("geoid")),
    )


def _geoid(tables: Mapping[str, Mapping[str, object]]) -> Geoid:
    table, where = tables.get("geoid", {}), "geoid.toml: geoid"
    height_m = np.array(table.get("rows_dm"), dtype=np.float64) / 10.0
    if height_m.ndim != 2 or min(height_m.shape) < 2 or not np.isfinite(height_m).all():
        raise RulesError(f"{where}: rows_dm: must be rows of equal length")
    return Geoid(
        **{name: number(table, where, name) for name in ("west_deg", "south_deg", "step_deg", "sd_m")},
        height_m=height_m,
    )
