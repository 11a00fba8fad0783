"""Hybrid logical clocks of tablets, and putting right what a wrong wall clock says.

A hybrid logical clock (Kulkarni, Demirbas et al., 2014, "Logical Physical Clocks") is the wall clock as
long as that runs forward, and counts on where it does not: it never goes back on one device. Tablets'
wall clocks may be a day wrong, so operations are ordered by `corrected_ms`, which the server records once
with each operation; from then on every replica orders alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FORM: Final = re.compile(r"([0-9]{13})-([0-9a-f]{4})-([a-z0-9-]{1,40})")
#: more operations within one millisecond push the clock on by one
MOST_COUNTER: Final = 0xFFFF


class ClockError(ValueError):
    """Raised when a text is no reading of a hybrid logical clock; names the text."""


@dataclass(frozen=True, order=True, slots=True)
class HybridTime:
    """A reading of a device's clock: its wall [ms since 1970-01-01 UTC by that device], counter, device."""

    wall_ms: int
    counter: int
    device: str

    def __str__(self) -> str:
        """Return the form that goes over the wire; texts of one device sort like the readings."""
        return f"{self.wall_ms:013d}-{self.counter:04x}-{self.device}"

    @classmethod
    def parse(cls, text: str) -> HybridTime:
        """Read the wire form. Raises `ClockError`."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise ClockError(f"{text[:80]!r} is not 13 digits, '-', 4 hexadecimal digits, '-', device")
        return cls(int(match[1]), int(match[2], 16), match[3])


def tick(last: HybridTime | None, now_ms: int, device: str, *, seen_ms: int = 0) -> HybridTime:
    """Return the next reading of `device` when its wall shows `now_ms` [ms].

    `last` is its previous reading, `seen_ms` the newest time of others it has read, by its own wall [ms]:
    the new reading is greater than both.
    """
    floor_ms = max(seen_ms, -1 if last is None else last.wall_ms)
    if now_ms > floor_ms:
        return HybridTime(now_ms, 0, device)
    counter = last.counter + 1 if last is not None and last.wall_ms == floor_ms else 1
    if counter > MOST_COUNTER:
        return HybridTime(floor_ms + 1, 0, device)
    return HybridTime(floor_ms, counter, device)


def corrected_ms(wall_ms: int, offset_ms: int, received_ms: int) -> int:
    """Return by the server's clock [ms] when a device showed `wall_ms` [ms].

    `offset_ms` is device minus server. What was received cannot have been made later than that.
    """
    return min(wall_ms - offset_ms, received_ms)
