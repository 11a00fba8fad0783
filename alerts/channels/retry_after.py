"""`Retry-After` of an answer (RFC 9110, 10.2.3): seconds, or a date by the other side's own clock. Pure."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx


def retry_after_s(answer: httpx.Response) -> float | None:
    """Return how long the other side asked to be left alone [s], None when it did not say."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        # measured against the answer's own date: our clock may differ
        now = parsedate_to_datetime(answer.headers["Date"])
    except (ValueError, TypeError, KeyError):
        return None
    if until.tzinfo is None or now.tzinfo is None:
        until, now = until.replace(tzinfo=UTC), now.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
