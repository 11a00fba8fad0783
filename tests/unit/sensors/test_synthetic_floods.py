"""Ten-minute levels with faults that are known: nothing true may fail, and the faults must."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from sensors.flags import Flag
from sensors.quality import QualityControl
from sensors.quality_limits import QualityLimits, gauge_bounds

Floats = NDArray[np.float64]
Flood = Callable[[np.random.Generator, Floats], Floats]

RUNS = 300
READINGS = 200
SPIKES = 4
NOISE_M = 0.005
START_S = 1_780_412_400.0


def smooth(rng: np.random.Generator, minute: Floats) -> Floats:
    """A river that rises and falls over most of a day."""
    span = minute[-1]
    peak, width = rng.uniform(0.3, 0.7) * span, rng.uniform(0.1, 0.2) * span
    return np.asarray(1 + rng.uniform(1, 4) * np.exp(-(((minute - peak) / width) ** 2)))


def flash(rng: np.random.Generator, minute: Floats) -> Floats:
    """A steep basin: rises within 5 to 40 minutes, drains with a time constant of 45 to 180."""
    after = minute - rng.uniform(0.15, 0.45) * minute[-1]
    rise = rng.uniform(5, 40)
    drain = np.exp(-np.clip(after - rise, 0, None) / rng.uniform(45, 180))
    return np.asarray(0.5 + rng.uniform(1, 3.5) * np.clip(after / rise, 0, 1) * drain)


def step(rng: np.random.Generator, minute: Floats) -> Floats:
    """A gate that shuts for good."""
    return np.asarray(1 + rng.uniform(0.6, 3) * (minute >= rng.uniform(0.15, 0.45) * minute[-1]))


class Outcome(NamedTuple):
    flag: NDArray[np.uint8]
    spike: NDArray[np.bool_]
    peak: NDArray[np.int64]


def run(flood: Flood, limits: QualityLimits, *, minutes: float, spikes: int, seed: int) -> Outcome:
    rng = np.random.default_rng(seed)
    minute = minutes * np.arange(READINGS, dtype=np.float64)
    level_m = np.stack([flood(rng, minute) for _ in range(RUNS)])
    level_m += rng.normal(0, NOISE_M, level_m.shape)
    peak = level_m.argmax(axis=1)
    spike = np.zeros(level_m.shape, np.bool_)
    for row in range(RUNS):
        # not adjacent: two alike next to each other are a box, and another test's matter
        at = 2 * rng.choice(np.arange(3, READINGS // 2 - 1), spikes, replace=False)
        spike[row, at] = True
        level_m[row, at] += rng.uniform(0.5, 3, spikes) * rng.choice([-1, 1], spikes)
    bounds = gauge_bounds(np.full((RUNS, 6), np.nan), limits, danger_is_crest=np.zeros(RUNS, np.bool_))
    control = QualityControl(limits, bounds)
    gauge = np.repeat(np.arange(RUNS, dtype=np.int32)[None], READINGS, axis=0).ravel()
    at_s = np.repeat(START_S + 60 * minute, RUNS)
    verdicts = control.check(gauge, at_s, at_s + 1, level_m.T.ravel())
    flag = verdicts.flag.reshape(READINGS, RUNS).T.copy()
    revised = verdicts.revisions
    column = np.rint((revised.observed_s - START_S) / 60 / minutes).astype(np.int64)
    for row, at_column, new in zip(revised.gauge, column, revised.flag, strict=True):
        flag[row, at_column] = new
    return Outcome(flag, spike, peak)


@pytest.mark.parametrize("flood", [smooth, flash, step])
def test_spikes_fail_and_floods_do_not(flood: Flood, limits: QualityLimits) -> None:
    out = run(flood, limits, minutes=10.0, spikes=SPIKES, seed=1)
    good = ~out.spike
    assert np.count_nonzero(out.flag[good] == Flag.FAIL) == 0
    rows = np.flatnonzero(good[np.arange(RUNS), out.peak])
    assert (out.flag[rows, out.peak[rows]] != Flag.FAIL).all()
    assert (out.flag[out.spike] == Flag.FAIL).mean() >= 0.97
    assert (out.flag[good] == Flag.SUSPECT).mean() < 0.01


@pytest.mark.parametrize("minutes", [2.0, 5.0, 10.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("flood", [smooth, flash])
def test_floods_without_faults_are_good_at_any_interval(
    flood: Flood, minutes: float, limits: QualityLimits
) -> None:
    out = run(flood, limits, minutes=minutes, spikes=0, seed=2)
    assert np.count_nonzero(out.flag == Flag.FAIL) == 0
    assert (out.flag[np.arange(RUNS), out.peak] == Flag.GOOD).mean() > 0.99
    assert (out.flag == Flag.GOOD).mean() > 0.999


@pytest.mark.parametrize("minutes", [10.0, 60.0])
def test_a_gate_that_shuts_is_believed_in_the_end(minutes: float, limits: QualityLimits) -> None:
    out = run(step, limits, minutes=minutes, spikes=0, seed=3)
    assert (out.flag == Flag.GOOD).all()
