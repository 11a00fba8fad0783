"""Generates supply problems of a prefecture under water, seeded. Synthetic: stocks are not public anywhere.

Roads: an uneven lattice with faster main roads, rivers that are crossed on few bridges, water along them.
Evacuees by shelter are log-normal, needs follow from the norms that are handed in, stocks are shared out
unevenly and do not suffice for everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shelters.matching.problem import (
    FORMAT,
    Depot,
    Edges,
    Item,
    Lot,
    Need,
    Problem,
    Quota,
    Roads,
    Shelter,
    Trucks,
)

START: Final = datetime(2026, 6, 2, 21, 0, tzinfo=UTC)
ALLERGENS: Final = ("egg", "milk", "wheat")
#: people who cannot eat one of these; a planning share for tests only
_ALLERGIC_SHARE: Final = 0.03


@dataclass(frozen=True, kw_only=True)
class Goods:
    """An item with how much of it an average evacuee needs a day [units], over all ages."""

    item: Item
    per_evacuee_day: float


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a problem is. `stock`: goods ÷ needs; `trucks`: capacity ÷ what all needs would take."""

    shelters: int = 300
    depots: int = 50
    hours: float = 12.0
    stock: float = 0.8
    trucks: float = 1.2


def synthetic_problem(goods: Sequence[Goods], size: Size, rng: np.random.Generator) -> Problem:
    """Return a problem of `size` with `goods`, drawn from `rng`; the same seed gives the same problem."""
    side = max(4, int(np.sqrt(6 * (size.shelters + size.depots))))
    roads = _roads(side, rng)
    people = np.clip(np.round(rng.lognormal(4.4, 0.9, size.shelters)), 5, 2500)
    needs, amounts = _needs(goods, people, rng)
    lots = _lots(goods, amounts * size.stock, size, rng)
    kg = sum(float(amounts[at]) * one.item.weight_kg for at, one in enumerate(goods))
    nodes = rng.permutation(side * side)[: size.shelters + size.depots]
    return Problem(
        format=FORMAT, name=f"{size.shelters} shelters, {size.depots} depots, {len(goods)} items",
        synthetic=True, start=START, hours=size.hours,
        items=[one.item for one in goods],
        depots=_depots(size, kg, nodes[size.shelters :], rng),
        shelters=[
            Shelter(
                id=f"s{at}", name=f"避難所{at + 1}", node=int(nodes[at]),
                truck_class=str(rng.choice(["2t", "4t", "10t"], p=[0.25, 0.6, 0.15])),
                priority=float(rng.choice([1.0, 1.0, 1.0, 1.5])),
            )
            for at in range(size.shelters)
        ],
        lots=lots, needs=needs, roads=roads,
    )  # fmt: skip


