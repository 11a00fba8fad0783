"""One screen on the stream: up to date and sent to at once, or behind and catching up in a task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal

from dashboard.live.message import Bookmark, Frame
from dashboard.live.step import Sending, try_now
from dashboard.live.viewport import Viewport

if TYPE_CHECKING:
    from dashboard.live.hub import Hub

log = logging.getLogger(__name__)

Transport = Literal["websocket", "events"]
Send = Callable[[MutableMapping[str, Any]], Sending]

#: what a send raises when the other side is gone: uvicorn's OSError, or its complaint about a closed socket
GONE = (OSError, RuntimeError)


class Subscriber:
    """A screen.

    It is *idle* while it has been sent everything; then the hub pushes each frame at once. When a send
    has to wait, a task waits with it and afterwards sends the newest value of what changed meanwhile,
    or a snapshot, until nothing is left. Whatever the screen does, what it costs stays the same.
    """

    __slots__ = (
        "_ending",
        "_hub",
        "_send",
        "_since",
        "_task",
        "number",
        "sent_at",
        "session",
        "transport",
        "viewport",
    )

    def __init__(
        self,
        hub: Hub,
        send: Send,
        *,
        transport: Transport,
        session: bytes,
        viewport: Viewport | None,
        since: Bookmark | None,
    ) -> None:
        """`session` is the hash of the session's token: the stream ends with the session."""
        self._hub = hub
        self._send = send
        self.transport: Transport = transport
        self.session = session
        self.viewport = viewport
        self._since = since
        self._task: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        #: batch up to which it was sent everything; None = it needs a snapshot
        self.number: int | None = None
        #: when it was last sent something, by the loop's clock [s]
        self.sent_at = 0.0

    @property
    def idle(self) -> bool:
        """Whether it has been sent everything."""
        return self._task is None

    def begin(self) -> None:
        """Send what it lacks, a snapshot or what changed since its bookmark."""
        if self._task is None:
            self._catch_up(None)

    def look(self, viewport: Viewport | None) -> None:
        """Show another part of the map: it gets a snapshot of that."""
        self.viewport = viewport
        self.number = self._since = None
        self.begin()

    def push(self, frame: Frame, number: int, now: float) -> bool:
        """Send `frame`, which brings an idle screen to batch `number`; return False when it is gone."""
        self.number = number
        self.sent_at = now
        try:
            waiting = try_now(self._send(self._event(frame)))
        except GONE:
            return False
        if waiting is not None:
            self._catch_up(waiting)
        return True

    def close(self) -> None:
        """End its tasks; the connection is closed by whoever holds it."""
        for task in (self._task, self._ending):
            if task is not None:
                task.cancel()

    def end_soon(self, code: int, reason: str) -> None:
        """Close the connection from our side as soon as it takes what was sent before."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end(code, reason), name="live screen ends")

    async def _end(self, code: int, reason: str) -> None:
        try:
            if self.transport == "websocket":
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
            else:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except GONE:
            pass

    def _event(self, frame: Frame) -> dict[str, Any]:
        return frame.websocket if self.transport == "websocket" else frame.event

    def _catch_up(self, first: Awaitable[None] | None) -> None:
        self._task = asyncio.create_task(self._sending(first), name="live screen")

    async def _sending(self, first: Awaitable[None] | None) -> None:
        try:
            if first is not None:
                await first
            while (frame := await self._next()) is not None:
                await self._send(self._event(frame))
                self.sent_at = self._hub.monotonic()
        except GONE:
            # Whoever holds the connection hears of it too, and takes this screen off the hub.
            return
        except Exception:
            # A screen that is silently sent nothing more would be the worst: let it come back.
            log.exception("a screen's stream failed")
            await self._end(1011, "internal fault")
            return
        # Nothing is awaited between the last look for news and this: no frame can be missed.
        self._task = None

    async def _next(self) -> Frame | None:
        if self._since is not None:
            since, self._since = self._since, None
            self.number = self._hub.number_at(since)
            if self.number is not None:
                return self._hub.resume(self)
        if self.number is not None:
            if (frame := self._hub.missed(self)) is not None:
                return frame
            if self.number is not None:
                return None
        return await self._hub.picture(self)
