"""How long to wait before starting again what has crashed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

BASE_S = 0.5
CAP_S = 30.0
#: after this long without a crash the next one counts as the first again [s]
CALM_S = 60.0


@dataclass
class BackOff:
    """Doubling waits with jitter, so that processes that fell together do not rise together.

    `random_source` is an argument for tests; times are seconds of any steady clock.
    """

    random_source: random.Random = field(default_factory=random.SystemRandom)
    crashes: int = 0
    _last_crash_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        """Note a crash at `now_s` and return how long to wait: half to whole of a doubling, capped time."""
        if self._last_crash_s is not None and now_s - self._last_crash_s > CALM_S:
            self.crashes = 0
        self._last_crash_s = now_s
        whole_s = min(CAP_S, BASE_S * 2 ** min(self.crashes, 16))
        self.crashes += 1
        return float(whole_s * self.random_source.uniform(0.5, 1.0))
