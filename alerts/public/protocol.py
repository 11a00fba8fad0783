"""The HTTP of the public face: what is ready is written out at once, everything else goes uvicorn's way.

Only a request that is whole in one piece, has no body and asks with GET for something that is ready takes the
short way; whatever is unusual about it, h11 reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from alerts.public.ready import Fields, Ready
from alerts.public.serving import SECURITY

_GET: Final = b"GET "
_END: Final = b"\r\n\r\n"
_VERSION: Final = b" HTTP/1.1\r\n"
_REASONS: Final = {200: b"OK", 304: b"Not Modified"}
#: longer heads are left to h11 [bytes]
_LONGEST: Final = 8192
#: fields of a request that is not as simple as it looks
_UNUSUAL: Final = (
    b"\r\ncontent-length:",
    b"\r\ntransfer-encoding:",
    b"\r\nconnection: close",
    b"\r\nconnection:close",
    b"\r\nupgrade:",
    b"\r\nexpect:",
    b"\r\n ",
    b"\r\n\t",
)


class ReadyProtocol(H11Protocol):
    """One connection. `answers` are looked up in turn."""

    answers: ClassVar[tuple[Mapping[str, Ready], ...]] = ()

    def data_received(self, data: bytes) -> None:
        """Answer a simple request at once, or leave it to h11."""
        written = self._short(data)
        if written is None:
            super().data_received(data)
            return
        self.transport.write(written)
        self.server_state.total_requests += 1
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _short(self, data: bytes) -> bytes | None:
        """Return the whole answer to a simple request for something ready, None for any other."""
        if not data.startswith(_GET) or not data.endswith(_END) or len(data) > _LONGEST:
            return None
        line = data.find(_VERSION)
        if line < 0 or line != data.find(b"\r\n") - len(_VERSION) + 2:
            return None
        found = self._found(data[len(_GET) : line])
        if found is None or not self._is_idle():
            return None
        head = data.lower()
        if head.find(_END) != len(head) - len(_END) or head.count(b"\r\nhost:") != 1:
            return None
        if any(name in head for name in _UNUSUAL):
            return None
        # ETags are told apart by their letters' case, so they are read from what was sent.
        etag = _field(head, data, b"\r\nif-none-match:")
        return _written(*found.answer(etag, _field(head, data, b"\r\naccept-encoding:")))

    def _found(self, target: bytes) -> Ready | None:
        try:
            path = target.decode("ascii")
        except UnicodeDecodeError:
            return None
        for answers in self.answers:
            if (found := answers.get(path)) is not None:
                return found
        return None

    def _is_idle(self) -> bool:
        """Whether no earlier request is being read, answered or waited for on this connection."""
        # None before the first request of the connection, whatever uvicorn's annotation says
        cycle: RequestResponseCycle | None = self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and self.conn.their_state is h11.IDLE
            and self.conn.trailing_data[0] == b""
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )


def protocol_for(*answers: Mapping[str, Ready]) -> type[ReadyProtocol]:
    """Return the protocol that knows `answers`."""
    kept: dict[str, Any] = {"answers": answers}
    return type("ReadyProtocol", (ReadyProtocol,), kept)


def _field(head: bytes, data: bytes, name: bytes) -> bytes:
    at = head.find(name)
    return b"" if at < 0 else data[at + len(name) : data.index(b"\r\n", at + 2)]


def _written(status: int, fields: Fields, body: bytes) -> bytes:
    lines = b"".join(b"%b: %b\r\n" % pair for pair in (*fields, *SECURITY))
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, _REASONS[status], lines, body)
