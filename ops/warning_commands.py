"""The commands of official warnings: messages from files, and how the feeds are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.errors import OpsError
from ops.here import installation_here, terminal

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)]
feed_app = typer.Typer(no_args_is_help=True, help="Feeds of official warnings.")


def warnings(
    files: Files,
    incident: Annotated[
        str | None, typer.Option(help="Slug of the incident (default: the open one).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and report, write nothing.")] = False,
) -> None:
    """Import official messages (気象庁 disaster XML, CAP); what is refused is kept with the reason."""
    from rich.table import Table
    from rich.text import Text

    from alerts.intake import take_in
    from geo.clock import wall_now
    from geo.engine import connect
    from geo.incident import NoIncidentError, find_incident

    table = Table("file", "outcome", "what")
    if dry_run:
        for path in files:
            table.add_row(*map(Text, (path.name, *_read_only(path))))
        terminal().print(table)
        return
    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae import", autocommit=True) as connection,
    ):
        try:
            into = find_incident(connection, incident)
        except NoIncidentError as fault:
            raise OpsError(f"{fault}: './sonae incident open' opens one") from fault
        for path in files:
            taken = take_in(connection, into, path.read_bytes(), path.name, wall=wall_now())
            table.add_row(*map(Text, (path.name, taken.outcome, taken.words)))
    terminal().print(table)


def _read_only(path: Path) -> tuple[str, str]:
    from alerts.bulletin import TrialBulletin
    from alerts.reading import read_bulletin
    from alerts.warning import TelegramError

    try:
        bulletin = read_bulletin(path.read_bytes(), path.name)
    except TelegramError as fault:
        return fault.code, str(fault)
    if isinstance(bulletin, TrialBulletin):
        return "test-message", bulletin.title
    telegram = bulletin.telegram
    return (
        telegram.standing,
        f"{telegram.title or telegram.source_id} ({len(telegram.statements)} statements)",
    )


@feed_app.command("status")
def status() -> None:
    """Show when each feed last answered, and what was refused."""
    from rich.table import Table
    from rich.text import Text

    from alerts.intake import read_standing
    from geo.engine import connect
    from geo.incident import NoIncidentError, find_incident

    with (
        installation_here().database() as database_url,
        connect(database_url, application="sonae feed", autocommit=True) as connection,
    ):
        try:
            feeds, refusals = read_standing(connection, find_incident(connection).id)
        except NoIncidentError as fault:
            raise OpsError(str(fault)) from fault
    table = Table("feed", "last answered", "fault")
    for address, answered_at, fault_words in feeds:
        table.add_row(*map(Text, (address, _when(answered_at), fault_words or "")))
    kept = Table("refused", "times", "last")
    for code, count, last_at in refusals:
        kept.add_row(code, str(count), _when(last_at))
    terminal().print(table, kept)


@feed_app.callback()
def _feeds() -> None:
    """Keep `status` a command of its own while it is the only one."""


def _when(at: datetime | None) -> str:
    return "never" if at is None else at.astimezone().strftime("%m-%d %H:%M:%S")
