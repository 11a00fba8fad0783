"""When a picture was taken: from its EXIF data, or from its file's name.

EXIF times carry no zone unless `OffsetTimeOriginal` is there (EXIF 2.31, CIPA DC-008-2016); then the
camera's own zone is taken, as for a file name.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

#: years first with four digits, then with two; seconds are optional
_NAMES: Final = (
    re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_T. ]?(\d\d)[-_.:]?(\d\d)(?:[-_.:]?(\d\d))?(?!\d)"),
    re.compile(r"(?<!\d)(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)(?:-(\d\d))?(?!\d)"),
)
_EXIF_IFD, _ORIGINAL, _OFFSET, _MODIFIED, _ASCII = 0x8769, 0x9003, 0x9011, 0x0132, 2
_HEADER_BYTES: Final = 256 * 1024


def time_in_name(name: str, zone: str) -> datetime | None:
    """Return the time in a file's name as aware UTC; `zone` is its zone (IANA). None = there is none.

    Raises `zoneinfo.ZoneInfoNotFoundError` for an unknown zone.
    """
    for pattern in _NAMES:
        if (found := pattern.search(name)) is None:
            continue
        parts = [int(part or 0) for part in found.groups()]
        parts[0] += 2000 if parts[0] < 100 else 0
        try:
            local = datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc, arg-type]
        except ValueError:
            continue
        return local.astimezone(UTC)
    return None


def time_in_exif(data: bytes, zone: str) -> datetime | None:
    """Return the time a JPEG was taken as aware UTC, None when its EXIF data tell none.

    `zone` counts where the picture tells no offset. Broken EXIF data are no data.
    """
    at = data[:_HEADER_BYTES].find(b"Exif\0\0")
    if data[:2] != b"\xff\xd8" or at < 0:
        return None
    try:
        return _read(data[at + 6 : at + 6 + 65_536], zone)
    except (struct.error, ValueError, IndexError):
        return None


def _read(tiff: bytes, zone: str) -> datetime | None:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    first = _entries(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)
    inner = _entries(tiff, first[_EXIF_IFD][1], order) if _EXIF_IFD in first else {}
    text = _text(tiff, inner.get(_ORIGINAL)) or _text(tiff, first.get(_MODIFIED))
    if not text:
        return None
    local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone follows
    offset = _text(tiff, inner.get(_OFFSET))
    if offset:
        return datetime.strptime(f"{text} {offset}", "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _entries(tiff: bytes, start: int, order: str) -> dict[int, tuple[int, int]]:
    """Return count and value (or its offset) of the texts and pointers of one directory, by tag."""
    (count,) = struct.unpack_from(order + "H", tiff, start)
    found = {}
    for index in range(min(count, 512)):
        tag, kind, size, value = struct.unpack_from(order + "HHII", tiff, start + 2 + 12 * index)
        if kind == _ASCII or tag == _EXIF_IFD:
            found[tag] = (size, value)
    return found


def _text(tiff: bytes, entry: tuple[int, int] | None) -> str:
    if entry is None or not 5 <= entry[0] <= 64:
        return ""
    return tiff[entry[1] : entry[1] + entry[0]].split(b"\0")[0].decode("ascii", "replace").strip()
