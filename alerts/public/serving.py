"""The door of the public face: answers that are ready go out without any more thought, the rest is routed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.public.ready import Ready

#: nothing from elsewhere, no code in pages, no frames; the position is asked for only to stay on the device
SECURITY: Final = [
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
        b"base-uri 'none'; form-action 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
]


class ReadyFirst:
    """Serves `answers` to GET and HEAD, everything else by `app`."""

    def __init__(self, app: ASGIApp, *answers: Mapping[str, Ready]) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        found = self._found(scope)
        if found is None:
            await self._app(scope, receive, _secured(send))
            return
        etag = coding = b""
        for name, value in scope["headers"]:
            if name == b"if-none-match":
                etag = value
            elif name == b"accept-encoding":
                coding = value
        status, fields, body = found.answer(etag, coding)
        if scope["method"] == "HEAD":
            body = b""
        await send({"type": "http.response.start", "status": status, "headers": [*fields, *SECURITY]})
        await send({"type": "http.response.body", "body": body})

    def _found(self, scope: Scope) -> Ready | None:
        if scope["method"] in ("GET", "HEAD"):
            for answers in self._answers:
                if (found := answers.get(scope["path"])) is not None:
                    return found
        return None


def _secured(send: Send) -> Send:
    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *SECURITY]
        await send(message)

    return send_secured
