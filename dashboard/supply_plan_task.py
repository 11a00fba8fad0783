"""Computing a supply plan in a process of its own, below the live map: however long, it stalls nobody.

`python -m dashboard.supply_plan_task` reads a task from standard input and writes the answer, both JSON.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from dashboard.supply_plan_answer import plan_answer
from shelters.centre import new_ulid
from shelters.matching.matching_errors import MatchingError
from shelters.matching.planning import Fallback, make_plan
from shelters.matching.problem import Forbid, Pin, check_problem
from shelters.matching.settings import read_settings
from shelters.matching_rules import matching_defaults
from shelters.supply_problem import Fleet, Wish, pose
from shelters.supply_situation import Situation

#: longest that a plan may take [s]
LONGEST_S: Final = 120
#: exit code for a problem that cannot be solved as asked; the answer says why
REFUSED: Final = 2
#: HiGHS is asked as well when our own plan may be this share above the best, for at most so long
_FALLBACK: Final = Fallback(gap=0.01, seconds=5.0)
#: how far the process stands back behind the others
_NICENESS: Final = 5


class PlanWish(msgspec.Struct, forbid_unknown_fields=True):
    """What a plan is asked for; what is left out is assumed as `rules/supply-plan.toml` says."""

    hours: Annotated[float, Meta(ge=1, le=72)] | None = None
    days: Annotated[float, Meta(gt=0, le=14)] | None = None
    fleet: Annotated[list[Fleet], Meta(max_length=2000)] = []
    pins: Annotated[list[Pin], Meta(max_length=500)] = []
    forbids: Annotated[list[Forbid], Meta(max_length=500)] = []
    use_flood: bool = True


class PlanTask(msgspec.Struct):
    """All that a plan is computed from. `told` is handed on into the answer."""

    situation: Situation
    wish: PlanWish
    now: datetime
    told: dict[str, Any]


class RefusedPlanError(ValueError):
    """Raised when a problem cannot be solved as asked; says why."""


def compute(task: PlanTask) -> bytes:
    """Return the answer of `POST /api/supply-plan`, computed in a process of its own.

    Raises `RefusedPlanError`, and `RuntimeError` when the process fails or takes longer than `LONGEST_S`.
    """
    # Threads of the linear algebra wait for each other on busy cores: a plan of 2 s took up to 16 s.
    environment = {
        "OPENBLAS_NUM_THREADS": "1",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-m", "dashboard.supply_plan_task"]
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(task), capture_output=True, timeout=LONGEST_S, env=environment
        )
    except subprocess.TimeoutExpired as fault:
        raise RuntimeError(f"a supply plan took longer than {LONGEST_S} s") from fault
    if done.returncode == REFUSED:
        raise RefusedPlanError(done.stdout.decode())
    if done.returncode != 0:
        raise RuntimeError(f"the planning ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done.stdout


def planned(task: PlanTask) -> dict[str, Any]:
    """Return the plan of a task. Raises `MatchingError`."""
    began, asked = time.monotonic(), task.wish
    wish = Wish(
        hours=asked.hours, days=asked.days, fleet=asked.fleet, pins=asked.pins, forbids=asked.forbids,
        use_flood=asked.use_flood,
    )  # fmt: skip
    posed = pose(task.situation, wish, task.now)
    settings = read_settings(matching_defaults(), {})
    check_problem(posed.problem, settings)
    plan = make_plan(posed.problem, settings, fallback=_FALLBACK)
    answer = plan_answer(task.situation, posed, plan, new_ulid(round(task.now.timestamp() * 1000)))
    return {**answer, **task.told, "made_at": task.now, "seconds": round(time.monotonic() - began, 2)}


def read_task(text: bytes) -> PlanTask:
    """Return a task from JSON, days of expiry as days."""
    task = msgspec.json.decode(text, type=PlanTask)
    for lot in task.situation.lots:
        if lot["expires_on"] is not None:
            lot["expires_on"] = date.fromisoformat(lot["expires_on"])
    return task


def main() -> int:
    """Answer the task on standard input; return the exit code."""
    os.nice(_NICENESS)
    try:
        answer = planned(read_task(sys.stdin.buffer.read()))
    except MatchingError as fault:
        sys.stdout.write(str(fault))
        return REFUSED
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
