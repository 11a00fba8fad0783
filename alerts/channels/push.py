"""Web push to browsers, and what push services answer (RFC 8030)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx

from alerts.channels.carrier import Carrier, Letter, Outcome
from alerts.channels.retry_after import retry_after_s
from alerts.drill_wall import DrillNotice, N
from alerts.vapid import VapidKey
from alerts.web_push import PushError, check_endpoint, encrypted, payload, rules, topic, ttl_s
from geo.clock import Wall

#: a service that does not answer holds a sender no longer [s]
TIMEOUT_S = 10.0
#: after this many silences in a row a service is left alone for a while
SILENCES = 3
PAUSE = timedelta(seconds=30)


class Push(Carrier[N]):
    """Push for one kind of notice; a `Push[DrillNotice]` speaks to simulators on this machine only."""

    def __init__(
        self,
        takes: type[N],
        *,
        key: VapidKey,
        contact: str,
        wall: Wall,
        incident_now: Callable[[], datetime],
        client: httpx.Client | None = None,
    ) -> None:
        """Sign with `key` as `contact` (`mailto:`). `incident_now` tells how long an order still lives."""
        super().__init__(takes)
        self._demo = takes is DrillNotice
        self._key, self._contact, self._wall, self._now = key, contact, wall, incident_now
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
        self._silences: dict[str, int] = {}
        self._paused: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def _carry(self, notice: N, letter: Letter) -> Outcome:
        to = letter.subscription
        if to is None:
            return Outcome(result="refused", fault="a push needs a subscription")
        origin = urlsplit(to.endpoint).netloc
        if (left := self._pause_s(origin)) > 0:
            return Outcome(result="failed", fault=f"{origin} is left alone", retry_after_s=left)
        try:
            endpoint = check_endpoint(to.endpoint, demo=self._demo)
            told = payload(notice, language=to.language, token=letter.token, identifier=letter.identifier)
            body = encrypted(told, p256dh=to.p256dh, auth=to.auth)
        except PushError as fault:
            return Outcome(result="refused", fault=str(fault))
        try:
            answer = self._client.post(endpoint, content=body, headers=self._headers(notice, endpoint))
        except httpx.HTTPError as fault:
            self._silent(origin)
            return Outcome(result="failed", fault=f"{origin}: {type(fault).__name__}")
        with self._lock:
            self._silences.pop(origin, None)
        return _outcome(origin, answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _headers(self, notice: N, endpoint: str) -> dict[str, str]:
        message = rules()["message"]
        life = timedelta(seconds=message["signature_s"])
        return {
            "Authorization": self._key.authorization(
                endpoint, contact=self._contact, now=self._wall(), life=life
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl_s(notice, self._now())),
            "Urgency": message["urgency"],
            "Topic": topic(notice),
        }

    def _pause_s(self, origin: str) -> float:
        with self._lock:
            until = self._paused.get(origin)
        left = 0.0 if until is None else (until - self._wall()).total_seconds()
        # a clock that jumped back makes no pause longer than it was meant
        return min(left, PAUSE.total_seconds())

    def _silent(self, origin: str) -> None:
        with self._lock:
            self._silences[origin] = self._silences.get(origin, 0) + 1
            if self._silences[origin] >= SILENCES:
                self._silences.pop(origin)
                self._paused[origin] = self._wall() + PAUSE


def _outcome(origin: str, answer: httpx.Response) -> Outcome:
    code = answer.status_code
    if code in (200, 201, 202, 204):
        return Outcome(result="accepted")
    if code in (404, 410):
        return Outcome(result="gone", fault=f"{origin} says {code}: the subscription is no more")
    if code == 429 or code >= 500:
        return Outcome(result="failed", fault=f"{origin} says {code}", retry_after_s=retry_after_s(answer))
    return Outcome(result="refused", fault=f"{origin} says {code}")
