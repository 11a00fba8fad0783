"""`demo`: the recorded storm on a live map, from one command, until Ctrl-C.

A demo is an installation of its own (`.sonae/demo`, its own database, broker and ports), because its
gauges carry the ids of real ones. A second start goes on where the first one stopped. Beginning anew
throws the demo's database and the broker's queues away: readings are kept once, so the same storm
cannot run twice in one database, and nothing in it is real.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from dashboard.account import AccountError, Role, create_account, list_accounts, set_password
from dashboard.signin.password import verify
from geo.engine import connect
from geo.settings import Settings
from ops.air_fleet import make_air
from ops.camera_drill import make_camera
from ops.child import Child
from ops.errors import OpsError, SupervisionError
from ops.flood_demo import begin_flood
from ops.follow import Follower, read_standing
from ops.installation import Installation
from ops.replay import make_accounts
from ops.scenario import Scenario, import_scenario, load_scenario
from ops.supervise import StoppedError, Supervisor, supervisor_pid
from ops.up import (
    address,
    alerts_process,
    dashboard_process,
    field_process,
    forecast_process,
    ingest_process,
    public_address,
    public_process,
    say_to,
    start_servers,
    stop_on_signal,
)

#: the people of a demo: login, name, role
PEOPLE = (
    ("officer", "当直（デモ）", "duty_officer"),
    ("approver", "承認者（デモ）", "approver"),
    ("admin", "管理者（デモ）", "administrator"),
)
#: the people of a municipality, who order; the prefecture above advises
TOWN_PEOPLE = (
    ("town-officer", "市の防災担当（デモ）", "municipal_officer"),
    ("town-mayor", "市長（デモ）", "municipal_approver"),
)
#: the municipality whose people they are, by scenario: 徳島市 (飯谷橋 on the 勝浦川), 長野市
TOWNS = {"shikoku-2026-06": "36201", "chikuma-2019": "20201"}


class DemoError(OpsError):
    """Raised when a demo cannot be run here."""


@dataclass(frozen=True, kw_only=True)
class DemoRequest:
    """What is asked of a demo."""

    scenario: str = "shikoku-2026-06"
    speed: float = 60.0
    #: throw away the demo's database and begin the storm anew
    from_start: bool = False


def demo(settings: Settings, request: DemoRequest, *, console: Console) -> None:
    """Run a demo in the foreground until Ctrl-C, SIGTERM or `down`.

    Raises `DemoError`, `ScenarioError`, `SupervisionError` and what the servers raise.
    """
    if settings.installation != "demo":
        raise DemoError("a demo runs in its own installation: SONAE_INSTALLATION must not say otherwise")
    scenario = load_scenario(request.scenario)
    installation = Installation(settings)
    if request.from_start:
        begin_anew(installation)
    say = say_to(installation.log_dir / "up.log", console)
    with Supervisor(installation.state_dir, say=say) as supervisor, stop_on_signal(supervisor):
        try:
            start(supervisor, installation, scenario, say)
            if scenario.gauges:
                supervisor.add(replay_process(installation, request))
                for drill in ("shelter-drill", "camera-drill", "air-drill"):
                    supervisor.add(drill_process(installation, drill, drill, request.scenario))
                if shutil.which("ffmpeg"):
                    videos = drill_process(installation, "videos", "simulate-video", request.scenario)
                    supervisor.add(videos)
                else:
                    say("no videos: ffmpeg is not installed")
            if scenario.flood is not None:
                url, state_dir = installation.settings.require_database_url(), installation.state_dir
                begin_flood(url, scenario, state_dir=state_dir, speed=request.speed)
        except StoppedError:
            return
        console.print(people_table(installation, TOWNS.get(scenario.slug)))
        say(f"the residents' page of this drill: {public_address(settings)}")
        say(f"{scenario.name_en}: {address(settings)} (Ctrl-C or './sonae down' stops it)")
        if _is_over(installation, scenario):
            say("this storm is over and stands still: './sonae demo --from-start' begins it anew")
        follower = Follower(installation.settings.require_database_url(), scenario)
        follower.follow(supervisor, console)


def _is_over(installation: Installation, scenario: Scenario) -> bool:
    standing = read_standing(installation.settings.require_database_url(), scenario.slug)
    return standing.now >= scenario.end and standing.readings >= len(scenario.readings)


def start(
    supervisor: Supervisor, installation: Installation, scenario: Scenario, say: Callable[[str], None]
) -> None:
    """Start everything but the storm itself, with the ground of `scenario`."""
    start_servers(supervisor, installation, say)
    database_url = installation.settings.require_database_url()
    import_scenario(database_url, scenario, state_dir=installation.state_dir, say=say)
    make_people(installation, TOWNS.get(scenario.slug))
    make_accounts(installation, scenario)
    if scenario.gauges:
        make_camera(installation, scenario)
        make_air(installation, scenario)
    supervisor.add(ingest_process(installation))
    supervisor.add(field_process(installation))
    supervisor.add(forecast_process(installation))
    supervisor.add(alerts_process(installation))
    supervisor.add(dashboard_process(installation))
    supervisor.add(public_process(installation))


def replay_process(installation: Installation, request: DemoRequest) -> Child:
    """Return the process that replays the storm; it stays after the end, as gauges do."""
    command = [sys.executable, "-m", "ops", "replay", request.scenario, "--speed", f"{request.speed:g}"]
    return Child(
        "replay",
        [*command, "--stay"],
        environment=installation.environment(),
        log=installation.log_dir / "replay.log",
        probe=lambda: True,
    )


def drill_process(installation: Installation, name: str, command: str, scenario: str) -> Child:
    """Return the process `name` of a simulator that follows the incident's clock."""
    return Child(
        name,
        [sys.executable, "-m", "ops", command, scenario],
        environment=installation.environment(),
        log=installation.log_dir / f"{name}.log",
        probe=lambda: True,
    )


