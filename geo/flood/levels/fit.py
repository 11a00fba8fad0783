"""Fitting: networks on folds of time, and calibration on what each had not seen.

Storms come in days, and origins an hour apart are hardly two observations. Folds are therefore
blocks of eight days; each network learns from three of four, and the fan is calibrated on the block
that its network did not see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.calibration import LEADS_H, LIMBS, limb, widening
from geo.flood.levels.fan import lead_inputs, mean_quantiles, standardised
from geo.flood.levels.features import State, chosen, state
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.network import LEVELS, Weights, forward, gradient, initial_weights
from geo.flood.levels.pairs import Pairs, at_hour, following
from geo.flood.levels.pairs import chosen as chosen_pairs
from geo.flood.levels.parameters import Parameters
from geo.flood.levels.readings import Readings

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

_BLOCK_S: Final = 8 * 86400
_FOLDS: Final = 4
#: from this slope on pairs are drawn more often [m/h]
_RISES_M_PER_H: Final = 0.05
_LEARNING_RATE: Final = 3e-3
_WARM_UP: Final = 200
_ADAM: Final = (0.9, 0.999, 1e-8)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to fit. The defaults made the parameters that come with the project."""

    seed: int = 20261124
    hidden: int = 48
    steps: int = 5000
    batch: int = 2048
    #: networks for each fold
    networks: int = 3
    #: deviation of the noise added to standardised inputs: against learning single storms by heart
    noise: float = 0.15


class _Material:
    """What a fit works on: n pairs, their inputs before scaling, and their targets in units."""

    def __init__(self, pairs: Pairs, now: State, readings: Readings) -> None:
        self.pairs, self.now = pairs, now
        self._by_lead = np.concatenate(
            [self._by_lead_of(readings, part) for part in _parts(len(pairs.origin))]
        )
        self.unit_m = now.scale_m[pairs.origin] * np.sqrt(pairs.lead_s / 3600)
        before_m = readings.level_m[pairs.origin]
        #: rise of the level and of the highest level [m], float64[n, 2]
        self.rise_m = np.stack([readings.level_m[pairs.later] - before_m, pairs.highest_m - before_m], axis=1)

    def _by_lead_of(self, readings: Readings, part: slice) -> Singles:
        origin = self.pairs.origin[part]
        now = chosen(self.now, origin)
        return lead_inputs(readings, readings.gauge[origin], now, self.pairs.lead_s[part])

    def inputs(self, pair: Indices) -> Singles:
        """Return the inputs of pairs, float32[…, f]."""
        return np.concatenate([self.now.features[self.pairs.origin[pair]], self._by_lead[pair]], axis=1)


def _parts(count: int) -> list[slice]:
    return [slice(first, first + 200_000) for first in range(0, count, 200_000)]


def fit(
    readings: Readings,
    gauges: Gauges,
    learned: Mask,
    origin: dict[str, Any],
    recipe: Recipe,
    tell: Callable[[str], None],
) -> Parameters:
    """Return parameters fitted to `readings`.

    `learned` bool[m] marks the readings that may be learned from, as origin and as target; the
    others are only looked back upon by their own gauge. `origin` is kept with the parameters. The same
    input and recipe give the same parameters on the same machine. Raises `ValueError` when there
    are fewer than 1,000 pairs.
    """
    now = state(readings, gauges, readings.gauge, readings.observed_s)
    found = following(readings)
    kept = learned[found.origin] & learned[found.later]
    pairs = chosen_pairs(found, kept)
    if len(pairs.origin) < 1000:
        raise ValueError(f"{len(pairs.origin)} pairs of readings are too few to fit a forecast")
    material = _Material(pairs, now, readings)
    random = np.random.default_rng(recipe.seed)
    sample = random.integers(0, len(pairs.origin), 100_000)
    inputs = material.inputs(sample)
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0) + np.float32(1e-3)
    fold = _fold(readings.observed_s[pairs.origin])
    networks: list[Weights] = []
    for number in range(_FOLDS * recipe.networks):
        learn = np.flatnonzero(fold != number % _FOLDS)
        networks.append(_learn(material, learn, centre, spread, recipe, random))
        tell(f"network {number + 1} of {_FOLDS * recipe.networks}")
    table = _calibrate(material, fold, networks, centre, spread)
    about = origin | {"pairs": len(pairs.origin), "recipe": vars(recipe)}
    return Parameters(tuple(networks), centre, spread, table, np.array(LEADS_H), about)


