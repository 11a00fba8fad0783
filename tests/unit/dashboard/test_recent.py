from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.live.message import LiveChange, live_change
from dashboard.live.recent import Recent
from geo.change import Position


def change(object_id: str, version: int, *, gone: bool = False, size: int = 0) -> LiveChange:
    return live_change("gauge", object_id, version, None if gone else json.dumps({"f": "x" * size}))


def names(changes: list[LiveChange] | None) -> list[tuple[str, int]] | None:
    return None if changes is None else [(it.object_id, it.version) for it in changes]


def test_newest_value_per_object_wins() -> None:
    recent = Recent()
    recent.add([change("a", 1), change("b", 1)], Position(1, 2))
    recent.add([change("a", 2)], Position(2, 3))
    assert names(recent.after(0)) == [("b", 1), ("a", 2)]
    assert names(recent.after(1)) == [("a", 2)]
    assert names(recent.after(2)) == []


def test_within_a_batch_too() -> None:
    recent = Recent()
    assert names(recent.add([change("a", 1), change("a", 2)], Position(1, 2))) == [("a", 2)]


def test_an_older_version_is_no_news_and_a_removal_stays() -> None:
    recent = Recent()
    recent.add([change("a", 6, gone=True)], Position(1, 1))
    assert recent.add([change("a", 5)], Position(2, 2)) == []
    assert names(recent.after(0)) == [("a", 6)]
    assert b"null" in bytes((recent.after(0) or [])[0].encoded)


def test_over_the_bound_a_screen_needs_a_snapshot() -> None:
    recent = Recent(most_changes=3)
    for number in range(5):
        recent.add([change(f"entry-{number}", 1)], Position(number + 1, number))
    assert len(recent) == 3
    assert recent.after(1) is None
    assert names(recent.after(2)) == [("entry-2", 1), ("entry-3", 1), ("entry-4", 1)]
    assert recent.number_at(Position(1, 0)) is None
    assert recent.number_at(Position(2, 1)) == 2


def test_bytes_are_bounded_too() -> None:
    recent = Recent(most_bytes=5000)
    for number in range(100):
        recent.add([change(f"o{number}", 1, size=1000)], Position(number + 1, number))
    assert recent.size_bytes <= 5000
    assert 1 <= len(recent) <= 5


def test_one_object_that_changes_for_ever_stays_one() -> None:
    recent = Recent(most_changes=10)
    for version in range(1, 1000):
        recent.add([change("a", version)], Position(version, version))
    assert len(recent) == 1
    assert names(recent.after(1)) == [("a", 999)]
    assert recent.number_at(Position(0, 0)) == recent.number - 1


def test_an_empty_batch_moves_the_end_only() -> None:
    recent = Recent()
    recent.add([change("a", 1)], Position(5, 1))
    number = recent.number
    assert recent.add([], Position(9, 2**62)) == []
    assert (recent.number, recent.end) == (number, Position(9, 2**62))


def test_restart_puts_every_number_out_of_date() -> None:
    recent = Recent()
    recent.add([change("a", 1)], Position(5, 1))
    recent.restart(Position(7, 0))
    assert recent.after(1) is None
    assert recent.number_at(Position(6, 0)) is None
    number = recent.number_at(Position(7, 0))
    assert number is not None
    recent.add([change("b", 1)], Position(8, 1))
    assert names(recent.after(number)) == [("b", 1)]


def test_a_position_inside_a_batch_counts_as_before_it() -> None:
    recent = Recent()
    recent.add([change("a", 1)], Position(1, 1))
    recent.add([change("b", 1), change("c", 1)], Position(2, 5))
    number = recent.number_at(Position(2, 4))
    assert number is not None
    assert names(recent.after(number)) == [("b", 1), ("c", 1)]


def test_local_changes_come_at_the_position_reached() -> None:
    recent = Recent()
    recent.add([change("a", 1)], Position(4, 1))
    recent.add([change("local", 1)], recent.end)
    assert recent.end == Position(4, 1)
    assert names(recent.after(1)) == [("local", 1)]


batches = st.lists(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=5), max_size=30)


@settings(max_examples=200)
@given(batches, st.lists(st.integers(0, 30), max_size=10), st.integers(2, 8))
def test_whoever_reads_rarely_ends_with_the_same_picture(
    history: list[list[tuple[int, bool]]], looks: list[int], bound: int
) -> None:
    """A screen that looks now and then, or takes a snapshot when told to, holds what the writer holds."""
    recent = Recent(most_changes=bound)
    truth: dict[str, tuple[int, bool]] = {}
    held: dict[str, tuple[int, bool]] = {}
    versions: dict[str, int] = {}
    number = recent.number
    for turn, batch in enumerate([*history, []]):
        changes = []
        for object_number, gone in batch:
            name = f"o{object_number}"
            versions[name] = versions.get(name, 0) + 1
            truth[name] = (versions[name], gone)
            changes.append(change(name, versions[name], gone=gone))
        recent.add(changes, Position(turn + 1, turn))
        if turn in looks or not batch:
            missed = recent.after(number)
            if missed is None:
                held = dict(truth)
            else:
                for it in missed:
                    held[it.object_id] = (it.version, bytes(it.encoded).endswith(b"null}"))
            number = recent.number
    assert held == truth
