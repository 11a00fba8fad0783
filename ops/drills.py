"""The commands of recorded storms: `demo` and `replay`. The work is in their rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from ops.errors import OpsError
from ops.here import AsJson, settings_here, terminal

ScenarioName = Annotated[str, typer.Option("--scenario", help="Which recorded storm.")]
Speed = Annotated[float | None, typer.Option(min=0.01, max=1_000_000, help="Seconds of the storm a second.")]
#: a demo is watched by people, a check by nobody
DEMO_SPEED, CHECK_SPEED = 60.0, 20_000.0
DEFAULT_SCENARIO = "shikoku-2026-06"


def demo(
    speed: Speed = None,
    scenario: ScenarioName = DEFAULT_SCENARIO,
    check: Annotated[
        bool, typer.Option("--check", help="Replay at full speed in a place of its own and prove it.")
    ] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Throw the demo's database away and begin anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a recorded storm or a computed flood on the live map, or prove it (--check, also --json)."""
    if check:
        if not _prove(scenario, speed or CHECK_SPEED, as_json=as_json):
            raise typer.Exit(1)
        return
    from ops.demo import DemoRequest
    from ops.demo import demo as run

    request = DemoRequest(scenario=scenario, speed=speed or DEMO_SPEED, from_start=from_start)
    run(settings_here(SONAE_INSTALLATION="demo"), request, console=terminal())


def _prove(scenario: str, speed: float, *, as_json: bool) -> bool:
    """Prove the storm of a scenario, or the flood of one that has no storm."""
    from ops.flood_proof import prove_flood
    from ops.proof import prove
    from ops.scenario import load_scenario

    if load_scenario(scenario).gauges:
        if as_json:
            return prove(scenario, speed=speed, console=Console(stderr=True), report=terminal())
        return prove(scenario, speed=speed, console=terminal())
    return prove_flood(scenario, console=terminal())


def replay(
    scenario: Annotated[
        str, typer.Argument(help="The recorded storm, or a record of shelters (nanao-2024).")
    ] = DEFAULT_SCENARIO,
    speed: Speed = DEMO_SPEED,
    begin: Annotated[
        str | None, typer.Option("--from", help="Where to begin: 2026-06-02T18:00+09:00")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Where to end.")] = None,
    mqtt: Annotated[str | None, typer.Option(help="Another broker: mqtt://host:port")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Stay connected after the end.")] = False,
) -> None:
    """Send a recorded storm into the running demo, or prove a record of shelters in a place of its own."""
    from ops.shelter_record import shelter_records

    if scenario in shelter_records():
        from ops.shelter_replay import replay_shelters

        if not replay_shelters(scenario, console=terminal()):
            raise typer.Exit(1)
        return
    from ops.installation import Installation
    from ops.replay import Request
    from ops.replay import replay as run

    request = Request(
        scenario=scenario,
        speed=speed or DEMO_SPEED,
        begin=_moment(begin, "--from"),
        end=_moment(end, "--to"),
        mqtt_url=mqtt,
        stay=stay,
    )
    run(Installation(settings_here(SONAE_INSTALLATION="demo")), request, console=terminal())


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise OpsError(f"{option} {text!r} is no moment: expected 2026-06-02T18:00+09:00") from fault
    if moment.tzinfo is None:
        raise OpsError(f"{option} {text!r} has no zone: add +09:00 for Japan time")
    return moment.astimezone(UTC)


def camera_drill(scenario: Annotated[str, typer.Argument()] = DEFAULT_SCENARIO) -> None:
    """Simulate a river camera in the running demo: real pictures at a synthetic place."""
    from ops.camera_drill import run_camera
    from ops.installation import Installation
    from ops.replay import stop_asked

    def say(line: str) -> None:
        terminal().print(line, markup=False, highlight=False)

    with stop_asked() as stop:
        run_camera(Installation(settings_here(SONAE_INSTALLATION="demo")), scenario, stop=stop, say=say)


def air_drill(scenario: Annotated[str, typer.Argument()] = DEFAULT_SCENARIO) -> None:
    """Simulate helicopters and drones in the running demo: all made up, by the incident's clock."""
    from ops.air_drill import run_air
    from ops.installation import Installation
    from ops.replay import stop_asked

    def say(line: str) -> None:
        terminal().print(line, markup=False, highlight=False)

    with stop_asked() as stop:
        run_air(Installation(settings_here(SONAE_INSTALLATION="demo")), scenario, stop=stop, say=say)


def video_drill(
    scenario: Annotated[str | None, typer.Argument()] = None,
    streams: Annotated[int, typer.Option(min=1, max=32, help="How many streams.")] = 6,
) -> None:
    """Publish moving test pictures on the wall of what runs here, marked as made up (needs ffmpeg)."""
    from ops.installation import Installation
    from ops.replay import stop_asked
    from ops.video_drill import run_videos

    installation = Installation(settings_here(SONAE_INSTALLATION="demo"))
    with stop_asked() as stop:
        url = installation.running_settings.require_database_url()
        run_videos(installation.state_dir, url, scenario, streams, stop=stop)


def shelter_drill(scenario: Annotated[str, typer.Argument()] = DEFAULT_SCENARIO) -> None:
    """Simulate shelter staff in the running demo: a drill, through tablets of their own."""
    from ops.demo import PEOPLE
    from ops.installation import Installation
    from ops.replay import stop_asked
    from ops.shelter_drill import run_drill

    def say(line: str) -> None:
        terminal().print(line, markup=False, highlight=False)

    installation = Installation(settings_here(SONAE_INSTALLATION="demo"))
    with stop_asked() as stop:
        run_drill(installation, scenario, PEOPLE[0][0], stop=stop, say=say)
