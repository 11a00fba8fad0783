"""The hindcast on a sample of the national record: the storms of early June 2026 at 121 gauges.

Sample: 「川の水位情報」(危機管理型水位計運用協議会), 29 May to 5 June 2026.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from geo.flood.levels.fit import Recipe
from geo.flood.levels.parameters import load
from geo.forecast.level_skill import parse_skill
from ops.command import app
from ops.hindcast import HindcastError, hindcast_files, verified_splits
from ops.level_baseline import load_baseline
from ops.level_fit import fit_levels
from ops.level_record import RecordError, read_record
from ops.level_split import late_from_s, unseen_stations
from ops.level_verified import Verified

SAMPLE = Path(__file__).parents[2] / "data" / "levels"
OBSERVATIONS, STATIONS = SAMPLE / "observations.parquet", SAMPLE / "stations.csv"


def scored(observations: Path = OBSERVATIONS, stations: Path = STATIONS, **more: Any) -> dict[str, Any]:
    times = {"from_time": None, "to_time": None, "parameters": None} | more
    return hindcast_files(observations, stations, **times)


@pytest.fixture(scope="module")
def scores() -> dict[str, Any]:
    return scored()


def row(scores: dict[str, Any], hour: int, limb: str) -> dict[str, Any]:
    return next(
        row for row in scores["scores"] if (row["split"], row["hour"], row["limb"]) == ("late", hour, limb)
    )


@pytest.mark.parametrize(
    ("hour", "limb", "crps_m", "conditional_crps_m", "persistence_mae_m", "trend_mae_m"),
    [
        (1, "all", 0.0517, 0.0637, 0.0853, 0.1117),
        (1, "rising > 0.1 m/h", 0.1033, 0.1273, 0.1694, 0.3095),
        (3, "all", 0.0762, 0.0988, 0.1345, 0.2608),
        (3, "rising > 0.1 m/h", 0.1617, 0.1915, 0.2683, 0.8643),
        (6, "all", 0.1434, 0.1755, 0.2207, 0.4861),
        (6, "rising > 0.1 m/h", 0.429, 0.4718, 0.5717, 1.6703),
    ],
)
def test_scores_are_those_of_the_record(
    scores: dict[str, Any],
    hour: int,
    limb: str,
    crps_m: float,
    conditional_crps_m: float,
    persistence_mae_m: float,
    trend_mae_m: float,
) -> None:
    got = row(scores, hour, limb)
    assert got["crps_m"] == pytest.approx(crps_m, abs=0.0005)
    assert got["conditional_crps_m"] == pytest.approx(conditional_crps_m, abs=0.0005)
    assert got["persistence_mae_m"] == pytest.approx(persistence_mae_m, abs=0.0002)
    assert got["trend_mae_m"] == pytest.approx(trend_mae_m, abs=0.0002)


def test_the_forecast_beats_every_baseline_on_every_limb(scores: dict[str, Any]) -> None:
    for hour in (1, 3, 6):
        for limb in ("all", "rising > 0.1 m/h", "falling > 0.1 m/h", "near peak"):
            got = row(scores, hour, limb)
            assert got["skill"] > 0.05
            assert got["crps_m"] < min(got["persistence_mae_m"], got["trend_mae_m"])
            assert got["mae_m"] <= got["persistence_mae_m"]


def test_passing_is_told_better_than_by_its_baselines(scores: dict[str, Any]) -> None:
    rows = [r for r in scores["crossings"] if r["split"] == "late" and r["hour"] == 1]
    best = {
        source: max(r["csi"] or 0.0 for r in rows if r["source"] == source)
        for source in {r["source"] for r in rows}
    }
    assert best["forecast"] > max(value for source, value in best.items() if source != "forecast")
    assert best["persistence"] == 0
    for told in rows:
        assert told["hits"] + told["misses"] == told["events"]


def test_probabilities_are_counted_once(scores: dict[str, Any]) -> None:
    n = next(r["n"] for r in scores["crossings"] if r["split"] == "late" and r["hour"] == 1)
    assert sum(r["n"] for r in scores["reliability"] if r["split"] == "late" and r["hour"] == 1) == n


def test_the_future_changes_no_forecast(tmp_path: Path) -> None:
    """Whatever comes after an evening, the forecasts made until then stay as they were."""
    end = pd.Timestamp("2026-06-02T18:00", tz="Asia/Tokyo")
    table = pd.read_parquet(OBSERVATIONS)
    path = changed(tmp_path, level=table["level"] - 0.4 * (table["obsTime"] > end))
    made = []
    for file in (OBSERVATIONS, path):
        record = read_record(file, STATIONS)
        splits = verified_splits(record, load(), load_baseline(None), to_s=end.timestamp())
        made.append([_by_origin(part) for part in splits["late"]])
    for one, two in zip(*made, strict=True):
        shared = sorted(one.keys() & two.keys())
        # a target that a later reading proves false is left out, so few origins may differ
        assert len(shared) > 0.95 * len(one) > 500
        first, second = (np.array([made_at[key] for key in shared]) for made_at in (one, two))
        np.testing.assert_allclose(first, second, rtol=0, atol=1e-5)


def _by_origin(part: Verified) -> dict[tuple[int, float], list[float]]:
    keys = zip(part.gauge.tolist(), part.observed_s.tolist(), strict=True)
    values = np.column_stack([part.fan_m, part.baseline_m, part.probability, part.newest_m])
    return dict(zip(keys, values.tolist(), strict=True))


def test_origins_can_be_bounded(scores: dict[str, Any]) -> None:
    some = scored(from_time=pd.Timestamp("2026-06-02T00:00Z").to_pydatetime())
    assert 0 < row(some, 1, "all")["n"] < row(scores, 1, "all")["n"]
    with pytest.raises(HindcastError, match="no origin"):
        scored(from_time=pd.Timestamp("2027-01-01T00:00Z").to_pydatetime())


def test_the_command_prints_json_and_writes_the_skill_of_each_gauge(
    scores: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "skill.json"
    arguments = ["--observations", str(OBSERVATIONS), "--stations", str(STATIONS)]
    got = CliRunner().invoke(app, ["hindcast", "levels", *arguments, "--gauges-out", str(out), "--json"])
    assert got.exit_code == 0, got.output
    assert json.loads(got.stdout)["scores"] == scores["scores"]
    skill = parse_skill(out.read_text(encoding="utf-8"), out.name)
    assert skill["fitted_to"] == json.loads(json.dumps(load().origin))
    assert all(gauge["record"] == "observations" for gauge in skill["gauges"].values())
    for split, told in skill["all"]["splits"].items():
        for hour, numbers in told["hours"].items():
            of_table = next(
                row for row in scores["scores"]
                if (row["split"], row["hour"], row["limb"]) == (split, int(hour), "all")
            )  # fmt: skip
            assert numbers["n"] == of_table["n"]
            assert numbers["skill"] == pytest.approx(of_table["skill"], abs=0.001)
    counted = sum(gauge["hours"].get("3", {"n": 0})["n"] for gauge in skill["gauges"].values())
    assert counted == sum(told["hours"]["3"]["n"] for told in skill["all"]["splits"].values())
    only = tmp_path / "only.csv"
    some = next(iter(skill["gauges"]))
    only.write_text(f"id\n{some}\n9999999999\n", encoding="utf-8")
    arguments += ["--only-of", str(only), "--record", "試験の記録"]
    shown = CliRunner().invoke(app, ["hindcast", "levels", *arguments, "--gauges-out", str(out)])
    assert "Passing the flood level" in shown.stdout
    (kept,) = parse_skill(out.read_text(encoding="utf-8"), out.name)["gauges"].items()
    assert (kept[0], kept[1]["record"]) == (some, "試験の記録")


def test_a_fit_from_files_scores_its_own_late_part(tmp_path: Path) -> None:
    out = tmp_path / "own.npz"
    quick = Recipe(hidden=8, steps=40, batch=256, networks=1)
    fitted = fit_levels(OBSERVATIONS, STATIONS, out, recipe=quick, console=Console(file=io.StringIO()))
    assert fitted.origin["learned_readings"] < fitted.origin["readings"]
    assert len(str(fitted.origin["observations_sha256"])) == 64
    assert row(scored(parameters=out), 1, "all")["n"] > 0


def test_false_readings_are_kept_from_the_forecast() -> None:
    record = read_record(OBSERVATIONS, STATIONS)
    at = record.codes.index("3700000008")
    levels = record.readings.level_m[(record.readings.gauge == at) & record.stands]
    assert levels.max() < 39
    assert record.origin["failed_later"] + record.origin["failed_on_arrival"] > 0


def changed(tmp_path: Path, **columns: Any) -> Path:
    path = tmp_path / "changed.parquet"
    table = pd.read_parquet(OBSERVATIONS)
    table.assign(**columns).drop(
        columns=[name for name, value in columns.items() if value is None]
    ).to_parquet(path)
    return path


def test_files_that_are_no_record_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"changed\.parquet: the column level is missing"):
        read_record(changed(tmp_path, level=None), STATIONS)
    naive = pd.read_parquet(OBSERVATIONS)["obsTime"].dt.tz_localize(None)
    with pytest.raises(RecordError, match="no zone"):
        read_record(changed(tmp_path, obsTime=naive), STATIONS)
    with pytest.raises(RecordError, match="cannot be read as parquet"):
        read_record(STATIONS, STATIONS)
    twice = tmp_path / "stations.csv"
    lines = STATIONS.read_text(encoding="utf-8").splitlines()
    twice.write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(RecordError, match="twice"):
        read_record(OBSERVATIONS, twice)


def test_missing_levels_and_unknown_stations_are_counted(tmp_path: Path) -> None:
    table = pd.read_parquet(OBSERVATIONS)
    level, code = table["level"].copy(), table["code"].copy()
    level.iloc[:3] = np.nan
    code.iloc[5] = "9999999999"
    record = read_record(changed(tmp_path, level=level, code=code), STATIONS)
    assert record.origin["without_time_or_level"] == 3
    assert record.origin["unknown_station"] == 1


def test_the_split_is_by_time_and_by_code() -> None:
    codes = [f"{number:010d}" for number in range(5000)]
    assert unseen_stations(codes).mean() == pytest.approx(0.2, abs=0.02)
    assert unseen_stations(codes[7:9]).tolist() == unseen_stations(codes)[7:9].tolist()
    assert late_from_s(np.linspace(0, 1000, 10_001)) == pytest.approx(700, abs=2)
