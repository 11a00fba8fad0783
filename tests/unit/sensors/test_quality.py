from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sensors.flags import Flag, Reason
from sensors.quality import QualityControl, Verdicts
from sensors.quality_limits import gauge_bounds, quality_limits

NOW_S = 1_780_412_400.0
NAN = np.nan

Quality = Callable[..., QualityControl]


def check(
    control: QualityControl,
    minutes: list[float],
    levels: list[float],
    *,
    gauge: int = 0,
    received: list[float] | None = None,
) -> Verdicts:
    observed_s = NOW_S + 60.0 * np.array(minutes, dtype=np.float64)
    received_s = observed_s + 1.0 if received is None else NOW_S + 60.0 * np.array(received)
    return control.check(
        np.full(len(levels), gauge, np.int32), observed_s, received_s, np.array(levels, np.float64)
    )


def test_an_empty_batch_is_a_batch(quality: Quality) -> None:
    verdicts = check(quality(), [], [])
    assert [len(column) for column in verdicts[:4]] == [0, 0, 0, 0]
    assert len(verdicts.revisions.gauge) == 0


@pytest.mark.parametrize(
    ("level_m", "flag"),
    [(5.0, 2), (8.9, 2), (9.1, 3), (15.9, 3), (16.1, 4), (np.inf, 4), (-8.1, 3), (-28.1, 4), (-np.inf, 4)],
)
def test_the_gross_range_test(quality: Quality, level_m: float, flag: int) -> None:
    verdicts = check(quality(start_m=2.0, danger_m=6.0), [0.0], [level_m])
    assert verdicts.flag.tolist() == [flag]
    assert bool(verdicts.reasons[0] & Reason.RANGE) is (flag != 2)


def test_without_thresholds_only_what_no_river_shows_fails(quality: Quality) -> None:
    control = quality()
    assert check(control, [0.0], [1373.6]).flag.tolist() == [2]
    assert check(control, [1.0], [9e9]).flag.tolist() == [4]


def test_a_missing_value_is_nine_and_nothing_is_compared_with_it(quality: Quality) -> None:
    verdicts = check(quality(), [0.0, 10.0, 20.0, 30.0], [1.0, NAN, 1.01, 1.0])
    assert verdicts.flag.tolist() == [2, 9, 1, 1]
    assert verdicts.reasons[1] == Reason.NO_VALUE
    assert verdicts.current.all()


def test_a_failed_reading_is_not_compared_with(quality: Quality) -> None:
    verdicts = check(quality(danger_m=6.0), [0.0, 10.0, 20.0], [1.0, 99.0, 1.01])
    assert verdicts.flag.tolist() == [2, 4, 1]


def test_a_level_in_the_suspect_range_stays_suspect_when_confirmed(quality: Quality) -> None:
    control = quality(danger_m=2.0)
    check(control, [0.0, 60.0, 120.0, 180.0, 240.0], [1.0, 1.0, 1.0, 5.5, 5.7])
    assert control.recent(np.zeros(1, np.int32)).flag[0, -2:].tolist() == [3, 3]


def test_a_repeated_reading_is_recognised_and_not_current(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 10.0], [1.0, 1.01])
    again = check(control, [10.0, 0.0], [1.01, 1.0], received=[15.0, 15.0])
    assert again.flag.tolist() == [1, 1]
    assert again.reasons.tolist() == [Reason.REPEATED, Reason.REPEATED]
    assert not again.current.any()
    assert np.count_nonzero(control.recent(np.zeros(1, np.int32)).flag) == 2


def test_a_repetition_keeps_the_time_that_was_believed_before(quality: Quality) -> None:
    control = quality()
    first = check(control, [1.0], [1.0], received=[0.5])
    again = check(control, [1.0], [1.0], received=[9.0])
    assert first.observed_s == again.observed_s


def test_another_value_for_one_moment_is_suspect(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 10.0], [1.0, 1.01])
    other = check(control, [10.0], [1.3], received=[12.0])
    assert other.flag.tolist() == [Flag.SUSPECT]
    assert other.reasons.tolist() == [Reason.CONFLICT]
    assert not other.current[0]


def test_a_dead_clock_makes_no_repetitions(quality: Quality) -> None:
    control = quality()
    levels = [1.0, 1.0, 1.3, 1.6]
    verdicts = check(control, [-3e7] * 4, levels, received=[0.0, 10.0, 20.0, 30.0])
    assert verdicts.current.all()
    assert (verdicts.reasons & Reason.CLOCK_BAD).all()
    assert ((verdicts.observed_s - NOW_S) / 60).tolist() == [0.0, 10.0, 20.0, 30.0]
    assert verdicts.flag.tolist() == [2, 1, 1, 1]


def test_a_time_in_the_future_is_no_fault_of_the_level(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 10.0], [1.0, 1.0])
    verdicts = check(control, [20.5], [1.0], received=[20.0])
    assert verdicts.flag.tolist() == [Flag.GOOD]
    assert verdicts.reasons.tolist() == [Reason.CLOCK_AHEAD]
    assert verdicts.observed_s.tolist() == [NOW_S + 1200.0]


