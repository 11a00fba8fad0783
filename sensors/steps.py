"""Jumps of a level: flood or fault? Spikes, boxes and plateaus, judged as readings come in.

A river in flood may rise by metres between two readings and fall as fast, so a jump alone is no
fault. What no water does is to come back too completely: a time t after it stood high, at least
exp(−t/τ) of the rise still stands, τ being the quickest a basin drains. Hence

* a change beyond `jump_m(elapsed)` is a jump; its reading is pending: suspect (3);
* the next reading is back at the foot of the jump: it was a spike (4);
* otherwise the jump was a step. If the level has moved since, as water does, it is good (1);
  if it stands still, it is a plateau, and suspect until it moves or has stood for hours;
* a step that is undone by another, with hardly a movement between, was a box (4 for all of it).
  The undoing jump must itself be no spike, so one more reading decides.

The level before a jump is never held on to: readings are compared with the newest one, and a level
that stays displaced is never failed for being displaced.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.flags import Flag, Reason
from sensors.foot import RiseFoot
from sensors.quality_limits import QualityLimits
from sensors.ring import ReadingRing

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Flags = NDArray[np.uint8]
Reasons = NDArray[np.uint16]
Mask = NDArray[np.bool_]

#: what became of a pending jump when the next reading came
_STAYED, _JUMPED_ON, _RETURNED, _UNRESOLVED = range(4)

#: levels come in whole centimetres; a difference of floats must not tip over a limit
_ROUNDING_M: Final = 1e-9


class StepTest:
    """The jump test of G gauges: what each was at before, and what is pending."""

    def __init__(self, limits: QualityLimits, gauge_count: int) -> None:
        self._limits = limits
        self._foot = RiseFoot(limits, gauge_count)
        #: newest reading that was compared, accepted or pending
        self._seen_s, self._seen_m = _unknown(gauge_count), _unknown(gauge_count)
        #: newest accepted reading
        self._base_s, self._base_m = _unknown(gauge_count), _unknown(gauge_count)
        self._slope_m_per_s = np.zeros(gauge_count)
        #: whether the newest reading is a pending jump, and whether it would undo the last step
        self._pending = np.zeros(gauge_count, dtype=np.bool_)
        self._undoes = np.zeros(gauge_count, dtype=np.bool_)
        #: a reading with nothing to compare to, waiting for its next
        self._alone_s = _unknown(gauge_count)
        #: the last spike: when, how high, and when the reading came by which it was judged
        self._spike_s, self._spike_m = _unknown(gauge_count), _unknown(gauge_count)
        self._judge_s = _unknown(gauge_count)
        #: the last step: when, from where, the foot of its rise, and the range since
        self._step_s, self._step_base_m = _unknown(gauge_count), _unknown(gauge_count)
        self._step_foot_m = _unknown(gauge_count)
        self._low_m, self._high_m = _unknown(gauge_count), _unknown(gauge_count)
        #: whether the level has stood still since the last step: a plateau
        self._still = np.zeros(gauge_count, dtype=np.bool_)

    def grow(self, count: int) -> None:
        """Add `count` gauges of which nothing is known."""
        added = StepTest(self._limits, count)
        self._foot.grow(count)
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
        elapsed_s = self._elapsed_s(gauge, observed_s)
        near = elapsed_s <= self._limits.gap_s
        pending = self._pending[gauge]
        steady = ~pending & self._steady(gauge, elapsed_s, level_m - self._seen_m[gauge])
        if steady.all():
            return self._accept(gauge, observed_s, level_m, ring)
        for rows, judged in (
            (steady, self._accept),
            (~steady & ~near, self._begin),
            (~steady & ~pending & near, self._jump),
            (pending & near, self._resolve),
        ):
            if rows.any():
                flag[rows], reasons[rows] = judged(gauge[rows], observed_s[rows], level_m[rows], ring)
        return flag, reasons

    def _steady(self, gauge: Indices, elapsed_s: Floats, change_m: Floats) -> Mask:
        """Tell which changes are no jumps: within the limit, around a level that goes on moving."""
        drift_m = self._slope_m_per_s[gauge] * np.minimum(elapsed_s, 3600.0)
        limit_m = self._limits.jump_m(elapsed_s) + np.abs(drift_m)
        within: Mask = np.abs(change_m - drift_m) <= limit_m
        return within

    def _begin(
        self,
        gauge: Indices,
        observed_s: Floats,
        level_m: Floats,
        ring: ReadingRing,  # noqa: ARG002 (one signature for all judgements)
    ) -> tuple[Flags, Reasons]:
        """Start anew with readings that cannot be compared with anything."""
        self._move_to(gauge, observed_s, level_m)
        self._alone_s[gauge] = observed_s
        self._slope_m_per_s[gauge] = 0.0
        self._forget_step(gauge)
        self._foot.forget(gauge)
        self._foot.add(gauge, observed_s, level_m)
        return _all(gauge, Flag.NOT_EVALUATED, Reason.ISOLATED)

    def _accept(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, ring: ReadingRing
    ) -> tuple[Flags, Reasons]:
        """Take readings that follow the newest one as water does."""
        elapsed_s = self._elapsed_s(gauge, observed_s)
        near = elapsed_s <= self._limits.gap_s
        alone_s = self._alone_s[gauge]
        vouched = near & (alone_s == alone_s)
        if vouched.any():
            at, when_s = gauge[vouched], alone_s[vouched]
            ring.revise(at, when_s, when_s, flag=Flag.GOOD, drop=Reason.ISOLATED)
        self._alone_s[gauge] = np.nan
        memory = self._limits.slope_memory
        slope = (level_m - self._seen_m[gauge]) / elapsed_s
        kept = memory * self._slope_m_per_s[gauge] + (1 - memory) * slope
        self._slope_m_per_s[gauge] = np.where(near, kept, 0.0)
        self._move_to(gauge, observed_s, level_m)
        self._foot.add(gauge, observed_s, level_m)
        self._low_m[gauge] = np.minimum(self._low_m[gauge], level_m)
        self._high_m[gauge] = np.maximum(self._high_m[gauge], level_m)
        flag, reasons = _all(gauge, Flag.GOOD, None)
        still = self._still[gauge]
        if still.any():
            held = self._hold(gauge[still], observed_s[still], ring)
            flag[still] = np.where(held, Flag.SUSPECT, Flag.GOOD)
            reasons[still] = np.where(held, Reason.JUMP | Reason.PLATEAU, 0)
        return flag, reasons

    def _hold(self, gauge: Indices, observed_s: Floats, ring: ReadingRing) -> Mask:
        """Tell which plateaus still stand; what has moved, or stood for long, becomes good."""
        stood_s = observed_s - self._step_s[gauge]
        held = ~self._moved(gauge) & (stood_s < self._limits.plateau_settle_s)
        self._settle(gauge[~held], observed_s[~held], ring)
        return held

    def _jump(
        self,
        gauge: Indices,
        observed_s: Floats,
        level_m: Floats,
        ring: ReadingRing,  # noqa: ARG002 (one signature for all judgements)
    ) -> tuple[Flags, Reasons]:
        """Hold readings that jumped until the next one tells what they are."""
        self._undoes[gauge] = self._ends_box(gauge, observed_s, level_m)
        self._base_s[gauge] = self._seen_s[gauge]
        self._base_m[gauge] = self._seen_m[gauge]
        elapsed_s = self._elapsed_s(gauge, observed_s)
        self._slope_m_per_s[gauge] = (level_m - self._seen_m[gauge]) / elapsed_s
        self._seen_s[gauge], self._seen_m[gauge] = observed_s, level_m
        self._pending[gauge] = True
        return _all(gauge, Flag.SUSPECT, Reason.JUMP)

    def _resolve(
        self, gauge: Indices, observed_s: Floats, level_m: Floats, ring: ReadingRing
    ) -> tuple[Flags, Reasons]:
        """Judge pending jumps by the readings after them, and then these."""
        outcome = self._outcome(gauge, observed_s, level_m)
        flag, reasons = _all(gauge, Flag.GOOD, None)
        back = (outcome == _RETURNED) | (outcome == _UNRESOLVED)
        if back.any():
            at = gauge[back]
            spike = outcome[back] == _RETURNED
            self._fail_spike(at[spike], observed_s[back][spike], ring)
            self._seen_s[at], self._seen_m[at] = self._base_s[at], self._base_m[at]
            self._slope_m_per_s[at] = 0.0
        if not back.all():
            self._step(gauge[~back], ring)
        self._pending[gauge] = False
        again = outcome == _JUMPED_ON
        again[back] = ~self._steady(
            gauge[back],
            self._elapsed_s(gauge[back], observed_s[back]),
            level_m[back] - self._seen_m[gauge[back]],
        )
        for rows, judged in ((~again, self._accept), (again, self._jump)):
            if rows.any():
                flag[rows], reasons[rows] = judged(gauge[rows], observed_s[rows], level_m[rows], ring)
        return flag, reasons

    def _fail_spike(self, gauge: Indices, observed_s: Floats, ring: ReadingRing) -> None:
        """Fail pending jumps as spikes; one that was the judge of a spike itself clears that."""
        spike_s = self._seen_s[gauge]
        cleared = spike_s == self._judge_s[gauge]
        ring.revise(gauge, spike_s, spike_s, flag=Flag.FAIL, add=Reason.SPIKE)
        self._doubt_spike(gauge[cleared], self._spike_s[gauge[cleared]], ring)
        self._spike_s[gauge], self._spike_m[gauge] = spike_s, self._seen_m[gauge]
        self._judge_s[gauge] = observed_s

    def _doubt_spike(self, gauge: Indices, until_s: Floats, ring: ReadingRing) -> None:
        """Make the last spike suspect again, and what came after it up to `until_s`."""
        if len(gauge):
            ring.revise(
                gauge,
                self._spike_s[gauge],
                until_s,
                flag=Flag.SUSPECT,
                add=Reason.ERRATIC,
                drop=Reason.SPIKE,
                failed=True,
            )

    def _outcome(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> NDArray[np.int8]:
        """Tell, int8[n], what the next reading makes of each pending jump."""
        elapsed_s = self._elapsed_s(gauge, observed_s)
        top_m, base_m = self._seen_m[gauge], self._base_m[gauge]
        moved_m = level_m - top_m
        away = moved_m * (top_m - base_m) > 0
        drift_m = 2 * np.abs(self._slope_m_per_s[gauge]) * elapsed_s
        outcome = np.full(len(gauge), _STAYED, dtype=np.int8)
        outcome[away & (np.abs(moved_m) > self._limits.jump_m(elapsed_s) + drift_m)] = _JUMPED_ON
        foot_m = self._foot.before(gauge, self._base_s[gauge])
        back = self._returned(level_m, base_m, top_m, elapsed_s, foot_m)
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
        near_m = np.maximum(limits.near_m, limits.near_fraction * height_m)
        left = np.exp(-elapsed_s / limits.drain_s)
        drained = level_m < foot_m + (top_m - foot_m) * left + limits.return_tolerance_m
        refilled = level_m > base_m - height_m * left - limits.return_tolerance_m
        fell = np.where(np.isnan(foot_m), np.abs(level_m - base_m) <= near_m, drained)
        back: Mask = np.where(top_m > base_m, fell, refilled).astype(np.bool_)
        return back

    def _ends_box(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> Mask:
        """Tell which jumps undo the last step, between which and now the level stood still."""
        limits = self._limits
        recent: Mask = observed_s - self._step_s[gauge] <= limits.step_memory_s
        if not recent.any():
            return recent
        top_m, base_m = self._seen_m[gauge], self._step_base_m[gauge]
        height_m = top_m - base_m
        elapsed_s = self._elapsed_s(gauge, observed_s)
        undoes = (level_m - top_m) * height_m < 0
        span_m = self._high_m[gauge] - self._low_m[gauge]
        flat = span_m <= limits.box_fraction * np.abs(height_m)
        back = self._returned(level_m, base_m, top_m, elapsed_s, self._step_foot_m[gauge])
        tells = (elapsed_s <= limits.longest_return_s) & (np.abs(height_m) >= limits.box_m)
        ends: Mask = recent & undoes & flat & back & tells
        return ends

    def _step(self, gauge: Indices, ring: ReadingRing) -> None:
        """Make steps of pending jumps that no return undid; end the steps before them."""
        step_s, base_s, base_m = self._seen_s[gauge], self._base_s[gauge], self._base_m[gauge]
        undoes = self._undoes[gauge]
        self._weigh_spike(gauge, ring)
        if undoes.any():
            at = gauge[undoes]
            self._end_box(at, ring)
            ring.revise(at, step_s[undoes], step_s[undoes], flag=Flag.GOOD, having=Reason.JUMP)
            self._forget_step(at)
        at, rows = gauge[~undoes], ~undoes
        if len(at):
            left = self._still[at]
            self._settle(at[left], base_s[rows][left], ring)
            self._step_s[at], self._step_base_m[at] = step_s[rows], base_m[rows]
            self._step_foot_m[at] = self._foot.before(at, base_s[rows])
            self._low_m[at] = self._high_m[at] = self._seen_m[at]
            self._still[at] = True
        self._foot.add(gauge, step_s, self._seen_m[gauge])
        self._alone_s[gauge] = np.nan

    def _weigh_spike(self, gauge: Indices, ring: ReadingRing) -> None:
        """Doubt a spike when the reading after the one that judged it makes a step the same way.

        Of three readings, two displaced and one between them not, either may be the fault.
        """
        base_s, base_m = self._base_s[gauge], self._base_m[gauge]
        height_m = self._seen_m[gauge] - base_m
        spike_m = self._spike_m[gauge] - base_m
        doubt = (base_s == self._judge_s[gauge]) & (height_m * spike_m > 0)
        doubt &= np.abs(height_m) >= 0.5 * np.abs(spike_m)
        self._doubt_spike(gauge[doubt], base_s[doubt], ring)

    def _end_box(self, gauge: Indices, ring: ReadingRing) -> None:
        """Fail all of a box, where it is plain which of the two levels was false.

        It is not where a level jumps to and fro, nor where it fell and rose again: a stuck high
        value that clears for a while looks the same. Those stay suspect.
        """
        limits = self._limits
        since_s = self._seen_s[gauge] - limits.erratic_s
        jumps, _ = ring.jumps(gauge, since_s, limits.erratic_readings)
        rose = self._base_m[gauge] > self._step_base_m[gauge]
        # the step and the jump that undoes it are two
        plain = rose & (jumps < limits.erratic_jumps + 1)
        first_s, last_s = self._step_s[gauge], self._base_s[gauge]
        for at, flag in ((plain, Flag.FAIL), (~plain, Flag.SUSPECT)):
            if at.any():
                ring.revise(gauge[at], first_s[at], last_s[at], flag=flag, add=Reason.BOX)

    def _settle(self, gauge: Indices, until_s: Floats, ring: ReadingRing) -> None:
        """Make good what was held since the last step."""
        if len(gauge):
            ring.revise(gauge, self._step_s[gauge], until_s, flag=Flag.GOOD, having=Reason.JUMP)
            self._still[gauge] = False

    def _moved(self, gauge: Indices) -> Mask:
        span_m = self._high_m[gauge] - self._low_m[gauge]
        moved: Mask = span_m > self._limits.plateau_m + _ROUNDING_M
        return moved

    def _forget_step(self, gauge: Indices) -> None:
        self._step_s[gauge] = np.nan
        self._still[gauge] = self._undoes[gauge] = self._pending[gauge] = False

    def _move_to(self, gauge: Indices, observed_s: Floats, level_m: Floats) -> None:
        self._seen_s[gauge] = self._base_s[gauge] = observed_s
        self._seen_m[gauge] = self._base_m[gauge] = level_m

    def _elapsed_s(self, gauge: Indices, observed_s: Floats) -> Floats:
        """Return the time since the newest reading, at least a second; +inf where there is none."""
        since_s = observed_s - self._seen_s[gauge]
        return np.where(np.isnan(since_s), np.inf, np.maximum(since_s, 1.0))


def _unknown(count: int) -> Floats:
    return np.full(count, np.nan)


def _all(gauge: Indices, flag: Flag, reason: Reason | None) -> tuple[Flags, Reasons]:
    """Return the same verdict for all of `gauge`."""
    n = len(gauge)
    return np.full(n, flag, dtype=np.uint8), np.full(n, reason or 0, dtype=np.uint16)
