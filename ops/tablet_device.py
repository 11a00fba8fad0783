"""Tablets and an officer without persons: they speak to the dashboard over HTTP as the real ones do.

A tablet has an outbox and a hybrid logical clock; it is let in by a code that an officer asks for
(docs/tablet.md). Nothing here touches the database.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Self

from ops.errors import OpsError
from ops.screen import sign_in
from shelters.clock import HybridTime, tick

#: operations in one request (docs/tablet.md)
MOST_OPERATIONS: Final = 500
TIMEOUT_S: Final = 30
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
APP: Final = "drill-1"


class TabletDeviceError(OpsError):
    """Raised when the dashboard does not answer a simulated device, or refuses what it says."""


def wall_ms() -> int:
    """Return the wall clock [ms since 1970-01-01 UTC]."""
    return time.time_ns() // 1_000_000


def named_ulid(key: str) -> str:
    """Return the ULID that belongs to `key`: who starts again repeats himself and doubles nothing."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16], "big") >> 3
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


class Line:
    """A connection to the dashboard that speaks JSON; a context manager."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        self._place = f"{host}:{port}"
        self.headers = dict(headers or {})

    def __enter__(self) -> Self:
        """Connect with the first request."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Return the answer's JSON. Raises `TabletDeviceError` with what the dashboard said."""
        headers = dict(self.headers)
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        status, text = self._exchange(method, path, data, headers)
        if status >= 300:
            said = text[:300].decode("utf-8", "replace")
            raise TabletDeviceError(f"{self._place} answers {method} {path} with {status}: {said}")
        return json.loads(text) if text else None

    def _exchange(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send and read. A connection that the server has let go meanwhile is opened anew, once.

        Everything that is said on a line that was used before may be said twice.
        """
        used_before = self._connection.sock is not None
        try:
            self._connection.request(method, path, data, dict(headers))
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as fault:
            self._connection.close()
            if used_before:
                return self._exchange(method, path, data, headers)
            raise TabletDeviceError(f"{self._place} does not answer {method} {path}: {fault}") from fault


def officer_line(host: str, port: int, login: str, password: str) -> Line:
    """Return the line of an officer who has signed in. Raises `ScreenError` and `TabletDeviceError`."""
    line = Line(host, port, {"Cookie": sign_in(host, port, login, password)})
    line.headers["X-CSRF-Token"] = line.ask("GET", "/api/session")["csrf"]
    return line


class TabletDevice:
    """One tablet of one shelter, let in by a code."""

    def __init__(
        self,
        line: Line,
        *,
        device: str,
        shelter: str,
        incident: int,
        actor: str,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self.line = line
        self.device = device
        self.shelter = shelter
        self.actor = actor
        self._incident = incident
        self._now_ms = now_ms
        self._last: HybridTime | None = None
        self._outbox: list[dict[str, Any]] = []
        #: operations that the centre holds, by what it answered
        self.results: dict[str, int] = {"accepted": 0, "duplicate": 0, "quarantined": 0}

    def act(
        self,
        key: str,
        kind: str,
        value: Mapping[str, Any],
        *,
        after: Sequence[str] = (),
        at: str | None = None,
    ) -> str:
        """Put an operation into the outbox; return its id, which follows from `key`."""
        self._last = tick(self._last, self._now_ms(), self.device)
        operation = {
            "id": named_ulid(f"{self.device}/{key}"),
            "device": self.device,
            "actor": self.actor,
            "shelter": self.shelter,
            "incident": self._incident,
            "hlc": str(self._last),
            "kind": kind,
            "value": dict(value),
            "after": list(after),
            "observed_at": at,
            "app": APP,
        }
        self._outbox.append(operation)
        return str(operation["id"])

    def sync(self) -> None:
        """Send the outbox; what was answered leaves it. Raises `TabletDeviceError` and keeps the rest."""
        while self._outbox:
            part = self._outbox[:MOST_OPERATIONS]
            body = {
                "sent_ms": self._now_ms(),
                "waiting": len(self._outbox),
                "app": APP,
                "operations": part,
            }
            answer = self.line.ask("POST", "/api/tablet/operations", body)
            for result in answer["results"]:
                self.results[result["result"]] += 1
            del self._outbox[: len(part)]


def enrol(
    officer: Line, host: str, port: int, *, device: str, shelter: str, actor: str, name: str
) -> TabletDevice:
    """Let a tablet in for a shelter, with a code that the officer asks for. Raises `TabletDeviceError`."""
    offered = officer.ask("POST", f"/api/shelters/{shelter}/enrolment", {"name": name})
    line = Line(host, port)
    asked = {"code": offered["code"], "device": device, "name": name}
    let_in = line.ask("POST", "/api/tablet/enrol", asked)
    line.headers["Authorization"] = f"Bearer {let_in['token']}"
    return TabletDevice(line, device=device, shelter=shelter, incident=let_in["incident"], actor=actor)
