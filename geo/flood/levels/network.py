"""A small network that gives ordered quantiles, written out in numpy.

Two hidden layers (leaky rectifiers), one head of quantiles for each target. A head gives the median
and, outward from it, steps that are positive by construction, so quantiles never cross.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

#: probabilities of the quantiles
LEVELS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
#: what is forecast: the level, and the highest level until then
TARGETS: Final = 2
MEDIAN: Final = LEVELS.index(0.5)
_LEAK: Final = np.float32(0.1)


class Weights(NamedTuple):
    """Weights of one network with f inputs and h units in each hidden layer, all float32."""

    #: [f, h] and [h]
    enter: Singles
    enter_bias: Singles
    #: [h, h] and [h]
    middle: Singles
    middle_bias: Singles
    #: [h, TARGETS · levels] and [TARGETS · levels]
    leave: Singles
    leave_bias: Singles


class Activity(NamedTuple):
    """What a forward pass leaves for the backward one."""

    first: Singles
    second: Singles
    out: Singles


def initial_weights(inputs: int, hidden: int, random: np.random.Generator) -> Weights:
    """Return random weights (He et al. 2015, arXiv:1502.01852), the heads near a narrow fan."""
    quantiles = len(LEVELS)

    def normal(rows: int, columns: int) -> Singles:
        return np.asarray(random.standard_normal((rows, columns)) * np.sqrt(2 / rows), dtype=np.float32)

    bias = np.full((TARGETS, quantiles), -0.5, dtype=np.float32)
    bias[:, MEDIAN] = 0.0
    return Weights(
        normal(inputs, hidden),
        np.zeros(hidden, dtype=np.float32),
        normal(hidden, hidden),
        np.zeros(hidden, dtype=np.float32),
        normal(hidden, TARGETS * quantiles) * np.float32(0.1),
        bias.ravel(),
    )


def forward(inputs: Singles, weights: Weights) -> Activity:
    """Return what each layer gives for `inputs` float32[n, f]; `out` is float32[n, TARGETS, levels]."""
    first = inputs @ weights.enter + weights.enter_bias
    first = np.maximum(first, _LEAK * first)
    second = first @ weights.middle + weights.middle_bias
    second = np.maximum(second, _LEAK * second)
    out = second @ weights.leave + weights.leave_bias
    return Activity(first, second, out.reshape(len(inputs), TARGETS, len(LEVELS)))


def quantiles(out: Singles) -> Singles:
    """Return ordered quantiles of the last axis of a network's `out`, the same shape."""
    steps = np.logaddexp(np.float32(0), out)
    fan = np.empty_like(out)
    middle = out[..., MEDIAN : MEDIAN + 1]
    fan[..., MEDIAN] = out[..., MEDIAN]
    fan[..., MEDIAN + 1 :] = middle + np.cumsum(steps[..., MEDIAN + 1 :], axis=-1)
    fan[..., :MEDIAN] = middle - np.cumsum(steps[..., MEDIAN - 1 :: -1], axis=-1)[..., ::-1]
    return fan


def gradient(inputs: Singles, targets: Singles, activity: Activity, weights: Weights) -> Weights:
    """Return the gradient of the mean pinball loss; `targets` float32[n, TARGETS].

    Pinball loss (Koenker and Bassett 1978, doi:10.2307/1913643), rounded off within 0.02 of zero so
    that calm water, whose targets are exact zeros, does not make the steps rattle.
    """
    fan = quantiles(activity.out)
    error = targets[..., None] - fan
    level = np.array(LEVELS, dtype=np.float32)
    slope = np.where(error > 0, -level, 1 - level) * np.minimum(np.abs(error) / 0.02, 1)
    at_quantiles = np.asarray(slope / len(inputs), dtype=np.float32)
    out = _through_steps(activity.out, at_quantiles).reshape(len(inputs), -1)
    second = (out @ weights.leave.T) * _leaked(activity.second)
    first = (second @ weights.middle.T) * _leaked(activity.first)
    return Weights(
        np.asarray(inputs.T @ first),
        first.sum(axis=0),
        activity.first.T @ second,
        second.sum(axis=0),
        activity.second.T @ out,
        out.sum(axis=0),
    )


def _leaked(layer: Singles) -> Singles:
    """Return the slope of the rectifier, from what it gave."""
    return np.where(layer > 0, np.float32(1), _LEAK).astype(np.float32)


def _through_steps(out: Singles, slope: Singles) -> Singles:
    """Carry the gradient at the quantiles back through the positive steps (chain rule)."""
    back = np.empty_like(out)
    opening = 1 / (1 + np.exp(-out))
    back[..., MEDIAN] = slope.sum(axis=-1)
    above, below = slope[..., MEDIAN + 1 :], slope[..., :MEDIAN]
    back[..., MEDIAN + 1 :] = np.cumsum(above[..., ::-1], axis=-1)[..., ::-1] * opening[..., MEDIAN + 1 :]
    back[..., :MEDIAN] = -np.cumsum(below, axis=-1) * opening[..., :MEDIAN]
    return back
