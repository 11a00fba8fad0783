"""Fetching still pictures of cameras that do not send: polite, conditional, bounded.

A camera's own server is asked once an interval and answers 304 while it has nothing new. What comes is
handed on as if it had come over the broker. A camera that does not answer only grows old on the screens.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import httpx

from ingest.subscriber import Message
from sensors.camera.picture import MOST_BYTES

log = logging.getLogger(__name__)

#: how long a camera's server may take [s], and how many are asked at a time
ANSWER_S, AT_ONCE = 10.0, 8
#: how often it is looked who is due, and the shortest interval [s]
_LOOK_S: Final = 1.0
INTERVAL_LEAST_S: Final = 30.0


class Still(NamedTuple):
    """Where a camera's still picture is, and how often it is fetched [s]."""

    url: str
    interval_s: float


@dataclass(slots=True)
class _Known:
    """What is remembered of one address."""

    due_s: float = 0.0
    validators: Mapping[str, str] | None = None
    failing: bool = False


class StillFetcher:
    """A thread that fetches what is due and delivers it; `fetch_due` is one look."""

    def __init__(
        self,
        stills: Callable[[], Mapping[str, Still]],
        deliver: Callable[[Message], None],
        *,
        wall: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        """`stills` tells the cameras to fetch by id, asked at each look."""
        self._stills = stills
        self._deliver = deliver
        self._wall = wall
        self._monotonic = monotonic
        self._known: dict[tuple[str, str], _Known] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stills", daemon=True)

    def start(self) -> None:
        """Begin to fetch."""
        self._thread.start()

    def stop(self) -> None:
        """End after the requests in hand."""
        self._stop.set()
        self._thread.join(ANSWER_S + 1)

    def _run(self) -> None:
        # redirects are not followed: an address is what was registered, and nothing else
        with httpx.Client(timeout=ANSWER_S, follow_redirects=False, trust_env=False) as client:
            while not self._stop.wait(_LOOK_S):
                try:
                    self.fetch_due(client)
                except Exception:  # one fault must not end the thread
                    log.exception("stills could not be fetched")

    def fetch_due(self, client: httpx.Client) -> None:
        """Fetch every still that is due."""
        now_s = self._monotonic()
        stills = self._stills()
        wanted = {(camera, still.url): still for camera, still in stills.items()}
        self._known = {key: self._known.get(key, _Known()) for key in wanted}
        due = [key for key, known in self._known.items() if known.due_s <= now_s]
        for key in due:
            self._known[key].due_s = now_s + max(INTERVAL_LEAST_S, wanted[key].interval_s)
        if due:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda key: self._fetch(client, *key), due))

    def _fetch(self, client: httpx.Client, camera: str, url: str) -> None:
        known = self._known[camera, url]
        try:
            data = _get(client, url, known)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if not known.failing:
                log.warning("camera %s: its still cannot be fetched: %s", camera, error)
            known.failing = True
            return
        known.failing = False
        if data is not None:
            self._deliver(Message(f"sonae/v1/-/camera/{camera}/frame", data, self._wall(), 0, 0, 0))


def _get(client: httpx.Client, url: str, known: _Known) -> bytes | None:
    """Return the picture, None when there is no newer one. Raises `ValueError` for another answer."""
    with client.stream("GET", url, headers=dict(known.validators or {})) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"status {answer.status_code}")
        data = bytearray()
        for chunk in answer.iter_bytes(65_536):
            data += chunk
            if len(data) > MOST_BYTES:
                raise ValueError(f"over {MOST_BYTES} bytes")
        pairs = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        known.validators = {ask: answer.headers[told] for told, ask in pairs if told in answer.headers}
        return bytes(data)