def people(town: str | None) -> list[tuple[str, str, Role]]:
    """Return the people of a demo as (login, name, role), with those of the municipality `town`."""
    found = [(login, name, Role(name=role)) for login, name, role in PEOPLE]
    if town is not None:
        found += [(login, name, Role(name=role, area_code=town)) for login, name, role in TOWN_PEOPLE]
    return found


def make_people(installation: Installation, town: str | None = None) -> dict[str, str]:
    """See that the demo's people can sign in; return their passwords by login.

    The passwords are generated once and kept in the state folder (mode 600). The database itself
    refuses demo accounts in any other installation. `town` is the municipality of those who order.
    """
    wanted = people(town)
    passwords = installation.credentials.account_passwords([login for login, _, _ in wanted])
    with connect(installation.settings.require_database_url(), application="sonae demo") as connection:
        known = {account.login for account in list_accounts(connection)}
        for login, name, role in wanted:
            password = passwords[login]
            if login not in known:
                try:
                    create_account(
                        connection,
                        login=login,
                        display_name=name,
                        password=password,
                        roles=[role],
                        demo=True,
                    )
                except AccountError as fault:
                    raise DemoError(str(fault)) from fault
                continue
            row = connection.execute(
                "SELECT password_hash FROM account WHERE login = %s", (login,)
            ).fetchone()
            if row is not None and not verify(row[0], password):
                set_password(connection, login, password)
    return passwords


def people_table(installation: Installation, town: str | None = None) -> Table:
    """Return who can sign in to the demo, with their passwords."""
    wanted = people(town)
    passwords = installation.credentials.account_passwords([login for login, _, _ in wanted])
    table = Table("sign in as", "password", "who", title="demo accounts", title_justify="left")
    for login, name, role in wanted:
        where = "" if role.area_code is None else f" of {role.area_code}"
        table.add_row(login, passwords[login], f"{name}, {role.name}{where}")
    return table


def begin_anew(installation: Installation) -> None:
    """Throw away the demo's database and the broker's queues; accounts keep their passwords.

    Raises `DemoError` when the servers are not the demo's own, `SupervisionError` while it runs.
    """
    postgres, broker = installation.postgres, installation.broker
    if installation.settings.installation != "demo" or postgres is None or broker is None:
        raise DemoError(
            "only a demo with servers of its own can begin anew; empty the database yourself, or unset"
            " SONAE_DATABASE_URL and SONAE_MQTT_URL"
        )
    if (pid := supervisor_pid(installation.state_dir)) is not None:
        raise SupervisionError(f"the demo is running (process {pid}): './sonae down' stops it")
    broker.stop()
    postgres.stop()
    for folder in (postgres.data, broker.home / "data"):
        shutil.rmtree(folder, ignore_errors=True)