def test_a_late_reading_enters_history_and_is_not_current(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 30.0], [1.0, 1.3])
    late = check(control, [10.0, 20.0], [1.1, 1.2], received=[31.0, 31.0])
    assert late.flag.tolist() == [1, 1]
    assert late.reasons.tolist() == [Reason.LATE, Reason.LATE]
    assert not late.current.any()
    recent = control.recent(np.zeros(1, np.int32))
    assert recent.level_m[0, -4:].tolist() == [1.0, 1.1, 1.2, 1.3]


def test_a_late_reading_is_judged_by_both_its_neighbours(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 10.0, 600.0], [1.0, 1.0, 1.0])
    late = check(control, [15.0, 300.0, -3000.0, 20.0], [4.0, 4.0, 1.0, 1.1], received=[601.0] * 4)
    # far from all, in reach of the six hours' limit, with no neighbour, near to one
    assert late.flag.tolist() == [3, 1, 2, 1]
    assert late.reasons.tolist() == [
        Reason.LATE | Reason.JUMP,
        Reason.LATE,
        Reason.LATE | Reason.ISOLATED,
        Reason.LATE,
    ]


def test_a_late_reading_may_be_missing_or_out_of_range(quality: Quality) -> None:
    control = quality(danger_m=6.0)
    check(control, [0.0, 30.0], [1.0, 1.0])
    late = check(control, [10.0, 20.0], [NAN, 99.0], received=[31.0, 31.0])
    assert late.flag.tolist() == [9, 4]
    assert late.reasons.tolist() == [Reason.NO_VALUE | Reason.LATE, Reason.RANGE | Reason.LATE]


def test_a_late_reading_disturbs_no_pending_jump(quality: Quality) -> None:
    control = quality()
    check(control, [0.0, 10.0, 20.0, 30.0, 50.0], [1.0, 1.0, 1.0, 1.0, 4.0])
    check(control, [40.0], [1.0], received=[51.0])
    verdicts = check(control, [60.0], [1.0])
    assert verdicts.flag.tolist() == [1]
    assert verdicts.revisions.flag.tolist() == [Flag.FAIL]
    assert verdicts.revisions.observed_s.tolist() == [NOW_S + 3000.0]


def test_still_high_water_is_suspect(quality: Quality) -> None:
    levels = [5.0] * 90
    verdicts = check(quality(start_m=2.0, danger_m=6.0), [10.0 * k for k in range(90)], levels)
    assert verdicts.flag[:72].tolist() == [2] + [1] * 71
    assert verdicts.flag[72:].tolist() == [3] * 18
    assert (verdicts.reasons[72:] == Reason.FLAT_LINE).all()


def test_gauges_can_be_added_and_their_bounds_changed(quality: Quality) -> None:
    control = quality(1, danger_m=6.0)
    check(control, [0.0], [1.0])
    limits = quality_limits()
    thresholds = np.array([[NAN, NAN, NAN, NAN, 100.0, NAN]])
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=np.array([True]))
    control.add_gauges(bounds)
    assert control.gauge_count == 2
    assert check(control, [0.0], [99.0], gauge=1).flag.tolist() == [2]
    control.set_bounds(np.zeros(1, np.int32), bounds)
    assert check(control, [1000.0], [99.0]).flag.tolist() == [2]


def test_what_was_seeded_is_known(quality: Quality) -> None:
    control = quality()
    at_s = NOW_S + 600.0 * np.arange(5, dtype=np.float64)
    levels = np.array([1.0, 1.0, 1.0, 1.0, 4.0])
    control.seed(np.zeros(5, np.int32), at_s, at_s, levels)
    verdicts = check(control, [40.0, 50.0], [4.0, 1.0])
    assert verdicts.reasons[0] & Reason.REPEATED
    assert verdicts.revisions.flag.tolist() == [Flag.FAIL]


def test_a_device_that_is_always_behind_can_be_told(quality: Quality) -> None:
    control = quality()
    minutes = [10.0 * k for k in range(6)]
    check(control, minutes, [1.0] * 6, received=[minute + 2 for minute in minutes])
    assert control.lag_s(np.zeros(1, np.int32)).tolist() == [120.0]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((np.array([5], np.int32), np.zeros(1), np.zeros(1), np.zeros(1)), "gauge holds an index"),
        ((np.array([-1], np.int32), np.zeros(1), np.zeros(1), np.zeros(1)), "gauge holds an index"),
        ((np.array([0], np.int32), np.zeros(2), np.zeros(1), np.zeros(1)), "observed_s has the shape"),
        ((np.array([0], np.int32), np.zeros(1), np.zeros(1), np.zeros(3)), "level_m has the shape"),
        ((np.array([0], np.int32), np.zeros(1), np.full(1, NAN), np.zeros(1)), "received_s"),
    ],
)
def test_a_wrong_batch_is_refused_before_anything_is_learnt(
    quality: Quality, columns: tuple[NDArray[np.int32], ...], message: str
) -> None:
    control = quality()
    with pytest.raises(ValueError, match=message):
        control.check(*columns)  # type: ignore[arg-type]
    assert np.isneginf(control._ring.newest_s).all()


