import numpy as np
import pytest

from sensors.flags import Flag, Reason
from sensors.ring import ReadingRing

ONE = np.zeros(1, np.int32)


def push(ring: ReadingRing, at_s: float, level_m: float, flag: Flag = Flag.GOOD, bits: int = 0) -> None:
    ring.push(
        ONE,
        np.array([at_s]),
        np.array([at_s]),
        np.array([level_m]),
        np.array([flag], np.uint8),
        np.array([bits], np.uint16),
    )


def insert(ring: ReadingRing, at_s: float, level_m: float) -> None:
    time, level = np.array([at_s]), np.array([level_m])
    ring.insert(ONE, time, time, level, np.array([1], np.uint8), np.array([Reason.LATE], np.uint16))


def times(ring: ReadingRing) -> list[float]:
    held = ring.recent(ONE).observed_s[0]
    return [float(at_s) for at_s in held[~np.isnan(held)]]


def test_recent_readings_come_in_order_newest_last() -> None:
    ring = ReadingRing(1, 4)
    for at_s in (1.0, 2.0, 3.0):
        push(ring, at_s, at_s)
    recent = ring.recent(ONE)
    assert np.isnan(recent.observed_s[0, 0])
    assert recent.flag[0].tolist() == [0, 1, 1, 1]
    assert recent.level_m[0, 1:].tolist() == [1.0, 2.0, 3.0]
    for at_s in (4.0, 5.0, 6.0):
        push(ring, at_s, at_s)
    assert times(ring) == [3.0, 4.0, 5.0, 6.0]


def test_a_late_reading_finds_its_place() -> None:
    ring = ReadingRing(1, 4)
    for at_s in (1.0, 2.0, 4.0, 5.0):
        push(ring, at_s, at_s)
    insert(ring, 3.0, 3.0)
    assert times(ring) == [2.0, 3.0, 4.0, 5.0]
    assert ring.newest_s[0] == 5.0
    push(ring, 6.0, 6.0)
    assert times(ring) == [3.0, 4.0, 5.0, 6.0]


def test_a_late_reading_older_than_a_full_ring_is_let_go() -> None:
    ring = ReadingRing(1, 3)
    for at_s in (5.0, 6.0, 7.0):
        push(ring, at_s, at_s)
    insert(ring, 1.0, 1.0)
    assert times(ring) == [5.0, 6.0, 7.0]


def test_a_late_reading_enters_a_ring_with_room_in_front() -> None:
    ring = ReadingRing(1, 4)
    push(ring, 5.0, 5.0)
    insert(ring, 1.0, 1.0)
    insert(ring, 3.0, 3.0)
    assert times(ring) == [1.0, 3.0, 5.0]


def test_repetition_and_conflict_are_found_by_the_devices_time() -> None:
    ring = ReadingRing(1, 4)
    push(ring, 1.0, 1.5)
    push(ring, 2.0, np.nan)
    found = ring.find(
        np.zeros(4, np.int32), np.array([1.0, 1.0, 2.0, np.nan]), np.array([1.5, 1.6, np.nan, 1.5])
    )
    repeated, conflict, held_s = found
    assert repeated.tolist() == [True, False, True, False]
    assert conflict.tolist() == [False, True, False, False]
    assert held_s.tolist() == [1.0, 1.0, 2.0, pytest.approx(np.nan, nan_ok=True)]


def test_a_revision_changes_and_tells_only_what_it_may() -> None:
    ring = ReadingRing(1, 8)
    push(ring, 1.0, 1.0)
    push(ring, 2.0, 3.0, Flag.SUSPECT, Reason.JUMP)
    push(ring, 3.0, 3.0, Flag.SUSPECT, Reason.JUMP | Reason.RANGE)
    push(ring, 4.0, 99.0, Flag.FAIL, Reason.RANGE)
    push(ring, 5.0, np.nan, Flag.MISSING, Reason.NO_VALUE)
    first, last = np.array([2.0]), np.array([9.0])
    ring.revise(ONE, first, last, flag=Flag.GOOD, having=Reason.JUMP, drop=Reason.PLATEAU)
    revisions = ring.take_revisions()
    assert revisions.observed_s.tolist() == [2.0, 3.0]
    # out of the suspect range is suspect, however well the jump is confirmed
    assert revisions.flag.tolist() == [Flag.GOOD, Flag.SUSPECT]
    assert ring.recent(ONE).flag[0].tolist() == [0, 0, 0, 1, 1, 3, 4, 9]
    assert len(ring.take_revisions().gauge) == 0


def test_late_readings_are_not_revised() -> None:
    ring = ReadingRing(1, 4)
    push(ring, 1.0, 1.0)
    push(ring, 3.0, 1.0)
    insert(ring, 2.0, 1.0)
    ring.revise(ONE, np.array([0.0]), np.array([9.0]), flag=Flag.FAIL, add=Reason.BOX)
    assert ring.take_revisions().observed_s.tolist() == [1.0, 3.0]
    assert ring.failed_s[0] == 9.0


def test_jumps_are_counted_among_the_newest() -> None:
    ring = ReadingRing(1, 8)
    push(ring, 1.0, 1.0, Flag.FAIL, Reason.JUMP | Reason.SPIKE)
    push(ring, 2.0, 1.0, Flag.SUSPECT, Reason.JUMP)
    push(ring, 3.0, 1.0, Flag.SUSPECT, Reason.JUMP | Reason.PLATEAU)
    push(ring, 4.0, 1.0)

    def count(since_s: float, newest: int) -> tuple[int, bool]:
        jumps, failed = ring.jumps(ONE, np.array([since_s]), newest)
        return int(jumps[0]), bool(failed[0])

    assert count(0.0, 8) == (2, True)
    assert count(1.5, 8) == (1, False)
    assert count(0.0, 2) == (0, False)


def test_gauges_are_added_empty() -> None:
    ring = ReadingRing(1, 2)
    push(ring, 1.0, 1.0)
    ring.grow(2)
    assert ring.newest_s.tolist() == [1.0, -np.inf, -np.inf]
    assert np.isnan(ring.recent(np.array([2], np.int32)).observed_s).all()
    assert times(ring) == [1.0]
