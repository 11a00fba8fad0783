"""A tablet in a real Chromium before the real dashboard, which can be stopped like the browser."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright

from dashboard.run import configuration, listening_socket
from geo.settings import Settings
from ops.screen import CHROMIUM_ARGUMENTS
from ops.servers.postgres import DATABASE, PrivatePostgres
from shelters.centre import new_ulid
from tests.integration.shelters.conftest import Centre, fill

#: what a browser says when the test itself takes the line away
EXPECTED = ("Failed to load resource", "net::ERR_", "the server responded with a status of")
#: what waits on the disk; behind what was just pressed, because transactions keep their order
UNSENT = """async () => {
    const { openDatabase } = await import('/tablet/database.js');
    return (await (await openDatabase()).all('outbox')).filter(({ status }) => status === 'waiting').length;
}"""
SIZES = {"landscape": (1024, 768), "portrait": (768, 1024), "phone": (390, 844)}


@dataclass
class Station:
    """The dashboard of a test: may be stopped and started again under the same address."""

    centre: Centre
    settings: Settings
    port: int = 0
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        listener = listening_socket("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        self.server = uvicorn.Server(configuration(self.settings))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, name="tablets")
        self.thread.start()
        end = time.monotonic() + 15
        while not self.server.started:
            assert time.monotonic() < end, "the dashboard did not start"
            time.sleep(0.01)
        self.centre.address, self.centre.server = self.url, self.server

    def stop(self) -> None:
        if self.server is None or self.thread is None:
            return
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive()
        self.server = None

    def link(self, shelter: str = "h1") -> str:
        with self.centre.browser("officer") as officer:
            answer = officer.post(f"/api/shelters/{shelter}/enrolment", json={"name": None}).json()
        return f"{self.url}{answer['link']}"

    def state(self, shelter: str = "h1") -> dict[str, Any]:
        """The canonical state as the centre sees it, without people."""
        with self.centre.browser("officer") as officer:
            found: dict[str, Any] = officer.get(f"/api/shelters/{shelter}").json()["state"]
        return found

    def watch(self, page: Page) -> Page:
        """Take every error of a page for a fault of ours."""

        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and not message.text.startswith(EXPECTED):
                self.faults.append(message.text)

        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", note)
        return page

    def enrol(self, page: Page, *, actor: str = "佐藤", shelter: str = "h1") -> Page:
        """Let a page in by its link, as a person does."""
        self.watch(page).goto(self.link(shelter))
        page.fill("#enrol-actor", actor)
        page.click("form button[type=submit]")
        page.wait_for_selector("[data-task=people]", timeout=15_000)
        return page


@pytest.fixture(scope="session")
def tablet_database(
    postgres: PrivatePostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Return a database with two shelters and people, and a folder for the dashboard's state."""
    name = f"tablet_{new_ulid(0).lower()}"
    url = postgres.create_database(name, template=DATABASE)
    fill(url)
    yield url, tmp_path_factory.mktemp("tablet-state")
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def one_station(tablet_database: tuple[str, Path]) -> Iterator[Station]:
    url, folder = tablet_database
    settings = Settings(
        installation="demo", state_dir=folder, database_url=url, http_port=0, secure_cookies=False
    )
    made = Station(Centre("", url, None), settings)  # type: ignore[arg-type]
    made.start()
    yield made
    made.stop()


@pytest.fixture
def station(one_station: Station) -> Iterator[Station]:
    """Return the running dashboard with a fresh incident; the test fails when a page reported a fault."""
    if one_station.server is None:
        one_station.start()
    one_station.centre.begin()
    one_station.faults.clear()
    yield one_station
    assert one_station.faults == []


@contextmanager
def context_of(browser: Browser, size: str = "landscape", **options: Any) -> Iterator[BrowserContext]:
    width, height = SIZES[size]
    made = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP", **options)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def tablet(chromium: Browser, station: Station) -> Iterator[Page]:
    """Return a page that is let in for shelter h1."""
    with context_of(chromium) as context:
        yield station.enrol(context.new_page())


def kept(page: Page) -> None:
    """Wait until the page is kept on the device and its service worker serves it."""
    # Not wait_for_function: the page's policy forbids evaluating strings.
    page.evaluate(
        """async () => {
            const container = navigator.serviceWorker;
            await container.ready;
            if (container.controller) return;
            await new Promise((done) => container.addEventListener('controllerchange', done, { once: true }));
        }"""
    )


def sent(page: Page) -> None:
    """Wait until nothing waits any more, on the disk and on the screen."""
    end = time.monotonic() + 20
    while page.evaluate(UNSENT) > 0:
        assert time.monotonic() < end, "the outbox was not sent"
        page.wait_for_timeout(20)
    page.wait_for_selector(".chip-sync[data-waiting='0'][data-level=good]", timeout=20_000)


def waiting(page: Page) -> int:
    return int(page.get_attribute(".chip-sync", "data-waiting") or -1)


def local_state(page: Page) -> str:
    """The canonical text of the state on the tablet, folded anew from its own database."""
    return str(
        page.evaluate(
            """async () => {
                const [{ openDatabase }, { Journal }, { stateOf }, { canonicalText }, { incidentNow }] =
                    await Promise.all(['database', 'journal', 'picture', 'canonical', 'live-map/clock']
                        .map((name) => import(`/tablet/${name}.js`)));
                const journal = new Journal(await openDatabase());
                await journal.load();
                const clock = journal.fact('bundle').incident.clock;
                return canonicalText(stateOf(journal, (ms) => incidentNow(clock, ms)));
            }"""
        )
    )


def without_people(text: str) -> dict[str, Any]:
    """A canonical state as `GET /api/shelters/{id}` tells it: without persons and households."""
    state: dict[str, Any] = json.loads(text)
    del state["persons"], state["households"]
    return state


def browser_of(folder: Path) -> int:
    """Return the process of the Chromium that works on a profile: the one that is nobody's helper."""
    wanted = f"--user-data-dir={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in words and not any(word.startswith(b"--type=") for word in words):
            found.append(int(entry.name))
    (process,) = found
    return process


def kill_browser(folder: Path) -> None:
    """Take the browser's life as an empty battery does: nothing is asked, nothing is written any more."""
    process = browser_of(folder)
    os.kill(process, signal.SIGKILL)
    end = time.monotonic() + 10
    while Path(f"/proc/{process}/cmdline").exists() and Path(f"/proc/{process}/cmdline").read_bytes():
        assert time.monotonic() < end, "the browser lives on"
        time.sleep(0.02)


@contextmanager
def profile(playwright: Playwright, folder: Path, program: str) -> Iterator[BrowserContext]:
    """Open Chromium with a profile on the disk, which outlives it."""
    made = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=program, args=list(CHROMIUM_ARGUMENTS), locale="ja-JP"
    )
    try:
        yield made
    finally:
        # A browser that was killed cannot be closed.
        with suppress(Error):
            made.close()
