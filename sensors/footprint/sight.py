"""What a picture shows of the ground, azimuth by azimuth: from where to where, and what is hidden between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.footprint.frustum import Fan
from sensors.footprint.profile import Profiles

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: hidden ground narrower than so many steps, or than this share of its distance, is not told apart: it is as
#: fine as the terrain itself, or finer than the attitude is known
_HIDDEN_STEPS: Final = 3
_HIDDEN_SHARE: Final = 0.02


@dataclass(frozen=True, eq=False)
class Sights:
    """What n pictures show along m azimuths each; (n, m)."""

    #: there is ground in the picture
    any: Mask
    #: where it begins and ends [m]
    near: Floats
    far: Floats
    #: the picture reaches beyond the ground that is known or counted
    open: Mask
    #: the terrain ended before the walk did
    edge: Mask
    #: hidden or unknown stretches: picture, azimuth, from, to [m]
    hidden: list[tuple[int, int, float, float]]
    #: (n,) part of the ground in the picture is not known
    unknown: Mask


def look(profiles: Profiles, fan: Fan) -> Sights:
    """Return what the pictures of `fan` show of the ground that was walked along its azimuths."""
    distance, seen = profiles.distance[:, None, :], profiles.seen
    near = profiles.met(fan.low)
    top = profiles.met(fan.high)
    tangent = profiles.rise / distance
    within = seen & (tangent >= fan.low[..., None]) & (distance >= np.nan_to_num(near, nan=np.inf)[..., None])
    count = within.shape[-1]
    last = count - 1 - within[..., ::-1].argmax(-1)
    farthest = np.where(within.any(-1), np.take_along_axis(distance, last[..., None], -1)[..., 0], near)
    reached = np.isfinite(top)
    far = np.where(reached, np.maximum(top, near), farthest)
    there = fan.met & np.isfinite(near)
    gaps = ~seen & (distance > np.where(there, near, np.inf)[..., None]) & (distance < far[..., None])
    before = fan.met[..., None] & (distance < np.nan_to_num(near, nan=np.inf)[..., None])
    unknown = np.asarray(((gaps | before) & profiles.unknown).any((1, 2)))
    is_open: Mask = fan.met & ~reached
    hidden = _stretches(profiles, gaps, far)
    return Sights(there, near, far, is_open, is_open & profiles.ended, hidden, unknown)


def _stretches(profiles: Profiles, gaps: Mask, far: Floats) -> list[tuple[int, int, float, float]]:
    """Return the runs of `gaps` (n, m, k): from the last point seen to where the ground comes up again."""
    if not gaps.any():
        return []
    padded = np.pad(gaps, ((0, 0), (0, 0), (1, 1)))
    starts, ends = padded[..., 1:] & ~padded[..., :-1], padded[..., :-1] & ~padded[..., 1:]
    picture, azimuth, start = np.nonzero(starts)
    stop = np.nonzero(ends)[2]
    least = np.maximum(_HIDDEN_STEPS, _HIDDEN_SHARE * profiles.distance[picture, start] / profiles.step_m)
    kept = stop - start >= least
    picture, azimuth, start, stop = picture[kept], azimuth[kept], start[kept], stop[kept]
    k = profiles.distance.shape[1]
    begin = profiles.distance[picture, np.maximum(start - 1, 0)]
    after = np.minimum(stop, k - 1)
    sight = profiles.horizon[picture, azimuth, after - 1]
    over = profiles.rise[picture, azimuth, after] - sight * profiles.distance[picture, after]
    under = profiles.rise[picture, azimuth, after - 1] - sight * profiles.distance[picture, after - 1]
    sure = np.isfinite(over) & np.isfinite(under) & (over > under)
    with np.errstate(invalid="ignore"):
        share = np.where(sure, np.clip(-under / np.where(sure, over - under, 1.0), 0, 1), 1.0)
    low, high = profiles.distance[picture, after - 1], profiles.distance[picture, after]
    end = np.minimum(low + share * (high - low), far[picture, azimuth])
    return list(zip(picture.tolist(), azimuth.tolist(), begin.tolist(), end.tolist(), strict=True))
