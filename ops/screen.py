"""A screen without a person: signs in, follows the live wire, reads a fresh snapshot, looks at the page.

It speaks to the dashboard as a browser does and shares no code with it.
"""

from __future__ import annotations

import http.client
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from ops.errors import OpsError

#: kind → id → (version, value)
Picture = dict[str, dict[str, tuple[int, Any]]]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
#: no sandbox as root; the rest keeps Chromium from looking for hosts outside
CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PAGE_MS = 30_000


class ScreenError(OpsError):
    """Raised when a screen cannot sign in, follow or be opened; says what is missing."""


def sign_in(host: str, port: int, login: str, password: str) -> str:
    """Sign in and return the session's cookie (`name=value`). Raises `ScreenError`."""
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        body = json.dumps({"login": login, "password": password})
        connection.request("POST", "/api/sign-in", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        cookie = answer.getheader("Set-Cookie", "")
    except OSError as fault:
        raise ScreenError(f"the dashboard at {host}:{port} does not answer: {fault}") from fault
    finally:
        connection.close()
    if answer.status >= 300 or not cookie:
        raise ScreenError(f"{login} cannot sign in at {host}:{port}: {answer.status} {answer.reason}")
    return cookie.partition(";")[0]


def fresh_snapshot(host: str, port: int, cookie: str) -> Picture:
    """Return the whole picture as the dashboard gives it now."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/api/snapshot", headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise ScreenError(f"no snapshot from {host}:{port}: {answer.status} {answer.reason}")
    return _without_gone(_objects(json.loads(body)))


def _objects(snapshot: dict[str, Any]) -> Picture:
    return {
        kind: {item["id"]: (item["v"], item["value"]) for item in items}
        for kind, items in snapshot["objects"].items()
    }


def _without_gone(picture: Picture) -> Picture:
    return {
        kind: {id_: held for id_, held in objects.items() if held[1] is not None}
        for kind, objects in picture.items()
    }


class FollowingScreen:
    """A websocket client that holds the picture by the rules of docs/live.md; a context manager."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self._url = f"ws://{host}:{port}/live"
        self._cookie = cookie
        self._line = ExitStack()
        self._picture: Picture = {}
        self._lock = threading.Lock()
        self._began = threading.Event()
        #: messages by type; a second snapshot would hide what was missed
        self.messages: dict[str, int] = {}
        self.closed: str | None = None

    def __enter__(self) -> Self:
        """Connect and wait for the first picture. Raises `ScreenError`."""
        try:
            self._socket: ClientConnection = self._line.enter_context(
                connect(
                    self._url,
                    additional_headers={"Cookie": self._cookie},
                    max_size=None,
                    compression=None,
                    open_timeout=10,
                )
            )
        except (OSError, TimeoutError) as fault:
            raise ScreenError(f"{self._url} takes no websocket: {fault}") from fault
        self._thread = threading.Thread(target=self._follow, name="screen", daemon=True)
        self._thread.start()
        if not self._began.wait(10):
            self._line.close()
            raise ScreenError(f"{self._url} sent no picture within 10 s ({self.closed or 'and is silent'})")
        return self

    def __exit__(self, *_: object) -> None:
        """Leave."""
        self._line.close()
        self._thread.join(timeout=5)

    @property
    def picture(self) -> Picture:
        """What the screen holds now."""
        with self._lock:
            return _without_gone({kind: dict(objects) for kind, objects in self._picture.items()})

    def _follow(self) -> None:
        try:
            for text in self._socket:
                self._take(json.loads(text))
            self.closed = "the dashboard ended the stream"
        except Exception as fault:  # noqa: BLE001 - whatever ends it is told by whoever looks
            self.closed = str(fault)

    def _take(self, message: dict[str, Any]) -> None:
        with self._lock:
            self.messages[message["type"]] = self.messages.get(message["type"], 0) + 1
            if message["type"] == "snapshot":
                self._picture = _objects(message)
                self._began.set()
            elif message["type"] == "delta":
                for change in message["changes"]:
                    held = self._picture.setdefault(change["kind"], {})
                    if change["v"] > held.get(change["id"], (-1, None))[0]:
                        # What is gone stays known by its version: an older change must not bring it back.
                        held[change["id"]] = (change["v"], change["value"])


def page_counts(address: str, cookie: str) -> tuple[dict[str, int], list[str]]:
    """Open the map page in headless Chromium; return its counts by class, and the errors it reports.

    Raises `ScreenError` naming what to install when there is no playwright or no Chromium.
    """
    name, _, value = cookie.partition("=")
    errors: list[str] = []
    with _browser() as browser:
        context = browser.new_context(viewport={"width": 1600, "height": 1000}, locale="ja-JP")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda fault: errors.append(str(fault)))
        page.goto(f"{address}/", timeout=PAGE_MS)
        page.wait_for_selector('html[data-connection="live"]', timeout=PAGE_MS)
        page.wait_for_selector('[data-level="danger"][data-count]:not([data-count=""])', timeout=PAGE_MS)
        counts = page.eval_on_selector_all(
            "[data-level][data-count]",
            "boxes => Object.fromEntries(boxes.map(box => [box.dataset.level, Number(box.dataset.count)]))",
        )
        context.close()
    return {str(level): int(count) for level, count in counts.items()}, errors


@contextmanager
def _browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as fault:
        raise ScreenError(
            "the map page cannot be looked at: playwright is not installed (pip install 'sonae[test]', or"
            " './sonae test' once)"
        ) from fault
    program = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if program is None:
        raise ScreenError(
            "the map page cannot be looked at: no Chromium is installed (apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
