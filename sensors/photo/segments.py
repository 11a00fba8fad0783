"""The parts of a JPEG or PNG that hold words about the picture, read with suspicion and a bound."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

#: parts that are looked at in one file
_MOST_SEGMENTS: Final = 512
_START_OF_SCAN: Final = 0xDA
_PNG_HEAD: Final = 8
APP1: Final = 0xE1


class Segment(NamedTuple):
    """A part of a JPEG: its marker, where it begins (with the marker) and ends, and where its words begin."""

    marker: int
    start: int
    begins: int
    end: int


class Chunk(NamedTuple):
    """A part of a PNG: its name, where it begins and ends, and where its words begin."""

    name: bytes
    start: int
    begins: int
    end: int


def jpeg_segments(data: bytes) -> Iterator[Segment]:
    """Yield the parts of a JPEG before its pixels; ends at the first that does not fit."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        while at + 1 < len(data) and data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if at + 4 > len(data) or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            return
        yield Segment(marker, at, at + 4, end)
        if marker == _START_OF_SCAN:
            return
        at = end


def png_chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the parts of a PNG; ends at the first that does not fit."""
    at = _PNG_HEAD
    for _ in range(_MOST_SEGMENTS * 64):
        if at + 12 > len(data):
            return
        size = struct.unpack_from(">I", data, at)[0]
        end = at + 12 + size
        if end > len(data):
            return
        yield Chunk(data[at + 4 : at + 8], at, at + 8, end)
        at = end
