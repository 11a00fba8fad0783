"""Jumps of a level: flood or fault? Spikes, boxes and plateaus, judged as readings come in.

A river in flood may rise by metres between two readings and fall as fast, so a jump alone is no
fault. What no water does is to come back too completely: after time t at least exp(−t/τ) of a
rise still stands, τ being the quickest a basin drains. Hence

* a change beyond `jump_m(elapsed)` is a jump; it is suspect (3) until more is known;
* the next reading is back at the foot of the jump: it was a fault (4). One reading is a spike,
  more are a box;
* the next reading has moved on, either way, as water may: the jump is confirmed (1);
* the next reading has not moved: it is suspect too, until something moves;
* a confirmed step that later falls back in one step, having stayed flat between, was a box after
  all, and all of it fails by revision.

The level before the jump is never held on to: readings are compared with the newest one, and a
level that stays displaced is confirmed or stays suspect, but is never failed for being displaced.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sensors.flags import Flag, Reason
from sensors.quality_limits import QualityLimits
from sensors.ring import ReadingRing

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.uint8]
Reasons = NDArray[np.uint16]
Mask = NDArray[np.bool_]

#: what became of a pending jump when the next reading came
_RETURNED, _UNRESOLVED, _CONFIRMED, _FLAT, _JUMPED_ON = range(5)


class StepTest:
    """The jump test of G gauges: what each was at before, and what is pending."""

    def __init__(self, limits: QualityLimits, gauge_count: int) -> None:
        self._limits = limits
        one, foot = (gauge_count,), (gauge_count, limits.foot_readings)
        #: newest reading that was compared, accepted or pending
        self._seen_s, self._seen_m = np.full(one, np.nan), np.full(one, np.nan)
        #: newest accepted reading
        self._base_s, self._base_m = np.full(one, np.nan), np.full(one, np.nan)
        self._slope_m_per_s = np.zeros(one)
        #: start of the pending jump, NaN = none
        self._run_s = np.full(one, np.nan)
        #: a reading with nothing to compare to, waiting for its next, NaN = none
        self._alone_s = np.full(one, np.nan)
        #: accepted readings from which the foot of a jump is told
        self._foot_s, self._foot_m = np.full(foot, np.nan), np.full(foot, np.nan)
        #: the last confirmed step: when, from where, its foot, and the range seen since
        self._step_s, self._step_base_m = np.full(one, np.nan), np.full(one, np.nan)
        self._step_foot_m = np.full(one, np.nan)
        self._low_m, self._high_m = np.full(one, np.nan), np.full(one, np.nan)

    def grow(self, count: int) -> None:
        """Add `count` gauges of which nothing is known."""
        added = StepTest(self._limits, count)
        for name, held in vars(added).items():
            if isinstance(held, np.ndarray):
                setattr(self, name, np.concatenate([getattr(self, name), held]))

    def judge(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, ring: ReadingRing
    ) -> tuple[Flags, Reasons]:
        """Judge one reading for each of n different gauges, each the newest of its gauge.

        `observed_s` float64[n] [s], `level_m` float64[n] [m], finite. Earlier readings are
        revised in `ring`, which must not hold these readings yet. Returns uint8[n], uint16[n].
        """
        flag = np.full(len(gauge), Flag.GOOD, dtype=np.uint8)
        reasons = np.zeros(len(gauge), dtype=np.uint16)
        elapsed_s = np.maximum(observed_s - self._seen_s[gauge], 1.0)
        near = elapsed_s <= self._limits.gap_s
        pending = self._run_s[gauge] == self._run_s[gauge]
        steady = self._steady(gauge, elapsed_s, level_m - self._seen_m[gauge])
        accept = steady & ~pending
        alone = ~near & ~accept
        if alone.any():
            flag[alone] = Flag.NOT_EVALUATED
            reasons[alone] = Reason.ISOLATED
            self._begin(gauge[alone], observed_s[alone], level_m[alone])
        jumped = ~steady & ~pending & near
        if jumped.any():
            at = np.flatnonzero(jumped)
            flag[at], reasons[at] = self._jump(gauge[at], observed_s[at], level_m[at], ring)
        if pending.any():
            at = np.flatnonzero(pending & near)
            if len(at):
                flag[at], reasons[at] = self._resolve(gauge[at], observed_s[at], level_m[at], ring)
        if accept.all():
            self._accept(gauge, observed_s, level_m, elapsed_s, ring)
        elif accept.any():
            self._accept(gauge[accept], observed_s[accept], level_m[accept], elapsed_s[accept], ring)
        return flag, reasons

    def _steady(self, gauge: Indices, elapsed_s: Floats, change_m: Floats) -> Mask:
        """Tell which changes are no jumps: within the limit, around a level that goes on moving."""
        drift_m = self._slope_m_per_s[gauge] * np.minimum(elapsed_s, 3600.0)
        within: Mask = np.abs(change_m - drift_m) <= self._limits.jump_m(elapsed_s) + np.abs(drift_m)
        return within

    def _begin(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        """Start anew with readings that cannot be compared with anything."""
        self._seen_s[gauge] = self._base_s[gauge] = self._alone_s[gauge] = observed_s
        self._seen_m[gauge] = self._base_m[gauge] = level_m
        self._slope_m_per_s[gauge] = 0.0
        self._run_s[gauge] = self._step_s[gauge] = np.nan
        self._foot_s[gauge] = self._foot_m[gauge] = np.nan
        self._add_foot(gauge, observed_s, level_m)

    def _accept(
        self,
        gauge: Indices,
        observed_s: Floats,
        level_m: Floats,
        elapsed_s: Floats,
        ring: ReadingRing,
    ) -> None:
        """Take readings that follow the newest one as water does."""
        near = elapsed_s <= self._limits.gap_s
        alone_s = self._alone_s[gauge]
        vouched = near & (alone_s == alone_s)
        if vouched.any():
            at = gauge[vouched]
            ring.revise(at, alone_s[vouched], alone_s[vouched], flag=Flag.GOOD, drop=Reason.ISOLATED)
        self._alone_s[gauge] = np.nan
        memory = self._limits.slope_memory
        slope = (level_m - self._seen_m[gauge]) / elapsed_s
        kept = memory * self._slope_m_per_s[gauge] + (1 - memory) * slope
        self._slope_m_per_s[gauge] = np.where(near, kept, 0.0)
        self._seen_s[gauge] = self._base_s[gauge] = observed_s
        self._seen_m[gauge] = self._base_m[gauge] = level_m
        self._widen(gauge, level_m)
        self._add_foot(gauge, observed_s, level_m)

    def _jump(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, ring: ReadingRing
    ) -> tuple[Flags, Reasons]:
        """Judge readings that jumped: the end of a box, or a new pending jump."""
        boxed = self._ends_box(gauge, observed_s, level_m)
        if boxed.any():
            at = gauge[boxed]
            ring.revise(at, self._step_s[at], self._seen_s[at], flag=Flag.FAIL, add=Reason.BOX)
            self._back(at, observed_s[boxed], level_m[boxed])
        at = gauge[~boxed]
        self._pend(at, observed_s[~boxed], level_m[~boxed])
        self._alone_s[gauge] = np.nan
        flag = np.where(boxed, Flag.GOOD, Flag.SUSPECT).astype(np.uint8)
        return flag, np.where(boxed, 0, Reason.JUMP).astype(np.uint16)

    def _resolve(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, ring: ReadingRing
    ) -> tuple[Flags, Reasons]:
        """Judge readings that follow a pending jump, and with them the jump."""
        outcome = self._outcome(gauge, observed_s, level_m)
        flag = np.full(len(gauge), Flag.GOOD, dtype=np.uint8)
        reasons = np.zeros(len(gauge), dtype=np.uint16)
        flat = outcome == _FLAT
        if flat.any():
            flag[flat], reasons[flat] = Flag.SUSPECT, Reason.JUMP | Reason.PLATEAU
            self._seen_s[gauge[flat]] = observed_s[flat]
            self._seen_m[gauge[flat]] = level_m[flat]
            self._widen(gauge[flat], level_m[flat])
        back = (outcome == _RETURNED) | (outcome == _UNRESOLVED)
        if back.any():
            at = np.flatnonzero(back)
            flag[at], reasons[at] = self._return(
                gauge[at], observed_s[at], level_m[at], outcome[at] == _RETURNED, ring
            )
        onward = (outcome == _CONFIRMED) | (outcome == _JUMPED_ON)
        if onward.any():
            at = np.flatnonzero(onward)
            again = outcome[at] == _JUMPED_ON
            self._confirm(gauge[at], observed_s[at], level_m[at], again, ring)
            flag[at[again]], reasons[at[again]] = Flag.SUSPECT, Reason.JUMP
        return flag, reasons

    def _outcome(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> NDArray[np.int8]:
        """Tell, int8[n], what the next reading makes of each pending jump."""
        elapsed_s = np.maximum(observed_s - self._seen_s[gauge], 1.0)
        top_m, base_m = self._seen_m[gauge], self._base_m[gauge]
        moved_m = level_m - top_m
        away = moved_m * (top_m - base_m) > 0
        drift_m = 2 * np.abs(self._slope_m_per_s[gauge]) * elapsed_s
        outcome = np.full(len(gauge), _CONFIRMED, dtype=np.int8)
        outcome[away & (np.abs(moved_m) > self._limits.jump_m(elapsed_s) + drift_m)] = _JUMPED_ON
        outcome[np.abs(moved_m) <= self._limits.plateau_m + 1e-9] = _FLAT
        back = self._returned(level_m, base_m, top_m, elapsed_s, self._foot(gauge, self._base_s[gauge]))
        tells = elapsed_s <= self._limits.longest_return_s
        outcome[back & tells] = _RETURNED
        most = np.abs(level_m - base_m) <= 0.1 * np.abs(top_m - base_m)
        outcome[(back | most) & ~tells] = _UNRESOLVED
        return outcome

    def _returned(
        self, level_m: Floats, base_m: Floats, top_m: Floats, elapsed_s: Floats, foot_m: Floats
    ) -> Mask:
        """Tell which levels came back from `top_m` more completely than water drains.

        `foot_m` is where the rise began, NaN = unknown: then only a level that is again where it
        was counts as back, because the level before may itself have been on the way up.
        """
        limits = self._limits
        height_m = np.abs(top_m - base_m)
        near = np.abs(level_m - base_m) <= np.maximum(limits.near_m, limits.near_fraction * height_m)
        left = np.exp(-elapsed_s / limits.drain_s)
        drained = level_m < foot_m + (top_m - foot_m) * left + limits.return_tolerance_m
        refilled = level_m > base_m - height_m * left - limits.return_tolerance_m
        fell = np.where(np.isnan(foot_m), near, drained)
        back: Mask = np.where(top_m > base_m, fell, refilled).astype(np.bool_)
        return back

    def _ends_box(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> Mask:
        """Tell which jumps undo a confirmed step between which and now the level stood still."""
        limits = self._limits
        step_s = self._step_s[gauge]
        recent: Mask = observed_s - step_s <= limits.step_memory_s
        if not recent.any():
            return recent
        top_m, base_m = self._seen_m[gauge], self._step_base_m[gauge]
        height_m = top_m - base_m
        elapsed_s = observed_s - self._seen_s[gauge]
        span_m = self._high_m[gauge] - self._low_m[gauge]
        undoes = (level_m - top_m) * height_m < 0
        flat = span_m <= limits.box_fraction * np.abs(height_m)
        back = self._returned(level_m, base_m, top_m, elapsed_s, self._step_foot_m[gauge])
        tells = (elapsed_s <= limits.longest_return_s) & (np.abs(height_m) >= limits.box_m)
        ends: Mask = recent & undoes & flat & back & tells
        return ends

    def _pend(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        """Begin a pending jump from the newest reading."""
        self._base_s[gauge] = self._seen_s[gauge]
        self._base_m[gauge] = self._seen_m[gauge]
        elapsed_s = np.maximum(observed_s - self._seen_s[gauge], 1.0)
        self._slope_m_per_s[gauge] = (level_m - self._seen_m[gauge]) / elapsed_s
        self._seen_s[gauge] = self._run_s[gauge] = observed_s
        self._seen_m[gauge] = self._low_m[gauge] = self._high_m[gauge] = level_m
        self._step_s[gauge] = np.nan

    def _return(
        self,
        gauge: Indices,
        observed_s: Floats,
        level_m: Floats,
        certain: Mask,
        ring: ReadingRing,
    ) -> tuple[Flags, Reasons]:
        """End pending jumps whose level came back; where `certain`, they fail."""
        run_s, seen_s = self._run_s[gauge], self._seen_s[gauge]
        for several, bit in ((False, Reason.SPIKE), (True, Reason.BOX)):
            at = certain & ((seen_s > run_s) == several)
            if at.any():
                ring.revise(gauge[at], run_s[at], seen_s[at], flag=Flag.FAIL, having=Reason.JUMP, add=bit)
        elapsed_s = np.maximum(observed_s - self._base_s[gauge], 1.0)
        fits = np.abs(level_m - self._base_m[gauge]) <= self._limits.jump_m(elapsed_s)
        self._back(gauge[fits], observed_s[fits], level_m[fits])
        beyond = gauge[~fits]
        self._seen_s[beyond], self._seen_m[beyond] = self._base_s[beyond], self._base_m[beyond]
        self._pend(beyond, observed_s[~fits], level_m[~fits])
        flag = np.where(fits, Flag.GOOD, Flag.SUSPECT).astype(np.uint8)
        return flag, np.where(fits, 0, Reason.JUMP).astype(np.uint16)

    def _back(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        """Go on from levels that are again where they were before a fault."""
        self._seen_s[gauge] = self._base_s[gauge] = observed_s
        self._seen_m[gauge] = self._base_m[gauge] = level_m
        self._slope_m_per_s[gauge] = 0.0
        self._run_s[gauge] = self._step_s[gauge] = np.nan
        self._add_foot(gauge, observed_s, level_m)

    def _confirm(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, again: Mask, ring: ReadingRing
    ) -> None:
        """End pending jumps whose level moved on; where `again`, a new jump is pending."""
        run_s, seen_s, seen_m = self._run_s[gauge], self._seen_s[gauge], self._seen_m[gauge]
        ring.revise(gauge, run_s, seen_s, flag=Flag.GOOD, having=Reason.JUMP)
        base_m, foot_m = self._base_m[gauge], self._foot(gauge, self._base_s[gauge])
        self._add_foot(gauge, seen_s, seen_m)
        self._run_s[gauge] = np.nan
        self._pend(gauge[again], observed_s[again], level_m[again])
        at, still = gauge[~again], ~again
        self._step_s[at] = run_s[still]
        self._step_base_m[at], self._step_foot_m[at] = base_m[still], foot_m[still]
        elapsed_s = np.maximum(observed_s[still] - seen_s[still], 1.0)
        self._slope_m_per_s[at] = (level_m[still] - seen_m[still]) / elapsed_s
        self._seen_s[at] = self._base_s[at] = observed_s[still]
        self._seen_m[at] = self._base_m[at] = level_m[still]
        self._widen(at, level_m[still])
        self._add_foot(at, observed_s[still], level_m[still])

    def _widen(self, gauge: Indices, level_m: Floats) -> None:
        self._low_m[gauge] = np.minimum(self._low_m[gauge], level_m)
        self._high_m[gauge] = np.maximum(self._high_m[gauge], level_m)

    def _add_foot(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        self._foot_s[gauge, :-1] = self._foot_s[gauge, 1:]
        self._foot_m[gauge, :-1] = self._foot_m[gauge, 1:]
        self._foot_s[gauge, -1] = observed_s
        self._foot_m[gauge, -1] = level_m

    def _foot(self, gauge: Indices, base_s: Floats) -> Floats:
        """Return the lowest level of the last accepted readings, NaN where they are under three."""
        recent = self._foot_s[gauge] >= (base_s - self._limits.foot_s)[:, None]
        lowest: Floats = np.where(recent, self._foot_m[gauge], np.inf).min(axis=1)
        return np.where(np.count_nonzero(recent, axis=1) >= 3, lowest, np.nan)
