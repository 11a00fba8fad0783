"""A duty of a process: something to be done every so often, in the turns of its loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Duty:
    """Something to be done every so often."""

    def __init__(self, every_s: float, action: Callable[[], object]) -> None:
        """Run `action` when at least `every_s` [s] have passed since the last time."""
        self._every_s = every_s
        self._action = action
        self._last: datetime | None = None

    def run_if_due(self, wall: datetime) -> None:
        """Run the action if it is due at `wall`."""
        if self._last is None or (wall - self._last).total_seconds() >= self._every_s:
            self._last = wall
            self._action()
