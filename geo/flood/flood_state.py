"""Where a run stands: everything that is needed to go on from there, and what it has to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.flood.flux import Field
from geo.flood.inundation_errors import StateError

_FIELDS = ("depth_m", "q_x_m2_s", "q_y_m2_s", "peak_m", "speed_m_s", "arrival_s", "duration_s")


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """A checkpoint; a run that resumes from it goes on bit for bit as if it had not stopped.

    Fields are (ny, nx) in the precision of the run; discharge stands on the faces to the right of and below
    each cell. `tally_m3` (taps + rain, 2): brought and taken so far; `carries_m` what precision holds back.
    """

    t_s: float
    steps: int
    deepest_m: float
    rained_to_s: float
    sampled_s: float
    start_m3: float
    depth_m: Field
    q_x_m2_s: Field
    q_y_m2_s: Field
    peak_m: Field
    speed_m_s: Field
    arrival_s: NDArray[np.float32]
    duration_s: NDArray[np.float32]
    rain_carry_m: Field
    carries_m: NDArray[np.float64]
    tally_m3: NDArray[np.float64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return it as named arrays, for `numpy.savez`."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> State:
        """Return the state that `arrays` gave. Raises `StateError` naming what is missing."""
        names = {field.name: field.type for field in fields(cls)}
        if missing := sorted(names.keys() - set(arrays)):
            raise StateError(f"the checkpoint lacks {', '.join(missing)}")
        numbers: dict[str, Any] = {"float": float, "int": int}
        values: dict[str, Any] = {name: arrays[name] for name in names}
        for name, kind in names.items():
            if str(kind) in numbers:
                values[name] = numbers[str(kind)](arrays[name])
        return cls(**values)

    def check(self, shape: tuple[int, int], dtype: str, taps: int, cells: int) -> None:
        """Raise `StateError` unless it belongs to a run of this shape, precision and forcings."""
        for name in _FIELDS:
            if getattr(self, name).shape != shape:
                raise StateError(
                    f"the checkpoint's {name} has shape {getattr(self, name).shape}, the grid {shape}"
                )
        if self.depth_m.dtype != np.dtype(dtype):
            raise StateError(f"the checkpoint is in {self.depth_m.dtype}, the run in {dtype}")
        if self.tally_m3.shape != (taps, 2) or self.carries_m.shape != (cells,):
            raise StateError("the checkpoint was made with other sources and drains")
        if not (np.isfinite(self.depth_m).all() and (self.depth_m >= 0).all()):
            raise StateError("the checkpoint holds a depth that is negative or not a number")


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the water of a run came from and went [m³]."""

    start_m3: float
    brought_m3: float
    taken_m3: float
    stored_m3: float

    @property
    def error(self) -> float:
        """What is missing (or too much) relative to all the water there was."""
        there = self.start_m3 + self.brought_m3
        gap = self.stored_m3 - (there - self.taken_m3)
        return gap / there if there else gap


@dataclass(frozen=True, kw_only=True, eq=False)
class Flood:
    """The flood at one moment of a run. Fields are (ny, nx); NaN where the ground is unknown.

    `arrival_s` is NaN where the water has not been; `peak_m`, `peak_speed_m_s`, `arrival_s` and
    `duration_s` are sampled every `Settings.sample_s` seconds and are that coarse.
    """

    t_s: float
    depth_m: Field
    #: components of velocity [m/s] along columns (to the right) and rows (downward)
    velocity_x_m_s: Field
    velocity_y_m_s: Field
    peak_m: Field
    peak_speed_m_s: Field
    arrival_s: NDArray[np.float32]
    duration_s: NDArray[np.float32]
    balance: Balance
    steps: int

    @property
    def speed_m_s(self) -> Field:
        """Speed of the water (ny, nx) [m/s]."""
        return np.hypot(self.velocity_x_m_s, self.velocity_y_m_s)


def velocity(
    depth_m: Field, q: tuple[Field, Field], *, bed_m: Field, sills_m: tuple[Field, Field], wet_m: float
) -> tuple[Field, Field]:
    """Return the velocity in cells (ny, nx) [m/s]: mean of the velocities through opposite faces.

    `q` and `sills_m` stand on the faces to the right of and below each cell. A face's velocity is its
    discharge over the depth that flows through it, at least `wet_m`. Zero where the depth is below `wet_m`:
    the ratio means nothing in a film.
    """
    level, wet = bed_m + depth_m, depth_m >= wet_m
    u, v = np.zeros_like(depth_m), np.zeros_like(depth_m)
    # the transposed views let one formula serve both directions
    for out, flow, sill, surface in ((u, q[0], sills_m[0], level), (v.T, q[1].T, sills_m[1].T, level.T)):
        flowing = np.maximum(surface[:, :-1], surface[:, 1:]) - sill[:, :-1]
        pace = flow[:, :-1] / np.maximum(flowing, wet_m)
        out[:, :-1] += pace / 2
        out[:, 1:] += pace / 2
    return u * wet, v * wet
