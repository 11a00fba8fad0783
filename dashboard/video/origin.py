"""Where the pieces of streams come from: the installation's video folder, or a gateway beside it.

Nothing is transcoded: a piece goes to the screen byte for byte. A stream is read only below its own
folder or address, whatever its playlist or a request says.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Protocol

import httpx

from geo.clock import Wall
from geo.video import plain_path

#: what a stream consists of, by suffix
TYPES: Final = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mp4": "video/mp4",
    "m4s": "video/iso.segment",
    "m4v": "video/mp4",
    "ts": "video/mp2t",
    "aac": "audio/aac",
}
#: a longer piece is not one of a live stream [bytes]
LONGEST: Final = 64 * 2**20
#: how long a gateway may take [s]; low-latency playlists wait for the next part
ANSWER_S: Final = 10.0


class OriginError(Exception):
    """Raised when a piece cannot be had; `code` is for screens, the text names the culprit."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Piece:
    """A playlist or a piece of video as it came, and when it was last changed by our clock."""

    content: bytes
    media_type: str
    modified_at: datetime


class Origin(Protocol):
    """One stream's source."""

    async def read(self, name: str, query: str = "") -> Piece:
        """Return the piece `name`. Raises `OriginError`."""


class FolderOrigin:
    """A folder into which something writes HLS, for instance `ffmpeg -c copy`."""

    def __init__(self, root: Path, path: str) -> None:
        self._root = root
        self._folder = root / path

    async def read(self, name: str, query: str = "") -> Piece:  # noqa: ARG002
        """Return the piece `name`; `query` means nothing here. Raises `OriginError`."""
        media_type = _type(name)
        return await asyncio.to_thread(self._read, name, media_type)

    def _read(self, name: str, media_type: str) -> Piece:
        path = self._folder / name
        try:
            if not path.resolve().is_relative_to(self._root.resolve()):
                raise OriginError("elsewhere", f"{name[:80]!r} lies outside the video folder")
            status = path.stat()
            if status.st_size > LONGEST:
                raise OriginError("too-large", f"{name[:80]!r} is larger than {LONGEST} bytes")
            content = path.read_bytes()
        except FileNotFoundError:
            raise OriginError("missing", f"there is no {name[:80]!r} in the folder") from None
        except OSError as fault:
            raise OriginError("unreadable", f"{name[:80]!r}: {fault.strerror}") from fault
        return Piece(content, media_type, datetime.fromtimestamp(status.st_mtime, UTC))


class GatewayOrigin:
    """A path of an HLS gateway such as MediaMTX, which the browser never talks to itself."""

    def __init__(self, client: httpx.AsyncClient, base: str, path: str, wall: Wall) -> None:
        self._client = client
        self._address = f"{base.rstrip('/')}/{path}"
        self._wall = wall

    async def read(self, name: str, query: str = "") -> Piece:
        """Return the piece `name`, asked for with `query`. Raises `OriginError`."""
        media_type = _type(name)
        address = f"{self._address}/{name}{'?' if query else ''}{query}"
        try:
            async with self._client.stream("GET", address, timeout=ANSWER_S) as answer:
                if answer.status_code == 404:
                    raise OriginError("missing", "the gateway has no such stream now")
                if answer.status_code >= 400:
                    raise OriginError("refused", f"the gateway answered {answer.status_code}")
                content = bytearray()
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > LONGEST:
                        raise OriginError("too-large", f"{name[:80]!r} is larger than {LONGEST} bytes")
                modified = _last_modified(answer.headers.get("last-modified"))
        except httpx.HTTPError as fault:
            raise OriginError(
                "gateway-away", f"the gateway does not answer: {type(fault).__name__}"
            ) from fault
        return Piece(bytes(content), media_type, modified or self._wall())


class NowhereOrigin:
    """A stream of a gateway in an installation that has none."""

    async def read(self, name: str, query: str = "") -> Piece:  # noqa: ARG002
        """Raise `OriginError`."""
        raise OriginError("no-gateway", "no gateway is configured (SONAE_VIDEO_GATEWAY)")


def _type(name: str) -> str:
    """Return the media type of a piece by its name. Raises `OriginError` when it leads elsewhere."""
    suffix = name.rpartition(".")[2].lower()
    if suffix not in TYPES or not plain_path(name):
        raise OriginError("elsewhere", f"{name[:80]!r} is no piece of a stream")
    return TYPES[suffix]


def _last_modified(text: str | None) -> datetime | None:
    try:
        return None if text is None else parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
