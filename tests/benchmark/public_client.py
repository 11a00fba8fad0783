"""A load of its own process: connections that ask again as soon as they are answered, as clients do."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_ETAG = re.compile(rb"etag: ([^\r]+)", re.IGNORECASE)


async def ask(port: int, path: str, until_s: float, table: dict[str, Any], *, keeps: bool) -> None:
    """Ask for `path` over one connection until `until_s`; `keeps`: hold the ETag as browsers do."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    etag = b""
    while time.monotonic() < until_s:
        fields = b"Host: localhost\r\nAccept-Encoding: gzip\r\n"
        if etag:
            fields += b"If-None-Match: " + etag + b"\r\n"
        began_s = time.monotonic()
        writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\n" + fields + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        status = head[9:12].decode()
        length = _LENGTH.search(head)
        if status != "304" and length is not None:
            table["bytes"] += len(await reader.readexactly(int(length[1])))
        table["seconds"].append(time.monotonic() - began_s)
        table["status"][status] = table["status"].get(status, 0) + 1
        if keeps and (found := _ETAG.search(head)) is not None:
            etag = found[1]
    writer.close()


async def load(port: int, path: str, seconds: float, connections: int, *, keeps: bool) -> dict[str, Any]:
    """Return the figures of a load."""
    table: dict[str, Any] = {"seconds": [], "status": {}, "bytes": 0}
    began_s = time.monotonic()
    until_s = began_s + seconds
    await asyncio.gather(*(ask(port, path, until_s, table, keeps=keeps) for _ in range(connections)))
    taken = sorted(table["seconds"])
    return {
        "requests_s": round(len(taken) / (time.monotonic() - began_s)),
        "p50_ms": round(taken[len(taken) // 2] * 1000, 2),
        "p99_ms": round(taken[int(len(taken) * 0.99)] * 1000, 2),
        "requests": len(taken),
        "status": table["status"],
        "mbytes": round(table["bytes"] / 1e6, 1),
    }


def main() -> None:
    """Load as the arguments say: port, path, seconds, connections, whether ETags are kept."""
    port, path, seconds, connections, keeps = sys.argv[1:6]
    told = uvloop.run(load(int(port), path, float(seconds), int(connections), keeps=keeps == "keeps"))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
