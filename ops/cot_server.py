"""`cot-server`: our picture for ATAK, WinTAK and iTAK, as a stream of Cursor on Target over TCP.

Without certificates it listens on loopback only, behind a tunnel or for clients on the same machine. Beyond
it, a client must show a certificate that the installation's own authority signed: what is shown here is
the centre's picture.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.clock import Wall, wall_now
from ops.cot_event import CARRIED, Language
from ops.cot_feed import CotFeed
from ops.cot_picture import CotPicture
from ops.cot_session import MOST_BYTES, CotSession, SessionError
from ops.errors import OpsError
from sensors.codecs.cot_writer import CotEvent

log = logging.getLogger(__name__)
#: the port that TAK uses for plain streams, and with certificates
PLAIN_PORT, TLS_PORT = 8087, 8089
MOST_CLIENTS: Final = 64
#: what the map shows and this stream does not
NOT_CARRIED: Final = (
    *("warnings", "forecasts", "inundation", "cameras", "footprints", "videos", "photos", "proximity"),
    *("requests", "trucks", "depots", "chronology", "calls for help", "safety reports"),
    *("gauges below the danger level", "orders whose area has no geometry", "drafts"),
)


class CotServerError(OpsError):
    """Raised when the server cannot start as it is asked to."""


@dataclass(frozen=True, kw_only=True)
class CotRequest:
    """Where and for whom to serve."""

    host: str = "127.0.0.1"
    #: 0 = a free one
    port: int = PLAIN_PORT
    certificate: Path | None = None
    key: Path | None = None
    #: whose signature a client's certificate must carry
    authority: Path | None = None
    language: Language = "ja"


class CotServer:
    """All clients and the picture between them."""

    def __init__(self, database_url: str, request: CotRequest, *, wall: Wall = wall_now) -> None:
        """Refuse with `CotServerError` what would let strangers in."""
        self._request = request
        self._wall = wall
        self._tls = tls_context(request)
        self._picture = CotPicture(request.language)
        self._feed = CotFeed(database_url, self._picture, self._publish, wall=wall)
        self._sessions: set[CotSession] = set()

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._sessions)

    async def run(self, on_ready: Callable[[int], None] = lambda _port: None) -> None:
        """Serve until cancelled; `on_ready` is given the port. Raises `CotServerError`."""
        try:
            server = await asyncio.start_server(
                self._welcome, self._request.host, self._request.port, ssl=self._tls, limit=MOST_BYTES
            )
        except OSError as fault:
            where = f"{self._request.host}:{self._request.port}"
            raise CotServerError(f"cannot listen on {where}: {fault}") from fault
        port = server.sockets[0].getsockname()[1]
        how = "client certificates" if self._tls is not None else "loopback, no certificates"
        log.info("listening on %s:%d (%s)", self._request.host, port, how)
        log.info("carried: %s", ", ".join(CARRIED))
        log.info("not carried: %s", ", ".join(NOT_CARRIED))
        async with server:
            on_ready(port)
            try:
                await self._feed.run()
            finally:
                server.close()

    def _publish(self, events: Sequence[CotEvent]) -> None:
        for session in self._sessions:
            session.offer(events)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = _name_of(writer)
        if len(self._sessions) >= MOST_CLIENTS:
            log.warning("%s: refused, %d clients are connected", name, MOST_CLIENTS)
            writer.close()
            return
        session = CotSession(reader, writer, name, wall=self._wall)
        session.offer(self._picture.greeting(self._wall()))
        self._sessions.add(session)
        log.info("%s: connected", name)
        try:
            await session.run()
            log.info("%s: left", name)
        except SessionError as fault:
            log.warning("%s: dropped: %s", name, fault)
            writer.transport.abort()
        except (ConnectionError, ssl.SSLError) as fault:
            log.info("%s: left: %s", name, fault)
        finally:
            self._sessions.discard(session)
            with suppress(Exception):
                writer.close()


def tls_context(request: CotRequest) -> ssl.SSLContext | None:
    """Return how clients must prove who they are, None on loopback without certificates.

    Raises `CotServerError` for another address without them, or files that cannot be used.
    """
    files = (request.certificate, request.key, request.authority)
    if all(file is None for file in files):
        if not _is_loopback(request.host):
            raise CotServerError(
                f"{request.host} is reached by others: give --certificate, --key, --ca, or stay on loopback"
            )
        return None
    if request.certificate is None or request.key is None or request.authority is None:
        raise CotServerError("--certificate, --key and --ca belong together")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(request.certificate, request.key)
        context.load_verify_locations(request.authority)
    except (OSError, ssl.SSLError) as fault:
        raise CotServerError(f"the certificates cannot be used: {fault}") from fault
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _name_of(writer: asyncio.StreamWriter) -> str:
    """Return what names a client in the log: its address, and what its certificate says."""
    peer = writer.get_extra_info("peername") or ("?", 0)
    certificate = writer.get_extra_info("peercert") or {}
    subject = {name: value for part in certificate.get("subject", ()) for name, value in part}
    name = subject.get("commonName")
    return f"{peer[0]}:{peer[1]}" if name is None else f"{name} ({peer[0]}:{peer[1]})"
