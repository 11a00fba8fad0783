"""A resident's phone: Chromium on a small screen before the real public face and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.integration.dashboard.conftest import House
from tests.integration.public.conftest import AREA, Face, facing, wait_until

PHONE = {"width": 390, "height": 844}
#: what a browser says when the test itself takes the line away
EXPECTED = ("Failed to load resource", "net::ERR_", "the page is not kept on this device")


@dataclass
class Phone:
    """A page on a phone; every error of it is a fault of ours."""

    page: Page
    context: BrowserContext
    face: Face
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and not message.text.startswith(EXPECTED):
                self.faults.append(message.text)

        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", note)

    def open(self, screen: str = "") -> None:
        self.page.goto(f"{self.face.address}/#/{screen}")
        self.page.wait_for_selector("html[data-ready]")

    def choose_town(self) -> None:
        """Choose the municipality from the list, as somebody does who cannot type."""
        self.open()
        self.page.click(f"button[data-area='{AREA}']")
        self.page.wait_for_selector("[data-todo]:not([data-todo='todo.nothing-known'])")

    def speak(self, language: str) -> None:
        self.open("settings")
        self.page.click(f"button[data-language='{language}']")


@pytest.fixture
def house(database_url: str) -> House:
    house = House(database_url)
    house.fill()
    return house


@pytest.fixture
def face(house: House, tmp_path: Path) -> Iterator[Face]:
    with facing(house, tmp_path) as running:
        wait_until(lambda: f"/data/area/{AREA}.json" in running.public.parts.keeper.answers.by_path)
        yield running


@pytest.fixture
def phone(chromium: Browser, face: Face) -> Iterator[Phone]:
    # What axe-core adds to a page is not ours to forbid; the page's own policy is tested on the server.
    context = chromium.new_context(viewport=PHONE, locale="ja-JP", has_touch=True, bypass_csp=True)
    context.set_default_timeout(15_000)
    made = Phone(context.new_page(), context, face)
    made.watch()
    yield made
    context.close()
    assert made.faults == []


def shelter(house: House, **columns: Any) -> None:
    """Put a shelter with room beside the others of the town."""
    with house.connection() as connection:
        connection.execute(
            "INSERT INTO shelter (id, name, address, area_code, geom, capacity, source, raw) VALUES"
            " (%(id)s, %(name)s, '', %(area)s, ST_SetSRID(ST_Point(134.35, 34.05), 4326), 200, 'test', '{}')",
            {"area": AREA, **columns},
        )
