"""Waits before a restart grow, stay capped, are jittered, and start over after a calm while."""

import random

import pytest

from ops.backoff import BASE_S, CALM_S, CAP_S, BackOff


def test_waits_double_up_to_the_cap() -> None:
    waits = [BackOff(random.Random(seed)) for seed in range(50)]
    for crash in range(12):
        whole_s = min(CAP_S, BASE_S * 2**crash)
        times = [back_off.wait_s(float(crash)) for back_off in waits]
        assert all(whole_s / 2 <= wait_s <= whole_s for wait_s in times)


def test_two_that_fell_together_do_not_rise_together() -> None:
    assert BackOff(random.Random(1)).wait_s(0.0) != BackOff(random.Random(2)).wait_s(0.0)


def test_after_a_calm_while_the_next_crash_counts_as_the_first() -> None:
    back_off = BackOff(random.Random(1))
    for second in range(10):
        back_off.wait_s(float(second))
    assert back_off.wait_s(9.0 + CALM_S + 1) <= BASE_S


def test_a_thousand_crashes_do_not_overflow() -> None:
    back_off = BackOff(random.Random(1))
    assert max(back_off.wait_s(0.0) for _ in range(2000)) == pytest.approx(CAP_S, rel=0.01)
