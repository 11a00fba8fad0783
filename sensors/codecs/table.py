"""Which codec reads which topic.

A new payload is a class with `topic_filter` and `decode`, and one line in `CODECS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from sensors.codecs.chirpstack import ChirpStackCodec
from sensors.codecs.json_document import PAYLOAD_BYTES
from sensors.codecs.mapped import MappedCodec
from sensors.codecs.mapping import CodecName, SourceMapping, parse_mapping
from sensors.codecs.own import OwnCodec
from sensors.codecs.topic_filter import TOPIC_LENGTH, matches
from sensors.codecs.ttn import TtnCodec
from sensors.codecs.vehicle_table import is_vehicle_source
from sensors.reading import LevelReading, SourceError, UnreadableMessage


class Codec(Protocol):
    """Turns the messages of one source into readings."""

    #: MQTT topic filter of the messages that it reads
    topic_filter: str

    def decode(self, topic: str, payload: bytes) -> list[LevelReading]:
        """Return the readings of a message; raise nothing but `UnreadableMessage`."""


CODECS: Final[Mapping[CodecName, Callable[[SourceMapping], Codec]]] = {
    "json": MappedCodec,
    "chirpstack": ChirpStackCodec,
    "ttn": TtnCodec,
}


class CodecTable:
    """The codecs of an installation, chosen by topic; where several fit, the first given reads."""

    def __init__(self, codecs: Iterable[Codec]) -> None:
        self._codecs = tuple(codecs)
        #: topics seen lately: an installation has far fewer, and nobody can make it grow
        self._reader_of = lru_cache(maxsize=4096)(self._find)

    @classmethod
    def from_files(cls, files: Iterable[tuple[str, str]]) -> CodecTable:
        """Build the table of our own topic and of the sources in `files`: (name, TOML text).

        Sources of vehicles are passed over (`sensors.codecs.vehicle_table`).
        Raises `SourceError` naming file and key, also where two sources claim the same filter.
        """
        codecs: list[Codec] = [OwnCodec()]
        readers = {OwnCodec.topic_filter: "our own codec"}
        for name, text in files:
            if is_vehicle_source(text):
                continue
            mapping = parse_mapping(name, text)
            topic_filter = mapping.topic_filter
            if topic_filter in readers:
                raise SourceError(name, "topic", f"{topic_filter} is already read by {readers[topic_filter]}")
            readers[topic_filter] = name
            codecs.append(CODECS[mapping.codec](mapping))
        return cls(codecs)

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What to subscribe to."""
        return tuple(codec.topic_filter for codec in self._codecs)

    def decode(self, topic: str, payload: bytes) -> list[LevelReading]:
        """Return the readings of a message, which may be none.

        Raises `UnreadableMessage`, and nothing else, whatever the bytes are: the message then
        belongs in the quarantine.
        """
        if len(payload) > PAYLOAD_BYTES:
            raise UnreadableMessage("too-large", f"{len(payload)} bytes, at most {PAYLOAD_BYTES}")
        if len(topic) > TOPIC_LENGTH:
            raise UnreadableMessage("bad-topic", f"{len(topic)} characters, at most {TOPIC_LENGTH}")
        return self._reader_of(topic).decode(topic, payload)

    def _find(self, topic: str) -> Codec:
        for codec in self._codecs:
            if matches(codec.topic_filter, topic):
                return codec
        raise UnreadableMessage("bad-topic", "no source reads this topic")
