"""Level forecasts for the stage: the real forecaster on the real storm's readings, as on the wire."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.forecast import (
    STATUS,
    STEPS_S,
    LevelForecast,
    forecast,
    passing,
    time_to_threshold,
)
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS
from geo.flood.levels.parameters import Parameters, load
from geo.flood.levels.paths import peak
from geo.flood.levels.readings import Readings
from ops.scenario import Scenario, ScenarioGauge, ScenarioReading, load_scenario
from tests.browser.map.conftest import filled
from tests.browser.map.stage import Stage, utc
from tests.browser.map.stage import gauge as stage_gauge

STORM: Final = "shikoku-2026-06"
#: probabilities of the quantiles that the whole forecast carries
TOLD: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_RULES: Final = tomllib.loads(
    (Path(__file__).parents[3] / "geo/rules/forecast.toml").read_text(encoding="utf-8")
)
#: P(danger within 3 h) from which there is alarm
ALARM: Final = float(_RULES["danger"]["alarm_probability"])
HOURS: Final = np.arange(1, 7)
_TOLD_AT: Final = [LEVELS.index(level) for level in TOLD]
_HOURLY: Final = [int(np.flatnonzero(hour * 3600 == STEPS_S)[0]) for hour in HOURS]
_SPREAD: Final = {"p10": 0, "p50": 2, "p90": 4}


@cache
def storm() -> Scenario:
    """Return the recorded storm."""
    return load_scenario(STORM)


@cache
def _parameters() -> Parameters:
    return load()


def _thresholds(name: str) -> NDArray[np.float64]:
    levels = [getattr(gauge, f"{name}_m") for gauge in storm().gauges]
    return np.array([np.nan if level is None else level for level in levels])


@cache
def _readings() -> Readings:
    row = {gauge.id: number for number, gauge in enumerate(storm().gauges)}
    kept = [reading for reading in storm().readings if abs(reading.level_m) < 30]
    return Readings(
        np.array([row[reading.gauge_id] for reading in kept]),
        np.array([reading.observed_at.timestamp() for reading in kept]),
        np.array([reading.level_m for reading in kept]),
    )


@cache
def documents(at: datetime) -> dict[str, dict[str, Any]]:
    """Return the whole forecast of every gauge of the storm as of `at`, by gauge id."""
    count = len(storm().gauges)
    gauges = Gauges(_thresholds("start"), _thresholds("danger"))
    made = forecast(_readings(), gauges, np.arange(count), np.full(count, at.timestamp()), _parameters())
    names = ("start", "caution", "danger")
    by_step = {name: passing(made, _thresholds(name)) for name in names}
    times = {name: time_to_threshold(steps) for name, steps in by_step.items()}
    after_s = peak(made, np.random.default_rng(1)).after_s
    return {
        gauge.id: _document(gauge.id, row, at, made, by_step, times, after_s)
        for row, gauge in enumerate(storm().gauges)
    }


def _document(
    gauge_id: str,
    row: int,
    at: datetime,
    made: LevelForecast,
    by_step: dict[str, NDArray[np.float64]],
    times: dict[str, NDArray[np.float64]],
    after_s: NDArray[np.float64],
) -> dict[str, Any]:
    status = STATUS[int(made.status[row])]
    known = {name: steps[row] for name, steps in by_step.items() if not np.isnan(steps[row]).any()}
    level_m = made.level_m[row][:, _TOLD_AT]
    hourly = level_m[_HOURLY]
    observed = None if np.isnan(made.observed_s[row]) else _utc(made.observed_s[row])
    return {
        "id": gauge_id,
        "origin_at": _utc(at.timestamp()),
        "made_at": _utc(at.timestamp()),
        "status": status,
        "observed_at": observed,
        "newest_m": _number(made.newest_m[row]),
        "hours": HOURS.tolist(),
        "low_m": _list(hourly[:, TOLD.index(0.1)]),
        "median_m": _list(hourly[:, TOLD.index(0.5)]),
        "high_m": _list(hourly[:, TOLD.index(0.9)]),
        "passing": {name: _list(steps[_HOURLY]) for name, steps in known.items()},
        "time_to": {name: _spread(times[name][row]) for name in known},
        "peak": None if status == "none" else _spread(after_s[row]),
        "alarm": "danger" in known and bool(known["danger"][_HOURLY[2]] >= ALARM),
        "levels": list(TOLD),
        "steps_s": STEPS_S.tolist(),
        "level_m": [_list(step) for step in level_m],
        "highest_m": [_list(step) for step in made.highest_m[row][:, _TOLD_AT]],
        "passing_steps": {name: _list(steps) for name, steps in known.items()},
        "unused": [],
    }


def stormy(at: datetime, *, back: int = 12) -> Stage:
    """Return a stage on which the storm stands at `at`, with `back` earlier forecasts, 20 minutes apart."""
    stage = filled()
    clock = {"base": _utc(at.timestamp()), "wall": utc(datetime.now(UTC)), "speed": 1}
    incident = {**stage.objects["incident"]["1"][1], "kind": "drill", "name": "四国の大雨（再生）"}
    incident["clock"] = {**clock, "end": _utc(at.timestamp() + 86_400)}
    stage.objects["incident"] = {"1": (1, incident)}
    stage.objects["gauge"] = {gauge.id: (1, _gauge_value(gauge, at)) for gauge in storm().gauges}
    moments = [at - timedelta(minutes=20 * step) for step in range(back + 1)]
    for gauge in storm().gauges:
        stage.forecasts[gauge.id] = [documents(moment)[gauge.id] for moment in moments]
        told = live_value(stage.forecasts[gauge.id][0])
        stage.objects.setdefault("forecast", {})[gauge.id] = (1, told)
    for reading in storm().readings:
        if at - timedelta(hours=48) <= reading.observed_at <= at:
            stage.readings.setdefault(reading.gauge_id, []).append(_reading_value(reading))
    return stage


def _reading_value(reading: ScenarioReading) -> dict[str, Any]:
    moment = _utc(reading.observed_at.timestamp())
    told = {"at": moment, "level_m": reading.level_m, "flag": 1, "reasons": []}
    return {**told, "received_at": moment, "source": STORM}


def _gauge_value(gauge: ScenarioGauge, at: datetime) -> dict[str, Any]:
    """Return a gauge as it stood at `at`; its class follows from its thresholds alone."""
    levels = {"start": gauge.start_m, "caution": gauge.caution_m, "danger": gauge.danger_m}
    thresholds = {name: level for name, level in levels.items() if level is not None}
    heard = [r for r in storm().readings if r.gauge_id == gauge.id and r.observed_at <= at]
    newest = heard[-1] if heard else None
    reached = [n for n, level in thresholds.items() if newest is not None and newest.level_m >= level]
    observed = None if newest is None else _utc(newest.observed_at.timestamp())
    return stage_gauge(
        gauge.id,
        gauge.name,
        "unknown" if newest is None else [*reached, "below"][len(reached) - 1],
        None if newest is None else newest.level_m,
        river=gauge.river,
        kana=gauge.kana,
        area=gauge.area_code,
        area_name=None,
        lon=gauge.lon,
        lat=gauge.lat,
        thresholds=thresholds,
        observed_at=observed,
        received_at=observed,
        due_at=None if newest is None else _utc(newest.observed_at.timestamp() + 86_400),
        flag=9 if newest is None else 1,
        trend="unknown",
        trend_m_per_h=None,
        trend_sd_m_per_h=None,
    )


def live_value(whole: dict[str, Any]) -> dict[str, Any]:
    """Return what of a whole forecast the picture holds."""
    apart = ("levels", "steps_s", "level_m", "highest_m", "passing_steps", "unused")
    return {name: value for name, value in whole.items() if name not in apart}


def _spread(values: NDArray[np.float64]) -> dict[str, float | None]:
    return {name: _number(values[at]) for name, at in _SPREAD.items()}


def _list(values: NDArray[np.float64]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _utc(at_s: float) -> str:
    return utc(datetime.fromtimestamp(at_s, UTC))
