"""`./sonae plan supplies` as its user meets it: a file in, a proposal out, refusals in one line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from ops.plan_commands import plan_app
from ops.supply_plan import SupplyPlanError, plan_supplies, show_plan

SMALL = ["--shelters", "8", "--depots", "3", "--items", "5"]


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    file = tmp_path / "problem.json"
    done = CliRunner().invoke(plan_app, ["synthetic", "--out", str(file), *SMALL])
    assert done.exit_code == 0, done.output
    return file


def test_json_holds_plan_bound_gap_reasons_and_runs(problem: Path) -> None:
    done = CliRunner().invoke(
        plan_app, ["supplies", "--problem", str(problem), "--json", "--exact-seconds", "1"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["synthetic"] is True
    assert told["summary"]["bound"] <= told["summary"]["cost"]
    assert 0 <= told["summary"]["gap"] < 0.1
    assert told["loads"]
    assert told["runs"][0]["stops"]
    assert all(one["reasons"] for one in told["unmet"])


def test_people_read_how_good_it_is_first(problem: Path) -> None:
    read, plan, seconds = plan_supplies(problem, fallback=None)
    console = Console(width=200, file=io.StringIO())
    show_plan(read, plan, seconds, console=console)
    text = console.file.getvalue()
    assert "synthetic / 合成データ" in text
    assert "of the best possible" in text
    assert "what does not come" in text
    assert "only when a person confirms it" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("{}", "required field"),
        ('{"format": "other"}', "required field"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SupplyPlanError, match=f"bad.json: .*{said}"):
        plan_supplies(file, fallback=None)


def test_the_field_at_fault_and_a_missing_file_are_named(problem: Path, tmp_path: Path) -> None:
    document = json.loads(problem.read_text(encoding="utf-8"))
    document["lots"][0]["depot"] = "nowhere"
    problem.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SupplyPlanError, match=r"lots\[0\]\.depot: 'nowhere' is not known"):
        plan_supplies(problem, fallback=None)
    with pytest.raises(SupplyPlanError, match="No such file"):
        plan_supplies(tmp_path / "none.json", fallback=None)
