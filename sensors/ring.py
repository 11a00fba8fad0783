"""The newest readings of every gauge, in arrays: what judgement looks back on.

G gauges, K places each, used round: `observed_s[g, head[g]]` is the oldest and is overwritten next.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.flags import Flag, Reason

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.uint8]
Reasons = NDArray[np.uint16]
Mask = NDArray[np.bool_]


#: reasons that a confirmed jump does not settle
STANDING: Final = Reason.RANGE | Reason.ERRATIC | Reason.FLAT_LINE


class Recent(NamedTuple):
    """The newest readings of n gauges, ordered by observed time, newest in the last column.

    All of shape [n, K]; unused places come first, with NaN times and levels and flag 0.
    """

    #: observed time [s since 1970-01-01 UTC], corrected, float64
    observed_s: Floats
    #: water level [m above the gauge's datum], float64
    level_m: Floats
    #: QARTOD flag, uint8
    flag: Flags
    #: `Reason` bits, uint16
    reasons: Reasons


class Revisions(NamedTuple):
    """New flags of readings judged earlier, all of shape [m], in the order they were decided.

    A reading may appear more than once; the last one holds. `observed_s` is bit for bit the
    corrected time that the reading's own verdict carried.
    """

    gauge: Indices
    observed_s: Floats
    flag: Flags
    reasons: Reasons


class ReadingRing:
    """K newest readings of G gauges: times, levels, flags and reasons."""

    def __init__(self, gauge_count: int, length: int) -> None:
        shape = (gauge_count, length)
        self.length = length
        self._observed_s = np.full(shape, np.nan)
        #: what the device said, uncorrected: a repeated message shows by it
        self._device_s = np.full(shape, np.nan)
        self._level_m = np.full(shape, np.nan)
        self._flag = np.zeros(shape, dtype=np.uint8)
        self._reasons = np.zeros(shape, dtype=np.uint16)
        self._head = np.zeros(gauge_count, dtype=np.int64)
        self._columns = np.arange(length)
        self._revisions: list[Revisions] = []
        #: observed time of the newest reading of each gauge [s], -inf = none
        self.newest_s = np.full(gauge_count, -np.inf)
        #: observed time of the newest reading of each gauge that failed [s], -inf = none
        self.failed_s = np.full(gauge_count, -np.inf)

    def grow(self, count: int) -> None:
        """Add `count` gauges without readings at the end."""
        added = ReadingRing(count, self.length)
        for name, held in vars(added).items():
            if isinstance(held, np.ndarray) and name != "_columns":
                setattr(self, name, np.concatenate([getattr(self, name), held]))

    def push(
        self,
        gauge: Indices,
        observed_s: Floats,
        device_s: Floats,
        level_m: Floats,
        flag: Flags,
        reasons: Reasons,
    ) -> None:
        """Store one reading for each of n different gauges, none older than the newest it has."""
        place = self._head[gauge]
        self._observed_s[gauge, place] = observed_s
        self._device_s[gauge, place] = device_s
        self._level_m[gauge, place] = level_m
        self._flag[gauge, place] = flag
        self._reasons[gauge, place] = reasons
        self._head[gauge] = (place + 1) % self.length
        self.newest_s[gauge] = observed_s
        failed = flag == Flag.FAIL
        if failed.any():
            self.failed_s[gauge[failed]] = observed_s[failed]

    def insert(
        self,
        gauge: Indices,
        observed_s: Floats,
        device_s: Floats,
        level_m: Floats,
        flag: Flags,
        reasons: Reasons,
    ) -> None:
        """Store one late reading for each of n different gauges at its place in time.

        The oldest reading of the gauge makes room; a reading older than all that are held in a
        full ring is not stored.
        """
        rows = gauge[:, None]
        order = self._order(gauge)
        times = np.concatenate([observed_s[:, None], self._observed_s[rows, order]], axis=1)
        # NaN places must stay in front, so they sort as the oldest
        keep = np.argsort(np.nan_to_num(times, nan=-np.inf), axis=1, kind="stable")[:, 1:]
        for held, new in (
            (self._observed_s, observed_s),
            (self._device_s, device_s),
            (self._level_m, level_m),
            (self._flag, flag),
            (self._reasons, reasons),
        ):
            both = np.concatenate([new[:, None].astype(held.dtype), held[rows, order]], axis=1)
            held[gauge] = np.take_along_axis(both, keep, axis=1)
        self._head[gauge] = 0
        self.newest_s[gauge] = np.maximum(self.newest_s[gauge], observed_s)

    def find(self, gauge: Indices, device_s: Floats, level_m: Floats) -> tuple[Mask, Mask, Floats]:
        """Look for readings that came before, by the time the device told.

        Returns, per row [n]: whether the same time and level is held, whether the same time is
        held with another level only, and the observed time of the held one (NaN = none).
        """
        held_s = self._device_s[gauge]
        same_time = held_s == device_s[:, None]
        found = same_time.any(axis=1)
        if not found.any():
            return found, found, np.full(len(gauge), np.nan)
        held_m = self._level_m[gauge]
        same_level = (held_m == level_m[:, None]) | (np.isnan(held_m) & np.isnan(level_m)[:, None])
        both = same_time & same_level
        repeated = both.any(axis=1)
        column = np.where(repeated, both.argmax(axis=1), same_time.argmax(axis=1))
        observed_s = np.where(found, self._observed_s[gauge, column], np.nan)
        return repeated, found & ~repeated, observed_s

    def verdict(self, gauge: Indices, observed_s: Floats) -> tuple[Flags, Reasons]:
        """Return flag and reasons [n] of held readings, found by gauge and observed time."""
        column = (self._observed_s[gauge] == observed_s[:, None]).argmax(axis=1)
        return self._flag[gauge, column], self._reasons[gauge, column]

    def recent(self, gauge: Indices) -> Recent:
        """Return the held readings of n gauges in order of time."""
        rows, order = gauge[:, None], self._order(gauge)
        return Recent(
            self._observed_s[rows, order],
            self._level_m[rows, order],
            self._flag[rows, order],
            self._reasons[rows, order],
        )

    def revise(
        self,
        gauge: Indices,
        first_s: Floats,
        last_s: Floats,
        *,
        flag: Flag,
        having: Reason | None = None,
        add: Reason | None = None,
        drop: Reason | None = None,
        failed: bool = False,
    ) -> None:
        """Give the readings of n gauges from `first_s` to `last_s` [s] a new flag, and note it.

        Only readings that count (flags 1 to 3; with `failed` also 4), are in order of arrival and
        carry the bits `having` change. What is suspect for a reason of its own stays so when it becomes good.
        """
        held_s, reasons = self._observed_s[gauge], self._reasons[gauge]
        held = self._flag[gauge]
        change = (held_s >= first_s[:, None]) & (held_s <= last_s[:, None])
        change &= (held >= Flag.GOOD) & (held <= (Flag.FAIL if failed else Flag.SUSPECT))
        change &= (reasons & np.uint16(Reason.LATE)) == 0
        if having is not None:
            change &= (reasons & np.uint16(having)) != 0
        row, column = np.nonzero(change)
        bits = (reasons[row, column] | np.uint16(add or 0)) & ~np.uint16(drop or 0)
        flags = np.full(len(row), flag, dtype=np.uint8)
        if flag == Flag.GOOD:
            flags[(bits & np.uint16(STANDING)) != 0] = Flag.SUSPECT
        self._flag[gauge[row], column] = flags
        self._reasons[gauge[row], column] = bits
        if flag == Flag.FAIL:
            self.failed_s[gauge] = np.maximum(self.failed_s[gauge], last_s)
        self._revisions.append(Revisions(gauge[row], held_s[row, column], flags, bits))

    def take_revisions(self) -> Revisions:
        """Return what `revise` noted since the last call, and forget it."""
        noted, self._revisions = self._revisions, []
        if not noted:
            return Revisions(
                np.empty(0, dtype=np.int32),
                np.empty(0),
                np.empty(0, dtype=np.uint8),
                np.empty(0, dtype=np.uint16),
            )
        return Revisions(*(np.concatenate(column) for column in zip(*noted, strict=True)))

    def jumps(self, gauge: Indices, since_s: Floats, count: int) -> tuple[NDArray[np.int64], Mask]:
        """Look at the `count` newest readings of n gauges that are not before `since_s` [s].

        Returns how many of them began a jump, int64[n], and whether any failed, bool[n].
        """
        place = (self._head[gauge][:, None] - 1 - self._columns[:count]) % self.length
        rows = gauge[:, None]
        near = self._observed_s[rows, place] >= since_s[:, None]
        reasons = self._reasons[rows, place]
        begins = (reasons & np.uint16(Reason.JUMP | Reason.PLATEAU)) == Reason.JUMP
        failed = (self._flag[rows, place] == Flag.FAIL) & near
        return np.count_nonzero(begins & near, axis=1), failed.any(axis=1)

    def _order(self, gauge: Indices) -> NDArray[np.int64]:
        return np.asarray((self._head[gauge][:, None] + self._columns) % self.length)