def _roads(side: int, rng: np.random.Generator) -> Roads:
    spacing_m = 1200.0
    row, column = np.divmod(np.arange(side * side), side)
    x, y = (axis * spacing_m + rng.normal(0, 200, side * side) for axis in (column, row))
    right = np.flatnonzero(column < side - 1)
    up = np.flatnonzero(row < side - 1)
    start = np.concatenate([right, up])
    end = np.concatenate([right + 1, up + side])
    main = np.where(np.arange(len(start)) < len(right), row[start] % 5 == 2, column[start] % 5 == 2)
    # A river lies between two rows; only main roads and few others cross it.
    river = (np.arange(len(start)) >= len(right)) & np.isin(row[start], [side // 3, 2 * side // 3])
    kept = (main | (rng.random(len(start)) < 0.8)) & (~river | main | (rng.random(len(start)) < 0.15))
    start, end, main, river = start[kept], end[kept], main[kept], river[kept]
    length = np.hypot(x[end] - x[start], y[end] - y[start]) * rng.uniform(1.0, 1.3, len(start))
    near = np.isin(row[start], [side // 3, side // 3 + 1, 2 * side // 3])
    wet = near & (rng.random(len(start)) < 0.25)
    closed = rng.random(len(start)) < 0.02
    narrow = ~main & (rng.random(len(start)) < 0.15)
    depth = np.where(wet, np.round(rng.uniform(0.05, 1.2, len(start)), 2), 0.0)
    since = START + timedelta(hours=2)
    return Roads(
        node_count=side * side,
        nodes=_places(x, y),
        edges=Edges(
            from_=start.tolist(), to=end.tolist(), length_m=np.round(length, 1).tolist(),
            speed_km_h=np.where(main, 45.0, 25.0).tolist(),
            max_class=["4t" if flag else None for flag in narrow], closed=closed.tolist(),
            depth_m=depth.tolist(), flooded_from=[since if deep > 0 else None for deep in depth],
            name=[
                f"{'橋' if crossing else '道'}{at + 1}" for at, crossing in enumerate(river)
            ],
        ),
    )  # fmt: skip


def _places(x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return longitude and latitude [degrees] of places east and north of a corner in Shikoku."""
    lon, lat = np.round(133.9 + x_m / 92_000, 6), np.round(33.9 + y_m / 111_000, 6)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _needs(
    goods: Sequence[Goods], people: NDArray[np.float64], rng: np.random.Generator
) -> tuple[list[Need], NDArray[np.float64]]:
    needs, amounts = [], np.zeros(len(goods))
    for at, one in enumerate(goods):
        days = rng.choice([1.0, 2.0, 3.0], len(people))
        cover = np.round(rng.choice([0.0, 0.0, 0.5, 1.0, 2.0], len(people)) * rng.random(len(people)), 1)
        amount = np.ceil(people * one.per_evacuee_day * days)
        lacks = rng.random(len(people)) < 0.95
        for shelter in np.flatnonzero(lacks & (amount > 0)).tolist():
            quotas = []
            if one.item.group == "food":
                tag = ALLERGENS[int(rng.integers(len(ALLERGENS)))]
                quotas = [Quota(amount=float(np.floor(amount[shelter] * _ALLERGIC_SHARE)), of=[tag])]
            needs.append(
                Need(
                    shelter=f"s{shelter}", item=one.item.id, amount=float(amount[shelter]),
                    due=START + timedelta(hours=float(rng.choice([6, 12, 24]))),
                    cover_days=float(cover[shelter]), allergen_free=quotas,
                )
            )  # fmt: skip
            amounts[at] += amount[shelter]
    return needs, amounts


def _lots(
    goods: Sequence[Goods], amounts: NDArray[np.float64], size: Size, rng: np.random.Generator
) -> list[Lot]:
    lots: list[Lot] = []
    for at, one in enumerate(goods):
        held = rng.random(size.depots) < 0.7
        held[int(rng.integers(size.depots))] = True
        share = rng.lognormal(0, 1, size.depots) * held
        total = amounts[at] * rng.uniform(0.6, 1.4)
        for depot in np.flatnonzero(held).tolist():
            parts = rng.dirichlet(np.ones(int(rng.integers(1, 4))))
            for part in parts.tolist():
                cases = np.round(total * share[depot] / share.sum() * part / one.item.case)
                if cases >= 1:
                    lots.append(_lot(f"l{len(lots)}", f"d{depot}", one, float(cases), rng))
    return lots


def _lot(name: str, depot: str, one: Goods, cases: float, rng: np.random.Generator) -> Lot:
    lasts = one.item.group in ("food", "infant-milk", "water")
    expires = START + timedelta(days=float(rng.choice([1, 5, 60, 400]))) if lasts else None
    held = [tag for tag in ALLERGENS if rng.random() < 0.4] if one.item.group == "food" else None
    return Lot(
        id=name, depot=depot, item=one.item.id, amount=cases * one.item.case, expires=expires, allergens=held
    )


def _depots(size: Size, kg: float, nodes: NDArray[np.int64], rng: np.random.Generator) -> list[Depot]:
    # An average trip of two hours with what a depot's trucks carry together.
    trips = size.hours / 2
    each = kg * size.trucks / max(size.depots, 1) / trips
    depots = []
    for at in range(size.depots):
        wanted = each * rng.uniform(0.5, 1.5)
        two, four = (max(1, round(wanted * 0.6 / kg * extra)) for kg, extra in ((2000, 2), (4000, 1)))
        depots.append(
            Depot(
                id=f"d{at}", name=f"拠点{at + 1}", node=int(nodes[at]),
                opens=str(rng.choice(["00:00", "20:00", "21:00"])), closes="24:00",
                handling_kg_h=float(round(max(wanted * trips / size.hours * 1.5, 500.0))),
                trucks=[
                    Trucks(truck_class="2t", count=2 + two),
                    Trucks(truck_class="4t", count=1 + four),
                    *([Trucks(truck_class="10t", count=1)] if rng.random() < 0.2 else []),
                ],
            )
        )  # fmt: skip
    return depots
