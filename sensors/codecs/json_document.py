"""JSON from the field, read with suspicion, and the values inside it found by path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from sensors.reading import UnreadableMessage

#: largest payload that is looked at [bytes]
PAYLOAD_BYTES: Final = 64 * 1024

#: a level beyond this is no height on earth [m]; what is merely impossible is for quality control
LARGEST_M: Final = 100_000.0

_decode: Final = msgspec.json.Decoder().decode


class _Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


#: what `find` returns where there is nothing; a JSON null is None
MISSING: Final = _Missing()

Path = Sequence[str]


def read_object(payload: bytes, most_bytes: int = PAYLOAD_BYTES) -> dict[str, object]:
    """Return the JSON object in `payload`, which has at most `most_bytes`.

    Raises `UnreadableMessage`: too-large, not-json (also NaN, Infinity and nesting too deep to
    read), not-an-object.
    """
    if len(payload) > most_bytes:
        raise UnreadableMessage("too-large", f"{len(payload)} bytes, at most {most_bytes}")
    try:
        document = _decode(payload)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise UnreadableMessage("not-json", str(error)) from error
    if not isinstance(document, dict):
        raise UnreadableMessage("not-an-object", f"the payload is a {type(document).__name__}")
    return document


def find(document: object, path: Path) -> object:
    """Return what lies at `path`: keys of objects, and digits for places in arrays, or `MISSING`."""
    here = document
    for step in path:
        if isinstance(here, dict):
            here = here.get(step, MISSING)
        elif isinstance(here, list) and step.isdecimal() and len(step) < 6:
            at = int(step)
            here = here[at] if at < len(here) else MISSING
        else:
            return MISSING
    return here


def require(document: object, path: Path, where: str = "") -> object:
    """Return what lies at `path`, or raise `UnreadableMessage` (missing-field) naming the path."""
    value = find(document, path)
    if value is MISSING:
        raise UnreadableMessage("missing-field", where + ".".join(path))
    return value


def as_number(value: object, name: str) -> float | None:
    """Return a finite number, None for null. Digits in quotes count as a number.

    Raises `UnreadableMessage`: not-a-number, out-of-range.
    """
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= 40:
        value = _from_digits(value, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableMessage("not-a-number", f"{name} is {_shown(value)}")
    # compared before it becomes a float, since an int may be too large for one; NaN fails too
    if not -1e16 <= value <= 1e16:
        raise UnreadableMessage("out-of-range", f"{name} is {_shown(value)}")
    return float(value)


def as_level(value_m: float, name: str) -> float:
    """Return a level [m], or raise `UnreadableMessage` (out-of-range)."""
    if not -LARGEST_M <= value_m <= LARGEST_M:
        raise UnreadableMessage("out-of-range", f"{name} is {value_m:g} m")
    return value_m


def as_name(value: object, name: str, longest: int) -> str:
    """Return an identifier: printable text, or a whole number as its digits.

    Raises `UnreadableMessage`: wrong-type, too-long.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**longest:
        value = str(value)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise UnreadableMessage("wrong-type", f"{name} must be printable text, is {_shown(value)}")
    if len(value) > longest:
        raise UnreadableMessage("too-long", f"{name} has {len(value)} characters, at most {longest}")
    return value


def _from_digits(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise UnreadableMessage("not-a-number", f"{name} is {_shown(text)}") from error
    if not text.isascii() or "_" in text:
        raise UnreadableMessage("not-a-number", f"{name} is {_shown(text)}")
    if value != value:
        raise UnreadableMessage("not-a-number", f"{name} is {_shown(text)}")
    return value


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**40:
        return "a number beyond all measure"
    shown = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
