"""The public face under a bounded load from this machine, against nginx serving the same bytes.

The scenario's largest municipality is asked for over 32 connections: whole answers, unchanged ones (304), and
with an order changing twice a second. Client and server share the machine, so besides requests a second
there is the processor time of the server per request. Last, how long a change takes to a client.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Json

from geo.change import Change, record
from geo.engine import connect, make_engine
from geo.migrations.run import upgrade
from ops.scenario import import_scenario, load_scenario
from ops.servers.broker import free_port
from ops.servers.postgres import temporary_postgres

SCENARIO, AREA, CONNECTIONS = "shikoku-2026-06", "37201", 32
PATH = f"/data/area/{AREA}.json"
SECONDS = float(os.environ.get("SONAE_BENCH_PUBLIC_S", "5"))
TICK = os.sysconf("SC_CLK_TCK")
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type application/json; gzip_static on; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/www; add_header Cache-Control "public, max-age=5"; }}
}}
"""
ORDER = """
WITH made AS (
    INSERT INTO evacuation_order (incident_id, area_code, origin, level, state)
    VALUES (%(incident)s, %(area)s, 'issued', 3, 'draft') RETURNING id
)
INSERT INTO order_revision (order_id, origin, number, act, state, level, districts, reason, hazard, texts,
    evidence, digest, author_id, edited_by, approver_id, drafted_at, submitted_at, effective_at, expires_at)
SELECT id, 'issued', 1, 'issue', 'in_force', 3, '[]', 'bench', 'flood', %(texts)s, '[]', repeat('a', 64),
    (SELECT min(id) FROM account), (SELECT min(id) FROM account), (SELECT max(id) FROM account), now(), now(),
    now(), now() + interval '1 day'
FROM made RETURNING order_id
"""
PEOPLE = """
INSERT INTO account (login, display_name, password_hash, installation, demo)
VALUES ('clerk', 'clerk', 'x', 'demo', false), ('mayor', 'mayor', 'x', 'demo', false)
"""


def load(port: int, *, keeps: bool) -> dict[str, Any]:
    """Return what a client process of its own measures."""
    client = Path(__file__).with_name("public_client.py")
    command = [sys.executable, str(client), str(port), PATH, str(SECONDS), str(CONNECTIONS)]
    ended = subprocess.run(
        [*command, "keeps" if keeps else "asks"], capture_output=True, text=True, check=True
    )
    return dict(json.loads(ended.stdout))


def measured(port: int, pids: Callable[[], list[int]], *, keeps: bool) -> dict[str, Any]:
    """Return a load's figures with the server's processor time per request [µs]."""
    before = sum(map(cpu_s, pids()))
    table = load(port, keeps=keeps)
    used_s = sum(map(cpu_s, pids())) - before
    return {**table, "server_us": round(used_s / table.pop("requests") * 1e6, 1)}


def cpu_s(pid: int) -> float:
    """Return the processor time of a process [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def fetched(port: int, *, packed: bool = False) -> bytes:
    """Return the answer's body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", PATH, headers={"Accept-Encoding": "gzip" if packed else "identity"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"{answer.status}")
    finally:
        connection.close()
    return body


