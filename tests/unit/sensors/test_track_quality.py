"""Checks of positions: clocks, repetitions, order, impossible ways, and finding back after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sensors.flags import Flag
from sensors.track import VehicleKind
from sensors.track_limits import track_limits
from sensors.track_quality import REASONS, Fix, Judged, Place, TrackMemory, bearing_deg, distance_m, judge

LIMITS = track_limits()
START = datetime(2026, 6, 2, 14, 36, 0, tzinfo=UTC)
#: metres of one degree of latitude
DEGREE_M = 111_195.0


def fix(
    second: float,
    *,
    north_m: float = 0.0,
    lon: float = 134.5,
    lat: float = 34.0,
    kind: VehicleKind = "helicopter",
    accuracy_m: float | None = 10.0,
    speed: float | None = None,
    course: float | None = None,
    device: float | str | None = "received",
    retained: bool = False,
) -> Fix:
    """A position `second` after the start; its sender's clock tells the moment of receipt."""
    at = START + timedelta(seconds=second)
    told = (
        at if device == "received" else None if device is None else START + timedelta(seconds=float(device))
    )
    return Fix(kind, lon, lat + north_m / DEGREE_M, accuracy_m, speed, course, told, at, retained)


def run(*fixes: Fix) -> tuple[list[Judged], TrackMemory]:
    memory, found = TrackMemory(), []
    for one in fixes:
        judged, memory = judge(memory, one, LIMITS)
        found.append(judged)
        assert set(judged.reasons) <= set(REASONS)
        assert judged.observed_at <= one.received_at
    return found, memory


def test_a_plain_way_is_good_from_the_second_position_on() -> None:
    found, memory = run(fix(0), fix(1, north_m=60), fix(2, north_m=120))
    assert [one.flag for one in found] == [Flag.NOT_EVALUATED, Flag.GOOD, Flag.GOOD]
    assert [one.current for one in found] == [True] * 3
    assert [one.gap_s for one in found] == [None, 1.0, 1.0]
    assert memory.doubted == ()


@pytest.mark.parametrize(
    ("device", "second", "reasons", "flag"),
    [
        (None, 0.0, ("no-time",), Flag.NOT_EVALUATED),
        (4.0, 0.0, (), Flag.NOT_EVALUATED),
        (20.0, 0.0, ("clock-ahead",), Flag.NOT_EVALUATED),
        (400.0, 0.0, ("clock-bad",), Flag.SUSPECT),
        (-3e8, 0.0, ("clock-bad",), Flag.SUSPECT),
        (-40.0, -40.0, (), Flag.NOT_EVALUATED),
    ],
)
def test_clocks(device: float | None, second: float, reasons: tuple[str, ...], flag: Flag) -> None:
    (judged,), _ = run(fix(0, device=device))
    assert judged.observed_at == START + timedelta(seconds=second)
    assert (judged.reasons, judged.flag) == (reasons, flag)


def test_the_same_position_told_again_is_no_new_one() -> None:
    found, _ = run(fix(0), fix(1, device=0.1), fix(2, device=-0.1), fix(3, device=2.0))
    assert [one.repeated for one in found] == [False, True, True, False]
    assert [one.current for one in found] == [True, False, False, True]


def test_what_comes_late_is_kept_and_is_not_now() -> None:
    found, memory = run(fix(0), fix(10, north_m=300), fix(11, north_m=150, device=5.0))
    assert (found[2].reasons, found[2].current, found[2].flag) == (("late",), False, Flag.NOT_EVALUATED)
    assert memory.here == Place(
        (START + timedelta(seconds=10)).timestamp(), 134.5, 34.0 + 300 / DEGREE_M, 10.0
    )


def test_two_places_at_one_moment_are_a_conflict() -> None:
    found, _ = run(fix(0), fix(1, north_m=500, device=0.0))
    assert (found[1].reasons, found[1].flag, found[1].current) == (("conflict",), Flag.SUSPECT, False)


def test_a_single_jump_is_suspect_and_the_way_goes_on() -> None:
    found, memory = run(fix(0), fix(1, north_m=9_000), fix(2, north_m=100))
    assert (found[1].reasons, found[1].flag, found[1].current) == (("jump",), Flag.SUSPECT, False)
    assert (found[2].flag, found[2].current) == (Flag.GOOD, True)
    assert memory.doubted == ()


def test_three_that_agree_are_believed() -> None:
    found, memory = run(fix(0), *(fix(n, north_m=9_000 + 50 * n) for n in (1, 2, 3)), fix(4, north_m=9_200))
    assert [one.current for one in found] == [True, False, False, True, True]
    assert (found[3].reasons, found[3].flag) == (("reacquired",), Flag.GOOD)
    assert found[3].gap_s is None, "a jump teaches no rhythm"
    assert found[4].flag == Flag.GOOD
    assert memory.doubted == ()


def test_wild_positions_never_agree() -> None:
    found, memory = run(fix(0), *(fix(n, north_m=9_000 * n * (-1) ** n) for n in range(1, 8)))
    assert not any(one.current for one in found[1:])
    assert memory.here is not None
    assert len(memory.doubted) < LIMITS.reacquire


def test_what_is_possible_depends_on_kind_time_and_accuracy() -> None:
    for kind, north_m, current in [("helicopter", 1_300, False), ("helicopter", 1_150, True),
                                   ("drone", 500, False), ("aeroplane", 3_000, True)]:  # fmt: skip
        (_, second), _ = run(fix(0, kind=kind), fix(10, kind=kind, north_m=north_m))  # type: ignore[arg-type]
        assert second.current is current, (kind, north_m)
    (_, coarse), _ = run(fix(0, accuracy_m=700.0), fix(10, north_m=2_000, accuracy_m=700.0))
    assert coarse.current


def test_far_off_japan_and_hardly_known_are_told() -> None:
    (abroad,), _ = run(fix(0, lon=9.4, lat=47.4))
    assert (abroad.reasons, abroad.flag, abroad.current) == (("outside",), Flag.SUSPECT, True)
    (coarse,), _ = run(fix(0, accuracy_m=5_000.0))
    assert (coarse.reasons, coarse.flag) == (("coarse",), Flag.SUSPECT)


def test_a_position_kept_by_the_broker_without_a_time_is_not_now() -> None:
    (kept, timed), _ = run(fix(0, device=None, retained=True), fix(1, device=-600.0, retained=True))
    assert (kept.current, kept.reasons) == (False, ("no-time", "retained"))
    assert timed.current, "its own time tells how old it is"


def test_turn_and_speed() -> None:
    found, _ = run(fix(0, speed=50, course=350), fix(1, north_m=50, speed=50, course=2),
                   fix(30, north_m=1_000, speed=50, course=90))  # fmt: skip
    assert found[1].turn_deg_per_s == pytest.approx(12.0)
    assert found[2].turn_deg_per_s is None, "too long ago to tell"
    derived, _ = run(fix(0), fix(10, north_m=300))
    assert derived[1].ground_speed_m_s == pytest.approx(30.0, rel=0.01)
    assert derived[1].course_deg == pytest.approx(0.0, abs=0.1)
    still, _ = run(fix(0), fix(10, north_m=5))
    assert still[1].course_deg is None, "within the error there is no direction"


def test_distance_and_bearing() -> None:
    tokyo, osaka = Place(0, 139.767, 35.681, 0), Place(0, 135.496, 34.702, 0)
    assert distance_m(tokyo, osaka) == pytest.approx(403_000, rel=0.01)
    assert bearing_deg(tokyo, osaka) == pytest.approx(255.5, abs=1.0)