# a stream of a few gauges: quiet, spiky, late, repeated, missing, with clocks at fault
_ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([2.0, 10.0, 60.0, 400.0]),
        st.sampled_from([0.0, 0.0, 0.02, 0.3, -0.3, 1.5, -1.5, 4.0, 40.0, NAN]),
        st.sampled_from(["plain"] * 6 + ["late", "again", "ahead", "dead", "silent"]),
    ),
    max_size=60,
)


def stream(rows: list[tuple[int, float, float, str]]) -> tuple[NDArray[np.float64], ...]:
    now, level = np.full(4, NOW_S), np.full(4, 1.0)
    out = []
    received_s = NOW_S
    for gauge, minutes, move_m, how in rows:
        now[gauge] += 60.0 * minutes
        level[gauge] = 1.0 + move_m
        told = {
            "plain": now[gauge],
            "late": now[gauge] - 1500.0,
            "again": now[gauge] - 60.0 * minutes,
            "ahead": now[gauge] + 40.0,
            "dead": 1000.0,
            "silent": NAN,
        }[how]
        received_s = max(received_s, now[gauge] + 3.0)
        out.append((gauge, told, received_s, level[gauge]))
    columns = np.array(out, dtype=np.float64).reshape(-1, 4)
    return tuple(columns.T)


def judged(columns: tuple[NDArray[np.float64], ...], cuts: list[int]) -> list[tuple[float, ...]]:
    limits = quality_limits()
    thresholds = np.tile([0.5, NAN, 2.0, NAN, 3.0, NAN], (4, 1))
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=np.ones(4, np.bool_))
    control = QualityControl(limits, bounds)
    gauge, told_s, received_s, level_m = columns
    told: list[tuple[float, ...]] = []
    revised: list[tuple[float, ...]] = []
    edges = sorted({0, *cuts, len(gauge)})
    for first, last in pairwise(edges):
        part = slice(first, last)
        v = control.check(gauge[part].astype(np.int32), told_s[part], received_s[part], level_m[part])
        told += zip(*(c.tolist() for c in v[:4]), strict=True)
        revised += zip(*(c.tolist() for c in v.revisions), strict=True)
    # rounds interleave the gauges, so revisions are put in the order of each gauge
    return [*told, *sorted(revised, key=lambda revision: revision[0])]


@settings(max_examples=150, deadline=None)
@given(_ROWS, st.lists(st.integers(0, 60), max_size=6))
def test_how_a_stream_is_cut_into_batches_does_not_matter(
    rows: list[tuple[int, float, float, str]], cuts: list[int]
) -> None:
    columns = stream(rows)
    cuts = [cut for cut in cuts if cut < len(rows)]
    assert judged(columns, []) == judged(columns, list(range(len(rows)))) == judged(columns, cuts)


@settings(max_examples=150, deadline=None)
@given(_ROWS)
def test_every_reading_gets_one_flag_and_a_time_not_after_receipt(
    rows: list[tuple[int, float, float, str]],
) -> None:
    gauge, told_s, received_s, level_m = stream(rows)
    limits = quality_limits()
    thresholds = np.tile([0.5, NAN, 2.0, NAN, 3.0, NAN], (4, 1))
    bounds = gauge_bounds(thresholds, limits, danger_is_crest=np.ones(4, np.bool_))
    control = QualityControl(limits, bounds)
    verdicts = control.check(gauge.astype(np.int32), told_s, received_s, level_m)
    assert np.isin(verdicts.flag, list(Flag)).all()
    assert (verdicts.observed_s <= received_s).all()
    assert ((verdicts.flag == Flag.MISSING) <= np.isnan(level_m)).all()
    assert np.isin(verdicts.revisions.observed_s, verdicts.observed_s).all()
    recent = control.recent(np.arange(4, dtype=np.int32))
    steps = np.diff(recent.observed_s, axis=1)
    assert (steps[~np.isnan(steps)] >= 0).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(), st.floats(-1e300, 1e300), st.floats()), min_size=1, max_size=20))
def test_no_number_upsets_it(rows: list[tuple[float, float, float]]) -> None:
    limits = quality_limits()
    bounds = gauge_bounds(np.full((1, 6), NAN), limits, danger_is_crest=np.zeros(1, np.bool_))
    control = QualityControl(limits, bounds)
    told_s, received_s, level_m = np.array(rows, dtype=np.float64).T
    with np.errstate(over="ignore", invalid="ignore"):
        verdicts = control.check(np.zeros(len(rows), np.int32), told_s, received_s, level_m)
    assert np.isin(verdicts.flag, list(Flag)).all()
    assert np.isfinite(verdicts.observed_s).all()
