"""`demo --check`: replay a storm at full speed in a place of its own, and prove that nothing of it is lost.

Everything is real: servers, ingest, dashboard, 107 gauges, a screen that follows from the start, a
browser. Only the person is missing, and the state is thrown away afterwards.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table
from rich.text import Text

from geo.engine import connect
from geo.flood.levels.parameters import load as load_parameters
from geo.forecast.forecast_rules import forecast_rules
from geo.queries import load
from geo.settings import Settings
from ops import check, check_forecasts, screen
from ops.air_drill import AirDrill, check_begin
from ops.air_fleet import make_air
from ops.air_proof import end_findings, height_findings, written_finding
from ops.camera_drill import CameraDrill, make_camera
from ops.camera_proof import camera_finding
from ops.check import Finding, Record
from ops.check_proposals import proposal_findings
from ops.demo import PEOPLE, make_people, start
from ops.errors import OpsError
from ops.fleet import Fleet, broker_place
from ops.footprint_proof import footprint_finding
from ops.installation import Installation
from ops.playback import Playback, Report, wait_for_ingest
from ops.replay import clock_text, make_accounts, progress_shown
from ops.scenario import Scenario, load_scenario
from ops.servers.broker import free_port
from ops.shelter_drill import ShelterDrill, scenario_drill
from ops.shelter_proof import shelter_findings
from ops.supervise import Supervisor
from ops.tablet_device import officer_line
from ops.up import address
from ops.video_drill import VideoDrill, register
from ops.video_proof import video_finding
from sensors.simulate.video import MovingPicture

_SQL = load("ops", "proof.sql")
#: after the last reading nothing may have changed for so long [s]
CALM_S = 3.0
#: how long the system may take to write what was sent [s]
SETTLE_S = 90.0
#: how long a screen may lag behind the database [s]
SCREEN_S = 15.0


def prove(slug: str, *, speed: float, console: Console, report: Console | None = None) -> bool:
    """Replay `slug` at `speed`, print what was counted, and return whether everything holds.

    What was counted goes to `report` as JSON besides, if there is one.

    The storm stops at its height and goes on: there the rivers and the warnings stand highest, and
    going on is proved with it.
    """
    began = time.monotonic()
    scenario = load_scenario(slug)
    with place_of_its_own() as installation:
        stages, reports = _stages(installation, scenario, speed, console)
    for title, findings in stages.items():
        console.print(findings_table(title, findings))
    holds = all(finding.holds for findings in stages.values() for finding in findings)
    sent, told = sum(report.sent for report in reports), sum(report.telegrams for report in reports)
    seconds = sum(report.seconds for report in reports)
    console.print(
        f"{'proved' if holds else 'NOT proved'}: {sent} readings of {len(scenario.gauges)} gauges and {told}"
        f" telegrams, {seconds:.1f} s for the storm, {time.monotonic() - began:.1f} s in all",
        style="green" if holds else "bold red",
        highlight=False,
    )
    if report is not None:
        found = {title: [asdict(finding) for finding in findings] for title, findings in stages.items()}
        report.print_json(data={"proved": holds, "speed": speed, "stages": found})
    return holds


@contextmanager
def place_of_its_own() -> Iterator[Installation]:
    """Lend a demo installation in a temporary folder, on free ports; its files are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="sonae-check-"))
    folder.chmod(0o711)
    settings = Settings(
        installation="demo",
        state_dir=folder / "demo",
        http_port=free_port(),
        public_port=free_port(),
        secure_cookies=False,
    )
    installation = Installation(settings, broker_port=free_port())
    # A request to end is an interruption like Ctrl-C: what was started is stopped and removed.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield installation
    finally:
        signal.signal(signal.SIGTERM, before)
        # Where the servers' account cannot reach the folder, their files stand elsewhere behind a link.
        homes = [server.home for server in (installation.postgres, installation.broker) if server is not None]
        for path in (*homes, folder):
            shutil.rmtree(path, ignore_errors=True)


def _stages(
    installation: Installation, scenario: Scenario, speed: float, console: Console
) -> tuple[dict[str, list[Finding]], list[Report]]:
    """Replay to the height of the storm, look, go on to the end, look again."""
    record = check.read_record(scenario.folder)
    settings = installation.settings
    login = PEOPLE[0][0]

    def say(line: str) -> None:
        console.print(line, style="dim", highlight=False, markup=False)

    with Supervisor(installation.state_dir, say=say) as supervisor:
        start(supervisor, installation, scenario, say)
        password = make_people(installation)[login]
        place = (settings.http_host, settings.http_port)
        officer = officer_line(*place, login, password)
        cookie = officer.headers["Cookie"]
        drill = ShelterDrill(scenario_drill(scenario), place, officer)
        broker = broker_place(settings.require_mqtt_url())
        camera = CameraDrill(make_camera(installation, scenario), broker)
        fleet = make_air(installation, scenario)
        air = AirDrill(fleet, broker, check_begin(fleet))
        videos = VideoDrill(settings.state_dir / "video", [MovingPicture(1), MovingPicture(2)])
        stages, reports = {}, []
        with (
            videos,
            officer,
            closing(drill),
            camera.device,
            air,
            screen.FollowingScreen(*place, cookie) as follower,
        ):
            register(settings.require_database_url(), videos.pictures, scenario.slug)
            for title, moment in (("at the height", scenario.height), ("at the end", scenario.end)):
                reports.append(_replay(installation, scenario, speed, moment, console))
                drill.catch_up(moment)
                camera.catch_up(moment)
                if moment == scenario.height:
                    air.catch_up(moment)
                    air.wait_acknowledged(SETTLE_S)
                told = record.until(moment)
                _wait_until_settled(settings.require_database_url(), len(told.levels), supervisor)
                seen = camera_finding(settings.require_database_url(), camera.device.sent)
                flown = _air_findings(settings.require_database_url(), air, at_end=moment == scenario.end)
                filmed = video_finding(place, cookie, videos.pictures)
                others = [seen, filmed, *flown, *shelter_findings(drill, place, cookie)]
                found = _look(settings, told, moment, cookie, follower)
                stages[f"{title}, {clock_text(moment)}"] = [*found, *others]
                if moment == scenario.height:
                    air.land(moment)
                    air.wait_acknowledged(SETTLE_S)
    return stages, reports


