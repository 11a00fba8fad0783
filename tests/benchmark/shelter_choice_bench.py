"""The choice of shelters for a whole district against the nearest shelter, on a synthetic city."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from alerts.shelter_choice.arrival import Roads, over_roads_s
from alerts.shelter_choice.choice import Case, choose, nearest, outcome
from alerts.shelter_choice.rules import choice_rules

GROUPS, SHELTERS, SIDE = 10_000, 100, 24
#: nodes are so far apart [m], and the water comes from the west at this speed [m/s]
BLOCK_M, WATER_M_S = 250.0, 0.25
TARGET_GAP = 0.01


def district(random: np.random.Generator) -> tuple[Case, float]:
    """Return a district on a grid of roads that water closes from the west, and the time of its ways [s]."""
    rules = choice_rules()
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    end = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    west_m = (start % SIDE) * BLOCK_M
    closes_s = 3600 + west_m / WATER_M_S
    # The eastern third stays dry.
    closes_s[west_m > BLOCK_M * SIDE * 2 / 3] = np.inf
    roads = Roads(
        nodes=SIDE * SIDE, start=start, end=end, length_m=np.full(len(start), BLOCK_M), closes_s=closes_s
    )
    persons = random.integers(1, 6, GROUPS).astype(float)
    homes = random.integers(0, SIDE * SIDE, GROUPS)
    homes = np.where(random.random(GROUPS) < 0.5, homes, node[6:12, 4:12].ravel()[homes % 48])
    places = random.choice(SIDE * SIDE, SHELTERS, replace=False)
    capacity = np.maximum(random.dirichlet(np.full(SHELTERS, 2.0)) * persons.sum() * 1.3, 20).round()
    began_s = time.perf_counter()
    # Ways from a node are the same for everybody there: one row for each node and speed.
    there, which = np.unique(homes, return_inverse=True)
    ways_s = over_roads_s(
        roads,
        there,
        places,
        np.full(len(there), rules.speed_m_s),
        np.zeros(len(there)),
        margin_s=rules.margin_s,
    )
    case = Case(
        persons=persons,
        travel_s=ways_s[which],
        capacity=capacity,
        present=np.zeros(SHELTERS),
        comfortable=rules.comfortable,
        crush_s=rules.crush_s,
    )
    return case, time.perf_counter() - began_s


def measure() -> dict[str, Any]:
    """Return the table of figures."""
    case, ways_s = district(np.random.default_rng(1))
    began_s, cpu_s = time.perf_counter(), time.process_time()
    found = choose(case)
    took_s, took_cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    told = {
        name: {
            "person_minutes": round(one.person_minutes),
            "longest_minutes": round(one.longest_minutes),
            "overload_persons": round(one.overload),
            "fullest": round(one.fullest, 2),
            "unreached_persons": round(one.unreached_persons),
        }
        for name, one in (
            ("own", outcome(case, found.shelter)),
            ("nearest", outcome(case, nearest(case))),
        )
    }
    return {
        "problem": {
            "groups": GROUPS,
            "persons": round(case.persons.sum()),
            "shelters": SHELTERS,
            "nodes": SIDE * SIDE,
            "synthetic": True,
        },
        "ways_s": round(ways_s, 2),
        "choice_s": round(took_s, 2),
        "choice_cpu_s": round(took_cpu_s, 2),
        "gap": round(found.gap, 4),
        "targets": {"gap": TARGET_GAP},
        **told,
    }


def main() -> None:
    """Measure, and print for people or as JSON."""
    table = measure()
    if "--json" in sys.argv:
        print(json.dumps(table))
        return
    print(f"{table['problem']}")
    print(f"ways {table['ways_s']} s, choice {table['choice_s']} s, gap {table['gap']:.2%}")
    for name in ("own", "nearest"):
        print(f"{name}: {table[name]}")


if __name__ == "__main__":
    main()
