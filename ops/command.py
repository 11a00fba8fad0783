"""The command line `./sonae`: every command, with its work imported only when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo.settings import Settings, SettingsError, read_settings
from ops.errors import OpsError

if TYPE_CHECKING:
    from rich.console import Console

    from ops.installation import Installation

app = typer.Typer(
    name="sonae",
    help="Sonae (備え): situational awareness for a prefecture's disaster centre.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main() -> None:
    """Run the command line; an expected error is one line and exit code 1."""
    try:
        app(prog_name="./sonae")
    except (OpsError, SettingsError) as fault:
        _console(stderr=True).print(f"sonae: {fault}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


def project_dir() -> Path:
    """Return the folder whose `.sonae` holds the state: the checkout, or the working folder of a wheel."""
    checkout = Path(__file__).resolve().parents[1]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr)


def _settings(**variables: str) -> Settings:
    return read_settings({**os.environ, **variables}, root=project_dir())


def _installation() -> Installation:
    from ops.installation import Installation

    return Installation(_settings())


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when everything is up.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write events to the log only.")] = False,
) -> None:
    """Start everything: database, broker, schema, ingest, dashboard; restart what falls."""
    from ops import up as room

    if detach:
        room.up_detached(_settings(), console=_console())
        room.status(_settings(), console=_console(), as_json=False)
    else:
        room.up(_settings(), console=_console(), quiet=quiet)


@app.command()
def down() -> None:
    """Stop what `up` or `demo` started here, and nothing else."""
    from ops.up import down as stop

    for installation in ("operational", "demo"):
        stop(_settings(SONAE_INSTALLATION=installation), console=_console())


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what runs; exit code 1 unless every part is up."""
    from ops.up import status as show

    if not show(_settings(), console=_console(), as_json=as_json):
        raise typer.Exit(1)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and installation; name each fault with its mend."""
    from ops.doctor import examine, report

    findings = examine(_settings(), project_dir())
    if not report(findings, console=_console(), as_json=as_json):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    installation = _installation()
    with installation.database():
        before, after = installation.migrate()
    _console().print(f"schema: {before or 'empty'} → {after}", highlight=False)


@app.command()
def ingest() -> None:
    """Run one ingest process: broker to database."""
    from ingest.run import main as run

    run(_installation().running_settings)


@app.command()
def dashboard() -> None:
    """Run one dashboard process: database to screens."""
    from dashboard.run import main as run

    run(_installation().running_settings)


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
    if not run(kinds, rest, project_dir(), console=_console()):
        raise typer.Exit(1)


device_app = typer.Typer(no_args_is_help=True, help="Instruments and their broker accounts.")
app.add_typer(device_app, name="device")


@device_app.command("add")
def device_add(
    name: Annotated[str, typer.Argument(help="Device id and broker account: A-Z a-z 0-9 _ -")],
    kind: Annotated[str, typer.Option(help="gauge, camera, drone, heli, team or shelter")] = "gauge",
    gauge: Annotated[str | None, typer.Option(help="The gauge it measures for.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="A vendor's topic that it may write too.")] = None,
) -> None:
    """Register a device and show its password, once."""
    from ops.device import add_device

    installation = _installation()
    with installation.database() as database_url:
        password = add_device(
            database_url, installation.broker, name, kind=kind, gauge_id=gauge, writes=topic or ()
        )
    shown = f"account {name}\npassword {password}" if password else _elsewhere(name)
    _console().print(shown, highlight=False, markup=False)


def _elsewhere(name: str) -> str:
    return f"registered; now make the account {name} in your broker, allowed to write sonae/v1/+/+/{name}/#"


@device_app.command("list")
def device_list(as_json: AsJson = False) -> None:
    """List the devices."""
    from ops.device import list_devices

    with _installation().database() as database_url:
        _show_rows(list_devices(database_url), as_json=as_json)


@device_app.command("revoke")
def device_revoke(name: str) -> None:
    """Shut a device out of the broker."""
    from ops.device import revoke_device

    installation = _installation()
    with installation.database() as database_url:
        revoke_device(database_url, installation.broker, name)
    _console().print(f"{name}: revoked", highlight=False, markup=False)


def _show_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    from rich.table import Table

    if as_json:
        _console().print_json(data=rows, default=str)
        return
    table = Table(*(rows[0] if rows else ["nothing yet"]))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    _console().print(table)
