"""The commands of what is registered: people, devices, and files of places. The work is in their rooms."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ops.errors import OpsError
from ops.here import AsJson, installation_here, terminal

if TYPE_CHECKING:
    import psycopg

account_app = typer.Typer(no_args_is_help=True, help="People who sign in, and their roles.")
device_app = typer.Typer(no_args_is_help=True, help="Instruments and their broker accounts.")
import_app = typer.Typer(
    no_args_is_help=True, help="Files into the registers: places, areas, people, facilities, roads, terrain."
)

Login = Annotated[str, typer.Argument(help="The name to sign in with.")]
Roles = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="duty_officer, approver, logistics, shelter_staff:SHELTER-ID, municipal_officer:AREA-CODE,"
        " municipal_approver:AREA-CODE, field, health or administrator; repeatable.",
    ),
]
Generate = Annotated[bool, typer.Option("--generate", help="Generate the password and show it, once.")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]


@contextmanager
def _accounts() -> Iterator[psycopg.Connection[Any]]:
    """Lend a connection for work on accounts; what cannot be done is said in one line."""
    from dashboard.account import AccountError
    from geo.engine import connect

    with installation_here().database() as database_url:
        try:
            with connect(database_url, application="sonae account") as connection:
                yield connection
        except AccountError as fault:
            raise OpsError(str(fault)) from fault


def _password(*, generate: bool) -> str:
    """Return a password: generated and shown, typed twice at the terminal, or read from a pipe."""
    from ops.credentials import new_password

    if generate:
        password = new_password()
        _print(f"password {password}")
        return password
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@account_app.command("add")
def account_add(
    login: Login,
    name: Annotated[str, typer.Option(help="The name to show.")],
    role: Roles = None,
    generate: Generate = False,
) -> None:
    """Let a person sign in."""
    from dashboard.account import Role, create_account

    with _accounts() as connection:
        roles = [Role.parse(text) for text in role or ()]
        password = _password(generate=generate)
        create_account(connection, login=login, display_name=name, password=password, roles=roles)
    _print(f"{login}: account made")


@account_app.command("roles")
def account_roles(login: Login, role: Roles) -> None:
    """Give a person further roles."""
    from dashboard.account import Role, grant_roles

    with _accounts() as connection:
        grant_roles(connection, login, [Role.parse(text) for text in role or ()])
    _print(f"{login}: roles given")


@account_app.command("password")
def account_password(login: Login, generate: Generate = False) -> None:
    """Give a person another password; whoever is signed in with the old one is signed out."""
    from dashboard.account import set_password

    with _accounts() as connection:
        set_password(connection, login, _password(generate=generate))
    _print(f"{login}: password changed")


@account_app.command("disable")
def account_disable(login: Login) -> None:
    """Shut a person out, at once."""
    _switch_account(login, disabled=True)


@account_app.command("enable")
def account_enable(login: Login) -> None:
    """Let a person in again."""
    _switch_account(login, disabled=False)


def _switch_account(login: str, *, disabled: bool) -> None:
    from dashboard.account import set_disabled

    with _accounts() as connection:
        set_disabled(connection, login, disabled=disabled)
    _print(f"{login}: {'disabled' if disabled else 'enabled'}")


@account_app.command("list")
def account_list(as_json: AsJson = False) -> None:
    """List the people who can sign in."""
    from dataclasses import asdict

    from dashboard.account import list_accounts

    with _accounts() as connection:
        rows = [asdict(account) for account in list_accounts(connection)]
    _print_rows(rows, as_json=as_json)


@device_app.command("add")
def device_add(
    name: Annotated[str, typer.Argument(help="Device id and broker account: A-Z a-z 0-9 _ -")],
    kind: Annotated[str, typer.Option(help="gauge, camera, drone, heli, team or shelter")] = "gauge",
    gauge: Annotated[str | None, typer.Option(help="The gauge it measures for.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="A vendor's topic that it may write too.")] = None,
    callsign: Annotated[str | None, typer.Option(help="Of a vehicle: how it is called.")] = None,
    registration: Annotated[str | None, typer.Option(help="Of a vehicle: JA01FD, or a drone's.")] = None,
    icao24: Annotated[
        str | None, typer.Option(help="Of an aircraft: its address; its ADS-B is then no second aircraft.")
    ] = None,
    organisation: Annotated[str | None, typer.Option(help="Of a vehicle: who runs it.")] = None,
    formation: Annotated[
        str | None, typer.Option(help="Of a vehicle: those it flies with by intention.")
    ] = None,
) -> None:
    """Register a device and show its password, once."""
    from geo.vehicle import VehicleIdentity
    from ops.device import add_device

    told = (callsign, registration, icao24, organisation, formation)
    vehicle = None
    if any(one is not None for one in told):
        vehicle = VehicleIdentity(
            callsign=callsign, registration=registration, icao24=icao24, organisation=organisation,
            formation=formation,
        )  # fmt: skip
    installation = installation_here()
    with installation.database() as database_url:
        password = add_device(
            database_url, installation.broker, name, kind=kind, gauge_id=gauge, writes=topic or (),
            vehicle=vehicle,
        )  # fmt: skip
    if password is None:
        _print(f"registered; make the account {name} in your broker, to write sonae/v1/+/+/{name}/# only")
    else:
        _print(f"account {name}\npassword {password}")


@device_app.command("list")
def device_list(as_json: AsJson = False) -> None:
    """List the devices."""
    from ops.device import list_devices

    with installation_here().database() as database_url:
        rows = list_devices(database_url)
    _print_rows(rows, as_json=as_json)


@device_app.command("revoke")
def device_revoke(name: Annotated[str, typer.Argument(help="The device's id.")]) -> None:
    """Shut a device out of the broker, at once."""
    from ops.device import revoke_device

    installation = installation_here()
    with installation.database() as database_url:
        revoke_device(database_url, installation.broker, name)
    _print(f"{name}: revoked")


@import_app.command("places")
def import_places(
    files: Files,
    kind: Annotated[
        Literal["site", "shelter"] | None, typer.Option(help="Where the file does not tell.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Whom to credit (default: the file's name).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, write nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="A CSV file for every fault.")] = None,
) -> None:
    """Import lists of evacuation sites and shelters (GSI, municipal open data)."""
    from ops.places import import_places as run

    if dry_run:
        run(None, files, console=terminal(), kind=kind, source=source, report=report)
        return
    with installation_here().database() as database_url:
        run(database_url, files, console=terminal(), kind=kind, source=source, report=report)


@import_app.command("areas")
def import_areas(files: Files) -> None:
    """Import municipal boundaries (国土数値情報 N03)."""
    from ops.places import import_areas as run

    with installation_here().database() as database_url:
        run(database_url, files, console=terminal())


def _print(text: str) -> None:
    terminal().print(text, highlight=False, markup=False, soft_wrap=True)


def _print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    from rich.table import Table

    if as_json:
        terminal().print_json(data=rows, default=str)
        return
    table = Table(*(rows[0] if rows else ["nothing yet"]))
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    terminal().print(table)
