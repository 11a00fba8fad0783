"""The whole chain for a browser: database, broker, ingest, dashboard, and a signed-in Chromium page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from dashboard.account import Role, create_account
from geo.engine import connect
from ops.screen import CHROMIUM, CHROMIUM_ARGUMENTS
from ops.servers.broker import free_port
from tests.integration.ingest_stand import IngestStand, ingest_stand, wait_for

LOGIN, PASSWORD = "duty", "a long password for tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Desk:
    """A duty officer's desk: the stand of the ingest tests, and a dashboard on it."""

    stand: IngestStand
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_dashboard(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ops", "dashboard"], env=self.stand.environment
        )
        wait_for(self.answers, what="the dashboard")

    def answers(self) -> bool:
        import http.client

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status in (200, 503)
        except OSError:
            return False
        finally:
            connection.close()

    def stop_dashboard(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


@contextmanager
def running_desk(database_url: str, state_dir: Path) -> Iterator[Desk]:
    """Lend the whole chain, with one officer's account."""
    with ingest_stand(database_url, state_dir) as stand:
        port = free_port()
        stand.environment |= {"SONAE_HTTP_PORT": str(port), "SONAE_SECURE_COOKIES": "no"}
        with connect(database_url) as connection:
            create_account(
                connection,
                login=LOGIN,
                display_name="当直",
                password=PASSWORD,
                roles=[Role(name="duty_officer")],
            )
        stand.start()
        made = Desk(stand, port)
        made.start_dashboard()
        try:
            yield made
        finally:
            made.stop_dashboard()


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with running_desk(database_url, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, "Chromium is not installed: ./sonae test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    """A page that is signed in; the test fails when the page reported an error of its own."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="ja-JP")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    opened.on("console", note)
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((desk.url, f"ws://127.0.0.1:{desk.port}", "data:", "blob:"))
            else faults.append(f"asked for {request.url}")
        ),
    )
    sign_in(opened, desk)
    yield opened
    if folder := os.environ.get("SONAE_SCREENSHOTS"):
        opened.screenshot(path=f"{folder}/{id(opened)}.png")
    context.close()
    assert faults == []


def sign_in(page: Page, desk: Desk) -> None:
    """Sign in as a person does, and wait for the live picture."""
    page.goto(f"{desk.url}/sign-in")
    page.fill("#login", LOGIN)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("html[data-connection=live]", timeout=20_000)
