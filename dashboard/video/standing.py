"""How a stream stands, from its playlist and the time: playing, still, or not playable, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from dashboard.video.playlist import Media

State = Literal["waiting", "playing", "stalled", "unplayable", "away"]

#: without a new piece for so long, or for three of them, a stream stands still [s]
STALLED_S: Final = 10.0
STALLED_SEGMENTS: Final = 3.0
#: a stream whose own clock is further away from ours is not believed about its time [s]
CLOCK_OFF_S: Final = 120.0
#: while it plays its time is told anew every so often [s]; every piece would drown the feed
TOLD_EVERY: Final = timedelta(seconds=10)


@dataclass(frozen=True)
class Standing:
    """What is known of a stream; `reason` is None only while it plays."""

    state: State
    reason: str | None
    newest_at: datetime | None = None
    time_source: str | None = None
    segment_s: float | None = None
    codecs: str | None = None


def judge(media: Media, modified_at: datetime, now: datetime, codecs: str | None = None) -> Standing:
    """Return how a stream stands at `now`; `modified_at` is when its playlist last changed, by our clock."""
    if not media.segments:
        return Standing("waiting", "no-segment", segment_s=media.target_s or None, codecs=codecs)
    newest = media.segments[-1]
    newest_at, source = modified_at, "received"
    if newest.at is not None:
        told = newest.at + timedelta(seconds=newest.duration_s)
        if abs((told - modified_at).total_seconds()) <= CLOCK_OFF_S:
            newest_at, source = told, "program"
    state, reason = _state(media, (now - newest_at).total_seconds())
    return Standing(state, reason, newest_at, source, newest.duration_s, codecs)


def _state(media: Media, age_s: float) -> tuple[State, str | None]:
    if media.ended:
        return "stalled", "ended"
    if age_s > max(STALLED_S, STALLED_SEGMENTS * media.target_s):
        return "stalled", "no-new-segment"
    return "playing", None


def worth_telling(row: dict[str, Any], standing: Standing) -> bool:
    """Whether a stream's row differs so much from how it stands that the screens must be told."""
    if (row["state"], row["reason"], row["codecs"]) != (standing.state, standing.reason, standing.codecs):
        return True
    if standing.newest_at is None or row["newest_at"] is None:
        return standing.newest_at is not row["newest_at"]
    if standing.state != "playing":
        return bool(standing.newest_at != row["newest_at"])
    return bool(abs(standing.newest_at - row["newest_at"]) >= TOLD_EVERY)
