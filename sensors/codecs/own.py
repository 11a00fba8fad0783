"""Our own topic: `sonae/v1/{area}/gauge/{id}/level`, as `docs/topics.md` lays it down."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final

import msgspec

from sensors.codecs.json_document import (
    LARGEST_M,
    PAYLOAD_BYTES,
    as_level,
    as_name,
    as_number,
    read_object,
    require,
)
from sensors.device_time import parse_time
from sensors.reading import (
    DATUMS,
    GAUGE_ID_LENGTH,
    KEY_LENGTH,
    Datum,
    LevelReading,
    UnreadableMessage,
    payload_key,
)

SOURCE: Final = "sonae/v1"
TOPIC_FILTER: Final = "sonae/v1/+/gauge/+/level"

#: a byte order mark or a letter outside the fields below sends a message the slow way
_FIELDS: Final = frozenset({"time", "level_m", "datum", "id"})


class _Level(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    level_m: Annotated[float, msgspec.Meta(ge=-LARGEST_M, le=LARGEST_M)] | None
    datum: Datum = "T.P."
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_LENGTH)] | None = None


_decode: Final = msgspec.json.Decoder(_Level).decode
_NAN: Final = float("nan")


class OwnCodec:
    """Reads our own payload. Fast where a message is plain, exact about what is wrong otherwise."""

    topic_filter = TOPIC_FILTER

    def decode(self, topic: str, payload: bytes) -> list[LevelReading]:
        """Return the one reading of a message. Raises `UnreadableMessage`."""
        if len(payload) > PAYLOAD_BYTES:
            raise UnreadableMessage("too-large", f"{len(payload)} bytes, at most {PAYLOAD_BYTES}")
        gauge_id = _gauge_of(topic)
        try:
            level = _decode(payload)
            device_time = level.time.astimezone(UTC)
        except (msgspec.DecodeError, RecursionError, ValueError, OverflowError):
            return [_read_slowly(topic, gauge_id, payload)]
        key = level.id
        if key is None:
            key = payload_key(topic, payload)
        elif not key.isprintable():
            raise UnreadableMessage("wrong-type", "id must be printable text")
        value = level.level_m
        level_m = _NAN if value is None else value
        return [LevelReading(gauge_id, device_time, level_m, level.datum, value, "m", key, SOURCE)]


@lru_cache(maxsize=4096)
def _gauge_of(topic: str) -> str:
    parts = topic.split("/")
    if len(parts) != 6 or parts[3] != "gauge" or parts[5] != "level" or parts[0] != "sonae":
        raise UnreadableMessage("bad-topic", f"must be {TOPIC_FILTER}")
    area, gauge_id = parts[2], parts[4]
    if area != "-" and not (len(area) == 5 and area.isdecimal() and area.isascii()):
        raise UnreadableMessage("bad-topic", "the area must be five digits or '-'")
    if not gauge_id or len(gauge_id) > GAUGE_ID_LENGTH or not gauge_id.isprintable():
        raise UnreadableMessage("bad-topic", f"the id must have 1 to {GAUGE_ID_LENGTH} characters")
    return gauge_id


def _read_slowly(topic: str, gauge_id: str, payload: bytes) -> LevelReading:
    """Read a message with fields of its own or a fault, and say which."""
    document = read_object(payload)
    value = as_number(require(document, ("level_m",)), "level_m")
    datum = document.get("datum", DATUMS[0])
    if datum not in DATUMS:
        raise UnreadableMessage("unknown-datum", f"datum must be one of {', '.join(DATUMS)}")
    native = document.get("id")
    return LevelReading(
        gauge_id=gauge_id,
        device_time=parse_time(require(document, ("time",)), "text", None),
        level_m=_NAN if value is None else as_level(value, "level_m"),
        datum="gauge zero" if datum == "gauge zero" else "T.P.",
        raw_value=value,
        raw_unit="m",
        key=payload_key(topic, payload) if native is None else as_name(native, "id", KEY_LENGTH),
        source=SOURCE,
        extra={name: document[name] for name in document if name not in _FIELDS} or None,
    )
