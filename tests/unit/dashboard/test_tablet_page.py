from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dashboard import errors
from dashboard.headers import SecurityHeaders
from dashboard.tablet import page


class Client:
    """Asks an application, one request a loop."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    (tmp_path / "index.html").write_text("<!doctype html><title>避難所</title>")
    (tmp_path / "service-worker.js").write_text("'use strict';" + " " * 3000)
    monkeypatch.setattr(page, "tablet_folder", lambda: tmp_path)
    page.tablet_files.cache_clear()
    app = FastAPI()
    errors.register(app)
    app.include_router(page.router)
    app.add_middleware(SecurityHeaders, https=False)
    yield Client(app)
    page.tablet_files.cache_clear()


def test_the_page_and_its_worker_are_revalidated(client: Client) -> None:
    first = client.get("/tablet/")
    assert "避難所" in first.text
    assert first.headers["cache-control"] == "no-cache"
    assert "camera=(self)" in first.headers["permissions-policy"]
    again = client.get("/tablet/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    worker = client.get("/tablet/service-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["content-encoding"] == "gzip"
    assert client.get("/tablet").headers["location"] == "/tablet/"


def test_what_is_kept_on_the_device_is_listed_under_one_version(client: Client, tmp_path: Path) -> None:
    before = client.get("/tablet/files.json").json()
    own = [name for name in before["files"] if not name.startswith("live-map/")]
    assert own == ["index.html", "service-worker.js"]
    (tmp_path / "index.html").write_text("changed")
    page.tablet_files.cache_clear()
    assert client.get("/tablet/files.json").json()["version"] != before["version"]


def test_other_files_and_other_pages_are_closed(client: Client) -> None:
    missing = client.get("/tablet/../page.py")
    assert missing.status_code == 404
    assert "camera=()" in missing.headers["permissions-policy"]
    assert client.get("/tablet/nothing.js").json()["error"] == "not-found"


def test_a_missing_front_end_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "tablet_folder", lambda: Path("/nonexistent"))
    page.tablet_files.cache_clear()
    assert "not installed" in client.get("/tablet/").json()["detail"]
