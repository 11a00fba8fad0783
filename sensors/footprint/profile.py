"""Walking over the terrain away from a camera: where a line of sight first meets the ground.

Along one azimuth the tangents of the elevation of the ground, seen from the camera, decide everything: a
point is seen when no nearer one stands higher, and a line of sight ends at the first point that reaches
its own tangent. So one walk answers for every line of sight above it, and for all cameras at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.footprint.ground import EARTH_M, Frames, Ground
from sensors.footprint.limits import Sight

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Profiles:
    """What m walks away from each of n cameras met at k steps, float64 (n, m, k) unless said otherwise."""

    #: distance over ground (n, k) [m]
    distance: Floats
    #: height of the ground less the camera's, the earth's curve taken off; -inf = unknown [m]
    rise: Floats
    #: the highest tangent met so far
    horizon: Floats
    #: steps within the range whose ground is not known
    unknown: Mask
    #: the terrain was not known any more where the walk ended (n, m)
    ended: Mask

    @property
    def step_m(self) -> float:
        """From one step to the next [m]."""
        return float(self.distance[0, -1] - self.distance[0, -2])

    def rows(self, walk: int) -> Profiles:
        """Return one walk of each camera, as (n, 1, k)."""
        return self.part(slice(walk, walk + 1))

    def part(self, walks: slice) -> Profiles:
        """Return some walks of each camera."""
        return Profiles(
            self.distance,
            self.rise[:, walks],
            self.horizon[:, walks],
            self.unknown[:, walks],
            self.ended[:, walks],
        )

    def lifted(self, metres: Floats) -> Profiles:
        """Return what they would have met from `metres` (n,) higher."""
        rise = self.rise - metres[:, None, None]
        return Profiles(self.distance, rise, _horizon(rise, self.distance), self.unknown, self.ended)

    @property
    def seen(self) -> Mask:
        """Points that no nearer one hides; unknown ground is not seen."""
        tangent = self.rise / self.distance[:, None, :]
        shown: Mask = np.isfinite(self.rise) & (tangent >= self.horizon)
        return shown

    def met(self, tangent: Floats) -> Floats:
        """Return how far lines of sight with these tangents (n, m) go until the ground [m], NaN = never."""
        k = self.distance.shape[1]
        after = (self.horizon < tangent[..., None]).sum(-1)
        last = np.minimum(after, k - 1)
        before = np.maximum(last - 1, 0)
        n = np.arange(len(self.distance))[:, None]
        far, near = self.distance[n, last], self.distance[n, before]
        over = self._above(last, tangent)
        under = self._above(before, tangent)
        sure = (after > 0) & (over > under) & np.isfinite(under)
        with np.errstate(invalid="ignore"):
            share = np.where(sure, -under / np.where(sure, over - under, 1.0), 1.0)
        found = np.where(after > 0, near + (far - near) * np.clip(share, 0, 1), self.distance[:, :1])
        return np.where(after < k, found, np.nan)

    def _above(self, step: NDArray[np.intp], tangent: Floats) -> Floats:
        """Return how high the ground stands over a line of sight at a step (n, m) [m]."""
        n, m = np.ogrid[: step.shape[0], : step.shape[1]]
        above: Floats = self.rise[n, m, step] - tangent * self.distance[n, step]
        return above


def walk(
    ground: Ground,
    frames: Frames,
    height_m: Floats,
    azimuth: Floats,
    span_m: tuple[Floats, Floats],
    sight: Sight,
) -> Profiles:
    """Walk from n cameras at `height_m` along m azimuths each ((n, m), [rad]) in steps of one cell.

    `span_m`: first and last distance of each camera's walks (n,) [m]; the longest sets the steps of all,
    so put cameras of like reach together. Beyond the range of `sight` nothing is met.
    """
    first, last = span_m
    step = ground.cell_m
    count = int(np.ceil((last - first).max() / step)) + 2
    distance = np.maximum(first, step / 50)[:, None] + step * np.arange(count)
    east, north = np.sin(azimuth), np.cos(azimuth)
    per_m = frames.per_m
    across = east * per_m[:, None, 0, 0] + north * per_m[:, None, 1, 0]
    along = east * per_m[:, None, 0, 1] + north * per_m[:, None, 1, 1]
    column = frames.column[:, None, None] + across[..., None] * distance[:, None, :]
    row = frames.row[:, None, None] + along[..., None] * distance[:, None, :]
    # Seen from the camera the ground sinks with the square of the distance.
    curve = distance**2 * (1 - sight.refraction) / (2 * EARTH_M)
    rise = ground.at(column, row) - (height_m[:, None] + curve)[:, None, :]
    counted = distance <= sight.range_m
    ended = ~np.isfinite(rise[np.arange(len(rise)), :, np.maximum(counted.sum(1) - 1, 0)])
    unknown = ~np.isfinite(rise) & counted[:, None, :]
    rise = np.where(unknown | ~counted[:, None, :], -np.inf, rise)
    return Profiles(distance, rise, _horizon(rise, distance), unknown, ended)


def _horizon(rise: Floats, distance: Floats) -> Floats:
    highest: Floats = np.maximum.accumulate(rise / distance[:, None, :], axis=-1)
    return highest
