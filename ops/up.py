"""`up`, `down` and `status`: a whole installation from one command, and the end of it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import FrameType

import psycopg
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from geo.settings import Settings
from ops.child import Child
from ops.errors import SupervisionError
from ops.heartbeat import Heartbeat, is_fresh, read_heartbeats
from ops.installation import Installation
from ops.ports import require_free
from ops.servers.process import end_process, log_tail, wait_until
from ops.supervise import (
    PartState,
    StoppedError,
    Supervisor,
    end_leftovers,
    read_state,
    supervisor_pid,
)

DETACHED_START_S = 180.0
COLOURS = {"up": "green", "starting": "yellow", "silent": "red", "waiting": "red", "stopped": "red"}


def say_to(log: Path, console: Console | None) -> Callable[[str], None]:
    """Return a function that writes one line with its time to `log` and, if there is one, to the terminal."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def say(line: str) -> None:
        with log.open("a") as file:
            file.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {line}\n")
        if console is not None:
            console.print(line, markup=False, highlight=False)

    return say


def start_servers(supervisor: Supervisor, installation: Installation, say: Callable[[str], None]) -> None:
    """Start the private servers under `supervisor` and bring the database to the newest schema."""
    installation.prepare()
    if installation.postgres is not None:
        supervisor.add(installation.postgres)
        installation.postgres.furnish()
        if installation.postgres.home != installation.postgres.folder:
            say(f"database: its account cannot reach the state folder; it is in {installation.postgres.home}")
    if installation.broker is not None:
        if not installation.broker.running():
            require_free(
                "127.0.0.1", installation.broker.port, purpose="broker", mend="set SONAE_BROKER_PORT"
            )
        supervisor.add(installation.broker)
    before, after = installation.migrate()
    say(f"schema: {after}" if before == after else f"schema: {before or 'empty'} → {after}")


def our_process(installation: Installation, name: str, probe: Callable[[], bool | None]) -> Child:
    """Return the process `./sonae {name}` of an installation, not yet started."""
    return Child(
        name,
        [sys.executable, "-m", "ops", name],
        environment=installation.environment(),
        log=installation.log_dir / f"{name}.log",
        probe=probe,
    )


def ingest_process(installation: Installation) -> Child:
    """Return the ingest, alive while its heartbeat in the database is fresh."""
    database_url = installation.settings.require_database_url()
    return our_process(installation, "ingest", lambda: is_fresh(database_url, "ingest"))


def forecast_process(installation: Installation) -> Child:
    """Return the forecasts, alive while their heartbeat in the database is fresh."""
    database_url = installation.settings.require_database_url()
    return our_process(installation, "forecast", lambda: is_fresh(database_url, "forecast"))


def alerts_process(installation: Installation) -> Child:
    """Return the alerts, alive while their heartbeat in the database is fresh."""
    database_url = installation.settings.require_database_url()
    return our_process(installation, "alerts", lambda: is_fresh(database_url, "alerts"))


def field_process(installation: Installation) -> Child:
    """Return the watch over the field, alive while its heartbeat in the database is fresh."""
    database_url = installation.settings.require_database_url()
    return our_process(installation, "field", lambda: is_fresh(database_url, "field"))


def dashboard_process(installation: Installation) -> Child:
    """Return the dashboard, alive while it answers on its port (whatever it says of its health)."""
    settings = installation.settings
    require_free(
        settings.http_host, settings.http_port, purpose="dashboard", mend="set SONAE_HTTP_PORT to another"
    )
    return our_process(installation, "dashboard", lambda: _answers(settings.http_host, settings.http_port))


def public_process(installation: Installation) -> Child:
    """Return the public face, alive while it answers on its port (whatever it says of its health)."""
    settings = installation.settings
    host, port = settings.public_host, settings.public_port
    require_free(host, port, purpose="public face", mend="set SONAE_PUBLIC_PORT to another")
    return our_process(installation, "public", lambda: _answers(host, port))


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=3)  # noqa: S104
    try:
        connection.request("GET", "/health")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


@contextmanager
def stop_on_signal(supervisor: Supervisor) -> Iterator[None]:
    """Ask `supervisor` to stop on Ctrl-C and SIGTERM; a lost terminal (SIGHUP) stops nothing.

    A flood does not wait for a dropped ssh connection.
    """

    def ask(_number: int, _frame: FrameType | None) -> None:
        supervisor.stop_asked.set()

    def leave_terminal(_number: int, _frame: FrameType | None) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)

    handlers = {signal.SIGINT: ask, signal.SIGTERM: ask, signal.SIGHUP: leave_terminal}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def up(settings: Settings, *, console: Console, quiet: bool = False) -> None:
    """Run the whole installation in the foreground until Ctrl-C, SIGTERM or `down`.

    `quiet` writes events to the log only, as a service manager wants it.
    """
    installation = Installation(settings)
    say = say_to(installation.log_dir / "up.log", None if quiet else console)
    with Supervisor(installation.state_dir, say=say) as supervisor, stop_on_signal(supervisor):
        try:
            start_servers(supervisor, installation, say)
            supervisor.add(ingest_process(installation))
            supervisor.add(field_process(installation))
            supervisor.add(forecast_process(installation))
            supervisor.add(alerts_process(installation))
            supervisor.add(dashboard_process(installation))
            supervisor.add(public_process(installation))
        except StoppedError:
            return
        say(f"the public face: {public_address(settings)}")
        say(f"Sonae is up: {address(settings)} (Ctrl-C or './sonae down' stops it)")
        if quiet:
            supervisor.watch()
        else:
            watch_on(console, supervisor)


