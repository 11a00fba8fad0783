"""What every answer tells the browser to forbid."""

from __future__ import annotations

import logging
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.errors import refusal

log = logging.getLogger(__name__)

#: nothing from elsewhere, no code in pages, no frames (W3C Content Security Policy Level 3)
POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: two years, as browsers' preload lists want it; said only where cookies are for https as well
TRANSPORT: Final = ("Strict-Transport-Security", "max-age=63072000")
#: the tablet reads QR codes; its pages may ask for the camera, no other page may
CAMERA_PATH: Final = "/tablet/"
WITH_CAMERA: Final = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeaders:
    """Adds the headers to every HTTP answer, also to the one that tells of a fault of ours."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        pairs = [*HEADERS.items(), *([TRANSPORT] if https else [])]
        self._headers = _encoded(pairs)
        self._headers_with_camera = _encoded([*pairs, ("Permissions-Policy", WITH_CAMERA)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        headers = self._headers_with_camera if scope["path"].startswith(CAMERA_PATH) else self._headers

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if begun:
                raise
            log.exception("fault of ours at %s %s", scope["method"], scope["path"])
            answer = refusal(500, "fault", "a fault of ours; it has been logged")
            await answer(scope, receive, send_with_headers)


def _encoded(pairs: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return header fields as they are sent; of two of one name the later one holds."""
    return [(name.lower().encode(), value.encode()) for name, value in dict(pairs).items()]
