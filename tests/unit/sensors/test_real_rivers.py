"""Real levels: no flood may fail, and the faults that people see must be found."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sensors.flags import Flag, Reason
from sensors.quality import QualityControl, Verdicts
from sensors.quality_limits import QualityLimits, gauge_bounds

DATA = Path(__file__).parent / "data"
SUEOHASHI = "3700000008"


class Row(NamedTuple):
    case: str
    code: str
    at_s: float
    level_m: float
    thresholds: tuple[float, ...]
    flag: int


def rows(name: str) -> Iterator[Row]:
    with (DATA / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            start, caution, danger = (
                float(row.get(key) or "nan") for key in ("start_m", "caution_m", "danger_m")
            )
            yield Row(
                row.get("case") or "",
                row["code"],
                datetime.fromisoformat(row["time"]).timestamp(),
                float(row["level_m"]),
                (start, np.nan, caution, np.nan, danger, np.nan),
                int(row.get("flag") or 0),
            )


def final_flags(held: list[Row], limits: QualityLimits) -> tuple[Verdicts, list[int], list[int]]:
    codes = sorted({row.code for row in held})
    thresholds = {row.code: row.thresholds for row in held}
    bounds = gauge_bounds(
        np.array([thresholds[code] for code in codes]),
        limits,
        danger_is_crest=np.ones(len(codes), np.bool_),
    )
    control = QualityControl(limits, bounds)
    gauge = np.array([codes.index(row.code) for row in held], np.int32)
    at_s = np.array([row.at_s for row in held])
    verdicts = control.check(gauge, at_s, at_s, np.array([row.level_m for row in held]))
    place = {(g, t): k for k, (g, t) in enumerate(zip(gauge.tolist(), at_s.tolist(), strict=True))}
    flag, reasons = verdicts.flag.tolist(), verdicts.reasons.tolist()
    for g, t, new, bits in zip(*(c.tolist() for c in verdicts.revisions), strict=True):
        flag[place[g, t]], reasons[place[g, t]] = new, bits
    return verdicts, flag, reasons


@pytest.fixture(scope="module")
def night() -> list[Row]:
    return list(rows("shikoku-2026-06-03.csv"))


def test_the_box_at_suehashi_fails(night: list[Row], limits: QualityLimits) -> None:
    verdicts, flag, reasons = final_flags(night, limits)
    at = [k for k, row in enumerate(night) if row.code == SUEOHASHI]
    failed = [k for k in at if flag[k] == Flag.FAIL]
    assert [night[k].level_m for k in failed] == [39.33, 39.32]
    assert all(reasons[k] & Reason.BOX for k in failed)
    # while it is pending, it is provisional and not hidden
    assert [verdicts.flag[k] for k in failed] == [Flag.SUSPECT, Flag.SUSPECT]
    assert {flag[k] for k in at if k not in failed} == {Flag.GOOD}


def test_every_other_reading_of_the_night_is_good(night: list[Row], limits: QualityLimits) -> None:
    _, flag, _ = final_flags(night, limits)
    others = [(row, new) for row, new in zip(night, flag, strict=True) if new != Flag.GOOD]
    assert sum(new == Flag.FAIL for _, new in others) == 2
    for row, new in others:
        if new != Flag.FAIL:
            # a gauge that sent one reading only has nothing to compare it with
            assert new == Flag.NOT_EVALUATED
            assert sum(other.code == row.code for other in night) == 1


def test_no_peak_of_the_night_is_anything_but_good(night: list[Row], limits: QualityLimits) -> None:
    _, flag, _ = final_flags(night, limits)
    peaks = 0
    for code in {row.code for row in night} - {SUEOHASHI}:
        at = [k for k, row in enumerate(night) if row.code == code]
        highest = max(at, key=lambda k: night[k].level_m)
        if len(at) > 1:
            peaks += 1
            assert flag[highest] == Flag.GOOD, night[highest]
    assert peaks > 80


@pytest.mark.parametrize(
    ("case", "held"),
    [(case, list(held)) for case, held in groupby(rows("odd-and-flood.csv"), lambda row: row.case)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faults_fail_and_floods_do_not(case: str, held: list[Row], limits: QualityLimits) -> None:
    _, flag, _ = final_flags(held, limits)
    assert flag == [row.flag for row in held], case


def test_the_order_of_gauges_in_a_batch_does_not_matter(
    night: list[Row], limits: QualityLimits, quality: Callable[..., QualityControl]
) -> None:
    by_gauge = sorted(night, key=lambda row: (row.code, row.at_s))
    by_time = {
        (row.code, row.at_s): new for row, new in zip(night, final_flags(night, limits)[1], strict=True)
    }
    again = final_flags(by_gauge, limits)[1]
    assert [by_time[row.code, row.at_s] for row in by_gauge] == again
