"""The short way and the long one answer alike, and what is unusual takes the long one."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from tests.integration.public.conftest import AREA, Face

PATH = f"/data/area/{AREA}.json"


def ask(face: Face, sent: bytes, answers: int = 1, *, bodies: bool = True) -> bytes:
    """Send something and return what comes: so many whole answers, or all until the server closes."""
    address = urlsplit(face.address)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=5) as line:
        line.sendall(sent)
        while whole(received, bodies=bodies) < answers:
            piece = line.recv(65536)
            received += piece
            if not piece:
                break
    return received


def whole(received: bytes, *, bodies: bool) -> int:
    """Return how many whole answers there are."""
    count = 0
    while b"\r\n\r\n" in received:
        head, _, received = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        wanted = int(length[1]) if length is not None and bodies else 0
        if len(received) < wanted:
            break
        received = received[wanted:]
        count += 1
    return count


def request(target: str = PATH, fields: str = "Host: x\r\n", method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/1.1\r\n{fields}\r\n".encode()


def parts(answer: bytes) -> tuple[bytes, set[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.split(b"\r\n")
    # h11 writes the reason of 304 empty, and tells that the connection ends
    return status[:12], {line.lower() for line in fields if not line.lower().startswith(b"connection")}, body


def test_both_ways_answer_alike_and_what_is_unusual_is_read_by_the_book(face: Face) -> None:
    etag = face.public.parts.keeper.answers.by_path[PATH].etag.decode()
    for more in ("", "Accept-Encoding: br, gzip\r\n", f"If-None-Match: {etag}\r\n"):
        fields = "Host: x\r\n" + more
        short = parts(ask(face, request(fields=fields)))
        assert short == parts(ask(face, request(fields=fields + "Connection: close\r\n"))), more
        assert short[0] == (b"HTTP/1.1 304" if "None" in more else b"HTTP/1.1 200")
    assert parts(ask(face, request(fields="")))[0] == b"HTTP/1.1 400"
    assert parts(ask(face, request(method="HEAD"), bodies=False))[2] == b""
    both = ask(face, request() + request("/files.json"), 2)
    assert both.count(b"HTTP/1.1 200") == 2, "two at once are answered in turn"
    assert parts(ask(face, request("/data/area/../areas.json")))[0] == b"HTTP/1.1 404"
    inner = request("/data/areas.json")
    for fields in (f"Content-Length: {len(inner)}\r\n", "Transfer-Encoding: chunked\r\n"):
        body = inner if "Length" in fields else b"%x\r\n%b\r\n0\r\n\r\n" % (len(inner), inner)
        sent = request(fields="Host: x\r\n" + fields) + body + request("/files.json")
        assert b'"places":' not in ask(face, sent, 2), "a body is no request"
        assert ask(face, sent, 2).count(b'"files":') == 1
