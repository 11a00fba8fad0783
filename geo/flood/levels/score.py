"""Scores of forecasts, as numbers over origins."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.network import LEVELS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: probabilities at which the quantile function is sampled for the CRPS
_GRID: Final = (np.arange(100) + 0.5) / 100


#: rounding of sums of metres [m]
_EXACT_M: Final = 1e-9


class Contingency(NamedTuple):
    """Forecast events against what came."""

    hits: int
    misses: int
    false_alarms: int

    @property
    def pod(self) -> float:
        """Probability of detection; NaN when nothing came."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else np.nan

    @property
    def far(self) -> float:
        """False alarm ratio; NaN when nothing was told."""
        told = self.hits + self.false_alarms
        return self.false_alarms / told if told else np.nan

    @property
    def csi(self) -> float:
        """Critical success index; NaN when nothing came or was told."""
        told = self.hits + self.misses + self.false_alarms
        return self.hits / told if told else np.nan


def crps_m(fan_m: Floats, truth_m: Floats) -> Floats:
    """Return the continuous ranked probability score of each row, float64[n] [m].

    Twice the mean pinball loss over the quantile function (Laio and Tamea 2007,
    doi:10.5194/hess-11-1267-2007, eq. 13), which runs linearly between `fan_m` float64[n, levels]
    and on with the outermost slope to 0.5 and 99.5 %. `truth_m` float64[n]. For a single value
    (persistence) the score is its absolute error.
    """
    probability = np.array(LEVELS)
    left = np.clip(np.searchsorted(probability, _GRID) - 1, 0, len(LEVELS) - 2)
    share = (_GRID - probability[left]) / (probability[left + 1] - probability[left])
    total = np.zeros(len(truth_m))
    for level, column, part in zip(_GRID, left, share, strict=True):
        sampled = fan_m[:, column] + part * (fan_m[:, column + 1] - fan_m[:, column])
        error = truth_m - sampled
        total += np.maximum(level * error, (level - 1) * error)
    return 2 * total / len(_GRID)


def covered(fan_m: Floats, truth_m: Floats) -> Mask:
    """Return whether the 80 % band (10 to 90 %) holds the truth, its borders included, bool[n]."""
    low, high = fan_m[:, LEVELS.index(0.1)], fan_m[:, LEVELS.index(0.9)]
    held: Mask = (truth_m >= low - _EXACT_M) & (truth_m <= high + _EXACT_M)
    return held


def contingency(probability: Floats, came: Mask, cut_off: float) -> Contingency:
    """Return hits, misses and false alarms when told at `cut_off` and above."""
    told = probability >= cut_off
    return Contingency(int((told & came).sum()), int((~told & came).sum()), int((told & ~came).sum()))


def brier(probability: Floats, came: Mask) -> float:
    """Return the mean squared error of a probability (Brier 1950); NaN for none."""
    return float(np.mean((probability - came) ** 2)) if len(came) else np.nan


def reliability(probability: Floats, came: Mask, edges: Floats) -> list[tuple[float, float, int]]:
    """Return mean probability, observed share and count of each bin between `edges`, empty ones left out."""
    number = np.clip(np.digitize(probability, edges) - 1, 0, len(edges) - 2)
    rows = []
    for at in range(len(edges) - 1):
        here = number == at
        if here.any():
            rows.append((float(probability[here].mean()), float(came[here].mean()), int(here.sum())))
    return rows
