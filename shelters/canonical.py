"""One text for one value: what two replicas must agree on byte by byte, in Python and in JavaScript.

Keys are sorted by UTF-16 code units (ECMAScript's `sort`), numbers that are whole have no fraction, there
are no blanks. Numbers are as `shelters.operation` lets in, so that both languages write them alike.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any


def canonical_text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the canonical text of a JSON value. Raises `ValueError` for NaN and infinities."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the SHA-256 of the canonical text, in hexadecimal digits."""
    return hashlib.sha256(canonical_text(value).encode()).hexdigest()


def whole(number: float) -> int | float:
    """Return a number without a fraction as an int, another as it is."""
    return int(number) if math.isfinite(number) and number == int(number) else number


def _ordered(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        keys = sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_utf16)
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    return whole(value) if isinstance(value, float) else value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
