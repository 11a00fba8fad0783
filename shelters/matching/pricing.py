"""What a person-day costs every row from every lot at given shadow prices, and the bound that follows.

The bound is the Lagrangian dual (Geoffrion 1974): at any prices ≥ 0 no plan in whole cases costs less. Rows
are then independent; each takes the number of whole cases that is best for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shelters.matching.instance import NO_LOT, Floats, Instance, penalty_at, quota_pairs
from shelters.matching.quota_bound import quota_bounds

Classes = NDArray[np.int8]

#: rounding of cases must not turn 3.0000001 cases into four [cases]
_WHOLE = 1e-9
_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class LimitPrices:
    """Prices: `lot` (L,) [min/pd], `handling` (D,) [min/kg], `weight`, `volume` (K, D) [min/min]."""

    lot: Floats
    handling: Floats
    weight: Floats
    volume: Floats

    def scaled(self, factor: float) -> LimitPrices:
        """Return the prices times `factor`."""
        return LimitPrices(
            lot=self.lot * factor, handling=self.handling * factor, weight=self.weight * factor,
            volume=self.volume * factor,
        )  # fmt: skip


def no_prices(instance: Instance) -> LimitPrices:
    """Return prices of nothing: only driving, lateness and freshness cost."""
    fleets = np.zeros(instance.truck_min.shape)
    return LimitPrices(
        lot=np.zeros(len(instance.stock)), handling=np.zeros(len(instance.handling_kg)), weight=fleets,
        volume=fleets,
    )  # fmt: skip


def delivery_prices(
    instance: Instance, prices: LimitPrices, room: tuple[Floats, Floats] | None = None
) -> tuple[Floats, Classes]:
    """Return the cheapest price [min/pd] by depot, shelter and item, and its class of trucks, both (D, S, I).

    Handling and driving, without the lot; inf where no truck goes. `room`: minutes that trucks have left by
    weight and by volume, both (K, D); a class that cannot carry one more case does not go.
    """
    _, depots, shelters = instance.trip_min.shape
    weight, volume = instance.truck_share()
    per_minute = (
        instance.minute_cost * np.maximum(weight, volume)
        + prices.weight[:, :, None] * weight
        + prices.volume[:, :, None] * volume
    )
    best = np.full((depots, shelters, len(instance.kg)), np.inf)
    truck = np.zeros(best.shape, dtype=np.int8)
    trip = np.where(np.isfinite(instance.trip_min), instance.trip_min, 0.0)
    never = ~np.isfinite(instance.trip_min)
    for at in np.flatnonzero(~never.all(axis=(1, 2))).tolist():
        price = trip[at][:, :, None] * per_minute[at][:, None, :]
        price[never[at]] = np.inf
        if room is not None:
            longest = np.minimum(*(
                left[at][:, None] / np.maximum(share[at] * instance.case, _TINY)
                for left, share in zip(room, (weight, volume), strict=True)
            ))  # fmt: skip
            price[trip[at][:, :, None] > longest[:, None, :] * (1 + _WHOLE)] = np.inf
        less = price < best
        best[less] = price[less]
        truck[less] = at
    best += (prices.handling[:, None] * instance.kg)[:, None, :]
    return best, truck


def row_prices(instance: Instance, prices: LimitPrices, delivery: Floats) -> Floats:
    """Return the price [min/pd] of each candidate for each row (R, C); inf where it is not usable."""
    if instance.lot.size == 0:
        return np.full(instance.lot.shape, np.inf)
    lot = np.where(instance.lot == NO_LOT, 0, instance.lot)
    items, shelters = len(instance.kg), instance.trip_min.shape[2]
    at = (instance.lot_depot[lot] * shelters + instance.row_shelter[:, None]) * items + instance.row_item[
        :, None
    ]
    price = delivery.ravel()[at] + prices.lot[lot] + instance.lot_cost
    return np.where(instance.usable, price, np.inf)


def lower_bound(instance: Instance, prices: LimitPrices) -> float:
    """Return a cost [min] that no plan in whole cases is below, at any `prices` that are not negative."""
    delivery, _ = delivery_prices(instance, prices)
    cheapest = row_prices(instance, prices, delivery).min(axis=1, initial=np.inf)
    fixed = (
        prices.lot @ instance.stock
        + prices.handling @ instance.handling_kg
        + ((prices.weight + prices.volume) * instance.truck_min).sum()
    )
    return float(_row_bounds(instance, cheapest).sum() - fixed)


def _row_bounds(instance: Instance, cheapest: Floats) -> Floats:
    """Return the least that each row costs at its cheapest price (R,) [min]."""
    pairs = quota_pairs(instance)
    served = (instance.piece[:, None] * (instance.slopes > cheapest[:, None])).sum(axis=1)
    case = instance.case[instance.row_item]
    price = np.where(np.isfinite(cheapest), cheapest, 0.0)
    parts = _cost(instance, served, served * price)
    low = np.floor(served / case + _WHOLE)
    best = np.full(len(served), np.inf)
    for cases in (low, low + 1):
        sent = cases * case
        cost = _cost(instance, sent, sent * price)
        best = np.minimum(best, np.where((cases == 0) | np.isfinite(cheapest), cost, np.inf))
    # Rows of a need that share cases are bound together, or by the relaxation in parts of cases.
    shared = pairs.surplus >= 0
    shared[pairs.surplus[shared]] = True
    result = np.where(shared, parts, np.maximum(best, parts))
    rest = np.flatnonzero(pairs.quota >= 0)
    quota = pairs.quota[rest]
    apart = parts[rest] + parts[quota]
    together = np.fmax(quota_bounds(instance, rest, quota, cheapest), apart)
    result[rest], result[quota] = together, 0.0
    return result


def _cost(instance: Instance, sent: Floats, price: Floats) -> Floats:
    return np.asarray(penalty_at(instance, (instance.wanted - sent)[:, None])[:, 0] + price)
