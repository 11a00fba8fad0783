"""Thumbnails of streams: one keyframe of the newest piece, cut once for all screens, only while any looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from dashboard.video.cutting import CutError, Cutter
from dashboard.video.look import look
from dashboard.video.motion import Motion, motion
from dashboard.video.origin import Origin, OriginError
from dashboard.video.playlist import Media, PlaylistError, Segment

#: a stream is cut at most so often [s]: thumbnails stay below one picture a second
EVERY_S: Final = 1.5
#: one that cannot be cut is tried again after this, doubled each time up to the longest [s]
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 30.0
#: pixels of the picture in which motion is looked for
GREY_SHAPE: Final = (18, 32)

Cut = Callable[[bytes], Awaitable[bytes]]


class ThumbnailError(Exception):
    """Raised when no picture can be cut; `code` is for screens, the text names the culprit."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Thumbnail:
    """A JPEG, which piece it was cut from, when that begins, and what moves in it."""

    content: bytes
    number: int
    #: tells the piece from all others, also after an encoder began anew
    tag: str
    observed_at: datetime | None
    motion: Motion | None


@dataclass
class _Slot:
    """What is held of one stream."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: Thumbnail | None = None
    grey: NDArray[np.uint8] | None = None
    fault: ThumbnailError | None = None
    failures: int = 0
    next_s: float = 0.0


class Thumbnails:
    """The newest thumbnail of every stream that somebody looks at."""

    def __init__(self, monotonic: Callable[[], float], cut: Cut | None = None) -> None:
        """`monotonic` is a clock [s]; `cut` makes a JPEG of the bytes of a piece."""
        self._monotonic = monotonic
        self._cutter = Cutter(monotonic)
        self._cut = cut or self._cutter.cut
        self._slots: dict[str, _Slot] = {}

    async def of(self, video_id: str, origin: Origin) -> Thumbnail:
        """Return the newest thumbnail of a stream. Raises `ThumbnailError`, the same until the next try."""
        slot = self._slots.setdefault(video_id, _Slot())
        async with slot.lock:
            if self._monotonic() >= slot.next_s:
                await self._renew(slot, origin)
        if slot.fault is not None:
            raise slot.fault
        assert slot.newest is not None  # noqa: S101 - without a fault it was cut
        return slot.newest

    async def forget(self, kept: set[str]) -> None:
        """Forget streams that are not among `kept`, and let the decoder rest while nobody looks."""
        for gone in self._slots.keys() - kept:
            del self._slots[gone]
        await self._cutter.rest()

    async def close(self) -> None:
        """End the decoder."""
        await self._cutter.close()

    async def _renew(self, slot: _Slot, origin: Origin) -> None:
        try:
            await self._cut_newest(slot, origin)
        except (OriginError, PlaylistError, ThumbnailError) as fault:
            slot.fault = ThumbnailError(fault.code, str(fault))
            slot.failures += 1
            wait_s = min(FIRST_WAIT_S * 2 ** (slot.failures - 1), LONGEST_WAIT_S)
        else:
            slot.fault, slot.failures, wait_s = None, 0, EVERY_S
        slot.next_s = self._monotonic() + wait_s

    async def _cut_newest(self, slot: _Slot, origin: Origin) -> None:
        seen = await look(origin)
        if not seen.media.segments:
            raise ThumbnailError("no-segment", "the playlist holds no piece yet")
        newest = seen.media.segments[-1]
        if slot.newest is not None and slot.newest.tag == _tag(newest):
            return
        data = await _piece(origin, seen.media, seen.folder)
        try:
            content = await self._cut(data)
        except CutError as fault:
            raise ThumbnailError("undecodable", str(fault)) from fault
        grey = await asyncio.to_thread(_grey, content)
        known = None if slot.newest is None else slot.newest.motion
        slot.newest = Thumbnail(
            content, newest.number, _tag(newest), newest.at, motion(slot.grey, grey, known)
        )
        slot.grey = grey


def _tag(piece: Segment) -> str:
    told = f"{piece.number} {piece.name} {piece.at}".encode()
    return blake2b(told, digest_size=8).hexdigest()


async def _piece(origin: Origin, media: Media, folder: str) -> bytes:
    """Return the bytes of the newest piece that can be decoded by themselves."""
    if media.ranged:
        raise ThumbnailError("ranges", "its pieces are ranges of one file")
    names = [media.segments[-1].name] if media.header is None else [media.header, media.segments[-1].name]
    parts = []
    for name in names:
        file, _, query = name.partition("?")
        parts.append((await origin.read(folder + file, query)).content)
    return b"".join(parts)


def _grey(content: bytes) -> NDArray[np.uint8]:
    """Return a JPEG small and grey. Raises `ThumbnailError`."""
    picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_4)
    if picture is None:
        raise ThumbnailError("undecodable", "the decoder gave no picture")
    height, width = GREY_SHAPE
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
