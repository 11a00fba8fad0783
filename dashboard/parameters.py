"""Parameters of requests, checked once at the door; every fault names its parameter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query

from dashboard.errors import BadInputError
from dashboard.live.viewport import Viewport, ViewportError


def viewport(
    bbox: Annotated[str | None, Query(description="west,south,east,north [degrees, EPSG:4326]")] = None,
) -> Viewport | None:
    """Return the box of `bbox`, None without one."""
    if bbox is None:
        return None
    try:
        return Viewport.parse(bbox)
    except ViewportError as error:
        raise BadInputError(str(error)) from error


def moment(name: str, text: str) -> datetime:
    """Return the aware time that `text` tells in RFC 3339. Raises `BadInputError` naming the parameter."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadInputError(f"{name}: {text[:40]!r} is not a time (RFC 3339)") from None
    if parsed.tzinfo is None:
        raise BadInputError(f"{name}: {text[:40]!r} has no zone")
    return parsed


def words(name: str, text: str | None) -> str | None:
    """Return a text to search for, None when it is blank. Raises `BadInputError`."""
    if text is None or not text.strip():
        return None
    if "\0" in text:
        raise BadInputError(f"{name} holds a NUL character")
    return text.strip()


def contains(text: str | None) -> str | None:
    """Return the LIKE pattern for what contains `text` literally."""
    if text is None:
        return None
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
