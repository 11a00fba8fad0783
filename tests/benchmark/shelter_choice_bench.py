"""The choice of shelters for a whole district against the nearest shelter, on a synthetic city (seeded).

Both see the same arrivals over roads that the water closes, the same needs and capacities. Where no plan can
seat everybody (needs, water), some overload is left: `overload_persons` of both are told, and the bound says
how far from the best possible the plan is at most.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from alerts.shelter_choice.arrangement import arrange
from alerts.shelter_choice.choice import Outcome, choose, nearest, outcome
from alerts.shelter_choice.rules import choice_rules
from alerts.shelter_choice.staying import staying
from alerts.shelter_choice.synthetic import Size, synthetic_district

SIZE = Size(groups=20_000, shelters=200, side=24)
SEED = 1
TARGETS = {"gap": 0.01, "choice_s": 20.0}


def measure() -> dict[str, Any]:
    """Return the table of figures."""
    problem, rules = synthetic_district(SIZE, np.random.default_rng(SEED)), choice_rules()
    began_s = time.perf_counter()
    arrangement = arrange(problem, rules)
    ways_s = time.perf_counter() - began_s
    began_s, cpu_s = time.perf_counter(), time.process_time()
    found = choose(arrangement.case)
    took_s, took_cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    walked = arrangement.walked()
    reasons: dict[str, int] = {}
    for one in staying(problem, rules, arrangement, found.shelter):
        reasons[one["reason"]] = reasons.get(one["reason"], 0) + one["persons"]
    persons = float(walked.persons.sum())
    return {
        "problem": {
            "groups": SIZE.groups,
            "persons": round(persons),
            "shelters": SIZE.shelters,
            "nodes": SIZE.side**2,
            "seed": SEED,
            "synthetic": True,
        },
        "ways_s": round(ways_s, 2),
        "choice_s": round(took_s, 2),
        "choice_cpu_s": round(took_cpu_s, 2),
        "gap": round(found.gap, 5),
        "targets": TARGETS,
        "own": figures(outcome(walked, found.shelter), persons),
        "nearest": figures(outcome(walked, nearest(walked)), persons),
        "staying_persons": reasons,
        "machine": {
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
    }


def figures(one: Outcome, persons: float) -> dict[str, float]:
    """Return what a plan means for people."""
    return {
        "person_minutes": round(one.person_minutes),
        "minutes_each": round(one.person_minutes / persons, 1),
        "longest_minutes": round(one.longest_minutes),
        "overload_persons": round(one.overload),
        "fullest": round(one.fullest, 2),
        "unreached_persons": round(one.unreached_persons),
    }


def main() -> None:
    """Measure, and print for people or as JSON."""
    table = measure()
    if "--json" in sys.argv:
        print(json.dumps(table))
        return
    print(f"{table['problem']}")
    print(
        f"ways {table['ways_s']} s, choice {table['choice_s']} s ({table['choice_cpu_s']} s of processor),"
        f" gap {table['gap']:.2%}; targets {table['targets']}"
    )
    for name in ("own", "nearest", "staying_persons"):
        print(f"{name}: {table[name]}")


if __name__ == "__main__":
    main()
