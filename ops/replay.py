"""`replay`: prepare a demo for a scenario, replay it, show how far it is and what was sent."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ops.fleet import Fleet, Gauge, broker_place
from ops.installation import Installation
from ops.playback import JST, Playback, Report, wait_for_ingest
from ops.playback import Progress as Reached
from ops.scenario import Scenario, ScenarioError, import_scenario, load_scenario

#: without a terminal, a line is printed for each so much of the storm
LINE_EVERY = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a replay."""

    scenario: str
    speed: float = 60.0
    begin: datetime | None = None
    end: datetime | None = None
    #: a broker other than the installation's
    mqtt_url: str | None = None
    #: stay connected after the end until stopped, as gauges do
    stay: bool = False


def replay(installation: Installation, request: Request, *, console: Console) -> Report:
    """Replay a scenario into a running demo until its end, Ctrl-C or SIGTERM, and print what was sent.

    Prepares what is missing: the scenario's ground in the database, an account for each gauge in the
    broker. Raises `ScenarioError`, `ReplayError` and `FleetError`.
    """
    settings = installation.settings
    database_url = settings.require_database_url()
    scenario = load_scenario(request.scenario)
    if not scenario.gauges:
        raise ScenarioError(f"{scenario.slug} has no storm to replay: './sonae demo' computes its flood")
    import_scenario(database_url, scenario, state_dir=installation.state_dir)
    gauges = make_accounts(installation, scenario)
    wait_for_ingest(database_url)
    host, port = broker_place(request.mqtt_url or settings.require_mqtt_url())
    with stop_asked() as stop, Fleet(gauges, host, port) as fleet:
        playback = Playback(
            scenario,
            database_url,
            fleet,
            speed=request.speed,
            begin=request.begin,
            end=request.end,
            stop=stop,
        )
        with progress_shown(scenario, console) as on_progress:
            report = playback.run(on_progress)
        console.print(report_table(scenario, report))
        if request.stay:
            stop.wait()
    return report


def make_accounts(installation: Installation, scenario: Scenario) -> dict[str, Gauge]:
    """Give each gauge of a scenario an account in the broker, and return the gauges by id.

    In a demo their passwords are remembered in the state folder, so a second start uses the same.
    Raises `ScenarioError` when the installation is not a demo.
    """
    if installation.settings.installation != "demo":
        raise ScenarioError(
            "a replay needs a demo installation, where no reading is real: './sonae demo' is one"
        )
    ids = [gauge.id for gauge in scenario.gauges]
    passwords = installation.credentials.broker_passwords(ids)
    if installation.broker is not None:
        missing = set(ids) - set(installation.broker.accounts())
        if missing:
            installation.broker.add_accounts({id_: passwords[id_] for id_ in missing})
    return {gauge.id: Gauge(gauge.id, passwords[gauge.id], gauge.area_code) for gauge in scenario.gauges}


@contextmanager
def stop_asked() -> Iterator[threading.Event]:
    """Lend an event that Ctrl-C and SIGTERM set."""
    asked = threading.Event()
    handlers = {
        number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield asked
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def progress_shown(scenario: Scenario, console: Console) -> Iterator[Callable[[Reached], None]]:
    """Lend a function that shows how far a replay is: a bar on a terminal, else a line now and then."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[sent]}"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        whole = (scenario.end - scenario.start).total_seconds()
        task = bar.add_task("", total=whole, sent="")

        def show(reached: Reached) -> None:
            bar.update(
                task,
                completed=(reached.now - scenario.start).total_seconds(),
                description=clock_text(reached.now),
                sent=f"{reached.acknowledged}/{reached.sent} readings, {reached.telegrams} telegrams",
            )

        yield show


def _lines(console: Console) -> Callable[[Reached], None]:
    next_at = datetime.min.replace(tzinfo=UTC)

    def show(reached: Reached) -> None:
        nonlocal next_at
        if reached.now < next_at:
            return
        next_at = reached.now + LINE_EVERY
        console.print(
            f"{clock_text(reached.now)}: {reached.acknowledged} of {reached.sent} readings acknowledged,"
            f" {reached.telegrams} telegrams recorded",
            highlight=False,
        )

    return show


def clock_text(moment: datetime) -> str:
    """Return a moment of the storm as its people saw it on the wall."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M:%S} JST"


def report_table(scenario: Scenario, report: Report) -> Table:
    """Return what a replay did as a table."""
    state = "finished" if report.finished else "stopped; the next replay goes on from here"
    table = Table("replay", scenario.slug, title_justify="left")
    reached = report.clock.end if report.finished else report.clock.base
    table.add_row("began at", clock_text(report.clock.base))
    table.add_row("state", f"{state} ({clock_text(reached)})" if report.finished else state)
    table.add_row("speed", f"{report.clock.speed:g} times")
    table.add_row("readings of the scenario", str(report.readings))
    table.add_row("in the database before", str(report.already_there))
    table.add_row("sent", str(report.sent))
    table.add_row("acknowledged by the broker", str(report.acknowledged))
    table.add_row("telegrams recorded", f"{report.telegrams} (in place of a feed of 気象庁)")
    table.add_row("reconnections", str(report.reconnections))
    table.add_row("took", f"{report.seconds:.1f} s")
    return table
