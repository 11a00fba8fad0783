"""The page of calibration on a real dashboard and database, with frames that a camera really showed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.dashboard import conftest as dashboard
from tests.integration.dashboard import test_cameras as cameras

make_house = dashboard.make_house
house = dashboard.house
served = dashboard.served
eye = cameras.eye


@pytest.fixture
def page(chromium: Browser, eye: Any) -> Iterator[Page]:
    """A page on which the officer is signed in; the test fails when it reports an error of its own."""
    context = chromium.new_context(viewport={"width": 1500, "height": 1000}, locale="ja-JP")
    with eye.browser() as client:
        token = next(one.value or "" for one in client.cookies.jar if one.name == "sonae")
    context.add_cookies([{"name": "sonae", "value": token, "url": eye.address}])
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert faults == []
