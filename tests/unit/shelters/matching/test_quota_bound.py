"""The bound of a need with an allergen-free quota, against trying every number of cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from shelters.matching.instance import Instance
from shelters.matching.quota_bound import quota_bounds


def instance(wanted: list[float], slopes: list[list[float]], case: float) -> Instance:
    """Rest and quota of one need, with nothing to send: only amounts and penalties are looked at."""
    none = np.zeros((2, 0))
    return Instance(
        row_need=np.zeros(2, int), row_shelter=np.zeros(2, int), row_item=np.zeros(2, int),
        row_quota=np.array([False, True]), wanted=np.array(wanted), slopes=np.array(slopes),
        lot_depot=np.zeros(0, int), lot_item=np.zeros(0, int), stock=np.zeros(0), case=np.array([case]),
        kg=np.ones(1), m3=np.ones(1), unit=np.ones(1), lot=none.astype(int), usable=none.astype(bool),
        lot_cost=none, trip_min=np.zeros((1, 0, 1)), payload_kg=np.ones((1, 0)), box_m3=np.ones((1, 0)),
        truck_min=np.ones((1, 0)), handling_kg=np.zeros(0), minute_cost=1.0,
    )  # fmt: skip


def tried(one: Instance, price: float, free_price: float) -> float:
    """Every number of free and other cases, every share of the quota in hundredths."""
    rest, quota, case = float(one.wanted[0]), float(one.wanted[1]), float(one.case[0])
    most = int(np.ceil((rest + quota) / case)) + 1
    best = np.inf
    for free, other in itertools.product(range(most + 1), range(most + 1)):
        for eaten in np.linspace(0, min(quota, free * case), 101):
            over = (free + other) * case - eaten
            unmet = np.array([max(rest - over, 0.0), quota - eaten])
            best = min(best, one.penalty(unmet) + case * (free * free_price + other * price))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_least_of_all_ways(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slopes = np.sort(rng.uniform(1, 10, (2, 3)), axis=1).round(1).tolist()
    wanted = [float(rng.integers(2, 9)), float(rng.integers(1, 4))]
    one = instance(wanted, slopes, float(rng.choice([1, 2, 3, 5])))
    price, extra = float(rng.uniform(0, 8)), float(rng.uniform(0, 3))
    found = quota_bounds(one, np.array([0]), np.array([1]), np.array([price, price + extra]))
    # Sharing is tried in steps, so what is tried may be a little above the least.
    best = tried(one, price, price + extra)
    assert found[0] == pytest.approx(best, rel=0.02)
    assert found[0] <= best + 1e-9


def test_without_any_lot_everybody_lacks_everything() -> None:
    one = instance([4.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], 2.0)
    found = quota_bounds(one, np.array([0]), np.array([1]), np.array([np.inf, np.inf]))
    assert found[0] == one.penalty(one.wanted)
