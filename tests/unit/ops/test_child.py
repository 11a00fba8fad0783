"""Our processes: started, ended with all their children, their logs bounded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.child import Child, trim_log
from ops.servers.process import started_ticks, wait_until


def child(tmp_path: Path, code: str, probe: Callable[[], bool | None] = lambda: True) -> Child:
    return Child("x", [sys.executable, "-c", code], environment={}, log=tmp_path / "x.log", probe=probe)


def test_it_runs_logs_and_stops(tmp_path: Path) -> None:
    part = child(tmp_path, "import time; print('here', flush=True); time.sleep(60)")
    part.launch()
    assert wait_until(lambda: part.log.read_text() == "here\n", 10)
    assert part.ready()
    pid = part.pid
    assert pid is not None
    part.launch()
    assert part.pid == pid
    part.stop()
    assert (part.running(), started_ticks(pid)) == (False, None)


def test_stopping_ends_what_it_started_itself(tmp_path: Path) -> None:
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    part = child(tmp_path, code)
    part.launch()
    assert wait_until(lambda: part.log.read_text().endswith("\n"), 10)
    grandchild = int(part.log.read_text())
    part.stop()
    assert wait_until(lambda: started_ticks(grandchild) is None, 10)


def test_one_that_ends_by_itself_is_not_running(tmp_path: Path) -> None:
    part = child(tmp_path, "raise SystemExit(3)")
    part.launch()
    assert wait_until(lambda: not part.running(), 10)
    assert not part.ready()
    part.stop()


def test_one_that_will_not_stop_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.child.GRACE_S", 0.3)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    part = child(tmp_path, code)
    part.launch()
    assert wait_until(lambda: part.log.read_text() == "deaf\n", 10)
    part.stop()
    assert not part.running()


def test_a_log_that_grew_too_long_goes_on_empty_with_the_past_beside_it(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    with log.open("ab") as writer:
        writer.write(b"past " * 100)
        writer.flush()
        trim_log(log, limit_bytes=1000)
        assert log.stat().st_size == 500
        trim_log(log, limit_bytes=100)
        writer.write(b"now")
    assert (log.read_bytes(), (tmp_path / "x.log.1").read_bytes()) == (b"now", b"past " * 100)
    trim_log(tmp_path / "none.log")


def test_the_environment_is_what_it_was_given(tmp_path: Path) -> None:
    part = Child("x", ["/usr/bin/env"], environment={"A": "1"}, log=tmp_path / "x.log", probe=lambda: None)
    part.launch()
    assert wait_until(lambda: not part.running(), 10)
    assert part.log.read_text() == "A=1\n"
