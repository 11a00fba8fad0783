"""How good and how fast the matching of supplies is, beside HiGHS and the nearest-depot rule in the same run.

One synthetic problem (seeded): 300 shelters, 50 depots, 30 items. HiGHS first solves its linear relaxation,
which may cut cases into parts and is therefore the easier problem; then the problem itself, in whole cases,
with a time limit, and what it has by then is told. `SONAE_BENCH_HIGHS_S` sets the limit [s]; 0 = left out.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from typing import Any

# As `./sonae plan supplies` does: the matrices are small, and a second thread of BLAS only spins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from shelters.catalogue_goods import catalogue_goods
from shelters.matching.arrangement import arrange
from shelters.matching.instance import Instance
from shelters.matching.matching_errors import OracleError
from shelters.matching.nearest_depot import nearest_depot_plan
from shelters.matching.oracle import solve_exact
from shelters.matching.plan import Plan
from shelters.matching.planning import assemble, make_plan
from shelters.matching.settings import read_settings
from shelters.matching.solver import Solution, solve
from shelters.matching.synthetic import Size, synthetic_problem
from shelters.matching.travel import journeys
from shelters.matching_rules import matching_defaults

SEED = 1
ITEMS = 30
ROUNDS = 3
WHOLE_CASES_S = 60.0
TARGETS = {"gap": 0.01, "times_faster_than_highs": 10.0, "whole_s": 2.0}


def measure(say: Any) -> dict[str, Any]:
    """Run everything and return the table."""
    settings = read_settings(matching_defaults(), {})
    problem = synthetic_problem(catalogue_goods(ITEMS), Size(), np.random.default_rng(SEED))
    ways = journeys(problem, settings)
    arrangement = arrange(problem, settings, ways)
    instance = arrangement.instance
    say("own solver")
    solve_s = whole_s = solve_cpu_s = whole_cpu_s = np.inf
    # The best of several rounds: a shared machine only ever slows things down.
    for _ in range(ROUNDS):
        start, cpu = time.perf_counter(), time.process_time()
        solution = solve(instance)
        solve_s, solve_cpu_s = (
            min(solve_s, time.perf_counter() - start),
            min(solve_cpu_s, time.process_time() - cpu),
        )
        start, cpu = time.perf_counter(), time.process_time()
        plan = make_plan(problem, settings)
        whole_s, whole_cpu_s = (
            min(whole_s, time.perf_counter() - start),
            min(whole_cpu_s, time.process_time() - cpu),
        )
    say("nearest depot")
    greedy = nearest_depot_plan(instance)
    told = Solution(allocation=greedy, cost=greedy.cost(), bound=solution.bound, prices=solution.prices)
    nearest = assemble(problem, settings, ways, arrangement, told, [], "nearest depot")
    highs = with_highs(instance, say)
    return {
        "problem": {"shelters": 300, "depots": 50, "items": ITEMS, "seed": SEED, "rows": len(instance.wanted),
                    "lots": len(instance.stock), "synthetic": True},
        "own": {
            "solve_s": round(solve_s, 2), "whole_s": round(whole_s, 2), "solve_cpu_s": round(solve_cpu_s, 2),
            "whole_cpu_s": round(whole_cpu_s, 2), **figures(plan),
        },
        "nearest_depot": figures(nearest),
        "highs": highs,
        "ratios": {
            "times_faster_than_highs_relaxation": round(highs["relaxation_s"] / solve_s, 1),
            "times_less_cpu_than_highs_relaxation": round(highs["relaxation_cpu_s"] / solve_cpu_s, 1),
            "unmet_person_days_of_nearest_depot": round(
                plan.summary.unmet_person_days / nearest.summary.unmet_person_days, 3
            ),
            "km_of_nearest_depot": round(plan.summary.km / nearest.summary.km, 2),
        },
        "targets": TARGETS,
        "machine": {
            "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
    }  # fmt: skip


def figures(plan: Plan) -> dict[str, Any]:
    """Return what a plan comes to."""
    told = plan.summary
    return {
        "cost": told.cost, "bound": told.bound, "gap": round(told.gap, 5),
        "unmet_person_days": round(told.unmet_person_days),
        "unmet_by_criticality": {level: round(amount) for level, amount in told.unmet_by_criticality.items()},
        "km": told.km, "runs": told.runs, "trucks": told.trucks, "tonnes": round(told.kg / 1000, 1),
        "runs_after_end": told.runs_after_end,
    }  # fmt: skip


def with_highs(instance: Instance, say: Any) -> dict[str, Any]:
    """Return what HiGHS needs and finds: the relaxation to its optimum, whole cases within the limit."""
    say("HiGHS, linear relaxation")
    start, cpu = time.perf_counter(), time.process_time()
    relaxed = solve_exact(instance)
    told: dict[str, Any] = {
        "relaxation_s": round(time.perf_counter() - start, 2),
        "relaxation_cpu_s": round(time.process_time() - cpu, 2), "relaxation_optimum": relaxed.objective,
        "columns": len(relaxed.amount),
    }  # fmt: skip
    limit_s = float(os.environ.get("SONAE_BENCH_HIGHS_S", WHOLE_CASES_S))
    if limit_s > 0:
        say(f"HiGHS, whole cases, {limit_s:.0f} s")
        start = time.perf_counter()
        try:
            exact = solve_exact(instance, whole_cases=True, time_limit_s=limit_s, relative_gap=0.01)
            told["whole_cases"] = {"cost": exact.objective, "bound": exact.bound}
        except OracleError as fault:
            told["whole_cases"] = {"nothing": str(fault)}
        told["whole_cases"]["s"] = round(time.perf_counter() - start, 1)
    return told


def show(table: dict[str, Any]) -> None:
    """Print the table for people."""
    own, nearest, highs = table["own"], table["nearest_depot"], table["highs"]
    print(f"300 shelters, 50 depots, {ITEMS} items, synthetic; {table['problem']['rows']} rows")
    print(
        f"own: solver {own['solve_s']} s ({own['solve_cpu_s']} s of processor), whole plan {own['whole_s']} s"
        f" ({own['whole_cpu_s']} s), gap {own['gap']:.2%}"
    )
    print(
        f"HiGHS: relaxation {highs['relaxation_s']} s ({highs['relaxation_cpu_s']} s of processor);"
        f" whole cases: {highs.get('whole_cases', 'left out')}"
    )
    for name, one in (("own", own), ("nearest depot", nearest)):
        print(
            f"{name}: unmet {one['unmet_person_days']} person-days {one['unmet_by_criticality']},"
            f" {one['km']} km, {one['tonnes']} t, {one['runs']} runs, gap to the bound {one['gap']:.1%}"
        )
    print(f"ratios: {table['ratios']}; targets: {table['targets']}")


def main() -> None:
    """Measure, and print for people or as JSON."""
    as_json = "--json" in sys.argv

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    table = measure(say)
    if as_json:
        print(json.dumps(table))
    else:
        show(table)


if __name__ == "__main__":
    main()
