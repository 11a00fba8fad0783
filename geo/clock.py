"""The clock an incident lives by: the wall's, or a replayed storm's.

Every process and every screen reads the same three numbers from the incident's row (base, wall,
speed), so a storm replayed at sixty times its speed is followed by the whole system at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Wall = Callable[[], datetime]


def wall_now() -> datetime:
    """Return the wall clock, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class ReplayClock:
    """An incident's time that started at `base` when the wall showed `wall` and runs `speed` times as fast.

    `end` stops it: a replayed storm stands still after its last moment.
    """

    base: datetime
    wall: datetime
    speed: float
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a clock that does not run forward."""
        if not self.speed > 0:
            raise ValueError(f"speed is {self.speed}; a replay clock must run forward")
        if self.end < self.base:
            raise ValueError(f"end {self.end} lies before base {self.base}")

    def at(self, wall: datetime) -> datetime:
        """Return the incident's time at the wall time `wall` (before the start: `base`)."""
        elapsed = max(wall - self.wall, wall - wall)
        return min(self.base + elapsed * self.speed, self.end)

    def wall_at(self, moment: datetime) -> datetime:
        """Return the wall time at which the incident's time is `moment`."""
        return self.wall + (moment - self.base) / self.speed


def incident_now(clock: ReplayClock | None, wall: datetime) -> datetime:
    """Return an incident's now: the wall itself, or what its replay clock shows at `wall`."""
    return wall if clock is None else clock.at(wall)
