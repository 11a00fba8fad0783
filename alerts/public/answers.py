"""The answers of the public face by their path, made anew only where something changed.

An answer tells as of when it was true (`at`) and whether the database has been silent since (`stale`,
`stale_s`). An unchanged one keeps its bytes, and so its ETag, for `RENEW_S`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from alerts.public.picture import Known, area_contents
from alerts.public.ready import Ready, ready_json
from geo.moment import utc_text

#: an unchanged answer is confirmed with a new `at` after this [s]
RENEW_S: Final = 60.0
CATALOGUE: Final = "/data/areas.json"


class Kept(msgspec.Struct, kw_only=True):
    """What is kept on disk, for a start without a database."""

    read_at: datetime
    at: str
    contents: dict[str, msgspec.Raw]
    catalogue: msgspec.Raw


@dataclass(frozen=True)
class _Told:
    """An answer as it stands: its content's bytes, when it was made [wall], the answer."""

    content: bytes
    made_at: datetime
    ready: Ready


class Answers:
    """Ready answers by path. Not bound to a database or a loop; the clock is an argument."""

    def __init__(self) -> None:
        self.by_path: dict[str, Ready] = {}
        #: when the database was last read; None = never
        self.read_at: datetime | None = None
        self._at = ""
        self._told: dict[str, _Told] = {}
        self._catalogue: bytes | None = None

    def tell_catalogue(self, content: Mapping[str, Any]) -> None:
        """Take a new list of municipalities and places."""
        encoded = msgspec.json.encode(content)
        if encoded != self._catalogue:
            self._catalogue = encoded
            self.by_path[CATALOGUE] = ready_json(content)

    def tell(self, known: Known, now: datetime) -> int:
        """Take what was just read at the wall time `now`; return how many answers were made anew."""
        self.read_at, self._at = now, utc_text(known.now)
        contents = area_contents(known)
        for code in self._told.keys() - contents.keys():
            del self._told[code], self.by_path[area_path(code)]
        made = 0
        for code, content in contents.items():
            encoded = msgspec.json.encode(content)
            told = self._told.get(code)
            if told is not None and told.content == encoded and not _is_due(told, now):
                continue
            self._put(code, encoded, now, stale_s=0)
            made += 1
        return made

    def tell_stale(self, now: datetime) -> None:
        """Make every answer say that the database has been silent for so long at the wall time `now`."""
        if self.read_at is None:
            return
        stale_s = max(round((now - self.read_at).total_seconds()), 1)
        for code, told in list(self._told.items()):
            self._put(code, told.content, now, stale_s=stale_s)

    def _put(self, code: str, content: bytes, now: datetime, *, stale_s: int) -> None:
        body = {
            "at": self._at,
            "stale": stale_s > 0,
            "stale_s": stale_s,
            **msgspec.json.decode(content, type=dict[str, msgspec.Raw]),
        }
        # A stale answer is never taken for an unchanged one when the database is back.
        made_at = now if stale_s == 0 else datetime.min.replace(tzinfo=now.tzinfo)
        answer = ready_json(body)
        self._told[code] = _Told(content, made_at, answer)
        self.by_path[area_path(code)] = answer

    def kept(self) -> bytes | None:
        """Return what to keep on disk, None before anything was read."""
        if self.read_at is None or self._catalogue is None:
            return None
        contents = {code: msgspec.Raw(told.content) for code, told in self._told.items()}
        return msgspec.json.encode(
            Kept(read_at=self.read_at, at=self._at, contents=contents, catalogue=msgspec.Raw(self._catalogue))
        )

    def recall(self, kept: bytes, now: datetime, *, installation: str) -> None:
        """Begin with what was kept, told as stale. Raises `msgspec.DecodeError` when it cannot be read."""
        found = msgspec.json.decode(kept, type=Kept)
        for content in found.contents.values():
            if msgspec.json.decode(content)["installation"] != installation:
                raise msgspec.ValidationError("kept by another kind of installation")
        self.tell_catalogue(msgspec.json.decode(found.catalogue))
        self.read_at, self._at = found.read_at, found.at
        for code, content in found.contents.items():
            self._put(code, bytes(content), now, stale_s=max(round((now - found.read_at).total_seconds()), 1))


def area_path(code: str) -> str:
    """Return the path of a municipality's answer."""
    return f"/data/area/{code}.json"


def _is_due(told: _Told, now: datetime) -> bool:
    # A wall clock that was set back must not keep an old answer for ever.
    return not 0 <= (now - told.made_at).total_seconds() < RENEW_S
