"""HLS playlists (RFC 8216), as far as the wall must understand them: what is newest, and what to cut it from.

Pure: texts in, records out. Addresses that lead away from the stream are refused, because whoever reads
the pieces holds the officer's session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from geo.video import plain_path

#: longer than any playlist of a live stream [characters]
LONGEST: Final = 256 * 1024
#: pieces in a playlist that are looked at
MOST_SEGMENTS: Final = 5_000
_ATTRIBUTE: Final = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')


class PlaylistError(ValueError):
    """Raised when a playlist cannot be used; `code` is for screens, the text names the culprit."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Segment:
    """One piece of a stream: its number, its file, its length [s], and when it begins, where that is told."""

    number: int
    name: str
    duration_s: float
    at: datetime | None


@dataclass(frozen=True)
class Media:
    """A media playlist. `header` is the file that fragments need before them, None for MPEG-TS."""

    segments: tuple[Segment, ...]
    target_s: float
    header: str | None
    ended: bool
    #: pieces are ranges of one file
    ranged: bool


@dataclass(frozen=True)
class Variant:
    """One rendition of a stream."""

    name: str
    bandwidth: int
    codecs: str | None


def read_playlist(text: str) -> Media | tuple[Variant, ...]:
    """Return a media playlist, or the renditions of a main one, the narrowest first.

    Raises `PlaylistError`: `unreadable`, `encrypted`, `elsewhere` (an address leads away), `no-video`.
    """
    lines = [line.strip() for line in text[:LONGEST].splitlines() if line.strip()]
    if not lines or lines[0].lstrip("\ufeff") != "#EXTM3U":
        raise PlaylistError("unreadable", "the playlist does not begin with #EXTM3U")
    if any(line.startswith("#EXT-X-STREAM-INF") for line in lines):
        return _variants(lines)
    return _media(lines)


def relative_name(address: str) -> str:
    """Return an address of a playlist as a name beside it. Raises `PlaylistError` when it leads elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not plain_path(parts.path):
        raise PlaylistError("elsewhere", f"the playlist leads elsewhere: {address[:100]!r}")
    return address if not parts.query else f"{parts.path}?{parts.query}"


def _variants(lines: list[str]) -> tuple[Variant, ...]:
    found = []
    for line, address in zip(lines, [*lines[1:], ""], strict=True):
        if not line.startswith("#EXT-X-STREAM-INF:"):
            continue
        told = _attributes(line)
        codecs = told.get("CODECS")
        if address.startswith("#") or not address:
            raise PlaylistError("unreadable", "a rendition has no address")
        bandwidth = told.get("BANDWIDTH", "")
        found.append(
            Variant(relative_name(address), int(bandwidth) if bandwidth.isdecimal() else 0, codecs or None)
        )
    return tuple(sorted(found, key=lambda one: one.bandwidth))


def _media(lines: list[str]) -> Media:
    reader = _MediaReader()
    for line in lines[1:]:
        reader.take(line)
    return Media(
        tuple(reader.segments[-MOST_SEGMENTS:]),
        reader.target_s or max((one.duration_s for one in reader.segments), default=0.0),
        reader.header,
        reader.ended,
        reader.ranged,
    )


class _MediaReader:
    """Takes the lines of a media playlist one after the other."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.target_s = 0.0
        self.header: str | None = None
        self.ended = self.ranged = False
        self._number = 0
        self._duration_s = 0.0
        self._at: datetime | None = None
        self._gap = False

    def take(self, line: str) -> None:
        tag, _, value = line.partition(":")
        if not line.startswith("#"):
            self._segment(line)
        elif tag == "#EXTINF":
            self._duration_s = _number(tag, value.split(",")[0])
        elif tag == "#EXT-X-TARGETDURATION":
            self.target_s = _number(tag, value)
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            self._number = int(_number(tag, value))
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            self._at = _moment(value)
        elif tag == "#EXT-X-MAP":
            self.header = relative_name(_attributes(line).get("URI", ""))
        elif tag == "#EXT-X-KEY" and _attributes(line).get("METHOD") != "NONE":
            raise PlaylistError("encrypted", "the stream is encrypted")
        else:
            self.ended |= tag == "#EXT-X-ENDLIST"
            self.ranged |= tag == "#EXT-X-BYTERANGE"
            self._gap |= tag == "#EXT-X-GAP"

    def _segment(self, address: str) -> None:
        if not self._gap:
            self.segments.append(Segment(self._number, relative_name(address), self._duration_s, self._at))
        self._gap = False
        self._number += 1
        if self._at is not None:
            self._at += timedelta(seconds=self._duration_s)


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _number(tag: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise PlaylistError("unreadable", f"{tag} is {text[:40]!r}, no number") from None
    if not 0 <= number < 1e12:
        raise PlaylistError("unreadable", f"{tag} is {text[:40]!r}")
    return number


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
