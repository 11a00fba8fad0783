"""Quality flags of a reading, and the reasons for them.

Flags follow IOOS QARTOD, Manual for the Use of Real-Time Oceanographic Data Quality Control Flags
(2020); a reason is one bit of a 16-bit mask, so that a column of readings carries them in an array.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from functools import lru_cache
from typing import Final


class Flag(IntEnum):
    """QARTOD primary flags."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


class Reason(IntFlag):
    """Why a reading has its flag, or what had to be corrected.

    The first eight speak of the level, the others of the time or of the message; those alone leave
    the flag as the level's tests set it, since they are corrected (`QualityControl.check`).
    """

    #: outside the range that the gauge can show (gross range test)
    RANGE = 1 << 0
    #: moved more since the reading before than water is taken to move unseen; good once confirmed
    JUMP = 1 << 1
    #: jumped and came back with the next reading
    SPIKE = 1 << 2
    #: jumped, stayed, and came back by a step: no water does that
    BOX = 1 << 3
    #: jumped, and has not moved like water since
    PLATEAU = 1 << 4
    #: has not moved at all for longer than a river in flood can stand still
    FLAT_LINE = 1 << 5
    #: jumps to and fro
    ERRATIC = 1 << 6
    #: nothing near enough in time to compare with
    ISOLATED = 1 << 7
    #: the device's clock is ahead of ours; the time was corrected
    CLOCK_AHEAD = 1 << 8
    #: the device's clock cannot be right; the time of receipt was taken
    CLOCK_BAD = 1 << 9
    #: the device told no time; the time of receipt was taken
    NO_TIME = 1 << 10
    #: arrived after a newer reading of the same gauge
    LATE = 1 << 11
    #: the same reading had come before
    REPEATED = 1 << 12
    #: another value had come for the same moment
    CONFLICT = 1 << 13
    #: the instrument says that it has no value
    NO_VALUE = 1 << 14


REASON_NAMES: Final[dict[Reason, str]] = {
    reason: str(reason.name).lower().replace("_", "-") for reason in Reason
}


def reason_names(mask: int) -> list[str]:
    """Return the names of the bits set in `mask`, lowest first, as live messages carry them.

    >>> reason_names(Reason.SPIKE | Reason.LATE)
    ['spike', 'late']
    """
    return list(_names(int(mask)))


@lru_cache(maxsize=1024)
def _names(mask: int) -> tuple[str, ...]:
    """Few of the 32,768 masks occur, and operations on an `IntFlag` cost a microsecond each."""
    return tuple(name for reason, name in REASON_NAMES.items() if mask & reason.value)
