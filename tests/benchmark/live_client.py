"""Many light websocket clients in one process: count frames and tell how long each was under way.

Run as a program with one JSON object of options as its argument. It prints one JSON object when all
clients are connected (`{"connected": n}`), and the results when its standard input says a line.
What it costs must not hide what the server costs: a frame is found by two bytes, and only the place where
the sending time stands is looked at.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import sys
import time
from array import array
from collections.abc import Callable
from datetime import datetime
from typing import Any

import uvloop

#: the time of sending [ns, CLOCK_MONOTONIC] as the publisher writes it
SENT = b'"sent_ns":'
#: the time of a reading, sent with the time at which it was published
OBSERVED = b'"observed_at":"'
HANDSHAKES_AT_ONCE = 50


class Tally:
    """What all clients of this process have seen."""

    def __init__(self) -> None:
        self.measuring = False
        self.frames = 0
        self.changes = 0
        self.bytes = 0
        self.latencies_ms = array("d")


class Client(asyncio.Protocol):
    """One websocket client: no masks to undo, frames found by length."""

    def __init__(self, options: dict[str, Any], tally: Tally, *, measures: bool) -> None:
        self._options = options
        self._tally = tally
        self._look = self._observed if options.get("observed") else self._sent
        self._measures = measures
        self._buffer = bytearray()
        self._open = False
        self.ready = asyncio.get_running_loop().create_future()
        #: sending time of the newest change it has been shown [ns]
        self.newest_ns = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        lines = [
            f"GET {self._options['path']} HTTP/1.1",
            f"Host: 127.0.0.1:{self._options['port']}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            *(["Sec-WebSocket-Protocol: mqtt"] if self._options.get("mqtt") else []),
            *([f"Cookie: {self._options['cookie']}"] if self._options.get("cookie") else []),
        ]
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open and not self._opened():
            return
        at = 0
        buffer = self._buffer
        while (frame := _frame(buffer, at)) is not None:
            opcode, begin, at = frame
            self._frame(opcode, memoryview(buffer)[begin:at].tobytes())
        del buffer[:at]

    def connection_lost(self, _fault: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"the server closed: {bytes(self._buffer[:200])!r}"))

    def _opened(self) -> bool:
        head, found, _rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.ready.set_exception(ConnectionError(f"refused: {bytes(self._buffer[:300])!r}"))
            return False
        del self._buffer[: len(head) + 4]
        self._open = True
        if self._options.get("mqtt"):
            self.send(2, _mqtt_connect(f"bench-{id(self)}") + _mqtt_subscribe(self._options["mqtt"]))
        return True

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == 9:
            self.send(10, payload)
            return
        if not self.ready.done():
            self.ready.set_result(None)
        self._look(payload)

    def _sent(self, payload: bytes) -> None:
        at = payload.find(SENT)
        if at < 0:
            return
        if self._measures or not self._tally.measuring:
            digits = payload[at + len(SENT) : at + len(SENT) + 20]
            self.newest_ns = int(digits.partition(b"}")[0].partition(b",")[0])
        if self._tally.measuring:
            self._count(payload)
            self._tally.changes += payload.count(SENT)
            if self._measures:
                self._tally.latencies_ms.append((time.monotonic_ns() - self.newest_ns) / 1e6)

    def _observed(self, payload: bytes) -> None:
        if not self._tally.measuring:
            return
        self._count(payload)
        if not self._measures:
            return
        now_s = time.time()
        for part in payload.split(OBSERVED)[1:]:
            observed = datetime.fromisoformat(part[: part.index(b'"')].decode())
            self._tally.latencies_ms.append((now_s - observed.timestamp()) * 1000)

    def _count(self, payload: bytes) -> None:
        self._tally.frames += 1
        self._tally.bytes += len(payload)

    def send(self, opcode: int, payload: bytes) -> None:
        """Send a frame, masked by zeros as a client must mask."""
        self.transport.write(bytes([0x80 | opcode, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)


def _frame(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """Return opcode, begin and end of the frame at `at`, None when it is not whole."""
    have = len(buffer) - at
    if have < 2:
        return None
    length, begin = buffer[at + 1] & 0x7F, at + 2
    if length == 126:
        if have < 4:
            return None
        length, begin = struct.unpack_from("!H", buffer, at + 2)[0], at + 4
    elif length == 127:
        if have < 10:
            return None
        length, begin = struct.unpack_from("!Q", buffer, at + 2)[0], at + 10
    return (buffer[at] & 0x0F, begin, begin + length) if begin + length <= len(buffer) else None


def _mqtt_connect(client_id: str) -> bytes:
    name = client_id.encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack("!H", len(name)) + name
    return bytes([0x10, len(body)]) + body


def _mqtt_subscribe(topic: str) -> bytes:
    body = b"\x00\x01" + struct.pack("!H", len(topic)) + topic.encode() + b"\x00"
    return bytes([0x82, len(body)]) + body


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


async def main(options: dict[str, Any]) -> None:
    loop, tally = asyncio.get_running_loop(), Tally()
    clients: list[Client] = []
    gate = asyncio.Semaphore(HANDSHAKES_AT_ONCE)

    async def connect(number: int) -> None:
        async with gate:
            make: Callable[[], Client] = lambda: Client(  # noqa: E731
                options, tally, measures=number % options.get("measure_every", 1) == 0
            )
            _transport, client = await loop.create_connection(make, "127.0.0.1", options["port"])
            await client.ready
            clients.append(client)

    await asyncio.gather(*(connect(number) for number in range(options["clients"])))
    print(json.dumps({"connected": len(clients)}), flush=True)
    while (word := (await _line()).strip()) != "stop":
        if word == "measure":
            tally.measuring = True
        elif word == "pause":
            for client in clients:
                client.transport.pause_reading()
        elif word == "resume":
            for client in clients:
                client.transport.resume_reading()
    tally.measuring = False
    lost = sum(client.transport.is_closing() for client in clients)
    latencies = sorted(tally.latencies_ms)
    print(
        json.dumps(
            {
                "frames": tally.frames,
                "changes": tally.changes,
                "bytes": tally.bytes,
                "lost": lost,
                "p50_ms": _quantile(latencies, 0.5),
                "p99_ms": _quantile(latencies, 0.99),
                "measured": len(latencies),
                "newest_ns": [client.newest_ns for client in clients[:20]],
            }
        ),
        flush=True,
    )


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2) if ordered else None


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
