"""`doctor`: what is wrong with this machine or installation, and what mends it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from rich.console import Console
from rich.text import Text

from geo.engine import connect, make_engine
from geo.migrations.run import current, head
from geo.settings import Settings
from ops.heartbeat import read_heartbeats
from ops.installation import Installation
from ops.ports import holder, is_free
from ops.servers import broker, postgres
from ops.supervise import supervisor_pid

START = "./sonae up"
#: below this the database stops in the middle of a storm [bytes]
DISK_FAULT_BYTES = 1 * 2**30
DISK_NOTE_BYTES = 5 * 2**30
POSTGRES_OLDEST = 13
#: how far wall and steady clock may part within `CLOCK_SAMPLE_S` [s]
CLOCK_DRIFT_S = 0.05
CLOCK_SAMPLE_S = 0.3
COLOURS = {"good": "green", "note": "yellow", "fault": "bold red"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. A `fault` needs its `mend`; a `note` is worth knowing."""

    subject: str
    state: Literal["good", "note", "fault"]
    detail: str
    mend: str = ""


def examine(settings: Settings, project_dir: Path) -> list[Finding]:
    """Look at everything and return what was found."""
    installation = Installation(settings)
    return [
        *_programs(installation),
        *_database(installation),
        *_broker(installation),
        *_ports(installation),
        *_disk(installation.state_dir),
        *_clock(),
        *_secrets(installation),
        *_vendored(project_dir / "dashboard" / "web"),
    ]


def report(findings: Sequence[Finding], *, console: Console, as_json: bool) -> bool:
    """Print the findings, each fault with its mend; return whether there was no fault."""
    good = all(finding.state != "fault" for finding in findings)
    if as_json:
        console.print_json(json.dumps({"good": good, "findings": [asdict(finding) for finding in findings]}))
        return good
    for finding in findings:
        console.print(Text(f"{finding.state:6}", style=COLOURS[finding.state]), end="")
        console.print(Text(f"{finding.subject}: {finding.detail}"), soft_wrap=True)
        if finding.mend and finding.state != "good":
            console.print(Text(f"      mend: {finding.mend}"), soft_wrap=True)
    faults = sum(finding.state == "fault" for finding in findings)
    console.print("no fault" if good else f"{faults} fault{'s' if faults > 1 else ''}", highlight=False)
    return good


def _programs(installation: Installation) -> Iterator[Finding]:
    if installation.postgres is not None:
        programs = postgres.installed_programs()
        newest = programs[0].major if programs else 0
        if newest >= POSTGRES_OLDEST:
            yield Finding("PostgreSQL with PostGIS", "good", f"version {newest}, {programs[0].bin_dir}")
        else:
            found = f"version {newest} is too old" if programs else "not installed"
            yield Finding("PostgreSQL with PostGIS", "fault", found, postgres.INSTALL_HINT)
    if installation.broker is not None:
        program = broker.installed_program()
        if program is None:
            yield Finding("Mosquitto", "fault", "not installed", broker.INSTALL_HINT)
        else:
            yield Finding("Mosquitto", "good", _first_line([str(program), "-h"]))


def _database(installation: Installation) -> Iterator[Finding]:
    url = installation.running_settings.database_url
    if url is None:
        yield Finding("database", "fault", "the private PostgreSQL does not run", START)
        return
    try:
        with connect(url, application="sonae doctor") as connection:
            row = connection.execute("SELECT current_setting('server_version'), postgis_lib_version()")
            version, postgis = row.fetchone() or ("?", "?")
    except psycopg.errors.UndefinedFunction:
        yield Finding("database", "fault", "PostGIS is missing in it", "CREATE EXTENSION postgis")
        return
    except psycopg.OperationalError as fault:
        yield Finding("database", "fault", str(fault).strip(), "start it, or mend SONAE_DATABASE_URL")
        return
    yield Finding("database", "good", f"PostgreSQL {version}, PostGIS {postgis}")
    yield _schema(url)
    if supervisor_pid(installation.state_dir) is not None:
        yield from _heartbeats(url)


def _schema(url: str) -> Finding:
    engine = make_engine(url, application="sonae doctor")
    try:
        at, newest = current(engine), head()
    finally:
        engine.dispose()
    if at == newest:
        return Finding("schema", "good", f"at {newest}")
    return Finding("schema", "fault", f"at {at or 'nothing'}, this program needs {newest}", "./sonae migrate")


def _heartbeats(url: str) -> Iterator[Finding]:
    try:
        beats = read_heartbeats(url)
    except psycopg.Error:
        return
    for name in ("ingest", "field", "forecast", "alerts", "public"):
        if not any(beat.id == name for beat in beats):
            yield Finding(name, "fault", "never heard of", "see its log under the state folder")
    for beat in beats:
        said = f"{beat.state}, heard of {beat.age_s:.0f} s ago"
        if beat.fresh and beat.state == "up":
            yield Finding(beat.id, "good", said)
        else:
            yield Finding(beat.id, "fault", said, "./sonae status, then its log under the state folder")


def _broker(installation: Installation) -> Iterator[Finding]:
    url = installation.running_settings.mqtt_url
    if url is None:
        yield Finding("broker", "fault", "the private Mosquitto does not run", START)
        return
    parts = urlsplit(url)
    port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=5).close()
    except OSError as fault:
        yield Finding(
            "broker", "fault", f"{parts.hostname}:{port}: {fault}", "start it, or mend SONAE_MQTT_URL"
        )
    else:
        yield Finding("broker", "good", f"answers on {parts.hostname}:{port}")


def _ports(installation: Installation) -> Iterator[Finding]:
    settings = installation.running_settings
    running = supervisor_pid(installation.state_dir) is not None
    wanted = [
        (settings.http_host, settings.http_port, "dashboard", "SONAE_HTTP_PORT"),
        (settings.public_host, settings.public_port, "public face", "SONAE_PUBLIC_PORT"),
    ]
    if installation.broker is not None and not installation.broker.running():
        wanted.append(("127.0.0.1", installation.broker.port, "broker", "SONAE_BROKER_PORT"))
    for host, port, purpose, variable in wanted:
        free = is_free(host, port)
        if running or free:
            yield Finding(
                f"port {port}", "good", f"free for the {purpose}" if free else f"held by the {purpose}"
            )
            continue
        found = holder(port)
        by = f"{found.name} (process {found.pid})" if found else "another account's process"
        yield Finding(
            f"port {port}", "fault", f"wanted by the {purpose}, held by {by}", f"stop it, or set {variable}"
        )


def _disk(state_dir: Path) -> Iterator[Finding]:
    place = next(folder for folder in (state_dir, *state_dir.parents) if folder.exists())
    free_bytes = shutil.disk_usage(place).free
    said = f"{free_bytes / 2**30:.1f} GiB free at {place}"
    if free_bytes < DISK_FAULT_BYTES:
        yield Finding("disk", "fault", said, "make room: the database stops when it is full")
    elif free_bytes < DISK_NOTE_BYTES:
        yield Finding("disk", "note", said, "make room soon")
    else:
        yield Finding("disk", "good", said)


def _clock() -> Iterator[Finding]:
    wall_s, steady_s = time.time(), time.monotonic()
    time.sleep(CLOCK_SAMPLE_S)
    drift_s = (time.time() - wall_s) - (time.monotonic() - steady_s)
    now = datetime.now(UTC)
    program_at = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < program_at:
        said = f"{now:%Y-%m-%d %H:%M} UTC lies before this program was installed"
        yield Finding("clock", "fault", said, "set the clock (timedatectl set-ntp true)")
    elif abs(drift_s) > CLOCK_DRIFT_S:
        yield Finding(
            "clock", "fault", f"jumped by {drift_s:+.2f} s while watched", "find what sets the clock"
        )
    else:
        yield Finding("clock", "good", f"{now.astimezone():%Y-%m-%d %H:%M:%S %Z}")
    yield _time_source()
    try:
        ZoneInfo("Asia/Tokyo")
    except ZoneInfoNotFoundError:
        yield Finding("time zones", "fault", "Asia/Tokyo is not known", "apt-get install tzdata")


def _time_source() -> Finding:
    if shutil.which("chronyc") and "Leap status     : Normal" in _output(["chronyc", "tracking"]):
        return Finding("time source", "good", "chrony")
    synchronised = _output(["timedatectl", "show", "--property=NTPSynchronized", "--value"]).strip()
    if synchronised == "yes":
        return Finding("time source", "good", "synchronised (timedatectl)")
    mend = "set one up: without it the age of every reading is wrong by the clock's error"
    if synchronised == "no":
        return Finding("time source", "fault", "the clock follows no time server", mend)
    return Finding(
        "time source", "note", "cannot be told here (neither chrony nor timedatectl answers)", mend
    )


def _secrets(installation: Installation) -> Iterator[Finding]:
    path = installation.credentials.path
    if not path.exists():
        yield Finding("secrets", "note", "not made yet", START)
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield Finding(
            "secrets", "fault", f"{path} can be read by others (mode {mode:o})", f"chmod 600 {path}"
        )
    else:
        yield Finding("secrets", "good", f"{path}, mode {mode:o}")


def _vendored(web: Path) -> Iterator[Finding]:
    pages = [
        path for path in web.glob("**/*") if path.suffix in (".html", ".js") and "vendor" not in path.parts
    ]
    named = {name for page in pages for name in re.findall(r"vendor/[\w./-]+\.(?:js|css)", page.read_text())}
    missing = sorted(name for name in named if not (web / name).exists())
    if missing:
        yield Finding(
            "vendored libraries", "fault", f"missing: {', '.join(missing)}", "check out the files again"
        )
    else:
        yield Finding("vendored libraries", "good", f"{len(named)} files present")


def _output(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""


def _first_line(command: Sequence[str]) -> str:
    return (_output(command).splitlines() or ["?"])[0]
