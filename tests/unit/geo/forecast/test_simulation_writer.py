"""The writer's thread, with the database replaced by what notes what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from geo.forecast import simulation_writer
from geo.forecast.simulation_member import ShownField
from geo.forecast.simulation_store import RunLostError, Standing
from geo.forecast.simulation_writer import RunWriter


class Line:
    def close(self) -> None:
        pass


class Desk:
    """Stands for the database: what was told, and what it answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[Standing, list[ShownField]]] = []
        self.faults: list[Exception] = []
        self.stop_asked = False
        self.said = threading.Event()
        monkeypatch.setattr(simulation_writer, "TICK_S", 0.005)
        monkeypatch.setattr(simulation_writer, "PUBLISH_S", 0.01)
        monkeypatch.setattr(simulation_writer, "tick", self._tick)
        monkeypatch.setattr(simulation_writer, "tell", self._tell)

    def _tick(self, *_: Any) -> bool:
        return self.stop_asked

    def _tell(self, _line: Any, _run: int, _attempt: int, standing: Standing, fields: Any) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.told.append((standing, list(fields)))
        self.said.set()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def writer(connect: Callable[[], Any] = Line) -> RunWriter:
    return RunWriter(connect, 7, 1, members=["median", "low"], until_s=100.0, notes=[])


def field(t_s: int, member: str = "median") -> ShownField:
    return ShownField(member=member, quantity="depth", t_s=t_s, tiles=[])


def test_everything_shown_is_written_once_and_in_order(desk: Desk) -> None:
    with writer() as writing:
        for t_s in range(0, 100, 10):
            writing.show(field(t_s))
            writing.tell("median", t_s)
        writing.sum_up("median", {"area_km2": 1.0}, [{"code": "x", "ja": "", "en": ""}])
    assert [one.t_s for _, fields in desk.told for one in fields] == list(range(0, 100, 10))
    standing = desk.told[-1][0]
    assert standing.frames == {"median": list(range(0, 100, 10))}
    assert standing.progress == pytest.approx(0.45)
    assert standing.summary == {"median": {"area_km2": 1.0}}
    assert standing.notes == [{"code": "x", "ja": "", "en": ""}]


def test_what_the_database_did_not_take_is_written_again(desk: Desk) -> None:
    desk.faults = [psycopg.OperationalError("away"), psycopg.OperationalError("away")]
    with writer() as writing:
        writing.show(field(0))
        writing.show(field(600))
    assert [one.t_s for _, fields in desk.told for one in fields] == [0, 600]
    assert not desk.faults


def test_a_database_that_cannot_be_reached_is_tried_again(desk: Desk) -> None:
    refusals = [psycopg.OperationalError("down")] * 2

    def connect() -> Line:
        if refusals:
            raise refusals.pop()
        return Line()

    with writer(connect) as writing:
        writing.show(field(0))
    assert len(desk.told) == 1


def test_a_wish_to_stop_is_heard(desk: Desk) -> None:
    with writer() as writing:
        assert not writing.stopping
        desk.stop_asked = True
        assert writing.stop.wait(5)


def test_a_run_that_is_lost_ends_the_work(desk: Desk) -> None:
    desk.faults = [RunLostError("gone")]
    writing = writer().__enter__()
    writing.show(field(0))
    assert writing.stop.wait(5)
    writing.show(field(600))
    with pytest.raises(RunLostError):
        writing.__exit__(None)
    assert desk.told == []


def test_nothing_new_is_not_told_again(desk: Desk) -> None:
    with writer() as writing:
        writing.show(field(0))
        assert desk.said.wait(5)
        threading.Event().wait(0.1)
    assert len(desk.told) == 1
