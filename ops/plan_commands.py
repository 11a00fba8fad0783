"""The commands of planning: supplies to shelters, people to shelters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.here import AsJson, terminal

plan_app = typer.Typer(no_args_is_help=True, help="Proposals for a person to confirm: supplies, shelters.")


@plan_app.command("supplies")
def supplies(
    problem: Annotated[Path, typer.Option(help="The problem, JSON (docs/matching.md).")],
    exact_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds for HiGHS where the gap is too large; 0 = never ask it.")
    ] = 10.0,
    worst_gap: Annotated[float, typer.Option(min=0, max=1, help="The gap from which HiGHS is asked.")] = 0.01,
    as_json: AsJson = False,
) -> None:
    """Match lots to needs and trucks: plan, bound, gap, runs, and why something does not come."""
    import os
    import sys

    # The matrices are small: a second thread of BLAS only spins, which a busy machine pays for many times.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import msgspec

    from ops.supply_plan import plan_as_json, plan_supplies, show_plan
    from shelters.matching.planning import Fallback

    fallback = Fallback(gap=worst_gap, seconds=exact_seconds) if exact_seconds > 0 else None
    read, plan, seconds = plan_supplies(problem, fallback=fallback)
    if as_json:
        sys.stdout.write(msgspec.json.encode(plan_as_json(plan, seconds)).decode() + "\n")
    else:
        show_plan(read, plan, seconds, console=terminal())


@plan_app.command("synthetic")
def synthetic(
    out: Annotated[Path, typer.Option(help="Where to write the problem.")],
    shelters: Annotated[int, typer.Option(min=1)] = 300,
    depots: Annotated[int, typer.Option(min=1)] = 50,
    items: Annotated[int, typer.Option(min=1)] = 30,
    seed: Annotated[int, typer.Option(help="The same seed gives the same problem.")] = 1,
) -> None:
    """Write a synthetic problem to try the planner on."""
    import msgspec
    import numpy as np

    from ops.errors import OpsError
    from shelters.catalogue_goods import catalogue_goods
    from shelters.matching.synthetic import Size, synthetic_problem

    size = Size(shelters=shelters, depots=depots)
    made = synthetic_problem(catalogue_goods(items), size, np.random.default_rng(seed))
    try:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))
    except OSError as fault:
        raise OpsError(f"{out}: {fault.strerror}") from fault
    terminal().print(f"{out}: {made.name}, synthetic", highlight=False, markup=False, soft_wrap=True)


@plan_app.command("shelters")
def shelters(
    problem: Annotated[Path, typer.Option(help="The problem, JSON (docs/shelter-choice.md).")],
    as_json: AsJson = False,
) -> None:
    """Choose a shelter for every household: none is crushed, nobody comes too late."""
    import os
    import sys

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import msgspec

    from ops.shelter_plan import plan_shelters, show_plan

    plan = plan_shelters(problem)
    if as_json:
        sys.stdout.write(msgspec.json.encode(plan).decode() + "\n")
    else:
        show_plan(plan, console=terminal())


@plan_app.command("synthetic-district")
def synthetic_district(
    out: Annotated[Path, typer.Option(help="Where to write the problem.")],
    groups: Annotated[int, typer.Option(min=1)] = 2000,
    shelters: Annotated[int, typer.Option(min=1)] = 40,
    side: Annotated[int, typer.Option(min=4, max=200, help="Crossings along each side.")] = 24,
    seed: Annotated[int, typer.Option(help="The same seed gives the same problem.")] = 1,
) -> None:
    """Write a synthetic district to try the choice of shelters on."""
    from ops.shelter_plan import write_district

    name = write_district(out, groups=groups, shelters=shelters, side=side, seed=seed)
    terminal().print(f"{out}: {name}", highlight=False, markup=False, soft_wrap=True)
