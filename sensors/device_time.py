"""Times as devices write them, turned into aware UTC.

Japanese hydrology closes a day with 24:00, which is 00:00 of the next; many loggers write local
time without a zone; some clocks count leap seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, Literal, get_args

from sensors.reading import UnreadableMessage

#: how a source writes its times
TimeForm = Literal["text", "epoch-s", "epoch-ms"]
TIME_FORMS: Final[tuple[TimeForm, ...]] = get_args(TimeForm)

#: longest text that is looked at as a time
_LONGEST: Final = 40

_TEXT: Final = re.compile(
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})[Tt ]"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)

_DIGITS: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_time(value: object, form: TimeForm, zone: tzinfo | None) -> datetime:
    """Return `value` as aware UTC.

    `form` "text": RFC 3339, also with a space or slashes, without seconds, or without a zone, which
    is then `zone`; "epoch-s" and "epoch-ms": seconds or milliseconds since 1970-01-01 UTC, as a
    number or its digits. Raises `UnreadableMessage` (bad-time).
    """
    try:
        if form == "text":
            return _from_text(value, zone)
        return _EPOCH + timedelta(seconds=_count(value) / (1000 if form == "epoch-ms" else 1))
    except (ValueError, OverflowError) as error:
        raise UnreadableMessage("bad-time", f"{_shown(value)}: {error}") from error


def _from_text(value: object, zone: tzinfo | None) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 (becomes an UnreadableMessage)
    match = _TEXT.fullmatch(value.strip()) if len(value) <= _LONGEST else None
    if match is None:
        raise ValueError("must look like 2026-06-03T00:04:00+09:00")
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    fraction = timedelta(microseconds=int((match["fraction"] or "0").ljust(6, "0")[:6]))
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second > 0):
        raise ValueError("is no time of day")
    written = _zone(match["zone"]) or zone
    if written is None:
        raise ValueError("has no zone, and its source names none")
    day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=written)
    local = day + timedelta(hours=hour, minutes=minute, seconds=second) + fraction
    return local.astimezone(UTC)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59:
        raise ValueError("has no possible zone")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _count(value: object) -> float:
    if isinstance(value, str) and len(value) <= _LONGEST and _DIGITS.fullmatch(value):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")  # noqa: TRY004 (becomes an UnreadableMessage)
    if value < 0:
        raise ValueError("lies before 1970")
    return float(value)


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
