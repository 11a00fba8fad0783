"""A quantity over time, linear between its points, with exact integrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.flood.inundation_errors import ForcingError


@dataclass(frozen=True, eq=False)
class Hydrograph:
    """Values at times, joined by straight lines and held before the first and after the last.

    `time_s` (k,) float64, seconds from the start of the run, strictly increasing; `value` (k,) float64, in
    the unit of its use: discharge [m³/s], level [m above the terrain's datum] or rain [m/s].

    >>> Hydrograph([0.0, 100.0], [0.0, 10.0]).integral(0.0, 50.0)
    125.0
    """

    time_s: NDArray[np.float64]
    value: NDArray[np.float64]

    def __init__(self, time_s: ArrayLike, value: ArrayLike) -> None:
        time = np.atleast_1d(np.asarray(time_s, np.float64))
        values = np.atleast_1d(np.asarray(value, np.float64))
        if time.ndim != 1 or time.shape != values.shape or not time.size:
            raise ForcingError(f"a hydrograph has {time.shape} times and {values.shape} values")
        if not np.isfinite(time).all() or not np.isfinite(values).all():
            raise ForcingError("a hydrograph holds a time or value that is not a finite number")
        if (np.diff(time) <= 0).any():
            at = int(np.flatnonzero(np.diff(time) <= 0)[0])
            raise ForcingError(
                f"a hydrograph's times do not increase: {time[at]:g} s, then {time[at + 1]:g} s"
            )
        object.__setattr__(self, "time_s", time)
        object.__setattr__(self, "value", values)
        steps = np.diff(time) * (values[1:] + values[:-1]) / 2
        object.__setattr__(self, "_sums", np.concatenate([[0.0], np.cumsum(steps)]))

    def at(self, t_s: float) -> float:
        """Return the value at a time."""
        return float(np.interp(t_s, self.time_s, self.value))

    def integral(self, from_s: float, to_s: float) -> float:
        """Return the integral over time, exact for the straight lines."""
        return self._primitive(to_s) - self._primitive(from_s)

    def _primitive(self, t_s: float) -> float:
        time, value = self.time_s, self.value
        sums: NDArray[np.float64] = getattr(self, "_sums")  # noqa: B009 - not a field: it follows from the others
        if t_s <= time[0]:
            return float((t_s - time[0]) * value[0])
        last = int(np.searchsorted(time, t_s, "right")) - 1
        if last == time.size - 1:
            return float(sums[-1] + (t_s - time[-1]) * value[-1])
        return float(sums[last] + (t_s - time[last]) * (value[last] + self.at(t_s)) / 2)


def constant(value: float) -> Hydrograph:
    """Return a quantity that does not change."""
    return Hydrograph([0.0], [value])


def require_not_negative(hydrograph: Hydrograph, name: str) -> None:
    """Raise `ForcingError` naming the time at which `name` is below zero."""
    if (hydrograph.value < 0).any():
        at = int(np.flatnonzero(hydrograph.value < 0)[0])
        raise ForcingError(f"{name} is negative: {hydrograph.value[at]:g} at {hydrograph.time_s[at]:g} s")


def from_pairs(pairs: Sequence[tuple[float, float]]) -> Hydrograph:
    """Return a hydrograph from (seconds, value) pairs."""
    return Hydrograph([time for time, _ in pairs], [value for _, value in pairs])
