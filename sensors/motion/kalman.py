"""Smoothed positions and velocities of many vehicles at once: a constant-velocity Kalman filter.

Each vehicle is filtered in the plane of metres at its own last estimate, so that no plane grows too large.
Steps may be of any length. The model is the usual one of a velocity that changes by white noise
(Bar-Shalom, Li, Kirubarajan: Estimation with Applications to Tracking and Navigation, 2001, chapter 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensors.motion.plane import known, to_degrees, to_metres
from sensors.track import VehicleKind

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class FilterRules:
    """How much is believed, and when it begins anew."""

    #: chi-square of a position beyond which it is not believed at once
    gate: float
    #: so many unbelieved ones in a row begin anew
    misses: float
    #: so long a gap begins anew [s]
    restart_s: float
    #: of what tells no accuracy
    position_sd_m: float
    velocity_sd_m_s: float
    unknown_velocity_sd_m_s: float
    #: what the velocity changes by, by kind [m/s2]
    acceleration_m_s2: Mapping[VehicleKind, float]


class Fixes(NamedTuple):
    """n positions as they came, one of each vehicle; degrees EPSG:4326, seconds since 1970, metres, m/s."""

    lon: Floats
    lat: Floats
    at_s: Floats
    #: one standard deviation of the position; NaN = not told
    sd_m: Floats
    #: float64 [n, 2], east and north; NaN = not told
    velocity_m_s: Floats
    #: one standard deviation of what the velocity changes by [m/s2]
    acceleration_m_s2: Floats


class Estimates(NamedTuple):
    """What is held of n vehicles."""

    lon: Floats
    lat: Floats
    at_s: Floats
    #: float64 [n, 2], east and north [m/s]
    velocity_m_s: Floats
    #: float64 [n, 4, 4], of east, north [m], and their velocities [m/s]
    covariance: Floats
    #: int64 [n], positions in a row that were not believed
    missed: Counts

    def of(self, chosen: Counts | Mask) -> Estimates:
        """Return those of `chosen`."""
        return Estimates(
            self.lon[chosen],
            self.lat[chosen],
            self.at_s[chosen],
            self.velocity_m_s[chosen],
            self.covariance[chosen],
            self.missed[chosen],
        )

    @property
    def sd_m(self) -> Floats:
        """One standard deviation of each position [m], the larger of its two axes' mean."""
        spread: Floats = np.sqrt((self.covariance[:, 0, 0] + self.covariance[:, 1, 1]) / 2)
        return spread


def begin(fixes: Fixes, rules: FilterRules) -> Estimates:
    """Return estimates that know nothing but `fixes`; a velocity that nobody told is 0 and very uncertain."""
    told = known(fixes.velocity_m_s)
    covariance = np.zeros((len(told), 4, 4))
    position = _position_variance(fixes, rules)
    velocity = np.where(told, rules.velocity_sd_m_s, rules.unknown_velocity_sd_m_s) ** 2
    for axis in (0, 1):
        covariance[:, axis, axis] = position
        covariance[:, axis + 2, axis + 2] = velocity
    return Estimates(
        fixes.lon.copy(),
        fixes.lat.copy(),
        fixes.at_s.copy(),
        np.where(told[:, None], fixes.velocity_m_s, 0.0),
        covariance,
        np.zeros(len(told), np.int64),
    )


