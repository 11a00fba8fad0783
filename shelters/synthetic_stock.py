"""Stock of a store that nobody has published: from the norms, seeded, and called synthetic. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from shelters.rulebook import Norms

#: what every lot and every store says of itself
SYNTHETIC: Final = "合成データ（訓練用に基準から乱数で生成。実在の備蓄量ではありません）"
#: for how many days a store is filled
DAYS: Final = 3.0
#: of what the norms ask for, a store holds between these shares
_LEAST, _MOST = 0.4, 1.2
#: and it expires after between so many days
_FIRST, _LAST = 60, 900


@dataclass(frozen=True)
class SyntheticLot:
    """A lot in the item's own unit."""

    item: str
    amount: int
    expires_on: date


def synthetic_lots(
    norms: Norms, persons: int, today: date, random: np.random.Generator
) -> Iterator[SyntheticLot]:
    """Yield one lot of every item of the norms, for about `persons` over `DAYS` days.

    The same generator state gives the same lots.
    """
    per_person = norms.per_day @ norms.shares * DAYS + norms.once @ norms.shares
    for item, need in zip(norms.items, per_person, strict=True):
        amount = int(np.ceil(need * persons * random.uniform(_LEAST, _MOST)))
        yield SyntheticLot(item, amount, today + timedelta(days=int(random.integers(_FIRST, _LAST))))
