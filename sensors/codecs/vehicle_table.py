"""Which codec of vehicles reads which topic.

A new payload is a class of `VehicleCodec` and one line in `VEHICLE_CODECS`. Which are switched on, and on
which topics, is one TOML file each, those of `sensors/sources/` and of an installation's `sources/`:

    codec = "readsb"
    topics = ["adsb/#"]      # left out: the codec's own
    enabled = true           # left out: true
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sensors.codecs.cursor_on_target import CursorOnTargetCodec
from sensors.codecs.dji import DjiCodec
from sensors.codecs.mavlink import MavlinkCodec
from sensors.codecs.misb_klv import MisbKlvCodec
from sensors.codecs.own_track import OwnTrackCodec
from sensors.codecs.owntracks import OwnTracksCodec
from sensors.codecs.readsb import ReadsbCodec
from sensors.codecs.remote_id import RemoteIdCodec
from sensors.codecs.topic_filter import TOPIC_LENGTH, check_filter, matches
from sensors.codecs.traccar import TraccarCodec
from sensors.codecs.vehicle_codec import VehicleCodec
from sensors.reading import SourceError, UnreadableMessage
from sensors.track import Record

VEHICLE_CODECS: Final[Mapping[str, Callable[[], VehicleCodec]]] = {
    "cot": CursorOnTargetCodec,
    "dji": DjiCodec,
    "mavlink": MavlinkCodec,
    "misb-klv": MisbKlvCodec,
    "owntracks": OwnTracksCodec,
    "readsb": ReadsbCodec,
    "remote-id": RemoteIdCodec,
    "traccar": TraccarCodec,
}
_KEYS: Final = frozenset({"codec", "topics", "enabled", "about"})


@dataclass(frozen=True, kw_only=True)
class VehicleSource:
    """A source of vehicles as its file tells; `name` is the file's."""

    name: str
    codec: str
    topic_filters: tuple[str, ...]
    enabled: bool


def is_vehicle_source(text: str) -> bool:
    """Tell whether a source's file names a codec of vehicles; what is no TOML does not."""
    try:
        return tomllib.loads(text).get("codec") in VEHICLE_CODECS
    except (tomllib.TOMLDecodeError, TypeError):
        return False


def parse_vehicle_source(name: str, text: str) -> VehicleSource:
    """Return the source in `text`, the file `name`. Raises `SourceError` naming file and key."""
    document = tomllib.loads(text)
    for key in document:
        if key not in _KEYS:
            raise SourceError(name, key, f"unknown; known are {', '.join(sorted(_KEYS))}")
    codec, enabled = document["codec"], document.get("enabled", True)
    if not isinstance(enabled, bool):
        raise SourceError(name, "enabled", "must be true or false")
    return VehicleSource(
        name=name, codec=codec, topic_filters=_filters(name, codec, document), enabled=enabled
    )


def _filters(name: str, codec: str, document: Mapping[str, Any]) -> tuple[str, ...]:
    told = document.get("topics")
    if told is None:
        return VEHICLE_CODECS[codec]().topic_filters
    if not isinstance(told, list) or not told or not all(isinstance(one, str) for one in told):
        raise SourceError(name, "topics", "must be a list of topic filters")
    for one in told:
        try:
            check_filter(one)
        except ValueError as fault:
            raise SourceError(name, "topics", f"{one!r} {fault}") from fault
        if one.startswith("sonae/"):
            raise SourceError(name, "topics", f"{one} is our own; it is read already")
    return tuple(told)


class VehicleTable:
    """The codecs of an installation, chosen by topic; where several fit, the first given reads."""

    def __init__(self, codecs: Iterable[tuple[tuple[str, ...], VehicleCodec]]) -> None:
        """`codecs` are pairs of topic filters and codec."""
        self._codecs = tuple(codecs)
        self._reader_of = lru_cache(maxsize=4096)(self._find)

    @classmethod
    def from_files(cls, files: Iterable[tuple[str, str]]) -> VehicleTable:
        """Build the table of our own topics and of the sources that are switched on: (name, TOML text).

        A later file of a name takes the place of an earlier one; files of other sources are passed over.
        Raises `SourceError` naming file and key, also where two sources claim the same filter.
        """
        own = OwnTrackCodec()
        codecs: list[tuple[tuple[str, ...], VehicleCodec]] = [(own.topic_filters, own)]
        readers: dict[str, str] = {}
        for source in vehicle_sources(files):
            for one in source.topic_filters:
                if one in readers:
                    raise SourceError(source.name, "topics", f"{one} is already read by {readers[one]}")
                readers[one] = source.name
            codecs.append((source.topic_filters, VEHICLE_CODECS[source.codec]()))
        return cls(codecs)

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What to subscribe to."""
        return tuple(one for filters, _ in self._codecs for one in filters)

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:
        """Return the records of a message, which may be none.

        Raises `UnreadableMessage`, and nothing else, whatever the bytes are. `PartlyUnreadable` carries
        what could be read.
        """
        codec = self._reader_of(topic)
        try:
            return codec.decode(topic, payload, received_at)
        except UnreadableMessage:
            raise
        except Exception as fault:
            # A message that kills the process comes again when it is back: one fault would silence all.
            raise UnreadableMessage(
                "wrong-type", f"the codec {codec.source} failed: {type(fault).__name__}: {str(fault)[:200]}"
            ) from fault

    def source_of(self, topic: str) -> str:
        """Return the name of the codec that reads a topic, `none` when none does."""
        try:
            return self._reader_of(topic).source
        except UnreadableMessage:
            return "none"

    def _find(self, topic: str) -> VehicleCodec:
        if len(topic) > TOPIC_LENGTH:
            raise UnreadableMessage("bad-topic", f"{len(topic)} characters, at most {TOPIC_LENGTH}")
        for filters, codec in self._codecs:
            if any(matches(one, topic) for one in filters):
                return codec
        raise UnreadableMessage("bad-topic", "no source reads this topic")


def vehicle_sources(files: Iterable[tuple[str, str]]) -> list[VehicleSource]:
    """Return the sources of vehicles that are switched on; of files of one name the last holds."""
    chosen = {name: text for name, text in files if is_vehicle_source(text)}
    sources = [parse_vehicle_source(name, text) for name, text in chosen.items()]
    return [source for source in sources if source.enabled]
