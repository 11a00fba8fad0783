"""Takes the metadata out of an MPEG transport stream (ISO/IEC 13818-1), bytes in, KLV bytes out.

A stream from the air is torn: packets are missing, doubled, half. What is not whole is left out and counted,
nothing is remembered without a bound. Metadata are streams of type 0x06 registered as `KLVA` (asynchronous,
MISB ST 1402) and of type 0x15 (synchronous, in access unit cells).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

PACKET_BYTES: Final = 188
SYNC: Final = 0x47
_PAT_PID, _NULL_PID = 0, 0x1FFF
_ASYNCHRONOUS, _SYNCHRONOUS = 0x06, 0x15
_REGISTRATION: Final = b"\x05\x04KLVA"
#: largest section of a program table, and largest metadata unit that is put together [bytes]
_SECTION_BYTES: Final = 1024
LARGEST_UNIT: Final = 64 * 1024
#: programs and metadata streams that are followed at once
_MOST_PROGRAMS, _MOST_STREAMS = 16, 8
_CELL_BYTES: Final = 5


class TransportStream:
    """Follows one stream over any number of `feed`s, however its bytes are cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._sections: dict[int, bytearray] = {}
        self._tables: dict[int, bytes] = {}
        self._programs: set[int] = set()
        #: stream type by PID
        self._streams: dict[int, int] = {}
        self._units: dict[int, bytearray] = {}
        self._counters: dict[int, int] = {}
        #: packets and units that were not whole
        self.torn = 0

    @property
    def has_metadata(self) -> bool:
        """Tell whether the stream announced metadata."""
        return bool(self._streams)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the metadata units that are whole with `data`, in their order."""
        found: list[bytes] = []
        for packet in self._packets(self._rest + data):
            found += self._packet(packet)
        return found

    def finish(self) -> list[bytes]:
        """Return the units of unknown length that only the end of the stream makes whole."""
        found = [unit for pid in list(self._units) for unit in self._close(pid)]
        self._rest = b""
        return found

    def _packets(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at + PACKET_BYTES <= len(data):
            following = at + PACKET_BYTES
            if data[at] == SYNC and (following == len(data) or data[following] == SYNC):
                yield data[at:following]
                at = following
                continue
            self.torn += 1
            next_sync = data.find(bytes([SYNC]), at + 1)
            at = len(data) if next_sync < 0 else next_sync
        self._rest = data[at:]

    def _packet(self, packet: bytes) -> list[bytes]:
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        starts, has_payload = bool(packet[1] & 0x40), bool(packet[3] & 0x10)
        wanted = pid == _PAT_PID or pid in self._programs or pid in self._streams
        if packet[1] & 0x80 or not has_payload or not wanted or pid == _NULL_PID or packet[3] & 0xC0:
            return []
        at = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        if at >= PACKET_BYTES:
            return []
        counter, before = packet[3] & 0x0F, self._counters.get(pid)
        self._counters[pid] = counter
        if counter == before:
            return []
        torn = before is not None and counter != (before + 1) & 0x0F
        if torn:
            self.torn += 1
            self._units.pop(pid, None)
            self._sections.pop(pid, None)
        if pid in self._streams:
            return self._unit(pid, packet[at:], starts=starts)
        self._section(pid, packet[at:], starts=starts)
        return []

    def _section(self, pid: int, payload: bytes, *, starts: bool) -> None:
        if starts:
            held = self._sections[pid] = bytearray(payload[1 + payload[0] :])
        elif (held := self._sections.get(pid, bytearray())) or pid in self._sections:
            held += payload
        if len(held) < 3:
            return
        length = 3 + ((held[1] & 0x0F) << 8 | held[2])
        if length > _SECTION_BYTES + 3:
            del self._sections[pid]
        elif len(held) >= length:
            section = bytes(held[:length])
            self._sections.pop(pid, None)
            if self._tables.get(pid) != section and length >= 12 and crc32_mpeg(section) == 0:
                self._tables[pid] = section
                self._read_table(pid, section)

    def _read_table(self, pid: int, section: bytes) -> None:
        if pid == _PAT_PID and section[0] == 0x00:
            entries = range(8, len(section) - 4 - 3, 4)
            pids = {
                (section[at + 2] & 0x1F) << 8 | section[at + 3]
                for at in entries
                if section[at] << 8 | section[at + 1]
            }
            self._programs = set(sorted(pids)[:_MOST_PROGRAMS])
        elif pid in self._programs and section[0] == 0x02:
            for stream, kind in _metadata_streams(section):
                if stream not in self._programs and stream != _PAT_PID:
                    self._streams[stream] = kind
            while len(self._streams) > _MOST_STREAMS:
                dropped = next(iter(self._streams))
                del self._streams[dropped]
                self._units.pop(dropped, None)

    def _unit(self, pid: int, payload: bytes, *, starts: bool) -> list[bytes]:
        done = self._close(pid) if starts else []
        if starts:
            self._units[pid] = bytearray(payload)
        elif pid in self._units:
            self._units[pid] += payload
        held = self._units.get(pid)
        if held is None:
            return done
        if len(held) > LARGEST_UNIT or (len(held) >= 3 and held[:3] != b"\x00\x00\x01"):
            self.torn += 1
            del self._units[pid]
            return done
        length = held[4] << 8 | held[5] if len(held) >= 6 else 0
        if length and len(held) >= 6 + length:
            del held[6 + length :]
            done += self._close(pid)
        return done

    def _close(self, pid: int) -> list[bytes]:
        held = bytes(self._units.pop(pid, b""))
        if len(held) < 9:
            self.torn += bool(held)
            return []
        length = held[4] << 8 | held[5]
        if length and len(held) < 6 + length:
            self.torn += 1
            return []
        payload = held[9 + held[8] :]
        unit = _without_cells(payload) if self._streams.get(pid) == _SYNCHRONOUS else payload
        return [unit] if unit else []


def _metadata_streams(section: bytes) -> Iterator[tuple[int, int]]:
    """Yield PID and stream type of the metadata that a program map announces."""
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    end = len(section) - 4
    while at + 5 <= end:
        kind, pid = section[at], (section[at + 1] & 0x1F) << 8 | section[at + 2]
        length = (section[at + 3] & 0x0F) << 8 | section[at + 4]
        descriptors = section[at + 5 : min(end, at + 5 + length)]
        if kind == _SYNCHRONOUS or (kind == _ASYNCHRONOUS and _REGISTRATION in descriptors):
            yield pid, kind
        at += 5 + length


def _without_cells(payload: bytes) -> bytes:
    """Return what the metadata access unit cells hold (ISO/IEC 13818-1, 2.12.4), the whole of them joined."""
    found, at = bytearray(), 0
    while at + _CELL_BYTES <= len(payload):
        length = payload[at + 3] << 8 | payload[at + 4]
        found += payload[at + _CELL_BYTES : at + _CELL_BYTES + length]
        at += _CELL_BYTES + length
    return bytes(found)


def crc32_mpeg(data: bytes) -> int:
    """Return the CRC-32 of ISO/IEC 13818-1 annex A; 0 over a section that ends with its own."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value
