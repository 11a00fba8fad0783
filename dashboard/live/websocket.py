"""The stream over a websocket: a bare ASGI application, because a frame should cost little."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Response
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from dashboard.errors import DashboardError, refused
from dashboard.live.admission import Admission, admit
from dashboard.live.subscriber import Subscriber
from dashboard.live.viewport import Viewport, ViewportError
from dashboard.parts import parts_of

#: close code for a message that is none of ours (RFC 6455, 7.4.1: policy violation)
BAD_MESSAGE = 1008
#: a close reason fits into a control frame (RFC 6455, 5.5) [bytes]
REASON_BYTES = 120


class View(msgspec.Struct, tag_field="type", tag="view"):
    """What a screen may say: which part of the map it shows."""

    bbox: Annotated[list[float], msgspec.Meta(min_length=4, max_length=4)] | None


class LiveSocket:
    """Serves `/live`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one screen until it leaves."""
        connection = HTTPConnection(scope)
        await receive()
        try:
            admission = await admit(connection)
        except DashboardError as error:
            await _deny(refused(error), send)
            return
        await send({"type": "websocket.accept"})
        await _serve(connection, admission, receive, send)


async def _serve(connection: HTTPConnection, admission: Admission, receive: Receive, send: Send) -> None:
    hub = parts_of(connection).hub
    subscriber = Subscriber(
        hub,
        send,  # type: ignore[arg-type]  # an awaitable in Starlette's words, a coroutine in fact
        transport="websocket",
        session=admission.session,
        viewport=admission.viewport,
        since=admission.since,
    )
    hub.join(subscriber)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            try:
                subscriber.look(read_view(message.get("text") or ""))
            except (msgspec.DecodeError, ViewportError) as error:
                subscriber.end_soon(BAD_MESSAGE, short(f"not a view: {error}"))
    finally:
        hub.leave(subscriber)


def read_view(text: str) -> Viewport | None:
    """Return the viewport a screen asks for. Raises `msgspec.DecodeError` or `ViewportError`."""
    view = msgspec.json.decode(text, type=View)
    return None if view.bbox is None else Viewport(*view.bbox)


def short(reason: str) -> str:
    """Return a close reason cut to what fits into the frame."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")


async def _deny(answer: Response, send: Send) -> None:
    """Answer the handshake as plain HTTP (ASGI extension `websocket.http.response`)."""
    await send(
        {
            "type": "websocket.http.response.start",
            "status": answer.status_code,
            "headers": answer.raw_headers,
        }
    )
    await send({"type": "websocket.http.response.body", "body": answer.body})
