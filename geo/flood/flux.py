"""The local inertial equations as array kernels: discharge through faces, depth from continuity.

Every argument is a flat, contiguous view prepared by `geo.flood.bands`; nothing is allocated here. Faces of
both directions stand in one array, so that one call works on both: `n` faces to the right of each cell, one
row of `w` faces above the band (known from the band above), `n` faces below each cell.

Sources: Bates, Horritt & Fewtrell (2010), doi:10.1016/j.jhydrol.2010.03.027, equations 10-11; de Almeida et
al. (2012), doi:10.1029/2011WR011570, equation 7 (theta weighting).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]

#: standard gravity [m/s²] (CGPM 1901)
GRAVITY_M_S2: Final = 9.80665
#: a film that stays on the ground [m]: a face conducts only what stands higher above its sill than this
FILM_M: Final = 1e-4
#: added to the denominator so that a dry face at rest gives 0/tiny and not 0/0
_TINY: Final = 1e-30


@dataclass(frozen=True, slots=True)
class StepFactors:
    """The scalars of one time step, shared by all bands."""

    dt_s: float
    #: g Δt/Δx and g Δt/Δy [s m⁻¹ · m s⁻²]
    pull_x: float
    pull_y: float
    #: g Δt n² when the roughness is uniform, g Δt when it is a map
    drag: float
    #: Δt/Δx and Δt/Δy [s/m]
    share_x: float
    share_y: float
    #: weight of a face's own discharge (1 = Bates et al. 2010)
    theta: float


def step_factors(
    dt_s: float, *, dx_m: float, dy_m: float, manning: float | None, theta: float
) -> StepFactors:
    """Return the scalars of a step of `dt_s` seconds; `manning` None means that roughness is a map."""
    return StepFactors(
        dt_s=dt_s,
        pull_x=GRAVITY_M_S2 * dt_s / dx_m,
        pull_y=GRAVITY_M_S2 * dt_s / dy_m,
        drag=GRAVITY_M_S2 * dt_s * (1.0 if manning is None else manning * manning),
        share_x=dt_s / dx_m,
        share_y=dt_s / dy_m,
        theta=theta,
    )


@dataclass(frozen=True, slots=True)
class Faces:
    """Views of one band's faces and of the scratch they are worked out in; `L = 2n + w` elements each.

    `q` [m²/s] is discharge per unit width, positive to the right and downward (rows count downward).
    `sill` [m] is the higher ground of the two cells, or the crest between them, plus the film; a wall is a
    sill that no water reaches.
    """

    #: water level of the band and of one row below it [m], (n + w,)
    level: Field
    sill: Field
    q: Field
    #: n² by face, None when uniform
    roughness: Field | None
    #: weight of a face's own discharge, None when 1 everywhere (theta = 1)
    own: Field | None
    #: discharge in the row of faces below the band's last, before this step (w,); read when theta < 1
    q_below: Field
    #: scratch of L elements each, and zeros
    depth: Field
    drive: Field
    power: Field
    limit: Field
    zeros: Field
    n: int
    w: int


def conduct(faces: Faces, factors: StepFactors) -> None:
    """Advance the discharge through the faces of one band, in place.

    q' = (q̄ − g h Δt ∂η/∂x) / (1 + g Δt n² |q| / h^{7/3}), written as (q̄ − …) h^{7/3} / (h^{7/3} + …) so that
    a dry face (h = 0) gives exactly 0 without a mask; h^{7/3} = h·h·∛h, which is faster than a power.
    Valid for subcritical, gradually varied flow; there is no advection.
    """
    n, w = faces.n, faces.w
    level, depth, drive, power = faces.level, faces.depth, faces.drive, faces.power
    here, right, below = level[:n], level[1 : n + 1], level[w:]
    np.maximum(here, right, out=depth[:n])
    np.maximum(here, below, out=depth[n + w :])
    np.subtract(here, right, out=drive[:n])
    np.subtract(here, below, out=drive[n + w :])
    np.subtract(depth, faces.sill, out=depth)
    # zeros stay in the cache; max(η, s) − s would fetch the sills twice, a scalar is not vectorised
    np.maximum(depth, faces.zeros, out=depth)
    np.multiply(drive, depth, out=drive)
    if factors.pull_x == factors.pull_y:
        np.multiply(drive, factors.pull_x, out=drive)
    else:
        np.multiply(drive[:n], factors.pull_x, out=drive[:n])
        np.multiply(drive[n + w :], factors.pull_y, out=drive[n + w :])
    if faces.own is not None:
        _add_weighted(faces, faces.own, factors.theta)
    else:
        np.add(drive, faces.q, out=drive)
    np.cbrt(depth, out=power)
    np.multiply(power, depth, out=power)
    np.multiply(power, depth, out=power)
    np.abs(faces.q, out=depth)
    np.multiply(depth, factors.drag, out=depth)
    if faces.roughness is not None:
        np.multiply(depth, faces.roughness, out=depth)
    np.add(depth, power, out=depth)
    np.add(depth, _TINY, out=depth)
    np.multiply(drive, power, out=drive)
    np.divide(drive, depth, out=faces.q)


def _add_weighted(faces: Faces, own: Field, theta: float) -> None:
    """Add q̄ = θ q + (1 − θ)/2 (q before + q after), each along its own direction, to the drive.

    Next to a wall, whose q is 0, `own` gives the missing part to the face itself: averaging with the wall
    would brake a current that leaves through an open edge. (De Almeida et al. 2012 leave this open.)

    The neighbours' part is held within the face's own: they may slow a discharge or push it, not turn it
    round. Unheld, they pull water out of dry ground at the edge of a flood, against the slope, at every step.
    """
    n, w, q, power = faces.n, faces.w, faces.q, faces.power
    side = power[:n]
    # the last face of the band ends a row and is a wall: what stands in its place does not matter
    side[n - 1] = 0.0
    if n > 1:
        side[0] = q[1]
        np.add(q[: n - 2], q[2:n], out=side[1 : n - 1])
    down = power[n + w :]
    np.add(q[n : n + n - w], q[n + 2 * w :], out=down[: n - w])
    np.add(q[2 * n - w : 2 * n], faces.q_below, out=down[n - w :])
    power[n : n + w] = 0.0
    np.multiply(power, 0.5 * (1.0 - theta), out=power)
    limit = faces.limit
    np.multiply(q, own, out=limit)
    np.add(faces.drive, limit, out=faces.drive)
    np.abs(limit, out=limit)
    np.minimum(power, limit, out=power)
    np.negative(limit, out=limit)
    np.maximum(power, limit, out=power)
    np.add(faces.drive, power, out=faces.drive)


def settle(
    depth: Field,
    *,
    q_left: Field,
    q_right: Field,
    q_up: Field,
    q_down: Field,
    scratch: tuple[Field, Field],
    factors: StepFactors,
) -> None:
    """Change `depth` [m] (n,) in place by what its four faces bring in one step (continuity, exact)."""
    across, along = scratch
    np.subtract(q_left, q_right, out=across)
    np.subtract(q_up, q_down, out=along)
    if factors.share_x != factors.share_y:
        np.multiply(along, factors.share_y / factors.share_x, out=along)
    np.add(across, along, out=across)
    np.multiply(across, factors.share_x, out=across)
    np.add(depth, across, out=depth)
