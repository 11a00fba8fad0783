"""When a delivery is tried again, and when it is given up. Pure; clock and randomness are arguments."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from alerts.channels.carrier import Outcome

_ENDS: Final = {"sent": "sent", "accepted": "accepted", "refused": "given_up"}


@dataclass(frozen=True)
class Verdict:
    """What a delivery is after an attempt; `next_at` (wall) None = nothing is left to do."""

    state: str
    next_at: datetime | None
    fault: str | None
    #: the recipient is no more: nothing failed, and nobody is to be told
    gone: bool = False


@cache
def rules() -> Mapping[str, Any]:
    """Return `rules/delivery.toml`."""
    return tomllib.loads((files("alerts") / "rules" / "delivery.toml").read_text(encoding="utf-8"))


def verdict(outcome: Outcome, *, attempts: int, now: datetime, source: random.Random) -> Verdict:
    """Return what becomes of a delivery after its attempt number `attempts` (1 = the first)."""
    # the other side's words may hold what the database cannot
    fault = None if outcome.fault is None else outcome.fault.replace("\0", "")[:300]
    if outcome.result == "gone":
        return Verdict("given_up", None, f"gone: {fault}", gone=True)
    if outcome.result != "failed":
        return Verdict(_ENDS[outcome.result], None, fault)
    retry = rules()["retry"]
    if attempts >= retry["attempts"]:
        return Verdict("given_up", None, f"{fault} ({attempts} attempts)")
    wait_s = min(float(retry["most_s"]), float(retry["first_s"]) * 2 ** (attempts - 1))
    wait_s *= source.uniform(0.5, 1.0)
    asked_s = min(outcome.retry_after_s or 0.0, float(retry["retry_after_most_s"]))
    return Verdict("failed", now + timedelta(seconds=max(wait_s, asked_s)), fault)


def lease() -> timedelta:
    """Return after how long a claimed delivery is free again."""
    return timedelta(seconds=rules()["retry"]["lease_s"])


def longest_wait() -> timedelta:
    """Return the longest that a delivery may wait; beyond it, the clock has jumped."""
    return timedelta(seconds=rules()["retry"]["retry_after_most_s"])
