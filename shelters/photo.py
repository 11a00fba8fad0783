"""Photos from tablets: what may be kept, and taking the place out of one when asked to.

Pure. The place stands in the GPS part of the Exif data of a JPEG (CIPA DC-008, Exif 2.32, tag 0x8825);
everything else of the file stays as it was, byte for byte.
"""

from __future__ import annotations

import struct
from typing import Final

#: largest photo [bytes]
LARGEST_BYTES: Final = 8 * 1024 * 1024
_BEGINNINGS: Final = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
}
TYPES: Final = frozenset(_BEGINNINGS)
_EXIF: Final = b"Exif\x00\x00"
_APP1, _START_OF_SCAN = 0xE1, 0xDA
_GPS_TAG: Final = 0x8825
_ENTRY_BYTES: Final = 12


class PhotoError(ValueError):
    """Raised when bytes are no photo of the type they claim to be."""


def check_photo(data: bytes, media_type: str) -> None:
    """See that `data` begins as a file of `media_type` does. Raises `PhotoError`."""
    if media_type not in _BEGINNINGS:
        raise PhotoError(f"{media_type[:40]!r} is none of {', '.join(sorted(TYPES))}")
    if len(data) > LARGEST_BYTES:
        raise PhotoError(f"is larger than {LARGEST_BYTES} bytes")
    if not data.startswith(_BEGINNINGS[media_type]) or (media_type == "image/webp" and data[8:12] != b"WEBP"):
        raise PhotoError(f"the bytes are no {media_type}")


def without_location(data: bytes) -> bytes:
    """Return a JPEG without the place it was taken at; what has none, or is no JPEG, comes back as it is.

    Raises `PhotoError` when the Exif data cannot be followed: then nobody can say that no place is in it.
    """
    if not data.startswith(b"\xff\xd8"):
        return data
    result = bytearray(data)
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _START_OF_SCAN:
        size = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if at + 2 + size > len(data):
            raise PhotoError("the photo ends in the middle of its Exif data")
        if data[at + 1] == _APP1 and data[at + 4 : at + 10] == _EXIF:
            try:
                _blank_gps(result, at + 10, at + 2 + size)
            except (struct.error, IndexError) as fault:
                raise PhotoError("the Exif data of the photo cannot be followed") from fault
        at += 2 + size
    return bytes(result)


def _blank_gps(data: bytearray, start: int, end: int) -> None:
    """Empty the GPS directory within the TIFF structure at `start`, and overwrite what it held."""
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[start : start + 2]))
    if order is None:
        raise PhotoError("the Exif data of the photo cannot be followed")
    directory = start + struct.unpack_from(f"{order}I", data, start + 4)[0]
    for entry in _entries(data, directory, end, order):
        if struct.unpack_from(f"{order}H", data, entry)[0] != _GPS_TAG:
            continue
        gps = start + struct.unpack_from(f"{order}I", data, entry + 8)[0]
        for inner in _entries(data, gps, end, order):
            kind, count, place = struct.unpack_from(f"{order}HII", data, inner + 2)
            width = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}.get(kind, 1) * count
            if width > 4:
                _zero(data, start + place, min(width, end - start - place), end)
            _zero(data, inner, _ENTRY_BYTES, end)
        _zero(data, gps, 2, end)


def _entries(data: bytearray, directory: int, end: int, order: str) -> list[int]:
    count = struct.unpack_from(f"{order}H", data, directory)[0]
    if directory + 2 + count * _ENTRY_BYTES > end:
        raise PhotoError("the Exif data of the photo cannot be followed")
    return [directory + 2 + index * _ENTRY_BYTES for index in range(count)]


def _zero(data: bytearray, at: int, size: int, end: int) -> None:
    if size < 0 or at + size > end:
        raise PhotoError("the Exif data of the photo cannot be followed")
    data[at : at + size] = bytes(size)
