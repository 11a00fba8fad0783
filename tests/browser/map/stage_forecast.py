"""Level forecasts for the stage: the real forecaster on the real storm's readings, as on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.parameters import Parameters, load
from geo.flood.levels.readings import Readings
from geo.forecast.forecast_rules import forecast_rules
from geo.forecast.level_making import Asked, make
from geo.forecast.level_skill import shipped_skill
from geo.forecast.level_store import stored_columns
from geo.forecast.level_value import live_value, whole_document
from geo.live_value import THRESHOLDS
from ops.scenario import Scenario, ScenarioGauge, ScenarioReading, load_scenario
from tests.browser.map.conftest import filled
from tests.browser.map.stage import Stage, utc
from tests.browser.map.stage import gauge as stage_gauge

STORM: Final = "shikoku-2026-06"
#: levels beyond this are the record's known faults of an instrument [m]
_FAULT_M: Final = 30.0


@cache
def storm() -> Scenario:
    """Return the recorded storm."""
    return load_scenario(STORM)


@cache
def _parameters() -> Parameters:
    return load()


@cache
def _thresholds_m() -> NDArray[np.float64]:
    rows = [[getattr(gauge, f"{name}_m", None) for name in THRESHOLDS] for gauge in storm().gauges]
    return np.array(rows, dtype=float)


@cache
def _readings() -> Readings:
    row = {gauge.id: number for number, gauge in enumerate(storm().gauges)}
    kept = [reading for reading in storm().readings if abs(reading.level_m) < _FAULT_M]
    return Readings(
        np.array([row[reading.gauge_id] for reading in kept]),
        np.array([reading.observed_at.timestamp() for reading in kept]),
        np.array([reading.level_m for reading in kept]),
    )


@cache
def _rows(at: datetime) -> dict[str, dict[str, Any]]:
    """Return the forecast of every gauge of the storm as of `at`, as it is stored, by gauge id."""
    gauges = storm().gauges
    asked = Asked(
        np.full(len(gauges), at.timestamp()), _thresholds_m(), np.zeros(len(gauges), dtype=np.bool_)
    )
    made = make(asked, _readings(), _parameters(), forecast_rules())
    origins = [{"gauge_id": gauge.id, "origin_at": at} for gauge in gauges]
    return {column["gauge_id"]: {**column, "made_at": at} for column in stored_columns(origins, made)}


@cache
def _wholes(at: datetime) -> dict[str, dict[str, Any]]:
    """Return the whole forecasts as of `at`, by gauge id; shared, so not to be changed."""
    return {gauge_id: whole_document(row) for gauge_id, row in _rows(at).items()}


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
        stage.forecasts[gauge.id] = [_wholes(moment)[gauge.id] for moment in moments]
        stage.objects.setdefault("forecast", {})[gauge.id] = (1, live_value(_rows(at)[gauge.id]))
    skill = shipped_skill()
    stage.skill = {"all": skill["all"], **skill["gauges"]}
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


def told_live(whole: dict[str, Any]) -> dict[str, Any]:
    """Return what of a whole forecast the picture holds."""
    apart = ("levels", "steps_s", "level_m", "highest_m", "passing_steps", "unused", "thresholds")
    return {name: value for name, value in whole.items() if name not in apart}


def _utc(at_s: float) -> str:
    return utc(datetime.fromtimestamp(at_s, UTC))
