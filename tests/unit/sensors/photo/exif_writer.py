"""Writes Exif and XMP into a JPEG for tests: the inverse of what is read."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cache

import cv2
import numpy as np

Rational = tuple[int, int]
Told = str | int | tuple[Rational, ...]


@cache
def jpeg(width: int = 96, height: int = 64) -> bytes:
    """Return a JPEG with a bright upper left corner, as a camera stores it."""
    picture = np.full((height, width, 3), 60, np.uint8)
    picture[: height // 4, : width // 4] = 240
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def with_exif(
    data: bytes,
    main: Mapping[int, Told] | None = None,
    inner: Mapping[int, Told] | None = None,
    gps: Mapping[int, Told] | None = None,
) -> bytes:
    """Return `data` with an Exif part of these tags."""
    tags = dict(main or {})
    size = 8 + 2 + 12 * (len(tags) + bool(inner) + bool(gps)) + 4
    body = b"".join(_written(tags, size)[1:])
    blocks, at = [], size + len(_written(tags, size)[2])
    pointers: dict[int, int] = {}
    for tag, entries in ((0x8769, inner), (0x8825, gps)):
        if entries:
            pointers[tag] = at
            head, rows, rest = _written(entries, at + 2 + 12 * len(entries) + 4)
            blocks.append(head + rows + bytes(4) + rest)
            at += len(blocks[-1])
    head, rows, rest = _written({**tags, **pointers}, size)
    tiff = b"MM\x00*" + struct.pack(">I", 8) + head + rows + bytes(4) + rest + b"".join(blocks)
    assert body is not None
    return _with_part(data, b"Exif\x00\x00" + tiff)


def with_xmp(data: bytes, words: str) -> bytes:
    """Return `data` with an XMP part."""
    return _with_part(data, b"http://ns.adobe.com/xap/1.0/\x00" + words.encode())


def drone_xmp(**values: str) -> str:
    """Return an XMP packet with values of `drone-dji` as attributes."""
    told = " ".join(f'drone-dji:{name}="{value}"' for name, value in values.items())
    return (
        '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" {told}/>'
        "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    )


def degrees(value: float) -> tuple[Rational, ...]:
    """Return degrees, minutes, seconds as Exif writes them."""
    whole = int(value)
    minutes = int((value - whole) * 60)
    return (whole, 1), (minutes, 1), (round(((value - whole) * 60 - minutes) * 60 * 10_000), 10_000)


def _with_part(data: bytes, body: bytes) -> bytes:
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def _written(tags: Mapping[int, Told], start: int) -> tuple[bytes, bytes, bytes]:
    rows, rest = b"", b""
    for tag, told in sorted(tags.items()):
        if isinstance(told, int):
            rows += struct.pack(">HHII", tag, 4, 1, told)
            continue
        if isinstance(told, str):
            raw, kind, count = told.encode() + b"\0", 2, len(told.encode()) + 1
        else:
            raw, kind, count = b"".join(struct.pack(">II", *one) for one in told), 5, len(told)
        if len(raw) <= 4:
            rows += struct.pack(">HHI", tag, kind, count) + raw.ljust(4, b"\0")
        else:
            rows += struct.pack(">HHII", tag, kind, count, start + len(rest))
            rest += raw
    return struct.pack(">H", len(tags)), rows, rest
