"""A dashboard with real video in its folder, and screens of the wall that look at it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.integration.dashboard import conftest as dashboard
from tests.integration.dashboard.test_videos import film

house = dashboard.house
make_house = dashboard.make_house
served = dashboard.served

STREAM = {"way": "folder", "source": "試験", "synthetic": True}


@pytest.fixture
def streams(served: Any, tmp_path: Path) -> Any:
    """Register a stream that plays, one with a playlist that is none, one that has not begun."""
    film(tmp_path / "video" / "plays")
    playlist = tmp_path / "video" / "plays" / "index.m3u8"
    # Its next piece is awaited for minutes: on a slow machine it must not count as standing still.
    playlist.write_text(re.sub("(TARGETDURATION:).*", r"\g<1>60", playlist.read_text()))
    (tmp_path / "video" / "broken").mkdir()
    (tmp_path / "video" / "broken" / "index.m3u8").write_text("<html></html>")
    with served.browser() as officer:
        for name, place in (("plays", {"lon": 134.26, "lat": 34.07}), ("broken", {}), ("away", {})):
            form = {**STREAM, "name": f"映像 {name}", "path": name, **place}
            assert officer.put(f"/api/videos/{name}", json=form).status_code == 201
    return served


@pytest.fixture
def screen(chromium: Browser, streams: Any) -> Iterator[Callable[[str], Page]]:
    """Open signed-in pages; the test fails when one of them reports an error of its own."""
    faults: list[str] = []
    with ExitStack() as held:

        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and "Failed to load resource" not in message.text:
                faults.append(message.text)

        def open_as(login: str) -> Page:
            context = held.enter_context(chromium.new_context(viewport={"width": 1280, "height": 1000}))
            with streams.browser(login) as client:
                token = next(one.value or "" for one in client.cookies.jar if one.name == "sonae")
            context.add_cookies([{"name": "sonae", "value": token, "url": streams.address}])
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", note)
            page.goto(f"{streams.address}/wall")
            page.wait_for_selector("html[data-connection=live]", timeout=20_000)
            return page

        yield open_as
    assert faults == []
