"""Depth under points over time, and what can be said of each point before anybody is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.flood.passing import Depths, Numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Soundings:
    """Depths [m] (t, n) under n points at `times_s` (t,), speeds [m/s] alike or None, and their summary (n,).

    `unknown`: outside the raster, or the depth is not known at some time. `peak_m` is at least the deepest
    of the frames, 0 where unknown. `arrival_s` is NaN where the water never came.
    """

    times_s: Numbers
    depth_m: Depths
    speed_m_s: Depths | None
    arrival_s: Numbers
    peak_m: Depths
    unknown: NDArray[np.bool_]
    #: not unknown, and in water at some time
    wet: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        times_s: Numbers,
        depth_m: Depths,
        speed_m_s: Depths | None,
        arrival_s: Numbers,
        peak_m: Depths,
        flooded_m: float,
    ) -> Soundings:
        """Return the soundings of points; in water from `flooded_m` [m] on."""
        # A maximum carries NaN along: one unknown time makes the point unknown.
        peak = np.maximum(peak_m, depth_m.max(axis=0, initial=-np.inf))
        unknown = np.isnan(peak)
        peak = np.where(unknown, 0, peak)
        wet = peak >= peak.dtype.type(flooded_m)
        arrival = _arrivals(times_s, depth_m, np.where(wet, arrival_s, np.nan), wet, flooded_m)
        return cls(
            times_s=times_s,
            depth_m=depth_m,
            speed_m_s=speed_m_s,
            arrival_s=arrival,
            peak_m=peak,
            unknown=unknown,
            wet=wet,
        )

    def split(self, at: Sequence[int] | NDArray[np.int64]) -> tuple[Soundings, ...]:
        """Return the soundings of consecutive groups of points, cut before the points numbered `at`."""
        bounds = [0, *(int(number) for number in at), len(self.unknown)]
        return tuple(self.only(slice(first, last)) for first, last in pairwise(bounds))

    def worst(self, width: int) -> Soundings:
        """Return one sounding for every `width` points: the deepest and earliest of those that are known.

        It is unknown when its first point is and no other one gets wet. Speeds are left out.
        """
        unknown, wet = self.unknown.reshape(-1, width), self.wet.reshape(-1, width)
        ever: NDArray[np.bool_] = np.any(wet, axis=1)
        lost = unknown[:, 0] & ~ever
        shape = (len(self.times_s), *wet.shape)
        depth = np.where(self.unknown, np.nan, self.depth_m).reshape(shape)
        return Soundings(
            times_s=self.times_s,
            depth_m=np.where(lost, np.nan, np.fmax.reduce(depth, axis=2, initial=np.nan)),
            speed_m_s=None,
            arrival_s=np.fmin.reduce(self.arrival_s.reshape(-1, width), axis=1, initial=np.nan),
            peak_m=np.where(lost, 0, self.peak_m.reshape(-1, width).max(axis=1, initial=0)),
            unknown=lost,
            wet=ever,
        )

    def only(self, points: Any) -> Soundings:  # noqa: ANN401 - whatever indexes an array
        """Return the soundings of some of the points."""
        return Soundings(
            times_s=self.times_s,
            depth_m=self.depth_m[:, points],
            speed_m_s=None if self.speed_m_s is None else self.speed_m_s[:, points],
            arrival_s=self.arrival_s[points],
            peak_m=self.peak_m[points],
            unknown=self.unknown[points],
            wet=self.wet[points],
        )


def _arrivals(
    times_s: Numbers, depth_m: Depths, arrival_s: Numbers, wet: NDArray[np.bool_], flooded_m: float
) -> Numbers:
    """Return arrivals; where the flood's own is missing, the first time at which water was seen there."""
    missing = np.flatnonzero(wet & np.isnan(arrival_s))
    if not missing.size or not len(times_s):
        return arrival_s
    seen = depth_m[:, missing] >= depth_m.dtype.type(flooded_m)
    arrival_s[missing] = np.where(seen.any(axis=0), times_s[seen.argmax(axis=0)], np.nan)
    return arrival_s
