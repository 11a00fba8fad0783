"""`bench`: the benchmarks of `tests/benchmark/`, each against a baseline of the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ops.errors import OpsError

NAMES = (
    "ingest",
    "live",
    "inundation",
    "impact",
    "forecast",
    "matching",
    "sync",
    "merge",
    "camera",
    "air-map",
    "photo",
    "push",
    "shelter-choice",
    "tracks",
)


class BenchmarkError(OpsError):
    """Raised when a benchmark is missing or fails."""


def bench(names: Sequence[str], project_dir: Path, *, as_json: bool) -> dict[str, Any] | None:
    """Run the benchmarks `names` (all when empty), one after the other so that none disturbs another.

    With `as_json` returns what they measured by name, else they print for themselves and None is returned.
    Raises `BenchmarkError`.
    """
    measured = {}
    for name in names or NAMES:
        printed = _run(name, project_dir, as_json=as_json)
        if as_json:
            measured[name] = json.loads(printed)
    return measured if as_json else None


def _run(name: str, project_dir: Path, *, as_json: bool) -> str:
    program = project_dir / "tests" / "benchmark" / f"{name.replace('-', '_')}_bench.py"
    if not program.exists():
        raise BenchmarkError(f"there is no benchmark {name!r} here ({program}); known are {', '.join(NAMES)}")
    ended = subprocess.run(
        [sys.executable, str(program), *(["--json"] if as_json else [])],
        cwd=project_dir,
        env={**os.environ, "PYTHONPATH": str(project_dir)},
        stdout=subprocess.PIPE if as_json else None,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise BenchmarkError(f"the benchmark {name!r} ended with code {ended.returncode}")
    return ended.stdout or ""
