"""The public process under uvicorn: one worker, or several that share the port.

Each worker holds the answers for itself and reads the database for itself; one that ends takes the others
with it, and whoever supervises starts all of them again.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from typing import Final

import uvicorn

from alerts.public.app import PublicApp, create_app
from alerts.public.heartbeats import Heartbeats
from alerts.public.protocol import protocol_for
from geo.clock import wall_now
from geo.settings import Settings

log = logging.getLogger(__name__)

SERVICE: Final = "public"
GRACE_S: Final = 3
BACKLOG: Final = 4096
#: a connection that asks nothing for so long is closed [s]
IDLE_S: Final = 15


def main(settings: Settings) -> None:
    """Serve until asked to stop."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    workers = settings.public_workers
    # The first socket is bound before the others start: a port that is taken is told at once.
    listener = listening_socket(settings.public_host, settings.public_port, shared=workers > 1)
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_worker, args=(settings, number), name=f"{SERVICE}-{number}", daemon=True)
        for number in range(2, workers + 1)
    ]
    for other in others:
        other.start()
    try:
        _watch(others)
        serve(settings, listener, SERVICE, keeps=True)
    finally:
        for other in others:
            other.terminate()
        for other in others:
            other.join(GRACE_S + 2)


def _worker(settings: Settings, number: int) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    listener = listening_socket(settings.public_host, settings.public_port, shared=True)
    serve(settings, listener, f"{SERVICE}-{number}", keeps=False)


def _end_with_parent() -> None:
    """End this worker when the first process is gone, also when it was killed: it would hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _watch(others: Sequence[BaseProcess]) -> None:
    """End this process when one of the others ends by itself: a worker that is missing must be seen."""

    def wait(other: BaseProcess) -> None:
        other.join()
        log.error("%s ended with code %s", other.name, other.exitcode)
        os.kill(os.getpid(), signal.SIGTERM)

    for other in others:
        threading.Thread(target=wait, args=(other,), daemon=True).start()


def serve(settings: Settings, listener: socket.socket, service: str, *, keeps: bool) -> None:
    """Serve on a bound socket until asked to stop, beating as `service`."""
    public = create_app(settings, keeps=keeps)
    keeper = public.parts.keeper
    beats = Heartbeats(
        settings.require_database_url(),
        settings.service_id or service,
        lambda: (keeper.fault, {"answers": len(keeper.answers.by_path), "age_s": keeper.age_s}),
        wall=wall_now,
    )
    beats.start()
    try:
        uvicorn.Server(configuration(settings, public)).run(sockets=[listener])
    finally:
        beats.stop()


def configuration(settings: Settings, public: PublicApp) -> uvicorn.Config:
    """Return uvicorn's configuration; nothing of a request is logged."""
    keeper = public.parts.keeper
    return uvicorn.Config(
        public.asgi,
        loop="uvloop",
        http=protocol_for(keeper.answers.by_path, public.parts.page),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=settings.proxy_address is not None,
        forwarded_allow_ips=settings.proxy_address,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=IDLE_S,
        backlog=BACKLOG,
    )


def listening_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a bound socket; `shared`: other workers bind the same port, the system spreads clients."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener
