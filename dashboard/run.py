"""One dashboard process under uvicorn."""

from __future__ import annotations

import logging
import resource
import socket
import sys
import time
from collections.abc import Callable

import psycopg
import uvicorn

from dashboard.account import refuse_foreign_installation
from dashboard.app import create_app
from geo.engine import connect
from geo.settings import Settings

log = logging.getLogger(__name__)

#: a websocket message from a screen is a few hundred bytes [bytes]
LONGEST_MESSAGE = 64 * 1024
#: streams are given so long to end when the process is asked to [s]
GRACE_S = 3
#: how long the database is waited for at the start [s]
PATIENCE_S = 60.0
#: bytes that the system may hold unsent for one screen: what waits in there is old when it arrives, so the
#: newest value should wait on our side instead
UNSENT_BYTES = 64 * 1024
#: a screen that takes nothing for so long is given up [ms]
DEAD_MS = 60_000
BACKLOG = 4096


def main(settings: Settings) -> None:
    """Serve until asked to stop. Raises `AccountError` when this database is not ours to serve."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    allow_many_connections()
    check_database(settings, sleep=time.sleep, monotonic=time.monotonic)
    config = configuration(settings)
    uvicorn.Server(config).run(sockets=[listening_socket(settings.http_host, settings.http_port)])


def configuration(settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration; forwarded headers are believed from the configured proxy only."""
    return uvicorn.Config(
        create_app(settings),
        loop="uvloop",
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LONGEST_MESSAGE,
        # measured: compressing each screen's copy costs four times what sending it does
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=settings.proxy_address is not None,
        forwarded_allow_ips=settings.proxy_address,
        timeout_graceful_shutdown=GRACE_S,
    )


def allow_many_connections() -> None:
    """Raise the number of open files to what the system allows us; the usual 1,024 are too few screens."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket whose connections keep little unsent, and give up the dead."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


def check_database(
    settings: Settings, *, sleep: Callable[[float], object], monotonic: Callable[[], float]
) -> None:
    """Wait for the database and see that it belongs to this installation.

    Raises `AccountError` when it does not, and `psycopg.OperationalError` when it stays away.
    """
    until = monotonic() + PATIENCE_S
    while True:
        try:
            with connect(settings.require_database_url(), application="sonae dashboard") as connection:
                refuse_foreign_installation(connection, settings.installation)
        except psycopg.OperationalError as fault:
            if monotonic() > until:
                raise
            log.warning("waiting for the database: %s", str(fault).strip())
            sleep(1.0)
        else:
            return
