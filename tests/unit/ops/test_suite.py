"""`test`: what it runs, and how it counts."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from ops import suite
from ops.suite import Step, read_counts, run, steps

PROJECT = Path(__file__).resolve().parents[3]


def names(*kinds: str) -> list[str]:
    return [step.name for step in steps(kinds, [], PROJECT)]


def test_everything_runs_when_nothing_is_named() -> None:
    assert set(names()) >= {"ruff check", "ruff format", "mypy", "import floors", "pytest"}
    assert names()[-1] == "pytest"


def test_a_kind_narrows_and_arguments_go_to_pytest() -> None:
    (step,) = steps(["integration"], ["-k", "up"], PROJECT)
    assert step.command[1:3] == ("-m", "pytest")
    assert step.command[-3:] == ("tests/integration", "-k", "up")
    assert int(step.command[step.command.index("--numprocesses") + 1]) >= 1
    assert "mypy" not in names("unit")
    assert "mypy" in names("house")


def test_cases_are_counted_not_totals(tmp_path: Path) -> None:
    report = tmp_path / "r.xml"
    report.write_text(
        "<testsuites><testsuite><testcase/><testcase><failure/></testcase>"
        "<testcase><error/></testcase><testcase><skipped/></testcase></testsuite>"
        "<testcase/></testsuites>"
    )
    assert read_counts(report) == (2, 2, 1)


@pytest.mark.parametrize(
    ("code", "last_line", "good"),
    [(0, "2 passed, 0 failed", True), (1, "1 passed, 1 failed", False)],
)
def test_the_last_line_counts_and_a_failing_program_fails(
    monkeypatch: pytest.MonkeyPatch, code: int, last_line: str, good: bool
) -> None:
    chosen = [Step("first", ("true",)), Step("second", ("sh", "-c", f"exit {code}"))]
    monkeypatch.setattr(suite, "steps", lambda *_: chosen)
    shown = io.StringIO()
    assert run([], [], PROJECT, console=Console(file=shown, width=100)) is good
    assert shown.getvalue().splitlines()[-1] == last_line


def test_a_crash_before_any_test_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(suite, "steps", lambda *_: [Step("pytest", ("sh", "-c", "exit 3"), counts=True)])
    shown = io.StringIO()
    assert not run([], [], tmp_path, console=Console(file=shown))
    assert shown.getvalue().splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.skipif(shutil.which("node") is None, reason="the pages' own tests need node")
def test_the_pages_tests_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "tests" / "unit" / "web" / "x.test.js"
    page.parent.mkdir(parents=True)
    page.write_text(
        "const test = require('node:test');\n"
        "test('good', () => {});\ntest('also good', () => {});\ntest('bad', () => { throw 1; });\n"
    )
    chosen = [step for step in steps(["unit"], [], tmp_path) if step.name == "node"]
    monkeypatch.setattr(suite, "steps", lambda *_: chosen)
    shown = io.StringIO()
    assert not run([], [], tmp_path, console=Console(file=shown))
    assert shown.getvalue().splitlines()[-1] == "2 passed, 1 failed"
