"""The command line `./sonae`: every command, with its work imported only when it is called."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from geo.settings import Settings, SettingsError
from ops.breach_sites import breach_sites
from ops.camera_commands import camera_app
from ops.channel_commands import channel_app
from ops.cot_command import cot_server
from ops.drills import air_drill, camera_drill, demo, replay, shelter_drill, video_drill
from ops.errors import OpsError
from ops.exposure_commands import depots, facilities, landing_sites, people, roads
from ops.gauge_areas import gauge_areas
from ops.gauge_camera_command import read_gauge
from ops.here import AsJson, installation_here, project_dir, settings_here, terminal
from ops.incidents import incident_app
from ops.klv_command import read_klv
from ops.level_commands import fit_app, hindcast_app, skill
from ops.plan_commands import plan_app
from ops.registers import account_app, device_app, import_app
from ops.simulate_command import simulate
from ops.tablet_import import tablet
from ops.terrain_commands import terrain_app
from ops.warning_commands import feed_app, warnings

app = typer.Typer(
    name="sonae",
    help="Sonae (備え): situational awareness for a prefecture's disaster centre.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.add_typer(account_app, name="account")
app.add_typer(device_app, name="device")
app.add_typer(camera_app, name="camera")
app.add_typer(channel_app, name="channel")
app.add_typer(incident_app, name="incident")
for importer in (
    *(people, facilities, roads, depots, landing_sites, breach_sites, gauge_areas, skill, tablet, warnings),
):
    import_app.command()(importer)
app.add_typer(import_app, name="import")
app.add_typer(feed_app, name="feed")
app.add_typer(plan_app, name="plan")
app.add_typer(fit_app, name="fit")
app.add_typer(hindcast_app, name="hindcast")
app.add_typer(terrain_app, name="terrain")
app.command()(demo)
app.command()(replay)
app.command("shelter-drill", hidden=True)(shelter_drill)
app.command("camera-drill", hidden=True)(camera_drill)
app.command("air-drill", hidden=True)(air_drill)
app.command()(simulate)
app.command("read-gauge")(read_gauge)
app.command("read-klv")(read_klv)
app.command("simulate-video")(video_drill)
app.command("cot-server")(cot_server)


def main() -> None:
    """Run the command line; an expected error is one line and exit code 1."""
    try:
        app(prog_name="./sonae")
    except (OpsError, SettingsError) as fault:
        terminal(stderr=True).print(f"sonae: {fault}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when everything is up.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write events to the log only.")] = False,
) -> None:
    """Start database, broker, schema, ingest, field, forecast, alerts, dashboard; restart what falls."""
    from ops import up as room

    if detach:
        room.up_detached(settings_here(), console=terminal())
        room.status(settings_here(), console=terminal(), as_json=False)
    else:
        room.up(settings_here(), console=terminal(), quiet=quiet)


@app.command()
def down() -> None:
    """Stop what `up` or `demo` started here, and nothing else."""
    from ops.up import down as stop

    stopped = [
        name
        for installation in ("operational", "demo")
        for name in stop(settings_here(SONAE_INSTALLATION=installation), console=terminal())
    ]
    words = f"stopped: {', '.join(stopped)}" if stopped else "nothing was running"
    terminal().print(words, highlight=False, soft_wrap=True)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what runs, a demo too; exit code 1 unless every part of it is up."""
    from ops.up import status as show

    settings = _settings_of_what_runs()
    if not show(settings, console=terminal(), as_json=as_json):
        raise typer.Exit(1)


def _settings_of_what_runs() -> Settings:
    """Return the demo's settings when it is what runs here, else those of the environment."""
    from ops.supervise import supervisor_pid

    settings, demos = settings_here(), settings_here(SONAE_INSTALLATION="demo")
    only_a_demo = supervisor_pid(settings.state_dir) is None and supervisor_pid(demos.state_dir) is not None
    return demos if only_a_demo else settings


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and installation; name each fault with its mend."""
    from ops.doctor import examine, report

    settings = _settings_of_what_runs()
    findings = examine(settings, project_dir())
    if not report(findings, console=terminal(), as_json=as_json):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    installation = installation_here()
    with installation.database():
        before, after = installation.migrate()
    terminal().print(f"schema: {before or 'empty'} → {after}", highlight=False)


@app.command()
def ingest() -> None:
    """Run one ingest process: broker to database."""
    from ingest.run import main as run

    run(installation_here().running_settings)


@app.command()
def field() -> None:
    """Run the watch over the field: contact lost, airspaces, nearness, footprints."""
    from ingest.field_run import main as run

    run(installation_here().running_settings)


@app.command()
def forecast() -> None:
    """Run one forecast process: levels as readings come, and simulated floods."""
    from geo.forecast.run import main as run

    run(installation_here().running_settings)


@app.command()
def alerts() -> None:
    """Run one alerts process: official warnings in, proposals, deliveries."""
    from alerts.run import main as run

    run(installation_here().running_settings)


@app.command()
def dashboard() -> None:
    """Run one dashboard process: database to screens."""
    from dashboard.run import main as run

    run(installation_here().running_settings)


@app.command()
def public() -> None:
    """Run the public face: the residents' page, what it reads, what residents send."""
    from alerts.public.run import main as run

    run(installation_here().running_settings)


@app.command("broker-files", hidden=True)
def broker_files(
    listen: Annotated[str, typer.Option()],
    port: Annotated[int, typer.Option()],
) -> None:
    """Write the files of a broker that runs in a container of its own (docker-compose.yml)."""
    from ops.installation import write_broker_files

    write_broker_files(settings_here(), listen=listen, port=port)


@app.command("bench")
def run_benchmarks(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ingest|live|inundation|impact|forecast|matching|sync|merge|camera|…]..."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the benchmarks, all or those named."""
    from ops.bench import bench

    measured = bench(names or (), project_dir(), as_json=as_json)
    if measured is not None:
        terminal().print_json(data=measured)


@app.command("test")
def run_tests(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[unit|integration|browser|house]... [-- PYTEST ARGUMENTS]")
    ] = None,
) -> None:
    """Run the checks and tests, all or of the kinds named."""
    from ops.suite import KINDS, run

    rest = list(arguments or ())
    kinds = []
    while rest and rest[0] in KINDS:
        kinds.append(rest.pop(0))
    if not run(kinds, rest, project_dir(), console=terminal()):
        raise typer.Exit(1)
