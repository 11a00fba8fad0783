"""Keeping the parts of an installation running: start in order, restart what fell, stop in reverse.

A part that ends is started again after a growing, jittered wait; a part that lives but gives no sign of
life is restarted too, because a silent process is worse than a dead one. Every such event is said and
logged, and the state is kept in `up.json` for `status` and `down`.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from ops.backoff import BackOff
from ops.child import end_group, trim_log
from ops.errors import ServerError, SupervisionError
from ops.servers.process import log_tail, our_account, started_ticks

State = Literal["starting", "up", "silent", "waiting", "stopped"]
PROBE_EVERY_S = 2.0
#: a part that lives but gave no sign of life for so long is restarted [s]
SILENT_AFTER_S = 60.0
TICK_S = 0.25
STATE_FILE = "up.json"


class Part(Protocol):
    """What can be kept running: a private server or a process of ours."""

    name: str
    log: Path
    #: a database that replays its log after a crash is silent for good reason: never for servers
    restart_when_silent: bool

    @property
    def pid(self) -> int | None:
        """Its process id, None when it does not run."""

    def running(self) -> bool:
        """Whether its process lives."""

    def probe(self) -> bool | None:
        """Ask for a sign of life: True, False, or None when it cannot be told now."""

    def launch(self) -> None:
        """Start it without waiting."""

    def stop(self) -> None:
        """Stop it and wait until it is gone."""


class StoppedError(Exception):
    """Raised when a stop was asked for while parts were still being started."""


@dataclass
class PartState:
    """What the supervisor knows of one part; what `status` shows."""

    name: str
    log: str
    state: State = "starting"
    pid: int | None = None
    started_ticks: int | None = None
    since: str = ""
    restarts: int = 0
    note: str = ""


@dataclass
class Watched:
    """A part, its state, and the moments [s of the supervisor's clock] that decide what is next."""

    part: Part
    shown: PartState
    back_off: BackOff = field(default_factory=BackOff)
    last_sign_s: float = 0.0
    next_probe_s: float = 0.0
    next_start_s: float = 0.0


class Supervisor:
    """Keeps parts running for one state folder; use it as a context manager.

    `say` is told every event in one line. `clock_s` is a steady clock, `wall` the wall clock.
    Only one supervisor at a time holds a state folder (`SupervisionError` names the other).
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        say: Callable[[str], None],
        clock_s: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.stop_asked = threading.Event()
        self._state_dir = state_dir
        self._say = say
        self._clock_s = clock_s
        self._wall = wall
        self._watched: list[Watched] = []
        self._all_started = False
        self._written = ""

    def __enter__(self) -> Self:
        """Take the state folder and end what a killed supervisor left behind."""
        self._state_dir.mkdir(parents=True, exist_ok=True)
        self._lock = (self._state_dir / "up.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise SupervisionError(
                f"already running (process {supervisor_pid(self._state_dir)}): "
                "'./sonae status' shows it, './sonae down' stops it"
            ) from None
        for name in end_leftovers(self._state_dir):
            self._say(f"{name}: ended, left over from a supervisor that was killed")
        self._write_state()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything in reverse order and give the state folder back."""
        for watched in reversed(self._watched):
            try:
                watched.part.stop()
            except ServerError as fault:
                self._say(f"{watched.part.name}: {fault}")
            else:
                self._become(watched, "stopped")
                self._say(f"{watched.part.name}: stopped")
            self._write_state()
        (self._state_dir / STATE_FILE).unlink(missing_ok=True)
        self._lock.close()

    @property
    def states(self) -> list[PartState]:
        """The state of every part, in the order they were started."""
        return [watched.shown for watched in self._watched]

    def add(self, part: Part, *, timeout_s: float = 60.0) -> None:
        """Start `part`, wait for its first sign of life and keep it running from then on.

        Raises `SupervisionError` with the end of its log when it ends at once. One that lives but is
        slow stays `starting` and is watched like the others. Raises `StoppedError` on a stop meanwhile.
        """
        watched = Watched(part, PartState(part.name, str(part.log)))
        self._watched.append(watched)
        self._start(watched)
        deadline_s = self._clock_s() + timeout_s
        while self._clock_s() < deadline_s and watched.shown.state != "up":
            if self.stop_asked.wait(0.05):
                raise StoppedError
            if not part.running():
                raise SupervisionError(
                    f"{part.name} ended at once; the end of {part.log}:\n{log_tail(part.log)}"
                )
            self._probe(watched)
        self._write_state()
        self._say(f"{part.name}: {watched.shown.state}")

    def watch(self, each_tick: Callable[[], None] = lambda: None) -> None:
        """Keep everything running until `stop_asked` is set; `each_tick` may redraw a screen."""
        self._all_started = True
        while not self.stop_asked.wait(TICK_S):
            self.tick()
            each_tick()

    def tick(self) -> None:
        """Look at every part once and do what is due."""
        for watched in self._watched:
            self._look_at(watched)
            trim_log(watched.part.log)
        self._write_state()

    def _look_at(self, watched: Watched) -> None:
        now_s = self._clock_s()
        if watched.part.running():
            if now_s >= watched.next_probe_s:
                self._probe(watched)
        elif watched.shown.state != "waiting":
            self._schedule(watched, "ended unexpectedly")
        elif now_s >= watched.next_start_s:
            watched.shown.restarts += 1
            self._start(watched)

    def _start(self, watched: Watched) -> None:
        watched.last_sign_s = self._clock_s()
        watched.next_probe_s = 0.0
        self._become(watched, "starting")
        try:
            watched.part.launch()
        except (OSError, ServerError) as fault:
            if watched.shown.restarts == 0:
                raise
            self._schedule(watched, f"cannot be started: {fault}")

    def _probe(self, watched: Watched) -> None:
        answer = watched.part.probe()
        now_s = self._clock_s()
        watched.next_probe_s = now_s + PROBE_EVERY_S
        if answer is not False:
            watched.last_sign_s = now_s
        if answer:
            if watched.shown.state == "silent" or (
                watched.shown.state == "starting" and watched.shown.restarts
            ):
                self._say(f"{watched.part.name}: up again")
            self._become(watched, "up")
        elif watched.part.restart_when_silent and now_s - watched.last_sign_s > SILENT_AFTER_S:
            watched.part.stop()
            self._schedule(watched, f"gave no sign of life for {SILENT_AFTER_S:.0f} s")
        elif answer is False and watched.shown.state == "up":
            self._become(watched, "silent")
            self._say(f"{watched.part.name}: alive but silent")

    def _schedule(self, watched: Watched, reason: str) -> None:
        wait_s = watched.back_off.wait_s(self._clock_s())
        watched.next_start_s = self._clock_s() + wait_s
        self._become(watched, "waiting", note=reason)
        self._say(
            f"{watched.part.name}: {reason}; starting again in {wait_s:.1f} s (log: {watched.part.log})"
        )

    def _become(self, watched: Watched, state: State, *, note: str | None = None) -> None:
        shown = watched.shown
        if state != shown.state or not shown.since:
            shown.state, shown.since = state, self._wall().isoformat(timespec="seconds")
        if note is not None:
            shown.note = note
        shown.pid = watched.part.pid
        shown.started_ticks = started_ticks(shown.pid) if shown.pid else None

    def _write_state(self) -> None:
        for watched in self._watched:
            self._become(watched, watched.shown.state)
        us = {"pid": os.getpid(), "started_ticks": started_ticks(os.getpid())}
        parts = [asdict(shown) for shown in self.states]
        text = json.dumps({"supervisor": us, "ready": self._all_started, "parts": parts}, indent=1)
        if text != self._written:
            our_account().write(self._state_dir / STATE_FILE, text)
            self._written = text


def read_state(state_dir: Path) -> dict[str, Any] | None:
    """Return what a supervisor last wrote, None when none runs and none was killed."""
    try:
        state: dict[str, Any] = json.loads((state_dir / STATE_FILE).read_text())
    except FileNotFoundError:
        return None
    return state


def supervisor_pid(state_dir: Path) -> int | None:
    """Return the process id of the supervisor of `state_dir`, None when none lives."""
    state = read_state(state_dir)
    return state["supervisor"]["pid"] if state and _lives(state["supervisor"]) else None


def end_leftovers(state_dir: Path, *, servers: Sequence[str] = ("database", "broker")) -> list[str]:
    """End the processes of ours that a killed supervisor left running; return their names.

    The private servers are left: they are resumed as they are.
    """
    state = read_state(state_dir)
    if state is None or _lives(state["supervisor"]):
        return []
    left = [part for part in state["parts"] if part["name"] not in servers and _lives(part)]
    for part in left:
        end_group(part["pid"])
    return [part["name"] for part in left]


def _lives(noted: dict[str, Any]) -> bool:
    return noted["pid"] is not None and started_ticks(noted["pid"]) == noted["started_ticks"]
