"""Which other shelter to suggest for each that will be full: from loads and reservations. Pure.

The same cost as the whole choice, but people of a district may split (they choose freely, and who is
indifferent within half a minute goes either way), so that prices alone are sought and no groups are moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alerts.shelter_choice.choice import NOWHERE, Case, ChoiceError, Floats, Integers, soft_loads, soft_prices

Flags = NDArray[np.bool_]

#: another shelter must save at least this to be suggested [s]: nobody is sent about for a minute
LEAST_SAVED_S: Final = 300.0
#: temperatures [s] and evaluations at each; prices need be no finer than what a suggestion must save
_TEMPERATURES_S: Final = (120.0, 30.0)
_STEPS: Final = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class Suggestion:
    """Of m shelters: `load` expected [persons], `price_s` of crowding [s], `other` = number or `NOWHERE`."""

    load: Floats
    price_s: Floats
    other: Integers


def suggest_others(case: Case, on_s: Floats, *, fit: Flags, full: Flags) -> Suggestion:
    """Return for each shelter the one to suggest instead, where that saves `LEAST_SAVED_S` or it is full.

    `case`: districts × shelters, `present` with reservations. `on_s` (m, m) [s]: the way from one shelter on
    to another, inf = none; `fit` (m,): may be suggested; `full` (m,): staff said so. Raises `ChoiceError`.
    """
    count = len(case.capacity)
    if on_s.shape != (count, count) or fit.shape != (count,) or full.shape != (count,):
        raise ChoiceError(f"on_s, fit and full must be of {count} shelters")
    load, price_s = _expected(case)
    total_s = on_s + price_s
    total_s[:, ~fit | full] = np.inf
    np.fill_diagonal(total_s, np.inf)
    each, best = np.arange(count), np.argmin(total_s, axis=1)
    least_s = total_s[each, best]
    # A shelter that staff called full is left for any that has room within its capacity.
    has_room = price_s[best] < case.crush_s * (1 - case.comfortable)
    worth = np.isfinite(least_s) & ((price_s - least_s >= LEAST_SAVED_S) | (full & has_room))
    return Suggestion(load=load, price_s=price_s, other=np.where(worth, best, NOWHERE).astype(np.int64))


def _expected(case: Case) -> tuple[Floats, Floats]:
    """Return loads and prices when everybody takes the price of crowding into account."""
    held_s = case.price(case.present)
    reached = np.isfinite(case.travel_s).any(axis=1)
    if not reached.any():
        return case.present.copy(), held_s
    persons, travel_s = case.persons[reached], case.travel_s[reached]
    price_s = held_s
    for temperature_s in _TEMPERATURES_S:
        price_s = soft_prices(price_s, case, persons, travel_s, temperature_s, steps=_STEPS)
    wanted, _ = soft_loads(price_s, persons, travel_s, _TEMPERATURES_S[-1])
    # Where nobody more is taken the dual leaves the price open: it is at least that of who is there.
    return case.present + wanted, np.maximum(price_s, held_s)
