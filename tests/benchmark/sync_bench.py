"""How many operations a second tablets get through the API, beside bare INSERTs of the same bytes.

Tablets of several shelters post their outboxes over HTTP to a real dashboard process with a real database:
sign-in by token, reading, stamping, quarantine, log, fold, status row and live changes. The baseline inserts
the same documents into a copy of the log's table (LIKE … INCLUDING ALL), one transaction a batch, no HTTP.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psycopg
from rich.console import Console

from geo.engine import connect
from geo.incident import open_incident
from ops.demo import PEOPLE, make_people
from ops.proof import place_of_its_own
from ops.supervise import Supervisor
from ops.tablet_device import TabletDevice, enrol, officer_line
from ops.up import dashboard_process, start_servers

SHELTERS, BATCHES, BATCH, ROUNDS, SEED = 8, 5, 100, 3, 1
PLACES = """
INSERT INTO shelter (id, name, geom, source, raw)
SELECT 'bench-' || n, '避難所' || n, ST_SetSRID(ST_Point(134.3 + n * 0.01, 34), 4326), 'bench', '{}'
FROM generate_series(0, %(last)s) n
"""
BARE_TABLE = (
    "DROP TABLE IF EXISTS bare_log; CREATE TABLE bare_log"
    " (incident_id int, shelter_id text, number int, id text PRIMARY KEY, raw jsonb)"
)
BARE_INSERT = (
    "INSERT INTO bare_log SELECT 1, %(shelter)s, n, r->>'id', r FROM unnest(%(raw)s::jsonb[])"
    " WITH ORDINALITY AS t(r, n) ON CONFLICT DO NOTHING"
)


def fill(tablet: TabletDevice, name: str, rng: np.random.Generator) -> None:
    """Put one batch into a tablet's outbox."""
    for number in range(BATCH):
        value = {"field": "people", "delta": int(rng.integers(-2, 6))}
        tablet.act(f"{name}/{number}", "count", value)


def api_rate(tablets: list[TabletDevice], name: str, rng: np.random.Generator) -> float:
    """Return operations a second through the API, all tablets at once."""
    seconds = 0.0
    for batch in range(BATCHES):
        for tablet in tablets:
            fill(tablet, f"{name}/{batch}", rng)
        began = time.perf_counter()
        with ThreadPoolExecutor(len(tablets)) as pool:
            list(pool.map(TabletDevice.sync, tablets))
        seconds += time.perf_counter() - began
    return len(tablets) * BATCHES * BATCH / seconds


def bare_rate(connection: psycopg.Connection[Any], documents: list[str]) -> float:
    """Return rows a second of bare INSERTs, one transaction a batch."""
    connection.execute(BARE_TABLE)
    began = time.perf_counter()
    for first in range(0, len(documents), BATCH):
        batch = documents[first : first + BATCH]
        connection.execute(BARE_INSERT, {"shelter": "bench-0", "raw": batch})
    return len(documents) / (time.perf_counter() - began)


def measure() -> dict[str, Any]:
    """Return the figures."""
    rng = np.random.default_rng(SEED)
    console = Console(stderr=True, quiet=True)
    with (
        place_of_its_own() as installation,
        Supervisor(installation.state_dir, say=console.print) as supervisor,
    ):
        start_servers(supervisor, installation, console.print)
        supervisor.add(dashboard_process(installation))
        settings, login = installation.settings, PEOPLE[0][0]
        password = make_people(installation)[login]
        place = (settings.http_host, settings.http_port)
        with connect(settings.require_database_url(), autocommit=True) as connection:
            row = connection.execute("SELECT now()").fetchone()
            assert row is not None
            open_incident(connection, slug="bench", name="bench", kind="drill", opened_at=row[0])
            connection.execute(PLACES, {"last": SHELTERS - 1})
            with officer_line(*place, login, password) as officer:
                tablets = [
                    enrol(officer, *place, device=f"b-{n}", shelter=f"bench-{n}", actor="係", name="bench")
                    for n in range(SHELTERS)
                ]
                api_rate(tablets, "warm", rng)
                rates = [api_rate(tablets, str(round_), rng) for round_ in range(ROUNDS)]
                stamped = tablets[0].line.ask("GET", "/api/tablet/changes?limit=1000")["operations"]
            documents = [
                json.dumps({**one, "id": f"{one['id']}-{copy}"}) for copy in range(5) for one in stamped
            ]
            bare = [bare_rate(connection, documents) for _ in range(ROUNDS)]
            refused = sum(tablet.results["quarantined"] for tablet in tablets)
            taken = sum(tablet.results["accepted"] for tablet in tablets)
    expected = SHELTERS * BATCHES * BATCH * (ROUNDS + 1)
    if refused or taken != expected:
        raise AssertionError(f"{taken} of {expected} operations were taken, {refused} are in quarantine")
    api, base = statistics.median(rates), statistics.median(bare)
    return {
        "shelters": SHELTERS,
        "operations_per_request": BATCH,
        "api_operations_per_s": api,
        "bare_inserts_per_s": base,
        "ratio": api / base,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def main() -> None:
    """Print the figures."""
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    print(f"sync: {SHELTERS} tablets, {BATCH} operations a request ({figures['machine']})")
    print(f"  through the tablet API  {figures['api_operations_per_s']:10,.0f} operations/s")
    print(f"  bare INSERT, no HTTP    {figures['bare_inserts_per_s']:10,.0f} rows/s")
    print(f"  ratio                   {figures['ratio']:10.3f}")


if __name__ == "__main__":
    main()
