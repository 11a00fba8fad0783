"""The page of supply plans on a real dashboard and database, with shelters that tablets really spoke for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.integration.shelters import conftest as shelters

running_centre = shelters.running_centre
centre = shelters.centre


@pytest.fixture
def page(chromium: Browser, centre: Any) -> Iterator[Page]:
    """A page on which the logistician is signed in; the test fails when it reports an error of its own."""
    context = chromium.new_context(viewport={"width": 1600, "height": 1000}, locale="ja-JP")
    with centre.browser("logistician") as client:
        token = next(one.value or "" for one in client.cookies.jar if one.name == "sonae")
    context.add_cookies([{"name": "sonae", "value": token, "url": centre.address}])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "409" not in message.text:
            faults.append(message.text)

    opened.on("console", note)
    yield opened
    context.close()
    assert faults == []
