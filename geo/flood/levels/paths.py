"""Paths through the fan: hydrographs that may come, and the peaks that they have.

Quantiles at each lead say nothing of how one lead hangs together with the next; a peak does. Paths
join the leads by a Gaussian copula whose correlation was measured on the record.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.forecast import STEPS_S, TIME_LEVELS, LevelForecast
from geo.flood.levels.network import LEVELS

Floats = NDArray[np.float64]

#: correlation of normal scores at leads a < b [h]: √(a/b) · (FAR + (1 − FAR) · exp(−(b − a)/NEAR_H)).
#: Measured on what the fit learned from, rising limbs: 0.53 for 1 and 2 h, 0.60 for 5 and 6 h,
#: 0.25 for 1 and 6 h; this gives 0.50, 0.64 and 0.29. NEAR_H is below the record's hour: assumed.
_FAR: Final = 0.7
_NEAR_H: Final = 0.3
#: a level that lacks no more than this has reached the peak [m]
_PEAK_M: Final = 0.01
#: paths of so many origins are held at once
_ORIGINS: Final = 1000


class Peak(NamedTuple):
    """The highest level from the origin to the horizon, of n origins; NaN = no forecast."""

    #: quantiles of its time after the origin at `forecast.TIME_LEVELS`, float64[n, times] [s]
    after_s: Floats
    #: probability that it is past: no later level is higher than the newest, float64[n]
    past: Floats
    #: probability that the level still rises at the horizon, float64[n]
    later: Floats


def correlation(lead_h: Floats) -> Floats:
    """Return the correlation of normal scores between leads float64[k] [h], float64[k, k]."""
    low, high = np.minimum.outer(lead_h, lead_h), np.maximum.outer(lead_h, lead_h)
    return np.asarray(np.sqrt(low / high) * (_FAR + (1 - _FAR) * np.exp(-(high - low) / _NEAR_H)))


def scores(steps_s: Floats, count: int, random: np.random.Generator) -> Floats:
    """Return correlated uniform numbers, float64[steps, count], for `weights`."""
    root = np.linalg.cholesky(correlation(steps_s / 3600))
    drawn = random.standard_normal((len(steps_s), count // 2))
    # each draw with its mirror: the paths' median is then the fan's
    normal = root @ np.concatenate([drawn, -drawn], axis=1)
    return _normal_share(normal)


def weights(uniform: Floats) -> Floats:
    """Return how the quantiles combine to a level at each probability, float64[…, levels].

    Linear between quantiles, the outermost beyond them.
    """
    probability = np.array(LEVELS)
    inside = np.clip(uniform, probability[0], probability[-1])
    left = np.clip(np.searchsorted(probability, inside, side="right") - 1, 0, len(LEVELS) - 2)
    share = (inside - probability[left]) / (probability[left + 1] - probability[left])
    out = np.zeros((*uniform.shape, len(LEVELS)))
    np.put_along_axis(out, left[..., None], (1 - share)[..., None], axis=-1)
    np.put_along_axis(out, left[..., None] + 1, share[..., None], axis=-1)
    return out


def peak(made: LevelForecast, random: np.random.Generator, *, count: int = 100) -> Peak:
    """Return when the highest level comes, from `count` paths of each origin.

    The peak of a path is the first step that lacks no more than 1 cm of its highest.
    """
    return peak_of(made.newest_m, made.level_m, STEPS_S, random, count=count)


def peak_of(
    newest_m: Floats, level_m: Floats, steps_s: Floats, random: np.random.Generator, *, count: int
) -> Peak:
    """Return the peaks of any fan: `newest_m` float64[n], `level_m` float64[n, steps, levels]."""
    mixing = weights(scores(steps_s, count, random)).astype(np.float32)
    parts = [
        _peaks(newest_m[first : first + _ORIGINS], level_m[first : first + _ORIGINS], steps_s, mixing)
        for first in range(0, max(len(newest_m), 1), _ORIGINS)
    ]
    return Peak(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _peaks(newest_m: Floats, level_m: Floats, steps_s: Floats, mixing: NDArray[np.float32]) -> Peak:
    rise_m = (level_m - newest_m[:, None, None]).astype(np.float32)
    # [steps, n, levels] @ [steps, levels, count]: one product for each step
    paths = np.matmul(rise_m.transpose(1, 0, 2), mixing.transpose(0, 2, 1))
    paths = np.concatenate([np.zeros_like(paths[:1]), paths])
    there = paths >= paths.max(axis=0) - np.float32(_PEAK_M)
    at = there.argmax(axis=0)
    after_s = np.quantile(np.r_[0.0, steps_s][at], TIME_LEVELS, axis=1).T
    unknown = np.isnan(level_m[:, 0, 0])
    past, later = (at == 0).mean(axis=1), (at == len(steps_s)).mean(axis=1)
    return Peak(
        np.where(unknown[:, None], np.nan, after_s),
        np.where(unknown, np.nan, past),
        np.where(unknown, np.nan, later),
    )


def _normal_share(normal: Floats) -> Floats:
    """Return the standard normal distribution function (Abramowitz and Stegun 1964, 26.2.17)."""
    x = np.abs(normal)
    t = 1 / (1 + 0.2316419 * x)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    upper = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * series
    return np.asarray(np.where(normal > 0, 1 - upper, upper))
