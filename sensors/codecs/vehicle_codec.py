"""What a codec of vehicles is: bytes in, records out, whatever the bytes are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sensors.reading import KEY_LENGTH, Code, UnreadableMessage
from sensors.track import Record


class VehicleCodec(Protocol):
    """Turns the messages of one kind of source into tracks, poses, marks and events."""

    #: name of the source in records, tables and on screens
    source: str

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """MQTT topic filters that the kind of source uses by itself."""

    def decode(self, topic: str, payload: bytes, received_at: datetime) -> list[Record]:
        """Return the records of a message, which may be none; raise nothing but `UnreadableMessage`."""


class PartlyUnreadable(UnreadableMessage):
    """Raised when some of a message could be read: one false aircraft must not hide a whole sky.

    `records` holds what could be read; the message belongs in the quarantine all the same.
    """

    def __init__(self, code: Code, detail: str, records: Sequence[Record]) -> None:
        super().__init__(code, detail)
        self.records = tuple(records)


def record_key(*parts: object) -> str:
    """Return the idempotency key of a record: equal for equal parts, of at most `KEY_LENGTH` characters."""
    text = "\x1f".join(str(part) for part in parts)
    if len(text) <= KEY_LENGTH and text.isprintable():
        return text
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