@contextmanager
def face(url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run `./sonae public`; yield port and process id."""
    port = free_port()
    environment = {
        **os.environ,
        "SONAE_INSTALLATION": "demo",
        "SONAE_STATE_DIR": str(folder),
        "SONAE_DATABASE_URL": url,
        "SONAE_MQTT_URL": "mqtt://127.0.0.1:1",
        "SONAE_PUBLIC_PORT": str(port),
    }
    with subprocess.Popen([sys.executable, "-m", "ops", "public"], env=environment) as process:
        try:
            wait(lambda: fetched(port) != b"")
            yield port, process.pid
        finally:
            process.terminate()


@contextmanager
def nginx(folder: Path, plain: bytes, packed: bytes) -> Iterator[tuple[int, int]]:
    """Run nginx with the same bytes; yield port and process id of its worker."""
    port = free_port()
    file = folder / "www" / PATH.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(plain)
    file.with_name(f"{file.name}.gz").write_bytes(packed)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with subprocess.Popen([program, "-c", str(folder / "nginx.conf")]) as process:
        try:
            wait(lambda: fetched(port) == plain)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            yield port, int(children[0])
        finally:
            process.terminate()


def wait(done: Callable[[], bool], timeout_s: float = 60) -> None:
    """Wait until a server answers as it should."""
    until_s = time.monotonic() + timeout_s
    while True:
        try:
            if done():
                return
        except OSError:
            pass
        if time.monotonic() > until_s:
            raise TimeoutError("the server did not come up")
        time.sleep(0.05)


@contextmanager
def changing(url: str, incident: int, every_s: float) -> Iterator[None]:
    """Issue one more order every `every_s` [s]."""
    asked = threading.Event()

    def change() -> None:
        with connect(url, autocommit=True) as connection:
            while not asked.wait(every_s):
                issue(connection, incident)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        asked.set()
        thread.join()


def issue(connection: psycopg.Connection[Any], incident: int) -> int:
    """Put an order in force."""
    texts = {"ja": {"headline": "高齢者等避難", "body": "", "instruction": ""}}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(ORDER, {"incident": incident, "area": AREA, "texts": Json(texts)})
        (number,) = cursor.fetchone() or (0,)
        cursor.execute(
            "UPDATE evacuation_order SET state = 'issued', revision = 1, issued_at = now() WHERE id = %s",
            (number,),
        )
        record(cursor, incident, [Change("order", str(number), 1, {"id": number})])
    return int(number)


def reach_s(url: str, incident: int, port: int) -> list[float]:
    """Return how long five orders take from the commit until the server's answer has them [s]."""
    taken = []
    with connect(url, autocommit=True) as connection:
        for _ in range(5):
            number = issue(connection, incident)
            began_s = time.monotonic()
            while not any(one["id"] == number for one in json.loads(fetched(port))["orders"]):
                time.sleep(0.01)
            taken.append(round(time.monotonic() - began_s, 3))
    return sorted(taken)


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Return the table of figures."""
    with tempfile.TemporaryDirectory() as name, temporary_postgres() as server:
        folder, url = Path(name), server.url()
        folder.chmod(0o755)
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()
        with connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
            connection.execute(PEOPLE)
        say("importing the scenario")
        incident = import_scenario(url, load_scenario(SCENARIO)).id
        table: dict[str, Any] = {"connections": CONNECTIONS, "seconds": SECONDS}
        with face(url, folder / "state") as (port, pid):
            plain, packed = fetched(port), fetched(port, packed=True)
            table["body"] = {"bytes": len(plain), "packed_bytes": len(packed)}
            say("whole answers, then unchanged ones, then with changes")
            table["own"] = {
                "whole": measured(port, lambda: [pid], keeps=False),
                "unchanged": measured(port, lambda: [pid], keeps=True),
            }
            with changing(url, incident, 0.5):
                table["own"]["with_changes"] = measured(port, lambda: [pid], keeps=True)
            table["change_reaches_s"] = reach_s(url, incident, port)
        table["nginx"] = against_nginx(folder / "nginx", plain, packed, say)
    return table


def against_nginx(folder: Path, plain: bytes, packed: bytes, say: Callable[[str], None]) -> Any:
    """Return nginx's figures for the same bytes, or that it is missing."""
    if shutil.which("nginx") is None and not Path("/usr/sbin/nginx").exists():
        return "nginx is not installed here: apt-get install nginx-light"
    say("nginx")
    folder.mkdir()
    with nginx(folder, plain, packed) as (port, pid):
        return {
            "whole": measured(port, lambda: [pid], keeps=False),
            "unchanged": measured(port, lambda: [pid], keeps=True),
        }


def show(table: dict[str, Any]) -> None:
    """Print the table for people."""
    print(f"{table['connections']} connections, {table['seconds']} s each, body {table['body']}")
    for name in ("own", "nginx"):
        print(name, table[name] if isinstance(table[name], str) else "")
        for kind, one in table[name].items() if isinstance(table[name], dict) else ():
            print(f"  {kind}: {one}")
    print(f"a change reaches the answer after {table['change_reaches_s']} s, and caches 5 to 10 s later")


def main() -> None:
    """Measure, and print for people or as JSON."""
    table = measure(lambda text: print(text, file=sys.stderr, flush=True))
    if "--json" in sys.argv:
        print(json.dumps(table))
    else:
        show(table)


if __name__ == "__main__":
    main()
