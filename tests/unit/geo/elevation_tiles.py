"""A simulator of an elevation tile server: an encoder by the published formula, and HTTP on loopback."""

from __future__ import annotations

import http.server
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

Answer = bytes | int
#: from the path of a tile without its leading slash to a picture or a status
Tiles = Callable[[str], Answer]


def encode(heights_m: np.ndarray, *, alpha: bool = False) -> bytes:
    """Return the PNG of a tile, without the library that reads it; NaN is (128, 0, 0)."""
    centimetres = np.round(np.nan_to_num(heights_m) * 100).astype(np.int64)
    coded = np.where(np.isnan(heights_m), 1 << 23, centimetres % (1 << 24))
    bands = [(coded >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)]
    if alpha:
        bands.append(np.where(np.isnan(heights_m), 0, 255).astype(np.uint8))
    height, width = heights_m.shape
    pixels = np.stack(bands, axis=-1).reshape(height, -1)
    # every line begins with its filter: none
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in pieces
    )


@contextmanager
def serving(tiles: Tiles) -> Iterator[tuple[str, list[str]]]:
    """Serve tiles on loopback; give the address and the list of paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            asked.append(path)
            answer = tiles(path)
            body = b"" if isinstance(answer, int) else answer
            self.send_response(answer if isinstance(answer, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
