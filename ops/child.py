"""A process of ours: started in a group of its own, watched, its output kept in a log that cannot grow."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ops.servers.process import end_process, started_ticks

#: a log is cut at this size; the part before stays beside it as `.1` [bytes]
LOG_LIMIT_BYTES = 16 * 2**20
#: between the request to stop and the end by force [s]
GRACE_S = 20.0


class Child:
    """One process of ours, `command`, which `probe` asks for a sign of life.

    `probe` answers True (alive), False (silent) or None (cannot be told now).
    """

    restart_when_silent = True

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        probe: Callable[[], bool | None],
    ) -> None:
        self.name = name
        self.log = log
        self.probe = probe
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def running(self) -> bool:
        """Whether it lives."""
        return self.pid is not None

    def ready(self) -> bool:
        """Whether it has given a sign of life."""
        return self.running() and self.probe() is True

    def launch(self) -> None:
        """Start it without waiting; its output is appended to the log."""
        if self.running():
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ask its group to stop, and end it by force when it does not."""
        if self._process is None:
            return
        end_group(self._process.pid)
        self._process.wait()
        self._process = None

    def exit_code(self) -> int | None:
        """Return what a process that ended by itself left behind, None while it lives."""
        return None if self._process is None else self._process.poll()


def end_group(pid: int) -> None:
    """Stop the process group led by `pid`: a request first, then by force."""
    if started_ticks(pid) is None:
        return
    if not end_process(pid, with_signal=signal.SIGTERM, timeout_s=GRACE_S, group=True):
        end_process(pid, with_signal=signal.SIGKILL, timeout_s=GRACE_S, group=True)


def trim_log(log: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Set a log that grew past `limit_bytes` aside as `.1` and go on in the same, now empty file.

    The writer holds the file open for appending, so it is emptied and not renamed.
    """
    try:
        if log.stat().st_size <= limit_bytes:
            return
    except FileNotFoundError:
        return
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate()