def watch_on(console: Console, supervisor: Supervisor) -> None:
    """Keep an installation running, with a table of its parts where there is a terminal."""
    if not console.is_terminal:
        supervisor.watch()
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        supervisor.watch(lambda: live.update(states_table(supervisor.states), refresh=True))


def address(settings: Settings) -> str:
    """Return the address of the dashboard on this machine."""
    return f"http://{settings.http_host}:{settings.http_port}"


def public_address(settings: Settings) -> str:
    """Return the address of the public face on this machine."""
    return f"http://{settings.public_host}:{settings.public_port}"


def up_detached(settings: Settings, *, console: Console) -> None:
    """Start `up` in the background and return when everything is up.

    Raises `SupervisionError` with the end of its log when it ends or is not up in time.
    """
    log = settings.state_dir.absolute() / "log" / "up.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (running := supervisor_pid(settings.state_dir)) is not None:
        raise SupervisionError(f"already running (process {running})")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops", "up", "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with console.status("starting…"):
        done = wait_until(
            lambda: process.poll() is not None or _all_up(settings.state_dir, process.pid), DETACHED_START_S
        )
    if process.poll() is not None or not done:
        raise SupervisionError(f"it did not come up; the end of {log}:\n{log_tail(log)}")
    process.returncode = 0  # it is no longer ours to wait for


def _all_up(state_dir: Path, pid: int) -> bool:
    # The file of a supervisor that was killed says "ready" too.
    state = read_state(state_dir)
    return state is not None and state["supervisor"]["pid"] == pid and bool(state["ready"])


def down(settings: Settings, *, console: Console, timeout_s: float = 120) -> list[str]:
    """Stop what `up` started in this state folder, and nothing else; return the names of what ran.

    Raises `SupervisionError` when the supervisor does not end in time.
    """
    pid = supervisor_pid(settings.state_dir)
    stopped = []
    if pid is not None:
        with console.status("stopping…"):
            ended = end_process(pid, with_signal=signal.SIGTERM, timeout_s=timeout_s)
        if not ended:
            raise SupervisionError(f"the supervisor (process {pid}) did not end within {timeout_s:.0f} s")
        # the folder, not the kind: SONAE_STATE_DIR may name one folder for both kinds
        stopped.append(f"{settings.state_dir} (process {pid})")
    stopped += end_leftovers(settings.state_dir)
    installation = Installation(settings)
    for server in (installation.broker, installation.postgres):
        if server is not None and server.running():
            server.stop()
            stopped.append(server.name)
    return stopped


def status(settings: Settings, *, console: Console, as_json: bool) -> bool:
    """Show every part of a running installation; return whether all of them are up and heard of."""
    state = read_state(settings.state_dir)
    alive = supervisor_pid(settings.state_dir) is not None
    parts = [PartState(**part) for part in state["parts"]] if state and alive else []
    beats = _heartbeats(settings) if alive else []
    good = bool(parts) and all(part.state == "up" for part in parts) and all(beat.fresh for beat in beats)
    if as_json:
        shown = {
            "up": good,
            "parts": [asdict(part) for part in parts],
            "heartbeats": [asdict(beat) for beat in beats],
        }
        console.print_json(json.dumps(shown))
    elif not alive:
        console.print("not running: './sonae up' starts it", highlight=False)
    else:
        console.print(states_table(parts, beats))
        console.print(address(settings), highlight=False)
    return good


def _heartbeats(settings: Settings) -> list[Heartbeat]:
    database_url = Installation(settings).running_settings.database_url
    if database_url is None:
        return []
    with suppress(psycopg.Error):
        return read_heartbeats(database_url)
    return []


def states_table(parts: Sequence[PartState], beats: Sequence[Heartbeat] = ()) -> Table:
    """Return the parts of an installation as a table."""
    ages = {beat.id: f"{beat.age_s:.0f} s ago" for beat in beats}
    table = Table("part", "state", "process", "since", "restarts", "heard of", "note")
    for part in parts:
        table.add_row(
            part.name,
            Text(part.state, style=COLOURS[part.state]),
            str(part.pid or ""),
            datetime.fromisoformat(part.since).astimezone().strftime("%m-%d %H:%M:%S"),
            str(part.restarts),
            ages.get(part.name, ""),
            part.note,
        )
    return table
