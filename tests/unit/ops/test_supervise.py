"""The supervisor against parts and a clock of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.errors import ServerError, SupervisionError
from ops.servers.process import started_ticks
from ops.supervise import (
    PROBE_EVERY_S,
    SILENT_AFTER_S,
    STATE_FILE,
    StoppedError,
    Supervisor,
    end_leftovers,
    read_state,
    supervisor_pid,
)


class Clock:
    """A steady clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 0.001
        return self.now_s


class FakePart:
    """A part that lives, answers and falls as the test says."""

    restart_when_silent = True

    def __init__(self, name: str, journal: list[str]) -> None:
        self.name = name
        self.log = Path("/nonexistent") / f"{name}.log"
        self.pid: int | None = None
        self.answer: bool | None = True
        self.refuse: Exception | None = None
        self.journal = journal

    def running(self) -> bool:
        return self.pid is not None

    def probe(self) -> bool | None:
        return self.answer

    def launch(self) -> None:
        if self.refuse:
            raise self.refuse
        self.journal.append(f"launch {self.name}")
        self.pid = os.getpid()

    def stop(self) -> None:
        self.journal.append(f"stop {self.name}")
        self.pid = None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal() -> list[str]:
    return []


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, clock: Clock, said: list[str]) -> Supervisor:
    return Supervisor(tmp_path, say=said.append, clock_s=clock)


def test_parts_start_in_order_and_stop_in_reverse(supervisor: Supervisor, journal: list[str]) -> None:
    with supervisor:
        for name in ("database", "broker", "ingest"):
            supervisor.add(FakePart(name, journal))
        assert [state.state for state in supervisor.states] == ["up"] * 3
    assert journal == [
        *("launch database", "launch broker", "launch ingest"),
        *("stop ingest", "stop broker", "stop database"),
    ]


def test_a_crashed_part_waits_and_is_started_again_and_both_are_said(
    supervisor: Supervisor, journal: list[str], clock: Clock, said: list[str]
) -> None:
    part = FakePart("ingest", journal)
    with supervisor:
        supervisor.add(part)
        part.pid = None
        supervisor.tick()
        assert supervisor.states[0].state == "waiting"
        assert journal == ["launch ingest"]
        clock.now_s += 1.0
        supervisor.tick()
        supervisor.tick()
        state = supervisor.states[0]
        assert (state.state, state.restarts, state.note) == ("up", 1, "ended unexpectedly")
    assert any("ended unexpectedly; starting again in" in line for line in said)
    assert "ingest: up again" in said


def test_a_part_that_cannot_be_restarted_is_tried_again_not_given_up(
    supervisor: Supervisor, journal: list[str], clock: Clock
) -> None:
    part = FakePart("database", journal)
    with supervisor:
        supervisor.add(part)
        part.pid, part.refuse = None, ServerError("no room")
        for _ in range(8):
            supervisor.tick()
            clock.now_s += 31
        assert "no room" in supervisor.states[0].note
        part.refuse = None
        for _ in range(3):
            supervisor.tick()
            clock.now_s += 31
        assert supervisor.states[0].state == "up"


def test_a_silent_process_is_shown_as_silent_then_restarted(
    supervisor: Supervisor, journal: list[str], clock: Clock, said: list[str]
) -> None:
    part = FakePart("ingest", journal)
    with supervisor:
        supervisor.add(part)
        part.answer = False
        clock.now_s += PROBE_EVERY_S
        supervisor.tick()
        assert supervisor.states[0].state == "silent"
        assert "ingest: alive but silent" in said
        clock.now_s += SILENT_AFTER_S + 1
        supervisor.tick()
        assert journal[-1] == "stop ingest"
        assert supervisor.states[0].state == "waiting"


def test_a_silent_server_is_left_to_recover(supervisor: Supervisor, journal: list[str], clock: Clock) -> None:
    part = FakePart("database", journal)
    part.restart_when_silent = False
    with supervisor:
        supervisor.add(part)
        part.answer = False
        clock.now_s += 10 * SILENT_AFTER_S
        supervisor.tick()
        assert supervisor.states[0].state == "silent"
        assert journal == ["launch database"]


def test_no_judgement_while_it_cannot_be_told(
    supervisor: Supervisor, journal: list[str], clock: Clock
) -> None:
    part = FakePart("ingest", journal)
    with supervisor:
        supervisor.add(part)
        part.answer = None
        for _ in range(3):
            clock.now_s += SILENT_AFTER_S + 1
            supervisor.tick()
        assert supervisor.states[0].state == "up"


def test_a_part_that_ends_at_once_stops_the_start(supervisor: Supervisor, journal: list[str]) -> None:
    broken = FakePart("dashboard", journal)
    broken.launch = lambda: None  # type: ignore[method-assign]
    broken.answer = False
    with supervisor:
        supervisor.add(FakePart("database", journal))
        with pytest.raises(SupervisionError, match="dashboard ended at once"):
            supervisor.add(broken)
    assert "stop database" in journal


def test_a_stop_asked_for_during_the_start_ends_it(supervisor: Supervisor, journal: list[str]) -> None:
    part = FakePart("ingest", journal)
    part.answer = False
    supervisor.stop_asked.set()
    with pytest.raises(StoppedError), supervisor:
        supervisor.add(part)
    assert journal == ["launch ingest", "stop ingest"]


def test_a_second_supervisor_of_the_same_folder_is_refused(
    supervisor: Supervisor, tmp_path: Path, said: list[str]
) -> None:
    with supervisor:
        assert supervisor_pid(tmp_path) == os.getpid()
        with pytest.raises(SupervisionError, match=f"already running .process {os.getpid()}."):
            Supervisor(tmp_path, say=said.append).__enter__()
    assert supervisor_pid(tmp_path) is None


def test_the_state_file_tells_what_runs(supervisor: Supervisor, tmp_path: Path, journal: list[str]) -> None:
    with supervisor:
        supervisor.add(FakePart("ingest", journal))
        state = read_state(tmp_path)
        assert state is not None
        assert (state["ready"], state["parts"][0]["state"]) == (False, "up")
        supervisor.stop_asked.set()
        supervisor.watch()
        supervisor.tick()
        state = read_state(tmp_path)
        assert state is not None
        assert state["ready"]
    assert read_state(tmp_path) is None


def test_what_a_killed_supervisor_left_is_ended_but_its_servers_and_strangers_are_not(
    tmp_path: Path,
) -> None:
    sleepers = [
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        for _ in range(3)
    ]
    ticks = [started_ticks(sleeper.pid) for sleeper in sleepers]
    ours, server, stranger = (
        {"pid": sleeper.pid, "started_ticks": tick} for sleeper, tick in zip(sleepers, ticks, strict=True)
    )
    stranger["started_ticks"] = 1  # the process of this id is not the one that was noted
    parts = [{"name": "ingest", **ours}, {"name": "database", **server}, {"name": "dashboard", **stranger}]
    (tmp_path / STATE_FILE).write_text(
        json.dumps({"supervisor": {"pid": 1, "started_ticks": -1}, "parts": parts})
    )
    try:
        assert end_leftovers(tmp_path) == ["ingest"]
        assert [sleeper.poll() is None for sleeper in sleepers] == [False, True, True]
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()
