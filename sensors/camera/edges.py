"""Edges in a strip that could be the water line, each with the evidence for it.

Every column is tested for a step between what is above and below; an edge counts when most columns
show it and it is sustained. The step is put into proportion in two ways, by local brightness (Weber: good
at low resolution) and by the strip's range (good in fog); each fails where the other does not.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.camera.strip import Strip

Floats = NDArray[np.float64]
Normaliser = Literal["mean", "range"]
NORMALISERS: Final[tuple[Normaliser, Normaliser]] = ("mean", "range")

#: heights compared above and below, left out between them, and over which a step must last [m]
WINDOW_M: Final = 0.03
GUARD_M: Final = 0.002
SUSTAIN_M: Final = 0.08
#: share of the step that must last
_SUSTAINED: Final = 0.3
#: brightness noise that is always assumed [grey levels], and the step in it that a column must show
_NOISE_GREY: Final = 1.0
_STEP_LEAST: Final = 2.0
#: most candidates of a frame, and their least distance [m]
MOST_CANDIDATES: Final = 6
_APART_M: Final = 0.02
_SNR_MOST: Final = 20.0


class Candidate(NamedTuple):
    """An edge that could be the water line."""

    level_m: float
    score: float
    #: share of columns that show it
    fraction: float
    #: median step in units of the noise, and relative to the normaliser
    snr: float
    contrast: float
    #: median distance of the columns' own edges from the level [m]
    spread_m: float


class _Sums:
    """Means and variances of any rows of every column, by running sums."""

    def __init__(self, brightness: Floats) -> None:
        zero = np.zeros((1, brightness.shape[1]))
        self._first = np.r_[zero, np.cumsum(brightness, axis=0)]
        self._second = np.r_[zero, np.cumsum(brightness**2, axis=0)]

    def between(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return mean and variance of rows start … end − 1, float64[len(start), columns]."""
        count = np.maximum(end - start, 1)[:, None]
        mean = (self._first[end] - self._first[start]) / count
        square = (self._second[end] - self._second[start]) / count
        return mean, np.maximum(square - mean**2, 0.0)


def candidates(strip: Strip, normaliser: Normaliser) -> list[Candidate]:
    """Return the strongest edges of a strip, strongest first; none in an empty or even one."""
    seen = strip.brightness[:, np.isfinite(strip.brightness).mean(axis=0) > 0.5]
    rows = np.isfinite(seen).all(axis=1)
    if seen.shape[1] < 8 or rows.sum() * strip.row_m < 4 * WINDOW_M:
        return []
    first = int(np.flatnonzero(rows)[0])
    seen = seen[rows]
    edges = _edges(seen, strip.row_m, normaliser)
    found = []
    for at in _strongest(edges.score, round(_APART_M / strip.row_m)):
        level, spread = _refine(seen, at, strip, first, edges.sign[at])
        found.append(
            Candidate(
                level,
                float(edges.score[at]),
                float(edges.fraction[at]),
                float(edges.snr[at]),
                float(edges.contrast[at]),
                spread,
            )
        )
    return found


class _Edges(NamedTuple):
    score: Floats
    fraction: Floats
    snr: Floats
    contrast: Floats
    sign: Floats


def _edges(seen: Floats, row_m: float, normaliser: Normaliser) -> _Edges:
    """Return the evidence for an edge above every row, float64[rows] each."""
    n = len(seen)
    row = np.arange(n, dtype=np.int64)
    window, guard, sustain = (max(1, round(length / row_m)) for length in (WINDOW_M, GUARD_M, SUSTAIN_M))
    sums = _Sums(seen)

    def clip(at: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.clip(at, 0, n)

    above, above_var = sums.between(clip(row - guard - window), clip(row - guard))
    below, below_var = sums.between(clip(row + guard), clip(row + guard + window))
    step = above - below
    snr = np.abs(step) / np.sqrt((above_var + below_var) / 2 + _NOISE_GREY**2)
    lasting = (
        sums.between(clip(row - guard - sustain), clip(row - guard))[0]
        - sums.between(clip(row + guard), clip(row + guard + sustain))[0]
    )
    sign = np.sign(np.median(step, axis=1))
    shown = (snr >= _STEP_LEAST) & (np.sign(step) == sign[:, None])
    shown &= lasting * sign[:, None] >= _SUSTAINED * np.abs(step)
    if normaliser == "mean":
        contrast = np.abs(step) / (above + below + 2 * _NOISE_GREY)
    else:
        low, high = np.percentile(seen, (5, 95))
        contrast = np.abs(step) / (high - low + 4 * _NOISE_GREY)
    fraction = shown.mean(axis=1)
    middle_snr = np.minimum(np.median(snr, axis=1), _SNR_MOST)
    middle_contrast = np.median(contrast, axis=1)
    score = middle_snr * middle_contrast * fraction
    # too near an end of the strip there is nothing to compare with
    score[: window + guard] = 0.0
    score[n - window // 2 - guard :] = 0.0
    return _Edges(score, fraction, middle_snr, middle_contrast, sign)


def _strongest(score: Floats, apart: int) -> list[int]:
    """Return the rows of the highest scores that keep `apart` rows from each other."""
    left = score.copy()
    found: list[int] = []
    while len(found) < MOST_CANDIDATES:
        at = int(left.argmax())
        if left[at] <= 0:
            break
        if _is_top(score, at, apart // 2):
            found.append(at)
        left[max(0, at - apart) : at + apart + 1] = 0.0
    return found


def _is_top(score: Floats, at: int, reach: int) -> bool:
    """Tell whether the score has its top here, and is not the flank of a higher one already taken."""
    near = score[max(0, at - reach) : at + reach + 1]
    return bool(score[at] >= near.max())


def _refine(seen: Floats, at: int, strip: Strip, first: int, sign: float) -> tuple[float, float]:
    """Return the level of the edge near row `at` to a fraction of a row, and its columns' spread [m]."""
    reach, window = round(0.015 / strip.row_m), max(2, round(0.006 / strip.row_m))
    row = np.arange(max(window, at - reach), min(len(seen) - window, at + reach + 1), dtype=np.int64)
    if len(row) < 3:
        return strip.level_m(first + at), np.inf
    sums = _Sums(seen)
    step = (sums.between(row - window, row)[0] - sums.between(row, row + window)[0]) * sign
    best = row[step.argmax(axis=0)]
    middle = np.median(best)
    spread = float(np.median(np.abs(best - middle)))
    kept = best[np.abs(best - middle) <= 3 * 1.4826 * max(spread, 1.0)]
    return strip.level_m(first + float(kept.mean())), spread * strip.row_m
