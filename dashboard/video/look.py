"""Looking at a stream: its playlist, through a main one where there is one, and what is newest in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboard.video.origin import Origin, OriginError
from dashboard.video.playlist import Media, PlaylistError, read_playlist
from dashboard.video.standing import Standing, State, judge

INDEX: Final = "index.m3u8"
#: what keeps a stream from being had, and in which state that leaves it
_STATES: Final[dict[str, State]] = {
    "missing": "waiting",
    "gateway-away": "away",
    "refused": "away",
    "no-gateway": "away",
    "elsewhere": "unplayable",
    "too-large": "unplayable",
    "unreadable": "unplayable",
}


@dataclass(frozen=True)
class Look:
    """A stream's media playlist, where its files lie, when it last changed, and its codecs if told."""

    media: Media
    #: folder of the media playlist below the stream's own, with its slash
    folder: str
    modified_at: datetime
    codecs: str | None


async def look(origin: Origin) -> Look:
    """Return the narrowest rendition of a stream. Raises `OriginError` and `PlaylistError`."""
    name, codecs = INDEX, None
    for _ in range(2):
        file, _, query = name.partition("?")
        piece = await origin.read(file, query)
        found = read_playlist(piece.content.decode("utf-8", "replace"))
        if isinstance(found, Media):
            return Look(found, file[: file.rfind("/") + 1], piece.modified_at, codecs)
        if not found:
            raise PlaylistError("unreadable", "the main playlist names no rendition")
        name, codecs = found[0].name, found[0].codecs
    raise PlaylistError("unreadable", "a main playlist leads to another one")


async def standing_of(origin: Origin, now: datetime) -> Standing:
    """Return how a stream stands at `now`; whatever keeps it from playing is its reason."""
    try:
        seen = await look(origin)
    except OriginError as fault:
        return Standing(_STATES[fault.code], fault.code)
    except PlaylistError as fault:
        return Standing("unplayable", fault.code)
    return judge(seen.media, seen.modified_at, now, seen.codecs)
