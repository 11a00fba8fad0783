"""`bench` runs benchmarks by name and hands on what they measured."""

from pathlib import Path

import pytest

from ops.bench import NAMES, BenchmarkError, bench


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "benchmark"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name.replace('-', '_')}_bench.py").write_text(
            f"import json, os, sys\nassert '--json' in sys.argv\nprint(json.dumps(['{name}', os.getcwd()]))\n"
        )
    (folder / "broken_bench.py").write_text("raise SystemExit(4)\n")
    return tmp_path


def test_all_run_when_none_is_named(project: Path) -> None:
    assert {"ingest", "live", "inundation", "impact"} <= set(NAMES)
    assert bench([], project, as_json=True) == {name: [name, str(project)] for name in NAMES}


def test_one_by_name(project: Path) -> None:
    assert list(bench(["live"], project, as_json=True) or ()) == ["live"]


def test_one_that_fails_or_is_missing_is_said(project: Path) -> None:
    with pytest.raises(BenchmarkError, match="'broken' ended with code 4"):
        bench(["broken"], project, as_json=True)
    with pytest.raises(BenchmarkError, match=r"no benchmark 'speed'.*ingest, live, inundation, impact"):
        bench(["speed"], project, as_json=False)