def advance(held: Estimates, fixes: Fixes, rules: FilterRules) -> Estimates:
    """Return `held` after one more position of each of its n vehicles.

    A position that is not newer changes nothing. One outside the gate is not believed, unless it is the
    `misses`-th in a row or comes after `restart_s`: then the vehicle begins anew there.
    """
    step = fixes.at_s - held.at_s
    newer = step > 0
    expected, covariance = _predicted(held, np.where(newer, step, 0.0), fixes.acceleration_m_s2)
    seen = to_metres(fixes.lon, fixes.lat, held.lon, held.lat)
    noise = _position_variance(fixes, rules)
    believed = _distance2(seen, expected[:, :2], covariance[:, :2, :2], noise) <= rules.gate
    missed = np.where(believed, 0, held.missed + 1)
    anew = newer & ((~believed & (missed >= rules.misses)) | (step > rules.restart_s))
    taken, spread = _corrected(expected, covariance, seen, noise, slice(0, 2), newer & believed & ~anew)
    told = known(fixes.velocity_m_s)
    taken, spread = _corrected(
        taken,
        spread,
        np.where(told[:, None], fixes.velocity_m_s, 0.0),
        np.full(len(step), rules.velocity_sd_m_s**2),
        slice(2, 4),
        newer & believed & ~anew & told,
    )
    lon, lat = to_degrees(taken[:, :2], held.lon, held.lat)
    moved = Estimates(lon, lat, fixes.at_s, taken[:, 2:], spread, missed)
    kept = _chosen(newer, moved, held)
    return _chosen(anew, begin(fixes, rules), kept)


def _predicted(held: Estimates, step_s: Floats, acceleration_m_s2: Floats) -> tuple[Floats, Floats]:
    """Return the expected state [n, 4] in the plane of the held position, and its covariance."""
    n = len(step_s)
    move = np.tile(np.eye(4), (n, 1, 1))
    push = np.zeros((n, 4, 4))
    variance = acceleration_m_s2**2
    for axis in (0, 1):
        move[:, axis, axis + 2] = step_s
        push[:, axis, axis] = variance * step_s**4 / 4
        push[:, axis, axis + 2] = push[:, axis + 2, axis] = variance * step_s**3 / 2
        push[:, axis + 2, axis + 2] = variance * step_s**2
    expected = np.column_stack([held.velocity_m_s * step_s[:, None], held.velocity_m_s])
    return expected, move @ held.covariance @ np.swapaxes(move, 1, 2) + push


def _corrected(
    state: Floats, covariance: Floats, seen: Floats, noise: Floats, part: slice, chosen: Mask
) -> tuple[Floats, Floats]:
    """Return state and covariance after `seen` [n, 2] of the `part` of the state, where `chosen`."""
    across = covariance[:, :, part]
    gain = across @ np.linalg.inv(_widened(covariance[:, part, part], noise))
    better = state + np.einsum("nij,nj->ni", gain, seen - state[:, part])
    smaller = covariance - gain @ np.swapaxes(across, 1, 2)
    smaller = (smaller + np.swapaxes(smaller, 1, 2)) / 2
    where = chosen[:, None]
    return np.where(where, better, state), np.where(where[:, :, None], smaller, covariance)


def _distance2(seen: Floats, expected: Floats, covariance: Floats, noise: Floats) -> Floats:
    apart = seen - expected
    found: Floats = np.einsum("ni,nij,nj->n", apart, np.linalg.inv(_widened(covariance, noise)), apart)
    return found


def _widened(covariance: Floats, noise: Floats) -> Floats:
    wider: Floats = covariance + noise[:, None, None] * np.eye(2)
    return wider


def _position_variance(fixes: Fixes, rules: FilterRules) -> Floats:
    # Nobody knows better than to half a metre: a told 0 would leave no room for anything else.
    sd: Floats = np.maximum(np.where(np.isfinite(fixes.sd_m), fixes.sd_m, rules.position_sd_m), 0.5)
    variance: Floats = sd**2
    return variance


def _chosen(mask: Mask, one: Estimates, other: Estimates) -> Estimates:
    return Estimates(
        np.where(mask, one.lon, other.lon),
        np.where(mask, one.lat, other.lat),
        np.where(mask, one.at_s, other.at_s),
        np.where(mask[:, None], one.velocity_m_s, other.velocity_m_s),
        np.where(mask[:, None, None], one.covariance, other.covariance),
        np.where(mask, one.missed, other.missed),
    )
