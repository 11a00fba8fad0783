"""The command `./sonae read-klv`: its options, and what it prints. The work is in `ops.klv_stream`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ops.errors import OpsError
from ops.here import AsJson, installation_here, terminal

if TYPE_CHECKING:
    from ops.fleet import Gauge
    from ops.klv_stream import Tally

#: messages that may wait for a broker that is away: older positions are of no use to anybody
_MOST_WAITING = 1000
#: how long the last messages may take [s]
_ANSWER_S = 30.0


def read_klv(
    source: Annotated[str, typer.Argument(help="A file (MPEG-TS or bare KLV), or udp://ADDRESS:PORT.")],
    device: Annotated[
        str | None, typer.Option(help="Send as this device; without it the records are printed.")
    ] = None,
    kind: Annotated[str, typer.Option(help="heli or drone.")] = "heli",
    area: Annotated[str, typer.Option(help="Five-digit municipality code, or - when unknown.")] = "-",
    password: Annotated[
        str | None, typer.Option(envvar="SONAE_DEVICE_PASSWORD", help="Of the device's broker account.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="mqtt://HOST:PORT; without it the installation's own.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.0, help="Seconds between two positions.")] = 0.5,
    as_json: AsJson = False,
) -> None:
    """Read the metadata of video from the air (MISB ST 0601); send position and look of its camera."""
    if device is None:
        _print(source, as_json=as_json)
        return
    if kind not in ("heli", "drone"):
        raise OpsError(f"--kind is {kind!r}; it must be heli or drone")
    if password is None:
        raise OpsError("the device's password is missing: --password, or SONAE_DEVICE_PASSWORD")
    from ops.fleet import Gauge, broker_place
    from ops.klv_stream import KlvStreamError

    place = broker_place(broker or installation_here().running_settings.require_mqtt_url())
    tally = _send(source, Gauge(device, password, area, kind=kind), place, every)
    words = (
        f"{tally.tracks} positions, {tally.poses} poses sent as {device}; {tally.thinned} left out between"
    )
    terminal().print(words + _refusals(tally), highlight=False, markup=False, soft_wrap=True)
    if not tally.tracks:
        raise KlvStreamError(f"{source}: nothing was sent")


def _send(source: str, sender: Gauge, place: tuple[str, int], every_s: float) -> Tally:
    """Send until the file ends, or until SIGINT or SIGTERM."""
    import signal
    import threading

    from ops.fleet import Fleet
    from ops.klv_stream import chunks, publish

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Fleet({sender.id: sender}, *place) as fleet:

        def send(payload: bytes, topic: str) -> bool:
            if fleet.sent - fleet.acknowledged >= _MOST_WAITING and source.startswith("udp://"):
                return False
            fleet.post(sender.id, topic, payload)
            return True

        tally = publish(chunks(source, stopped=stop.is_set), sender, send, every_s=every_s)
        fleet.wait_acknowledged(_ANSWER_S)
    return tally


def _print(source: str, *, as_json: bool) -> None:
    import json

    from ops.klv_stream import KlvReader, KlvStreamError, chunks, record_row, records

    reader = KlvReader("klv")
    found = 0
    for record in records(chunks(source), reader):
        found += 1
        row = record_row(record)
        if as_json:
            print(json.dumps(row, ensure_ascii=False))
            continue
        time = row.get("observed_at", "no time")
        words = f"{time:<24} {row['record']:<5} {row['lon']:.6f} {row['lat']:.6f}"
        terminal().print(words, highlight=False, markup=False, soft_wrap=True)
    if reader.tally.refused:
        words = _refusals(reader.tally).removeprefix("; ")
        terminal(stderr=True).print(words, highlight=False, markup=False, soft_wrap=True)
    if not found:
        raise KlvStreamError(f"{source}: no readable local set of MISB ST 0601")


def _refusals(tally: Tally) -> str:
    torn = f"; {tally.torn} packets torn" if tally.torn else ""
    refused = f"; {tally.refused} times refused: {tally.first_reason}" if tally.refused else ""
    return refused + torn
