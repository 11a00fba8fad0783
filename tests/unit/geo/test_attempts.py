from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo.attempts import Attempts, address_key


def test_a_burst_passes_and_then_one_at_a_time() -> None:
    attempts = Attempts(burst=3, every_s=10)
    assert [attempts.wait_s("a", 0) for _ in range(3)] == [0, 0, 0]
    assert attempts.wait_s("a", 0) == 10
    assert attempts.wait_s("a", 4) == 6
    assert attempts.wait_s("a", 10) == 0
    assert attempts.wait_s("a", 10) == 10


def test_being_refused_does_not_prolong_the_wait() -> None:
    attempts = Attempts(burst=1, every_s=30)
    attempts.wait_s("a", 0)
    assert [attempts.wait_s("a", now) for now in (1, 2, 3)] == [29, 28, 27]


def test_keys_do_not_hinder_each_other_and_can_be_forgotten() -> None:
    attempts = Attempts(burst=1, every_s=30)
    attempts.wait_s("a", 0)
    assert attempts.wait_s("b", 0) == 0
    attempts.forget("a")
    assert attempts.wait_s("a", 0) == 0


def test_memory_is_bounded() -> None:
    attempts = Attempts(burst=1, every_s=30, most_keys=100)
    for number in range(1000):
        attempts.wait_s(f"k{number}", 0)
    assert len(attempts) == 100
    assert attempts.wait_s("k999", 0) > 0


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=200), st.integers(1, 5), st.floats(0.5, 60))
def test_never_more_than_burst_and_rate(times: list[float], burst: int, every_s: float) -> None:
    attempts = Attempts(burst=burst, every_s=every_s)
    passed = [now for now in sorted(times) if attempts.wait_s("a", now) == 0]
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - passed[first]) / every_s + 1e-6


def test_one_subscriber_is_one_key() -> None:
    assert address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert address_key("2001:db8:1:3::1") != address_key("2001:db8:1:2::1")
    assert address_key("192.0.2.7") == "192.0.2.7"
    assert address_key("::ffff:192.0.2.7") == "192.0.2.7"
    assert address_key(None) == address_key("nonsense") == "unknown"
