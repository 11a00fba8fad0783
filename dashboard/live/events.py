"""The stream as server-sent events, where websockets are blocked (HTML, 9.2)."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from dashboard.errors import DashboardError, refused
from dashboard.live.admission import admit
from dashboard.live.subscriber import Subscriber
from dashboard.parts import parts_of

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # proxies of the nginx family keep answers back until they are whole
    (b"x-accel-buffering", b"no"),
]


class LiveEvents:
    """Serves `/live/events`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one screen until it leaves."""
        connection = HTTPConnection(scope)
        try:
            admission = await admit(connection)
        except DashboardError as error:
            await refused(error)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        hub = parts_of(connection).hub
        subscriber = Subscriber(
            hub,
            send,  # type: ignore[arg-type]  # an awaitable in Starlette's words, a coroutine in fact
            transport="events",
            session=admission.session,
            viewport=admission.viewport,
            since=admission.since,
        )
        hub.join(subscriber)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            hub.leave(subscriber)
