"""Moments as text: RFC 3339 in UTC with `Z`, the one form that goes over our wires."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def utc_text(moment: datetime) -> str: ...
@overload
def utc_text(moment: None) -> None: ...
def utc_text(moment: datetime | None) -> str | None:
    """Return `moment` as RFC 3339 UTC with `Z` and at most milliseconds; None stays None.

    Raises `ValueError` when the moment has no zone.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds' if utc.microsecond else 'seconds')}Z"
