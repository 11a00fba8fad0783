"""From a state to the fan of quantiles at any lead: inputs of the networks, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.calibration import limb, widen
from geo.flood.levels.features import State, cycle_features
from geo.flood.levels.network import LEVELS, TARGETS, Weights, forward, quantiles
from geo.flood.levels.parameters import Parameters
from geo.flood.levels.readings import Readings

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Indices = NDArray[np.int64]

#: standardised inputs beyond this are taken as this: the networks do not extrapolate
_FARTHEST: Final = 4.0
#: rows that go through the networks at once
_ROWS: Final = 8192


def lead_inputs(readings: Readings, gauge: Indices, now: State, lead_s: Floats) -> Singles:
    """Return the inputs that depend on the lead float64[n] [s], before scaling, float32[n, …]."""
    lead_h = lead_s / 3600
    lead = np.stack([np.log(lead_h + 0.1), lead_h / 5 - 1, 1 / (lead_h + 0.5)], axis=1)
    cycles = cycle_features(readings, gauge, now, lead_s)
    return np.concatenate([cycles, lead.astype(np.float32)], axis=1)


def standardised(inputs: Singles, centre: Singles, spread: Singles) -> Singles:
    """Return inputs in deviations from the mean of the fit, bounded."""
    return np.asarray(np.clip((inputs - centre) / spread, -_FARTHEST, _FARTHEST), dtype=np.float32)


def mean_quantiles(inputs: Singles, networks: Sequence[Weights]) -> Floats:
    """Return the mean of the networks' quantiles in units, float64[n, TARGETS, levels].

    A mean of ordered quantiles is ordered (Vincent averaging, e.g. Ratcliff 1979).
    """
    total = np.zeros((len(inputs), TARGETS, len(LEVELS)))
    for first in range(0, len(inputs), _ROWS):
        rows = slice(first, first + _ROWS)
        for weights in networks:
            total[rows] += quantiles(forward(inputs[rows], weights).out)
    return total / len(networks)


def fan(
    readings: Readings, gauge: Indices, now: State, lead_s: Floats, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Return quantiles of the level, and of the highest level until then, both float64[n, levels] [m].

    `gauge` int64[n] and `now` are the origins, `lead_s` float64[n] [s] > 0 counts from the newest
    reading. The highest level is never below the newest one nor, quantile by quantile, below the
    level itself. Rows without a reading are NaN.
    """
    by_lead = lead_inputs(readings, gauge, now, lead_s)
    raw = np.concatenate([now.features, by_lead], axis=1)
    inputs = standardised(raw, parameters.centre, parameters.spread)
    change_m = (
        mean_quantiles(inputs, parameters.networks) * (now.scale_m * np.sqrt(lead_s / 3600))[:, None, None]
    )
    limbs, lead_h = limb(now.slope_m_per_h), lead_s / 3600
    widened = [
        widen(change_m[:, target], limbs, lead_h, parameters.widening, parameters.widening_h)
        for target in range(TARGETS)
    ]
    level_m = now.level_m[:, None] + widened[0]
    highest_m = now.level_m[:, None] + np.maximum(widened[1], 0.0)
    return level_m, np.maximum(highest_m, level_m)
