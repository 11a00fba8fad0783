"""Values of one message, read with suspicion: what is missing is None, what cannot be is None and told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sensors.codecs.json_document import as_name, as_number
from sensors.reading import UnreadableMessage

KNOT_M_S: Final = 0.514444
FOOT_M: Final = 0.3048
FOOT_PER_MINUTE_M_S: Final = 0.00508
KM_PER_HOUR_M_S: Final = 1 / 3.6

#: no clock of a vehicle is set before this; what is, tells no time
_EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TEXT: Final = 120


class Fields:
    """Reads the fields of one object; keeps the names of those that were out of range in `doubts`."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self.doubts: list[str] = []

    def number(
        self, name: str, *, low: float, high: float, scale: float = 1.0, unknown: float | None = None
    ) -> float | None:
        """Return the number at `name` times `scale`, None when missing, `unknown`, or not in `low`..`high`.

        The bounds are in the unit of the result. Raises `UnreadableMessage` when it is no number.
        """
        value = as_number(self._document.get(name), name)
        if value is None or value == unknown:
            return None
        if not low <= value * scale <= high:
            self.doubts.append(name)
            return None
        return value * scale

    def angle(self, name: str, *, scale: float = 1.0, unknown: float | None = None) -> float | None:
        """Return a direction in [0, 360) degrees; -180..180 is turned into it."""
        value = self.number(name, low=-360.0, high=720.0, scale=scale, unknown=unknown)
        return None if value is None else value % 360.0

    def text(self, name: str) -> str | None:
        """Return the trimmed text at `name`, None when missing or blank. Raises `UnreadableMessage`."""
        value = self._document.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        found = as_name(value.strip() if isinstance(value, str) else value, name, _LONGEST_TEXT)
        return found or None

    def flag(self, name: str) -> bool | None:
        """Return a truth value, None when it is missing or neither."""
        value = self._document.get(name)
        if isinstance(value, bool):
            return value
        return bool(value) if value in (0, 1) else None

    def inner(self, name: str) -> Fields:
        """Return the object at `name`, an empty one when there is none."""
        value = self._document.get(name)
        return Fields(value if isinstance(value, dict) else {})

    def position(self, lon: str, lat: str, *, scale: float = 1.0) -> tuple[float, float]:
        """Return (lon, lat) [degrees]. Raises `UnreadableMessage` when there is no position on earth.

        (0, 0) is where receivers without a fix stand, and nobody else.
        """
        x, y = as_number(self._document.get(lon), lon), as_number(self._document.get(lat), lat)
        if x is None or y is None:
            raise UnreadableMessage("missing-field", f"{lon}, {lat}")
        x, y = x * scale, y * scale
        if not (-180.0 <= x <= 180.0 and -90.0 <= y <= 90.0) or (x == 0.0 and y == 0.0):
            raise UnreadableMessage("out-of-range", f"({lon}, {lat}) is ({x:g}, {y:g})")
        return x, y

    def since_1970(self, name: str, *, scale_s: float) -> datetime | None:
        """Return a count of `scale_s` [s] since 1970 as aware UTC; a clock never set tells no time."""
        value = as_number(self._document.get(name), name)
        return None if value is None else moment(value * scale_s)


def moment(seconds: float) -> datetime | None:
    """Return seconds since 1970 as aware UTC, None before 2020 and beyond the year 2200."""
    if not _EARLIEST.timestamp() <= seconds <= 7_258_118_400.0:
        return None
    return _EPOCH + timedelta(seconds=seconds)


def extra(doubts: list[str], **known: object) -> dict[str, object] | None:
    """Return what is kept beside the fields, None when there is nothing."""
    kept: dict[str, object] = {name: value for name, value in known.items() if value is not None}
    if doubts:
        kept["out_of_range"] = sorted(set(doubts))
    return kept or None
