"""Generates districts that water closes from one side, seeded. Synthetic: no real homes, roads or shelters.

A lattice of streets, half of the people in one dense quarter near the river, capacities that suffice for all
together but not where people live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.shelter_choice.problem import FORMAT, Group, Need, Network, Place, Problem

#: households of 1 … 5 persons
_PERSONS: Final = (0.38, 0.30, 0.16, 0.11, 0.05)
#: shares of households with a need, and of shelters that meet it; planning values for trials only
_NEEDS: Final[tuple[tuple[Need, float, float], ...]] = (
    ("wheelchair", 0.02, 0.5),
    ("care", 0.01, 0.25),
    ("pets", 0.12, 0.4),
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a district is. `room`: capacity of all shelters ÷ all persons; blocks are `block_m` long."""

    groups: int = 2000
    shelters: int = 40
    side: int = 24
    room: float = 1.3
    block_m: float = 250.0
    #: the first street closes after this [s], and the water comes on at this speed [m/s]
    first_s: float = 2300.0
    water_m_s: float = 1.0


def synthetic_district(size: Size, rng: np.random.Generator) -> Problem:
    """Return a district of `size`, drawn from `rng`; the same seed gives the same problem."""
    persons = rng.choice(np.arange(1, 6), size.groups, p=_PERSONS)
    homes = rng.integers(0, size.side**2, size.groups)
    node = np.arange(size.side**2).reshape(size.side, size.side)
    quarter = node[size.side // 4 : size.side // 2, size.side // 6 : size.side // 2].ravel()
    dense = rng.random(size.groups) < 0.5
    homes[dense] = rng.choice(quarter, int(dense.sum()))
    places = rng.choice(size.side**2, size.shelters, replace=size.shelters > size.side**2)
    shares = rng.dirichlet(np.full(size.shelters, 2.0))
    capacity = np.maximum(shares * persons.sum() * size.room, 20).round().astype(int)
    floors, depth_m = rng.integers(1, 4, size.groups), rng.gamma(1.5, 0.8, size.groups).round(1)
    needs = [rng.random(size.groups) < share for _, share, _ in _NEEDS]
    takes = [rng.random(size.shelters) < share for _, _, share in _NEEDS]
    return Problem(
        format=FORMAT,
        name=f"synthetic district, {size.groups} households, {size.shelters} shelters",
        synthetic=True,
        groups=[
            Group(
                id=f"g{row}", persons=int(persons[row]), node=int(homes[row]), floors=int(floors[row]),
                depth_m=float(depth_m[row]), flooded_h=24.0, collapse_zone=False,
                needs=[name for (name, _, _), has in zip(_NEEDS, needs, strict=True) if has[row]],
            )
            for row in range(size.groups)
        ],
        shelters=[
            Place(
                id=f"s{at}", capacity=int(capacity[at]), node=int(places[at]), hazards=["flood"],
                takes=[name for (name, _, _), has in zip(_NEEDS, takes, strict=True) if has[at]],
            )
            for at in range(size.shelters)
        ],
        roads=Network(nodes=size.side**2, edges=_streets(size)),
    )  # fmt: skip


def _streets(size: Size) -> list[tuple[int, int, float, float | None]]:
    """Return the lattice; water comes from the west, the eastern third stays dry."""
    node = np.arange(size.side**2).reshape(size.side, size.side)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    west_m = (start % size.side) * size.block_m
    dry = west_m > size.block_m * size.side * 2 / 3
    closes_s = size.first_s + west_m / size.water_m_s
    return [
        (int(a), int(b), size.block_m, None if safe else float(at))
        for a, b, safe, at in zip(start, end, dry, closes_s, strict=True)
    ]
