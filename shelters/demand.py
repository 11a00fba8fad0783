"""Demand for supplies from who is there and the norms, and for how many days the stock lasts.

Pure numpy over all shelters at once. Unknown is NaN and stays NaN: a shelter whose people nobody counted
has an unknown demand, not none. Norms and shares: `rules/norms.toml`, each with its source.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shelters.rulebook import Norms

Floats = NDArray[np.float64]


def people_by_class(people: Floats, counted: Floats, norms: Norms) -> tuple[Floats, NDArray[np.bool_]]:
    """Return people by class, shape (shelters, classes), and which were counted rather than assumed.

    `people` [persons], shape (shelters,): everybody who is served. `counted` [persons], shape (shelters,
    classes): what staff counted of each class, NaN = not counted. What was not counted is the class's
    planning share of `people`. Negative numbers are taken as unknown.
    """
    everybody = np.where(people >= 0, people, np.nan)
    known = counted >= 0
    assumed = everybody[:, None] * norms.shares[None, :]
    result = np.where(known, counted, assumed)
    first = norms.classes.index("everybody")
    result[:, first] = everybody
    known[:, first] = ~np.isnan(everybody)
    return result, known


def need_per_day(by_class: Floats, norms: Norms) -> Floats:
    """Return the need [item units/day], shape (shelters, items), NaN where it is not known."""
    return _times(by_class, norms.per_day)


def need_once(by_class: Floats, norms: Norms) -> Floats:
    """Return what is needed once [item units], shape (shelters, items), NaN where it is not known."""
    return _times(by_class, norms.once)


def days_of_cover(stock: Floats, per_day: Floats) -> Floats:
    """Return for how many days `stock` [item units] lasts at `per_day` [item units/day].

    Infinite where nothing is needed, NaN where stock or need is not known; a negative stock is none.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.maximum(stock, 0.0) / per_day
    return np.where(per_day == 0, np.where(np.isnan(stock), np.nan, np.inf), days)


def shortage(
    stock: Floats, coming: Floats, handed_out: Floats, per_day: Floats, once: Floats, days: float
) -> Floats:
    """Return how much is missing for `days` [days] and for what is needed once [item units].

    `coming` is under way; `handed_out` counts towards what is needed once. NaN where it is not known.
    """
    if not days > 0:
        raise ValueError(f"days is {days}; it must be positive")
    wanted = per_day * days + np.maximum(once - handed_out, 0.0)
    return np.maximum(wanted - np.maximum(stock, 0.0) - coming, 0.0)


def _times(by_class: Floats, rates: Floats) -> Floats:
    # A class whose rate is zero must not make the sum unknown.
    terms = by_class[:, None, :] * rates[None, :, :]
    result: Floats = np.where(rates[None, :, :] == 0, 0.0, terms).sum(axis=2)
    return result
