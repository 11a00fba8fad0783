"""Quality control of water levels as they stream in, for all gauges at once.

Nothing is dropped: every reading gets a flag and the reasons for it. Flags and names of the
reasons are in `sensors.flags`, limits in `sensors.quality_limits`, the jump test in
`sensors.steps`, clock faults in `sensors.clock_faults`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.clock_faults import DeviceClocks
from sensors.flags import Flag, Reason
from sensors.quality_limits import GaugeBounds, QualityLimits
from sensors.ring import ReadingRing, Recent, Revisions
from sensors.standstill import StandstillTest
from sensors.steps import StepTest

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.uint8]
Reasons = NDArray[np.uint16]
Mask = NDArray[np.bool_]

#: readings held of each gauge: twelve hours of ten-minute readings
RING_LENGTH: Final = 72


class Verdicts(NamedTuple):
    """What became of a batch of n readings, in the order given."""

    #: when each was observed, corrected for faults of the clock, float64[n] [s since 1970 UTC]
    observed_s: Floats
    #: QARTOD flag, uint8[n]
    flag: Flags
    #: `Reason` bits, uint16[n]
    reasons: Reasons
    #: whether it was the newest of its gauge when it was judged, and no repetition, bool[n]
    current: Mask
    #: new flags of readings judged before, also of earlier ones of this batch: apply them after
    #: the batch's own
    revisions: Revisions


class QualityControl:
    """Judges the readings of G gauges as they come, and remembers the newest of each.

    Gauges are told apart by index, 0 … G−1. The result does not depend on how the readings are
    cut into batches, only on the order of each gauge's own.
    """

    def __init__(self, limits: QualityLimits, bounds: GaugeBounds) -> None:
        self._limits = limits
        self._bounds = bounds
        count = len(bounds.fail_below_m)
        self._ring = ReadingRing(count, RING_LENGTH)
        self._clocks = DeviceClocks(limits, count)
        self._steps = StepTest(limits, count)
        self._standstill = StandstillTest(limits, count)

    @property
    def gauge_count(self) -> int:
        """Number of gauges G."""
        return len(self._ring.newest_s)

    def add_gauges(self, bounds: GaugeBounds) -> None:
        """Add gauges at the end; their indices follow the present ones."""
        count = len(bounds.fail_below_m)
        self._bounds = GaugeBounds(*(np.concatenate(pair) for pair in zip(self._bounds, bounds, strict=True)))
        for part in (self._ring, self._clocks, self._steps, self._standstill):
            part.grow(count)

    def set_bounds(self, gauge: Indices, bounds: GaugeBounds) -> None:
        """Replace the bounds of n gauges, after their thresholds changed."""
        for held, new in zip(self._bounds, bounds, strict=True):
            held[gauge] = new

    def check(self, gauge: Indices, observed_s: Floats, received_s: Floats, level_m: Floats) -> Verdicts:
        """Judge n readings in order of arrival.

        `gauge` int32[n]; `observed_s` float64[n], what the device said [s since 1970 UTC], NaN =
        it said nothing; `received_s` float64[n], finite; `level_m` float64[n], NaN = missing.
        Raises `ValueError` when the shapes differ, an index is unknown or a receipt has no time.
        """
        gauge = np.asarray(gauge, dtype=np.int32)
        self._require(gauge, observed_s, received_s, level_m)
        n = len(gauge)
        corrected_s, current = np.empty(n), np.empty(n, dtype=np.bool_)
        flag, reasons = np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint16)
        for rows in _rounds(gauge):
            corrected_s[rows], flag[rows], reasons[rows], current[rows] = self._round(
                gauge[rows], observed_s[rows], received_s[rows], level_m[rows]
            )
        return Verdicts(corrected_s, flag, reasons, current, self._ring.take_revisions())

    def seed(self, gauge: Indices, observed_s: Floats, received_s: Floats, level_m: Floats) -> None:
        """Learn from history, oldest first, as `check` does; what was judged then stays judged.

        Give at least the last `RING_LENGTH` readings or a day of each gauge, with the times the
        devices said, so that pending jumps, clocks and repetitions are known again.
        """
        self.check(gauge, observed_s, received_s, level_m)

    def recent(self, gauge: Indices) -> Recent:
        """Return the newest readings of n gauges, with flags as they are now.

        Each column has the shape [n, `RING_LENGTH`]. For trends use those with flag 1 to 3.
        """
        return self._ring.recent(np.asarray(gauge, dtype=np.int32))

    def lag_s(self, gauge: Indices) -> Floats:
        """Return the steady lag of n devices, float64[n] [s]; see `DeviceClocks.lag_s`."""
        return self._clocks.lag_s(np.asarray(gauge, dtype=np.int32))

    def _require(self, gauge: Indices, observed_s: Floats, received_s: Floats, level_m: Floats) -> None:
        n = len(gauge)
        for name, column in (
            ("observed_s", observed_s),
            ("received_s", received_s),
            ("level_m", level_m),
        ):
            if column.shape != (n,):
                raise ValueError(f"{name} has the shape {column.shape}; gauge has ({n},)")
        if n and (gauge.min() < 0 or gauge.max() >= self.gauge_count):
            raise ValueError(f"gauge holds an index outside 0 … {self.gauge_count - 1}")
        if not np.isfinite(received_s).all():
            raise ValueError("received_s holds a time that is not finite")

    def _round(
        self, gauge: Indices, device_s: Floats, received_s: Floats, level_m: Floats
    ) -> tuple[Floats, Flags, Reasons, Mask]:
        """Judge one reading for each of n different gauges."""
        observed_s, reasons = self._clocks.correct(gauge, device_s, received_s)
        # a clock that is not believed may tell the same time for ever: it proves no repetition
        told_s = device_s
        if reasons.any():
            distrusted = (reasons & np.uint16(Reason.CLOCK_BAD | Reason.NO_TIME)) != 0
            told_s = np.where(distrusted, np.nan, device_s)
        flag, range_bits = self._range(gauge, level_m)
        reasons |= range_bits
        known = self._known(gauge, observed_s, told_s, level_m, flag, reasons)
        late = ~known & (observed_s < self._ring.newest_s[gauge])
        current = ~(known | late)
        if late.any():
            at = np.flatnonzero(late)
            self._late(gauge[at], observed_s[at], told_s[at], level_m[at], flag, reasons, at)
        fresh = np.flatnonzero(current & (flag <= Flag.SUSPECT))
        if len(fresh):
            self._judge(gauge[fresh], observed_s[fresh], level_m[fresh], flag, reasons, fresh)
        at = np.flatnonzero(current)
        self._ring.push(gauge[at], observed_s[at], told_s[at], level_m[at], flag[at], reasons[at])
        return observed_s, flag, reasons, current

    def _range(self, gauge: Indices, level_m: Floats) -> tuple[Flags, Reasons]:
        """Gross range test: 1, 3 or 4, and 9 where there is no value."""
        bounds = self._bounds
        flag = np.full(len(gauge), Flag.GOOD, dtype=np.uint8)
        reasons = np.zeros(len(gauge), dtype=np.uint16)
        odd = ~((level_m >= bounds.suspect_below_m[gauge]) & (level_m <= bounds.suspect_above_m[gauge]))
        if not odd.any():
            return flag, reasons
        missing = np.isnan(level_m)
        failed = (level_m < bounds.fail_below_m[gauge]) | (level_m > bounds.fail_above_m[gauge])
        flag[odd] = Flag.SUSPECT
        flag[failed] = Flag.FAIL
        flag[missing] = Flag.MISSING
        reasons[odd] = Reason.RANGE
        reasons[missing] = Reason.NO_VALUE
        return flag, reasons

    def _known(
        self,
        gauge: Indices,
        observed_s: Floats,
        told_s: Floats,
        level_m: Floats,
        flag: Flags,
        reasons: Reasons,
    ) -> Mask:
        """Recognise repeated readings and second values for one moment; both change in place."""
        repeated, conflict, held_s = self._ring.find(gauge, told_s, level_m)
        if repeated.any():
            at = np.flatnonzero(repeated)
            observed_s[at] = held_s[at]
            flag[at], bits = self._ring.verdict(gauge[at], held_s[at])
            reasons[at] = bits | np.uint16(Reason.REPEATED)
        if conflict.any():
            at = np.flatnonzero(conflict)
            flag[at] = np.where(flag[at] <= Flag.SUSPECT, Flag.SUSPECT, flag[at])
            reasons[at] |= np.uint16(Reason.CONFLICT)
        return repeated | conflict

    def _late(
        self,
        gauge: Indices,
        observed_s: Floats,
        told_s: Floats,
        level_m: Floats,
        flag: Flags,
        reasons: Reasons,
        rows: NDArray[np.int64],
    ) -> None:
        """Judge readings older than the newest by those before and after; write flags at `rows`."""
        held = self._ring.recent(gauge)
        usable = (held.flag == Flag.GOOD) | (held.flag == Flag.NOT_EVALUATED)
        apart_s = np.where(usable, np.abs(held.observed_s - observed_s[:, None]), np.inf)
        after = held.observed_s >= observed_s[:, None]
        alone = np.ones(len(gauge), dtype=np.bool_)
        fits = np.zeros(len(gauge), dtype=np.bool_)
        for side in (after, ~after):
            distance_s = np.where(side, apart_s, np.inf)
            column = distance_s.argmin(axis=1)[:, None]
            nearest_s = np.take_along_axis(distance_s, column, axis=1)[:, 0]
            change_m = np.abs(np.take_along_axis(held.level_m, column, axis=1)[:, 0] - level_m)
            near = nearest_s <= self._limits.gap_s
            alone &= ~near
            fits |= near & (change_m <= self._limits.jump_m(nearest_s))
        verdict = np.where(alone, Flag.NOT_EVALUATED, np.where(fits, Flag.GOOD, Flag.SUSPECT))
        bits = np.where(alone, Reason.ISOLATED, np.where(fits, 0, Reason.JUMP))
        counts = flag[rows] <= Flag.SUSPECT
        flag[rows] = np.where(counts, np.maximum(flag[rows], verdict), flag[rows])
        reasons[rows] |= np.where(counts, bits, 0).astype(np.uint16) | np.uint16(Reason.LATE)
        self._ring.insert(gauge, observed_s, told_s, level_m, flag[rows], reasons[rows])

    def _judge(
        self,
        gauge: Indices,
        observed_s: Floats,
        level_m: Floats,
        flag: Flags,
        reasons: Reasons,
        rows: NDArray[np.int64],
    ) -> None:
        """Run the tests that need history on newest readings; write flags at `rows`."""
        step_flag, bits = self._steps.judge(gauge, observed_s, level_m, self._ring)
        still = self._standstill.judge(gauge, observed_s, level_m, self._bounds.flat_above_m[gauge])
        if still.any():
            step_flag[still] = np.maximum(step_flag[still], Flag.SUSPECT)
            bits[still] |= np.uint16(Reason.FLAT_LINE)
        doubtful = step_flag < Flag.SUSPECT
        doubtful &= self._erratic(gauge, observed_s)
        if doubtful.any():
            step_flag[doubtful] = Flag.SUSPECT
            bits[doubtful] |= np.uint16(Reason.ERRATIC)
        flag[rows] = np.maximum(flag[rows], step_flag)
        reasons[rows] |= bits

    def _erratic(self, gauge: Indices, observed_s: Floats) -> Mask:
        """Tell which gauges have jumped too often of late, a fault among the jumps."""
        limits = self._limits
        since_s = observed_s - limits.erratic_s
        erratic: Mask = self._ring.failed_s[gauge] >= since_s
        if erratic.any():
            at = np.flatnonzero(erratic)
            count, failed = self._ring.jumps(gauge[at], since_s[at], limits.erratic_readings)
            erratic[at] = failed & (count >= limits.erratic_jumps)
        return erratic


def _rounds(gauge: Indices) -> list[NDArray[np.int64]]:
    """Cut n rows into rounds: the k-th round holds the k-th row of every gauge that has one."""
    n = len(gauge)
    order = np.argsort(gauge, kind="stable")
    ordered = gauge[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if n else order
    if len(starts) == n:
        return [np.arange(n)] if n else []
    turn = np.arange(n) - np.repeat(starts, np.diff(np.r_[starts, n]))
    by_turn = order[np.argsort(turn, kind="stable")]
    return np.split(by_turn, np.cumsum(np.bincount(turn))[:-1])
