from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from sensors.quality import QualityControl
from sensors.quality_limits import GaugeBounds, QualityLimits, gauge_bounds, quality_limits

START_S = 1_780_412_400.0  # 2026-06-02T15:00:00Z


class Judged(NamedTuple):
    first: NDArray[np.uint8]
    flag: NDArray[np.uint8]
    reasons: NDArray[np.uint16]


@pytest.fixture(scope="session")
def limits() -> QualityLimits:
    return quality_limits()


@pytest.fixture
def bounds(limits: QualityLimits) -> Callable[..., GaugeBounds]:
    def make(count: int = 1, danger_m: float = np.nan, start_m: float = np.nan) -> GaugeBounds:
        thresholds = np.full((count, 6), np.nan)
        thresholds[:, 0], thresholds[:, 4] = start_m, danger_m
        return gauge_bounds(thresholds, limits, danger_is_crest=np.ones(count, dtype=np.bool_))

    return make


@pytest.fixture
def quality(limits: QualityLimits, bounds: Callable[..., GaugeBounds]) -> Callable[..., QualityControl]:
    def make(count: int = 1, **thresholds: float) -> QualityControl:
        return QualityControl(limits, bounds(count, **thresholds))

    return make


@pytest.fixture
def judge(quality: Callable[..., QualityControl]) -> Callable[..., Judged]:
    """Judge one gauge's levels, observed at `minutes`, and return first and last flags."""

    def run(minutes: list[float], levels: list[float], **thresholds: float) -> Judged:
        observed_s = START_S + 60.0 * np.asarray(minutes, dtype=np.float64)
        level_m = np.asarray(levels, dtype=np.float64)
        gauge = np.zeros(len(level_m), dtype=np.int32)
        verdicts = quality(**thresholds).check(gauge, observed_s, observed_s + 2.0, level_m)
        flag, reasons = verdicts.flag.copy(), verdicts.reasons.copy()
        revised = verdicts.revisions
        for at, new, bits in zip(revised.observed_s, revised.flag, revised.reasons, strict=True):
            place = np.flatnonzero(verdicts.observed_s == at)
            flag[place], reasons[place] = new, bits
        return Judged(verdicts.flag, flag, reasons)

    return run