def _air_findings(database_url: str, air: AirDrill, *, at_end: bool) -> list[Finding]:
    written = written_finding(database_url, air)
    noticed = end_findings(database_url) if at_end else height_findings(database_url, air)
    return [written, footprint_finding(database_url), *noticed]


def _look(
    settings: Settings, record: Record, moment: datetime, cookie: str, follower: screen.FollowingScreen
) -> list[Finding]:
    database_url = settings.require_database_url()
    return [
        *_database_findings(database_url, record),
        *_forecast_findings(database_url, moment),
        *proposal_findings(database_url, record),
        _picture_finding(settings.http_host, settings.http_port, cookie, follower),
        _page_finding(address(settings), cookie, database_url),
    ]


def _replay(
    installation: Installation, scenario: Scenario, speed: float, end: datetime, console: Console
) -> Report:
    settings = installation.settings
    database_url = settings.require_database_url()
    gauges = make_accounts(installation, scenario)
    wait_for_ingest(database_url)
    host, port = broker_place(settings.require_mqtt_url())
    with Fleet(gauges, host, port) as fleet, progress_shown(scenario, console) as on_progress:
        report = Playback(scenario, database_url, fleet, speed=speed, end=end).run(on_progress)
        # The gauges stay until everything is written, as they would in the field.
        fleet.wait_acknowledged(SETTLE_S)
    return report


def _wait_until_settled(database_url: str, expected: int, supervisor: Supervisor) -> None:
    """Wait until all readings are written and nothing moves; what is missing then is a finding."""
    deadline = time.monotonic() + SETTLE_S
    last, since = (0, 0), time.monotonic()
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        while time.monotonic() < deadline:
            supervisor.tick()
            row = connection.execute(_SQL["settled"]).fetchone() or (0, 0)
            if row != last:
                last, since = (row[0], row[1]), time.monotonic()
            calm = time.monotonic() - since
            if calm > CALM_S and (last[0] >= expected or calm > SETTLE_S / 3):
                return
            time.sleep(0.1)


def _database_findings(database_url: str, record: Record) -> list[Finding]:
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        rows = _rows(connection, "readings")
        quarantined = _one(connection, "quarantined")
        states = {row["gauge_id"]: row for row in _rows(connection, "states")}
        flags: dict[str, int] = dict(connection.execute(_SQL["flags"]).fetchall())
        telegrams = {row["source_id"]: row["items"] for row in _rows(connection, "telegrams")}
        in_force = {(row["publisher"], row["region"], row["level"]) for row in _rows(connection, "in_force")}
    return [
        check.check_readings(record, rows, quarantined),
        check.check_states(record, states),
        check.check_quality(record, flags),
        check.check_warnings(record, telegrams, in_force),
    ]


def _forecast_findings(database_url: str, moment: datetime) -> list[Finding]:
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        readings = {
            gauge_id: check_forecasts.Usable(np.array(times_s), np.array(levels_m))
            for gauge_id, times_s, levels_m in connection.execute(_SQL["usable_readings"])
        }
        forecasts = {row["gauge_id"]: row for row in _rows(connection, "newest_forecasts")}
        gauges = {row[0]: (row[1], row[2]) for row in connection.execute(_SQL["start_and_danger"])}
    return [
        check_forecasts.check_presence(readings, forecasts, moment, forecast_rules().refresh_min),
        check_forecasts.check_against_fresh(readings, forecasts, gauges, load_parameters()),
    ]


def _rows(connection: psycopg.Connection[Any], statement: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL[statement]).fetchall()


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(_SQL[statement]).fetchone()
    return int(row[0]) if row is not None else 0


def _picture_finding(host: str, port: int, cookie: str, follower: screen.FollowingScreen) -> Finding:
    """Compare the following screen with a fresh snapshot, giving it a moment to catch up."""
    deadline = time.monotonic() + SCREEN_S
    while True:
        fresh = screen.fresh_snapshot(host, port, cookie)
        finding = check.check_pictures(follower.picture, fresh)
        if finding.holds or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    wrong = list(finding.differences)
    if follower.closed is not None:
        wrong.append(f"the screen was disconnected: {follower.closed}")
    if (pictures := follower.messages.get("snapshot", 0)) != 1:
        wrong.append(f"the screen was given {pictures} pictures instead of one and what changed")
    deltas = follower.messages.get("delta", 0)
    return Finding(finding.what, f"{finding.counted}, {deltas} deltas", wrong)


def _page_finding(page: str, cookie: str, database_url: str) -> Finding:
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        classes: dict[str, int] = dict(connection.execute(_SQL["classes"]).fetchall())
    try:
        counts, errors = screen.page_counts(page, cookie)
    except OpsError as fault:
        return Finding("the map page counts the same", "not looked at", [str(fault)])
    return check.check_map(counts, classes, errors)


def findings_table(title: str, findings: list[Finding]) -> Table:
    """Return the findings of one moment as a table."""
    table = Table("proved", "what", "counted", "differences", title=title, title_justify="left")
    for finding in findings:
        mark = Text("yes", style="green") if finding.holds else Text("NO", style="bold red")
        table.add_row(mark, finding.what, Text(finding.counted), Text(finding.words))
    return table