def _fold(observed_s: Floats) -> Indices:
    """Return the fold of each origin, int64[n]: blocks in turn, shorter ones in a short record."""
    block_s = min(_BLOCK_S, max(float(np.ptp(observed_s)) / (2 * _FOLDS), 1.0))
    return (np.floor(observed_s / block_s).astype(np.int64)) % _FOLDS


def _learn(
    material: _Material,
    learn: Indices,
    centre: Singles,
    spread: Singles,
    recipe: Recipe,
    random: np.random.Generator,
) -> Weights:
    """Return one network, by Adam (Kingma and Ba 2015, arXiv:1412.6980) with a cosine schedule."""
    weights = initial_weights(len(centre), recipe.hidden, random)
    first = Weights(*(np.zeros_like(array) for array in weights))
    second = Weights(*(np.zeros_like(array) for array in weights))
    chance = np.cumsum(_interest(material, learn))
    for step in range(1, recipe.steps + 1):
        pair = learn[np.searchsorted(chance, random.random(recipe.batch) * chance[-1])]
        inputs = standardised(material.inputs(pair), centre, spread)
        inputs += np.float32(recipe.noise) * random.standard_normal(inputs.shape, dtype=np.float32)
        targets = material.rise_m[pair] / material.unit_m[pair][:, None]
        slope = gradient(inputs, targets.astype(np.float32), forward(inputs, weights), weights)
        _step(weights, slope, first, second, step, _rate(step, recipe.steps))
    return weights


def _interest(material: _Material, pair: Indices) -> Floats:
    """Return how often each pair is drawn: moving water more, because it is rare and matters."""
    origin = material.pairs.origin[pair]
    scale_m, slope = material.now.scale_m[origin], material.now.slope_m_per_h[origin]
    moving = np.clip(np.sqrt(scale_m / 0.04), 0.3, 8.0)
    return np.asarray(np.where(np.nan_to_num(slope) > _RISES_M_PER_H, 1.7, 1.0) * moving)


def _rate(step: int, steps: int) -> float:
    """Return the learning rate of a step: warm-up, then half a cosine."""
    return float(
        _LEARNING_RATE * min(1.0, step / _WARM_UP) * (0.5 + 0.5 * np.cos(np.pi * step / steps) + 0.005)
    )


def _step(weights: Weights, slope: Weights, first: Weights, second: Weights, step: int, rate: float) -> None:
    """Move the weights in place by one step of Adam."""
    decay, decay_square, tiny = _ADAM
    for weight, by, mean, square in zip(weights, slope, first, second, strict=True):
        mean += (1 - decay) * (by - mean)
        square += (1 - decay_square) * (by * by - square)
        corrected = mean / (1 - decay**step)
        weight -= rate * corrected / (np.sqrt(square / (1 - decay_square**step)) + tiny)


def _calibrate(
    material: _Material, fold: Indices, networks: list[Weights], centre: Singles, spread: Singles
) -> Floats:
    """Return the widening by limb, lead and level, from each fold's networks on the fold unseen."""
    table = np.ones((len(LIMBS), len(LEADS_H), len(LEVELS)))
    limbs = limb(material.now.slope_m_per_h)
    for column, hour in enumerate(LEADS_H):
        pair = at_hour(material.pairs, hour)
        fan_m = np.empty((len(pair), len(LEVELS)))
        for number in range(_FOLDS):
            at = np.flatnonzero(fold[pair] == number)
            inputs = standardised(material.inputs(pair[at]), centre, spread)
            held_out = mean_quantiles(inputs, networks[number::_FOLDS])[:, 0]
            fan_m[at] = held_out * material.unit_m[pair[at]][:, None]
        truth_m = material.rise_m[pair, 0]
        at_limb = limbs[material.pairs.origin[pair]]
        for number in range(len(LIMBS)):
            here = at_limb == number
            table[number, column] = widening(fan_m[here], truth_m[here])
    return table
