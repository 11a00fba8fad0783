"""The TOML file that describes a source: where in its messages the level is, and in what form.

Examples with comments are in `sensors/sources/`. Every fault of a file is a `SourceError` that
names file and key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sensors.codecs.topic_filter import check_filter
from sensors.device_time import TIME_FORMS, TimeForm
from sensors.reading import DATUMS, GAUGE_ID_LENGTH, Datum, SourceError

#: metres per unit; the international foot is exact (1959)
UNITS_M: Final = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048}

CodecName = Literal["json", "chirpstack", "ttn"]
CODEC_NAMES: Final[tuple[CodecName, ...]] = get_args(CodecName)

Path = tuple[str, ...]
Choice = TypeVar("Choice", bound=str)

_KEYS: Final = {
    "": {"topic", "codec", "about", "each", "gauge", "time", "level", "key", "gauges"},
    "gauge": {"path", "topic_level"},
    "time": {"path", "form", "zone"},
    "level": {"path", "unit", "sign", "offset_m", "datum", "missing"},
    "key": {"path"},
}
_GAUGE_KEYS: Final = {"id", "offset_m"}


@dataclass(frozen=True, kw_only=True)
class GaugeEntry:
    """What a file says of one device."""

    gauge_id: str
    #: replaces the source's offset [m]; None = the source's
    offset_m: float | None


@dataclass(frozen=True, kw_only=True)
class SourceMapping:
    """A source's description, checked.

    level [m above `datum`] = `sign` × value × `unit_m` + offset.
    """

    name: str
    topic_filter: str
    codec: CodecName
    #: path to a list of readings in one message, None = the message is one
    each: Path | None
    #: exactly one of these two, or neither where the codec knows the device itself
    gauge_path: Path | None
    gauge_topic_level: int | None
    #: devices by the id they send; None = that id is the gauge's
    gauges: Mapping[str, GaugeEntry] | None
    #: None = the codec's own, or the source sends no time
    time_path: Path | None
    time_form: TimeForm
    zone: tzinfo | None
    level_path: Path
    unit: str
    unit_m: float
    sign: int
    offset_m: float | None
    datum: Datum
    #: values that say that there is none
    missing: frozenset[float]
    key_path: Path | None


def parse_mapping(name: str, text: str) -> SourceMapping:
    """Return the description in `text`, the file `name`. Raises `SourceError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(name, "", f"not TOML: {error}") from error
    return _Reader(name, document).mapping()


class _Reader:
    """Takes a TOML document apart, naming the file and key of whatever is wrong."""

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        self._name = name
        self._document = document
        for table, keys in _KEYS.items():
            held = document if not table else self._table(table)
            for key in held:
                if key not in keys:
                    raise self._error(_dotted(table, key), f"unknown; known are {_listed(keys)}")

    def mapping(self) -> SourceMapping:
        codec = self._choice("", "codec", CODEC_NAMES, "json")
        each = self._path("", "each", required=False)
        gauge_path, topic_level = self._gauge(codec)
        unit = self._choice("level", "unit", tuple(UNITS_M), "")
        offset_m = self._number("level", "offset_m")
        gauges = self._gauges(offset_m)
        form = self._choice("time", "form", TIME_FORMS, "text")
        return SourceMapping(
            name=self._name,
            topic_filter=self._topic(),
            codec=codec,
            each=each,
            gauge_path=gauge_path,
            gauge_topic_level=topic_level,
            gauges=gauges,
            time_path=self._path("time", "path", required="time" in self._document),
            time_form=form,
            zone=self._zone(),
            level_path=self._path("level", "path", required=True) or (),
            unit=unit,
            unit_m=UNITS_M[unit],
            sign=self._sign(),
            offset_m=offset_m if offset_m is not None or gauges else 0.0,
            datum=self._choice("level", "datum", DATUMS, ""),
            missing=self._missing(),
            key_path=self._path("key", "path", required="key" in self._document),
        )

    def _topic(self) -> str:
        topic = self._text("", "topic")
        try:
            check_filter(topic)
        except ValueError as error:
            raise self._error("topic", str(error)) from error
        return topic

    def _gauge(self, codec: CodecName) -> tuple[Path | None, int | None]:
        path = self._path("gauge", "path", required=False)
        level = self._table("gauge").get("topic_level")
        if level is not None and (type(level) is not int or not 1 <= level <= 64):
            raise self._error("gauge.topic_level", "must be a whole number, 1 = the first level")
        if path is not None and level is not None:
            raise self._error("gauge", "give either path or topic_level, not both")
        if path is None and level is None and codec == "json":
            raise self._error("gauge", "give path or topic_level, or no gauge is known")
        return path, level

    def _gauges(self, offset_m: float | None) -> Mapping[str, GaugeEntry] | None:
        if "gauges" not in self._document:
            return None
        entries: dict[str, GaugeEntry] = {}
        for device, entry in self._table("gauges").items():
            key = f'gauges."{device}"'
            if not isinstance(entry, dict):
                raise self._error(key, "must be a table")
            for field in entry:
                if field not in _GAUGE_KEYS:
                    raise self._error(f"{key}.{field}", f"unknown; known are {_listed(_GAUGE_KEYS)}")
            gauge_id = entry.get("id", device)
            if not isinstance(gauge_id, str) or not 0 < len(gauge_id) <= GAUGE_ID_LENGTH:
                raise self._error(f"{key}.id", f"must be text of 1 to {GAUGE_ID_LENGTH} characters")
            own = self._as_number(entry.get("offset_m"), f"{key}.offset_m")
            if own is None and offset_m is None:
                raise self._error(f"{key}.offset_m", "missing, and level.offset_m gives none either")
            entries[device] = GaugeEntry(gauge_id=gauge_id, offset_m=own)
        return entries

    def _zone(self) -> tzinfo | None:
        if "zone" not in self._table("time"):
            return None
        zone = self._text("time", "zone")
        try:
            return ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self._error("time.zone", f"{zone!r} is no time zone") from error

    def _sign(self) -> int:
        sign = self._table("level").get("sign", 1)
        if type(sign) is not int or sign not in (-1, 1):
            raise self._error("level.sign", "must be 1 or -1 (a distance measured downwards)")
        return sign

    def _missing(self) -> frozenset[float]:
        values = self._table("level").get("missing", [])
        if not isinstance(values, list):
            raise self._error("level.missing", "must be a list of numbers")
        return frozenset(
            number for value in values if (number := self._as_number(value, "level.missing")) is not None
        )

    def _path(self, table: str, key: str, *, required: bool) -> Path | None:
        value = self._table(table).get(key)
        where = _dotted(table, key)
        if value is None:
            if required:
                raise self._error(where, "missing")
            return None
        steps = value.split(".") if isinstance(value, str) else value
        if not isinstance(steps, list) or not 0 < len(steps) <= 16:
            raise self._error(where, "must be text like 'data.level', or a list of keys")
        if not all(isinstance(step, str) and step for step in steps):
            raise self._error(where, "must not hold an empty key")
        return tuple(steps)

    def _choice(self, table: str, key: str, known: tuple[Choice, ...], default: str) -> Choice:
        value = self._table(table).get(key, default or None)
        for choice in known:
            if value == choice:
                return choice
        where = _dotted(table, key)
        fault = "missing" if value is None else f"is {value!r}"
        raise self._error(where, f"{fault}; must be one of {', '.join(known)}")

    def _number(self, table: str, key: str) -> float | None:
        return self._as_number(self._table(table).get(key), _dotted(table, key))

    def _as_number(self, value: object, where: str) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
            raise self._error(where, f"must be a number, is {value!r}")
        if value != value:
            raise self._error(where, "must be a number, is NaN")
        return float(value)

    def _text(self, table: str, key: str) -> str:
        value = self._table(table).get(key)
        if not isinstance(value, str):
            raise self._error(_dotted(table, key), "missing" if value is None else "must be text")
        return value

    def _table(self, name: str) -> dict[str, Any]:
        if not name:
            return self._document
        table = self._document.get(name, {})
        if not isinstance(table, dict):
            raise self._error(name, "must be a table")
        return table

    def _error(self, key: str, detail: str) -> SourceError:
        return SourceError(self._name, key, detail)


def _dotted(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _listed(keys: set[str]) -> str:
    return ", ".join(sorted(keys))
