"""A record of water levels from files: read, checked, and judged as it would have been live."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from numpy.typing import NDArray

from geo.flood.levels.gauges import Gauges
from geo.flood.levels.readings import Readings
from ops.errors import OpsError
from sensors.flags import Flag
from sensors.quality import QualityControl
from sensors.quality_limits import gauge_bounds, quality_limits
from sensors.river import THRESHOLDS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_OBSERVATIONS: Final = ("code", "obsTime", "level")
_STATIONS: Final = ("code", "startLevel", "warnLevel", "fladLevel")
#: readings are judged in batches of an hour, as polls bring them [s]
_BATCH_S: Final = 3600.0
#: before the first device of this network stood
_EARLIEST_S: Final = datetime.fromisoformat("2015-01-01T00:00:00+00:00").timestamp()


class RecordError(OpsError):
    """Raised when a file is not a record of levels; names the file and what is wrong."""


@dataclass(frozen=True)
class LevelRecord:
    """G gauges and their readings. Arrays over readings follow `readings`."""

    codes: list[str]
    names: list[str]
    gauges: Gauges
    #: readings that were usable when they came (flags 1 to 3)
    readings: Readings
    #: which of them later readings have not proved false, bool[m]
    stands: Mask
    #: file name and SHA-256 of both files, counts and what was left out
    origin: dict[str, Any]


def read_record(observations: Path, stations: Path) -> LevelRecord:
    """Return the record of two files: observations as parquet, stations as CSV.

    Columns of the observations: `code`, `obsTime` (with zone), `level` [m]; of the stations: `code`,
    `startLevel`, `warnLevel`, `fladLevel` [m], empty = unknown, and `name`. Raises `RecordError` for
    files that are not of this form. Readings of unknown stations are counted and left out.
    """
    gauges = _read_stations(stations)
    table = _read_observations(observations)
    index = {code: number for number, code in enumerate(gauges["code"])}
    gauge = table["code"].map(index)
    known = gauge.notna().to_numpy()
    observed_s = _seconds(table["obsTime"], observations)
    level_m = table["level"].to_numpy(dtype=float)
    used = known & np.isfinite(observed_s) & (observed_s >= _EARLIEST_S) & np.isfinite(level_m)
    order = np.flatnonzero(used)[np.argsort(observed_s[used], kind="stable")]
    number = gauge.to_numpy(dtype=float)[order].astype(np.int32)
    thresholds_m = _thresholds(gauges)
    at_once, at_last = _judge(number, observed_s[order], level_m[order], thresholds_m)
    usable = at_once <= Flag.SUSPECT
    readings = Readings(number[usable], observed_s[order][usable], level_m[order][usable])
    stands = _aligned(readings, number[usable], observed_s[order][usable], at_last[usable] <= Flag.SUSPECT)
    origin = {
        "observations": observations.name,
        "observations_sha256": _digest(observations),
        "stations": stations.name,
        "stations_sha256": _digest(stations),
        "readings": len(table),
        "unknown_station": int((~known).sum()),
        "without_time_or_level": int((known & ~used).sum()),
        "failed_on_arrival": int((~usable).sum()),
        "failed_later": int((~stands).sum()),
    }
    kept = Gauges(thresholds_m[:, THRESHOLDS.index("start")], thresholds_m[:, THRESHOLDS.index("danger")])
    return LevelRecord(list(gauges["code"]), list(gauges["name"]), kept, readings, stands, origin)


def _read_stations(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype={"code": str, "name": str})
    except (OSError, ValueError) as fault:
        raise RecordError(f"{path}: cannot be read as CSV: {fault}") from fault
    _require(table, _STATIONS, path)
    # spreadsheets eat the leading zeros of codes
    table["code"] = table["code"].str.zfill(10)
    if "name" not in table:
        table["name"] = table["code"]
    twice = table["code"][table["code"].duplicated()]
    if len(twice):
        raise RecordError(f"{path}: station {twice.iloc[0]} stands there twice")
    table["name"] = table["name"].fillna("")
    return table


def _read_observations(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except ImportError as fault:
        raise RecordError(
            f"{path}: reading parquet needs pyarrow: ./sonae was installed without it"
        ) from fault
    except (OSError, ValueError) as fault:
        raise RecordError(f"{path}: cannot be read as parquet: {fault}") from fault
    _require(table, _OBSERVATIONS, path)
    table["code"] = table["code"].astype(str).str.zfill(10)
    return table


def _require(table: pd.DataFrame, columns: tuple[str, ...], path: Path) -> None:
    missing = [name for name in columns if name not in table]
    if missing:
        raise RecordError(f"{path}: the column {missing[0]} is missing")


def _seconds(column: pd.Series[Any], path: Path) -> Floats:
    """Return times as seconds since 1970 UTC; a time without zone is refused."""
    if getattr(column.dtype, "tz", None) is None:
        raise RecordError(f"{path}: obsTime carries no zone")
    seconds = (column.dt.tz_convert("UTC") - pd.Timestamp("1970-01-01", tz="UTC")).dt.total_seconds()
    return np.asarray(seconds, dtype=float)


def _thresholds(gauges: pd.DataFrame) -> Floats:
    thresholds_m = np.full((len(gauges), len(THRESHOLDS)), np.nan)
    for name, column in (("start", "startLevel"), ("caution", "warnLevel"), ("danger", "fladLevel")):
        thresholds_m[:, THRESHOLDS.index(name)] = gauges[column].to_numpy(dtype=float)
    return thresholds_m


def _judge(
    gauge: NDArray[np.int32], observed_s: Floats, level_m: Floats, thresholds_m: Floats
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the flag of each reading when it came, and what later readings made of it."""
    limits = quality_limits()
    crest = np.ones(len(thresholds_m), dtype=np.bool_)
    with warnings.catch_warnings():
        # a gauge without any threshold is allowed: its bounds are those of all rivers
        warnings.simplefilter("ignore", RuntimeWarning)
        control = QualityControl(limits, gauge_bounds(thresholds_m, limits, danger_is_crest=crest))
    at_once = np.full(len(gauge), Flag.MISSING, dtype=np.uint8)
    at_last = at_once.copy()
    place = {key: row for row, key in enumerate(zip(gauge.tolist(), observed_s.tolist(), strict=True))}
    hours = np.floor(observed_s / _BATCH_S)
    for rows in np.split(np.arange(len(gauge)), np.flatnonzero(np.diff(hours)) + 1):
        if not len(rows):
            continue
        # times of receipt are not in the record: a reading is taken to come when it was made
        verdicts = control.check(gauge[rows], observed_s[rows], observed_s[rows], level_m[rows])
        at_once[rows] = at_last[rows] = verdicts.flag
        revised = verdicts.revisions
        for number, moment, flag in zip(
            revised.gauge.tolist(), revised.observed_s.tolist(), revised.flag.tolist(), strict=True
        ):
            at_last[place[number, moment]] = flag
    return at_once, at_last


def _aligned(readings: Readings, gauge: NDArray[np.int32], observed_s: Floats, stands: Mask) -> Mask:
    """Return `stands` in the order of `readings`."""
    out = np.zeros(len(readings), dtype=np.bool_)
    out[readings.newest(gauge.astype(np.int64), observed_s)] = stands
    return out


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
