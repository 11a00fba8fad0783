"""Simulators of those who receive: a push service with browsers of its own, a mail server, a webhook."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from ops.servers.broker import free_port


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpSimulator:
    """Answers each path as told: a list of (status, headers, wait), the last one for ever."""

    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    taken: list[Request] = field(default_factory=list)
    #: paths that are answered only when this is set
    held: dict[str, threading.Event] = field(default_factory=dict)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str) -> list[Request]:
        return [request for request in self.taken if request.path == path]


@contextmanager
def http_simulator() -> Iterator[HttpSimulator]:
    simulator = HttpSimulator()

    class Handler(BaseHTTPRequestHandler):
        server_version = "SIMULATOR"
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if (gate := simulator.held.get(self.path)) is not None:
                gate.wait(10)
            simulator.taken.append(Request(self.path, dict(self.headers), body))
            answers = simulator.answers.get(self.path, [(201, {})])
            status, headers = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    simulator.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield simulator
    finally:
        for gate in simulator.held.values():
            gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Browser:
    """A browser that subscribed: it alone can read what is pushed to it."""

    def __init__(self, push_service: HttpSimulator, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = name.encode().ljust(16, b"*")[:16]
        self._service = push_service
        self.path = f"/push/{name}"
        self.endpoint = push_service.address + self.path
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh, self.auth = base64url(point), base64url(self._secret)

    def read(self) -> list[dict[str, Any]]:
        """Return what arrived, decrypted, after checking the sender's signature and the headers."""
        return [self._open(request) for request in self._service.at(self.path)]

    def _open(self, request: Request) -> dict[str, Any]:
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert request.headers["Urgency"] == "high"
        assert int(request.headers["TTL"]) > 0
        assert Vapid02.verify(request.headers["Authorization"])
        assert len(request.body) <= 4096
        plain = http_ece.decrypt(
            request.body, private_key=self._key, auth_secret=self._secret, version="aes128gcm"
        )
        told: dict[str, Any] = json.loads(plain)
        return told


@dataclass
class MailSimulator:
    """Takes mail; refuses addresses as told."""

    port: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        return "250 kept by the SIMULATOR"


@contextmanager
def mail_simulator() -> Iterator[MailSimulator]:
    simulator = MailSimulator()
    simulator.port = free_port()
    controller = Controller(simulator, hostname="127.0.0.1", port=simulator.port)
    controller.start()
    try:
        yield simulator
    finally:
        controller.stop()
