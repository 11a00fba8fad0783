"""Writes transport streams and local sets for tests: the inverse of what the codecs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sensors.codecs.misb_local_set import KEY, checksum
from sensors.codecs.mpeg_ts import crc32_mpeg

ASYNCHRONOUS, SYNCHRONOUS = 0x06, 0x15
PROGRAM_PID, METADATA_PID = 0x1000, 0x101


def klv(tags: Mapping[int, bytes]) -> bytes:
    """Return a local set with its checksum."""
    body = b"".join(bytes([tag, len(value)]) + value for tag, value in tags.items())
    whole = KEY + b"\x82" + (len(body) + 4).to_bytes(2, "big") + body + b"\x01\x02"
    return whole + checksum(whole).to_bytes(2, "big")


def tables(kind: int, *, registered: bool = True) -> bytes:
    """Return the packets of the program tables that announce one metadata stream."""
    pat = _section(0x00, b"\x00\x01" + (0xE000 | PROGRAM_PID).to_bytes(2, "big"))
    descriptor = b"\x05\x04KLVA" if registered else b"\x05\x04ABCD"
    stream = bytes([kind]) + (0xE000 | METADATA_PID).to_bytes(2, "big")
    stream += (0xF000 | len(descriptor)).to_bytes(2, "big") + descriptor
    pmt = _section(0x02, b"\xe1\x00\xf0\x00" + stream)
    return _packets(0, b"\0" + pat, 0) + _packets(PROGRAM_PID, b"\0" + pmt, 0)


def mux(units: Sequence[bytes], kind: int, *, registered: bool = True) -> bytes:
    """Return a stream with tables, filling, and `units`."""
    found = tables(kind, registered=registered)
    counter = 0
    for number, unit in enumerate(units):
        held = (
            unit if kind == ASYNCHRONOUS else bytes([0, number, 0xDF]) + len(unit).to_bytes(2, "big") + unit
        )
        code = b"\xbd" if kind == ASYNCHRONOUS else b"\xfc"
        pes = b"\0\0\1" + code + (len(held) + 3).to_bytes(2, "big") + b"\x80\0\0" + held
        packets = _packets(METADATA_PID, pes, counter)
        counter = (counter + len(packets) // 188) & 15
        found += packets + bytes([0x47, 0x1F, 0xFF, 0x10]) + bytes(184)
    return found


def _section(table: int, body: bytes) -> bytes:
    whole = b"\x00\x01\xc1\x00\x00" + body
    head = bytes([table]) + (0xB000 | len(whole) + 4).to_bytes(2, "big") + whole
    return head + crc32_mpeg(head).to_bytes(4, "big")


def _packets(pid: int, data: bytes, counter: int) -> bytes:
    found = b""
    for number, at in enumerate(range(0, len(data), 184)):
        part = data[at : at + 184]
        head = bytes([0x47, (0x40 if number == 0 else 0) | pid >> 8, pid & 0xFF])
        control = (counter + number) & 15
        filling = 184 - len(part)
        if filling:
            stuffing = b"" if filling == 1 else b"\0" + b"\xff" * (filling - 2)
            found += head + bytes([0x30 | control, filling - 1]) + stuffing + part
        else:
            found += head + bytes([0x10 | control]) + part
    return found
