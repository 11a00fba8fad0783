"""`demo --check` of a computed flood: run it in a place of its own, and prove its volume and its area.

Everything is real: servers, the forecast process, the dashboard, a screen that follows. Only the person is
missing.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import time
from typing import Any, Final

from rich.console import Console

from geo.terrain import read_raster
from ops import flood_check, screen
from ops.check import Finding, check_pictures
from ops.demo import PEOPLE, make_people, start
from ops.errors import OpsError
from ops.flood_case import FloodCase
from ops.flood_demo import begin_flood
from ops.installation import Installation
from ops.proof import SCREEN_S, findings_table, place_of_its_own
from ops.scenario import Scenario, load_scenario
from ops.supervise import Supervisor

#: how long the flood may take [s]; it takes about a minute on a machine that has nothing else to do
MOST_S: Final = 600.0
#: seconds of the incident's time a second: the whole of it passes while the flood is computed
SPEED: Final = 1000.0
PEOPLE_FILE: Final = "people.csv.gz"
#: how often the progress is said [s]
SAY_S: Final = 10.0


class FloodProofError(OpsError):
    """Raised when the dashboard does not give what is to be looked at."""


class Api:
    """A signed-in reader of the dashboard's plain HTTP."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self._host, self._port, self._cookie = host, port, cookie

    def get(self, path: str) -> bytes | None:
        """Return the bytes of an answer as they are stored, None for 204. Raises `FloodProofError`."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        try:
            connection.request("GET", path, headers={"Cookie": self._cookie})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status == 204:
            return None
        if answer.status != 200:
            raise FloodProofError(f"{path} answers {answer.status} {answer.reason}")
        return body

    def run(self, run: int) -> dict[str, Any]:
        """Return a run as the dashboard tells it."""
        told: dict[str, Any] = json.loads(self.get(f"/api/inundations/{run}") or b"{}")
        return told

    def field(self, run: dict[str, Any], quantity: str, t_s: int) -> flood_check.Codes:
        """Return a whole field of the median."""
        place = f"/api/inundations/{run['id']}/median/{quantity}/{t_s}"
        return flood_check.whole_field(run["grid"], lambda row, column: self.get(f"{place}/{row}/{column}"))


def prove_flood(slug: str, *, console: Console) -> bool:
    """Compute the flood of `slug`, print what was counted, and return whether everything holds."""
    began = time.monotonic()
    scenario = load_scenario(slug)
    if scenario.flood is None:
        raise FloodProofError(f"{slug} has no flood to compute")
    with place_of_its_own() as installation:
        findings, seconds = _findings(installation, scenario, scenario.flood, console)
    console.print(findings_table(f"{scenario.name_en}: at the end", findings))
    holds = all(finding.holds for finding in findings)
    console.print(
        f"{'proved' if holds else 'NOT proved'}: {scenario.flood.hours:g} h of flood,"
        f" {seconds:.1f} s to compute, {time.monotonic() - began:.1f} s in all",
        style="green" if holds else "bold red",
        highlight=False,
    )
    return holds


def _findings(
    installation: Installation, scenario: Scenario, case: FloodCase, console: Console
) -> tuple[list[Finding], float]:
    settings, login = installation.settings, PEOPLE[0][0]
    host, port = settings.http_host, settings.http_port

    def say(line: str) -> None:
        console.print(line, style="dim", highlight=False, markup=False)

    with Supervisor(installation.state_dir, say=say) as supervisor:
        start(supervisor, installation, scenario, say)
        cookie = screen.sign_in(host, port, login, make_people(installation)[login])
        with screen.FollowingScreen(host, port, cookie) as follower:
            began = time.monotonic()
            run = begin_flood(
                settings.require_database_url(), scenario, state_dir=installation.state_dir, speed=SPEED
            )
            _wait(follower, run, supervisor, console)
            seconds = time.monotonic() - began
            picture = _picture_finding(host, port, cookie, follower)
        return [*_fields_findings(Api(host, port, cookie), run, case, scenario), picture], seconds


def _wait(follower: screen.FollowingScreen, run: int, supervisor: Supervisor, console: Console) -> None:
    """Wait until the screen that follows sees the run ended. Raises `FloodProofError`."""
    deadline, next_s = time.monotonic() + MOST_S, 0.0
    while time.monotonic() < deadline:
        supervisor.tick()
        _, told = follower.picture.get("inundation", {}).get(str(run), (0, None))
        if told is not None and told["state"] in ("done", "stopped", "failed"):
            return
        if told is not None and time.monotonic() > next_s:
            next_s = time.monotonic() + SAY_S
            console.print(f"{told['state']}: {told['progress']:.0%}", style="dim", highlight=False)
        time.sleep(0.2)
    raise FloodProofError(f"the flood was not computed within {MOST_S:.0f} s")


def _fields_findings(api: Api, run_id: int, case: FloodCase, scenario: Scenario) -> list[Finding]:
    run = api.run(run_id)
    ended = flood_check.check_state(run)
    if not ended.holds:
        return [ended]
    times = run["frames_s"]["median"]
    peak, arrival = api.field(run, "peak", 0), api.field(run, "arrival", 0)
    last = api.field(run, "depth", times[-1])
    some = (api.field(run, "depth", t_s) for t_s in times[:: max(1, len(times) // 8)])
    ground = read_raster(case.terrain).values
    fields = {"depth": last, "peak": peak, "arrival": arrival}
    return [
        ended,
        flood_check.check_volume(case, run, last),
        flood_check.check_area(case, run, last),
        flood_check.check_unknown(ground, fields),
        flood_check.check_order(some, peak, arrival),
        *_people_findings(scenario, run, peak),
    ]


def _people_findings(scenario: Scenario, run: dict[str, Any], peak: flood_check.Codes) -> list[Finding]:
    if PEOPLE_FILE not in scenario.files:
        return []
    rows = csv.DictReader(io.StringIO(scenario.data(PEOPLE_FILE).decode("utf-8-sig")))
    return [flood_check.check_people(rows, run, peak)]


def _picture_finding(host: str, port: int, cookie: str, follower: screen.FollowingScreen) -> Finding:
    """Compare the following screen with a fresh snapshot, giving it a moment to catch up."""
    deadline = time.monotonic() + SCREEN_S
    while True:
        finding = check_pictures(follower.picture, screen.fresh_snapshot(host, port, cookie))
        if finding.holds or time.monotonic() > deadline:
            return finding
        time.sleep(0.2)
