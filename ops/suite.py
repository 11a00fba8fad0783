"""`test`: every check of the house in one go, with one count at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

KINDS = ("unit", "integration", "browser", "house")
#: each runs servers of its own, so more would cost more memory than time
MOST_WORKERS = 4


@dataclass(frozen=True)
class Step:
    """One program to run. `counts` tells that it writes its counts as JUnit XML."""

    name: str
    command: tuple[str, ...]
    counts: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a step came to; a step without counts of its own counts as one."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def steps(kinds: Iterable[str], pytest_arguments: Sequence[str], project_dir: Path) -> list[Step]:
    """Return what to run for `kinds` (all when empty), cheapest first."""
    wanted = set(kinds) or set(KINDS)
    tools = Path(sys.executable).parent
    found: list[Step] = []
    if "house" in wanted:
        found += [
            Step("ruff check", (str(tools / "ruff"), "check", ".")),
            Step("ruff format", (str(tools / "ruff"), "format", "--check", ".")),
            Step("mypy", (str(tools / "mypy"),)),
            Step("import floors", (str(tools / "lint-imports"),)),
        ]
    pages = sorted(str(path) for path in (project_dir / "tests/unit/web").glob("**/*.test.*js"))
    if "unit" in wanted and pages and (node := shutil.which("node")):
        found.append(Step("node", (node, "--test", *pages), counts=True))
    folders = [
        f"tests/{kind}" for kind in KINDS if kind in wanted and (project_dir / "tests" / kind).is_dir()
    ]
    workers = ("--numprocesses", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "worksteal")
    command = (sys.executable, "-m", "pytest", *workers, *folders, *pytest_arguments)
    found.append(Step("pytest", command, counts=True))
    return found


def run(
    kinds: Iterable[str], pytest_arguments: Sequence[str], project_dir: Path, *, console: Console
) -> bool:
    """Run the steps, print a summary and as the last line `N passed, N failed`; return whether all passed."""
    outcomes = []
    for step in steps(kinds, pytest_arguments, project_dir):
        console.rule(step.name, align="left")
        outcomes.append(_run(step, project_dir))
    table = Table("step", "passed", "failed", "skipped", "seconds")
    for outcome in outcomes:
        counts = (outcome.passed, outcome.failed, outcome.skipped)
        table.add_row(outcome.name, *map(str, counts), f"{outcome.seconds:.1f}")
    console.print(table)
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    console.print(
        f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), highlight=False
    )
    return failed == 0


def _run(step: Step, project_dir: Path) -> Outcome:
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sonae-test-") as folder:
        report = Path(folder, "report.xml")
        code = subprocess.run(_reporting(step, report), cwd=project_dir, check=False)
        counts = read_counts(report) if step.counts and report.exists() else None
    passed, failed, skipped = counts or (0, 0, 0)
    if counts is None:
        passed = int(code.returncode == 0)
    # A program may fail without a failed test: a coverage floor, an error while collecting, a crash.
    if code.returncode != 0:
        failed = max(failed, 1)
    return Outcome(step.name, passed, failed, skipped, time.monotonic() - started_s)


def _reporting(step: Step, report: Path) -> list[str]:
    if not step.counts:
        return list(step.command)
    if step.name == "pytest":
        return [*step.command, f"--junitxml={report}"]
    reporters = ["spec", "stdout", "junit", str(report)]
    options = [
        f"--test-reporter{kind}={value}"
        for kind, value in zip(["", "-destination"] * 2, reporters, strict=True)
    ]
    # node takes what comes after the first file for files too
    program, *rest = step.command
    return [program, *options, *rest]


def read_counts(report: Path) -> tuple[int, int, int]:
    """Return (passed, failed, skipped) of a JUnit XML file, by its test cases."""
    passed = failed = skipped = 0
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by the step that just ran
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped
