"""Plain JSON of any shape, read as a source's mapping says."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sensors.codecs.json_document import (
    Path,
    as_level,
    as_name,
    as_number,
    find,
    read_object,
    require,
)
from sensors.codecs.mapping import SourceMapping
from sensors.device_time import TimeForm, parse_time
from sensors.reading import (
    GAUGE_ID_LENGTH,
    KEY_LENGTH,
    LevelReading,
    UnreadableMessage,
    payload_key,
)

#: most readings that one message may hold
READINGS: Final = 1000


class MappedCodec:
    """Reads plain JSON through a mapping; other envelopes build on it.

    A message of several readings is read whole or not at all, so that what is wrong with one is
    seen; the quarantine keeps the rest with it.
    """

    #: where the envelope itself tells the device, the time and the key, for a mapping that does not
    device_path: Path | None = None
    arrival_path: Path | None = None
    arrival_form: TimeForm = "text"

    def __init__(self, mapping: SourceMapping) -> None:
        self._mapping = mapping
        self.topic_filter = mapping.topic_filter

    def decode(self, topic: str, payload: bytes) -> list[LevelReading]:
        """Return the readings of a message. Raises `UnreadableMessage`."""
        message = read_object(payload)
        device = self._device(topic, message)
        gauge_id, offset_m = self._gauge(device)
        native = self.native_key(message)
        items = self._items(self.measured(message))
        return [
            self._reading(message, item, gauge_id, offset_m, _key(native, topic, payload, index, len(items)))
            for index, item in enumerate(items)
        ]

    def measured(self, message: dict[str, object]) -> object:
        """Return the part of a message that the mapping's level and time are looked up in."""
        return message

    def native_key(self, message: dict[str, object]) -> str | None:
        """Return the message's own id, None where it has none."""
        path = self._mapping.key_path
        if path is None:
            return None
        return as_name(require(message, path), ".".join(path), KEY_LENGTH)

    def _device(self, topic: str, message: dict[str, object]) -> str:
        level = self._mapping.gauge_topic_level
        if level is not None:
            levels = topic.split("/")
            if level > len(levels):
                raise UnreadableMessage("bad-topic", f"the topic has no level {level}")
            return as_name(levels[level - 1], f"level {level} of the topic", GAUGE_ID_LENGTH)
        path = self._mapping.gauge_path or self.device_path or ()
        return as_name(require(message, path), ".".join(path), GAUGE_ID_LENGTH)

    def _gauge(self, device: str) -> tuple[str, float]:
        mapping = self._mapping
        if mapping.gauges is None:
            return device, mapping.offset_m or 0.0
        entry = mapping.gauges.get(device)
        if entry is None:
            raise UnreadableMessage("unknown-device", f"{device} is not among the gauges of {mapping.name}")
        offset_m = mapping.offset_m if entry.offset_m is None else entry.offset_m
        return entry.gauge_id, offset_m or 0.0

    def _items(self, measured: object) -> list[object]:
        path = self._mapping.each
        if path is None:
            return [measured]
        items = require(measured, path)
        if not isinstance(items, list):
            raise UnreadableMessage("wrong-type", f"{'.'.join(path)} must be a list")
        if len(items) > READINGS:
            raise UnreadableMessage("too-long", f"{len(items)} readings, at most {READINGS}")
        return items

    def _reading(
        self,
        message: dict[str, object],
        item: object,
        gauge_id: str,
        offset_m: float,
        key: str,
    ) -> LevelReading:
        mapping = self._mapping
        name = ".".join(mapping.level_path)
        value = as_number(require(item, mapping.level_path), name)
        if value is None or value in mapping.missing:
            level_m = float("nan")
        else:
            level_m = as_level(mapping.sign * value * mapping.unit_m + offset_m, name)
        return LevelReading(
            gauge_id=gauge_id,
            device_time=self._time(message, item),
            level_m=level_m,
            datum=mapping.datum,
            raw_value=value,
            raw_unit=mapping.unit,
            key=key,
            source=mapping.name,
        )

    def _time(self, message: dict[str, object], item: object) -> datetime | None:
        mapping = self._mapping
        if mapping.time_path is not None:
            return parse_time(require(item, mapping.time_path), mapping.time_form, mapping.zone)
        if self.arrival_path is None or mapping.each is not None:
            return None
        arrival = find(message, self.arrival_path)
        if not isinstance(arrival, str):
            return None
        return parse_time(arrival, self.arrival_form, None)


def _key(native: str | None, topic: str, payload: bytes, index: int, count: int) -> str:
    """Return the key of the `index`-th of `count` readings of a message."""
    if native is None:
        return payload_key(topic, payload, index)
    if count == 1:
        return native
    key = f"{native}#{index}"
    return key if len(key) <= KEY_LENGTH else payload_key(topic, native.encode(), index)
