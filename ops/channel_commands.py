"""The commands of channels: what orders go out by, whether it would work, and an example of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ops.errors import OpsError
from ops.here import AsJson, settings_here, terminal

if TYPE_CHECKING:
    from alerts.channels.config import Channels

channel_app = typer.Typer(no_args_is_help=True, help="Channels: what orders go out by (docs/deliveries.md).")

_EXAMPLE: Final = """\
# What orders go out by. It is read again as soon as it changes. Secrets stand in files beside it.

[sender]
# unique in the world, as a rule an address; the sender of CAP messages
id = "saigai@pref.example.jp"
# address of the public face: links, codes on printed notices, the feed
public_url = "https://sonae.pref.example.jp"

[push]
# whom a push service may write to when something is wrong; without it nothing is pushed
contact = "mailto:saigai@pref.example.jp"

[[channel]]
name = "職員"
kind = "mail"
host = "smtp.pref.example.jp"
port = 587
security = "starttls"
user = "sonae"
password_file = "smtp.password"
from = "saigai@pref.example.jp"
to = ["bousai@town.example.jp"]
areas = ["36301"]

[[channel]]
name = "放送局"
kind = "webhook"
url = "https://tv.example.jp/alerts"
secret_file = "tv.secret"

# texts for those who operate these channels, as files
[[channel]]
name = "緊急速報メール"
kind = "cell_broadcast"
folder = "outgoing"

[[channel]]
name = "防災行政無線"
kind = "loudspeaker"

[[channel]]
name = "掲示"
kind = "notice"

[[channel]]
name = "Lアラート"
kind = "l_alert"

# how loudspeakers read names
[readings]
"勝浦町" = "かつうらちょう"
"""


@channel_app.command("list")
def channel_list(as_json: AsJson = False) -> None:
    """List what orders go out by here."""
    import json

    from rich.table import Table

    from alerts.channels.probe import standing

    rows = standing(_channels())
    if as_json:
        terminal().print(json.dumps(rows, ensure_ascii=False), markup=False, highlight=False, soft_wrap=True)
        return
    table = Table("channel", "kind", "municipalities")
    table.add_column("leads to", overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    terminal().print(table)


@channel_app.command("test")
def channel_test(
    name: Annotated[str | None, typer.Argument(help="The channel; all when none is named.")] = None,
) -> None:
    """See whether channels would carry something now; nobody is told anything."""
    from alerts.channels.probe import probe
    from geo.clock import wall_now

    listed = [channel for channel in _channels().listed if name in (None, channel.name)]
    if not listed:
        raise OpsError(f"there is no channel {name!r} here ('./sonae channel list')")
    faults = 0
    for channel in listed:
        outcome = probe(channel, wall_now)
        faults += outcome.result != "accepted"
        words = "would carry" if outcome.result == "accepted" else f"would not: {outcome.fault}"
        terminal().print(f"{channel.name}: {words}", markup=False, highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)


@channel_app.command("example")
def channel_example() -> None:
    """Print a list of channels to begin with."""
    typer.echo(_EXAMPLE, nl=False)


def _channels() -> Channels:
    from alerts.channels.config import ChannelError, read_channels

    try:
        return read_channels(settings_here())
    except ChannelError as fault:
        raise OpsError(str(fault)) from fault
