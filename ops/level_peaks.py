"""How well the time of the peak was told, on rising limbs with all six hours at hand."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.baseline import HOURS
from geo.flood.levels.forecast import TIME_LEVELS
from geo.flood.levels.paths import peak_of
from ops.level_verified import Verified

_STEPS_S: Final = np.array(HOURS) * 3600.0
#: readings are an hour apart, so a peak is known to half an hour [s]
_KNOWN_S: Final = 1800.0
_RISING_M_PER_H: Final = 0.1
_PEAK_M: Final = 0.01
_SEED: Final = 1


def peak_scores(splits: dict[str, list[Verified]]) -> list[dict[str, Any]]:
    """Return, for each split, how often the 10 to 90 % range of the time held it, and its error."""
    return [row for name, parts in splits.items() for row in [_score(name, parts)] if row is not None]


def _score(split: str, parts: list[Verified]) -> dict[str, Any] | None:
    keys = [part.gauge * 10**11 + np.floor(part.observed_s).astype(np.int64) for part in parts]
    shared = keys[0][parts[0].slope_m_per_h > _RISING_M_PER_H]
    for key in keys[1:]:
        shared = np.intersect1d(shared, key)
    if not len(shared):
        return None
    rows = [_rows(key, shared) for key in keys]
    level_m = np.stack([part.fan_m[at] for part, at in zip(parts, rows, strict=True)], axis=1)
    newest_m = parts[0].newest_m[rows[0]]
    came_m = np.stack([newest_m, *(part.truth_m[at] for part, at in zip(parts, rows, strict=True))], axis=1)
    at_peak = came_m >= came_m.max(axis=1, keepdims=True) - _PEAK_M
    truth_s = np.r_[0.0, _STEPS_S][at_peak.argmax(axis=1)]
    made = peak_of(newest_m, level_m, _STEPS_S, np.random.default_rng(_SEED), count=200)
    low_s, high_s = made.after_s[:, 0], made.after_s[:, -1]
    held = (truth_s >= low_s - _KNOWN_S) & (truth_s <= high_s + _KNOWN_S)
    middle_s = made.after_s[:, TIME_LEVELS.index(0.5)]
    return {
        "split": split,
        "n": len(shared),
        "coverage80": round(float(held.mean()), 4),
        "width80_h": round(float((high_s - low_s).mean() / 3600), 2),
        "mae_h": round(float(np.abs(middle_s - truth_s).mean() / 3600), 2),
        "mae_if_now_h": round(float(truth_s.mean() / 3600), 2),
        "past_forecast": round(float(made.past.mean()), 4),
        "past_observed": round(float((truth_s == 0).mean()), 4),
        "later_forecast": round(float(made.later.mean()), 4),
        "later_observed": round(float((truth_s == _STEPS_S[-1]).mean()), 4),
    }


def _rows(key: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(key)
    return order[np.searchsorted(key[order], wanted)]
