"""No cell gives more water than it holds: the outflow of an overdrawn cell is cut, and its mass kept exact.

A cell whose depth came out negative gave more than it had and received. Its outflow is reduced until its
depth is zero, and it and its neighbours are counted anew, in float64, from the depths before the step and
the discharge that is left: rounded at the overshoot, a float32 depth would keep that error. A neighbour
may become overdrawn by the cut and is mended in turn. A deficit is never larger than the outflow, so the
cut is always possible.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.bands import Band, Bands
from geo.flood.flux import Field, StepFactors

#: rounds of proportional cuts; water that runs in a ring would need endlessly many
_ROUNDS: Final = 50
#: depths are told apart no finer by the recount [m]
_DIGIT_M: Final = 1e-14


def mend(bands: Bands, factors: StepFactors) -> int:
    """Raise every negative depth to zero at the cost of its neighbours; return the number of cuts.

    Call between `Sweep.run` and anything else that changes depths, on one process, for all bands.
    """
    negative = bands.fields["negative"]
    cuts = 0
    rounds = 0
    while negative.any():
        rounds += 1
        for index in np.flatnonzero(negative):
            negative[index] = 0
            cuts += _mend_band(bands, int(index), factors, closing=rounds > _ROUNDS)
    return cuts


def _mend_band(bands: Bands, index: int, factors: StepFactors, *, closing: bool) -> int:
    """Mend one band and flag those that have to be looked at again.

    `closing` shuts the faces of overdrawn cells altogether, which ends after as many rounds as there are
    faces at most.
    """
    band = bands.bands[index]
    if band is None:
        return 0
    cells = np.flatnonzero(band.depth < 0.0)
    if not cells.size:
        return 0
    n, w, q = band.faces.n, band.w, band.faces.q
    shares = (factors.share_x, factors.share_x, factors.share_y, factors.share_y)
    # face of a cell to the right, left, below, above within q; -1 stands before the first face and is zero
    faces = (cells, cells - 1, n + w + cells, n + cells)
    signs = (1.0, -1.0, 1.0, -1.0)
    out = [
        np.maximum(sign * q[face], 0.0).astype(np.float64) for face, sign in zip(faces, signs, strict=True)
    ]
    out[1][cells == 0] = 0.0
    given = sum(part * share for part, share in zip(out, shares, strict=True))
    deficit = np.maximum(-_depth_after(band, cells, factors), 0.0)
    cut = np.ones_like(deficit) if closing else np.minimum(deficit / np.maximum(given, 1e-300), 1.0)
    for part, face, sign in zip(out, faces, signs, strict=True):
        some = part > 0.0
        # rounded towards zero: what a cell gives must not exceed what it holds by a last digit
        left = _towards_zero((part * (1.0 - cut))[some], q.dtype)
        q[face[some]] = sign * left
    _agree(bands, index, band)
    for target in (cells, cells + 1, cells - 1, cells + w, cells - w):
        _recount(bands, index, band, target, factors)
    return int(cells.size)


def _depth_after(band: Band, cells: NDArray[np.intp], factors: StepFactors) -> NDArray[np.float64]:
    """Return the depths [m] of `cells` after the step, from what they held before it, in float64.

    The depths of the sweep will not do: where a step draws far more than a cell holds, float32 rounds at the
    size of what was drawn, and that rounding would stay when the cell is mended.
    """
    along_x = band.q_left[cells].astype(np.float64) - band.q_right[cells]
    along_y = band.q_up[cells].astype(np.float64) - band.q_down[cells]
    change: NDArray[np.float64] = along_x * factors.share_x + along_y * factors.share_y
    return band.before[cells] + change


def _towards_zero(values: NDArray[np.float64], dtype: np.dtype[Any]) -> Field:
    """Return non-negative `values` in `dtype`, none larger than it was."""
    rounded = values.astype(dtype)
    return np.where(rounded > values, np.nextafter(rounded, dtype.type(0)), rounded)


def _recount(bands: Bands, index: int, band: Band, target: NDArray[np.intp], factors: StepFactors) -> None:
    """Work out depths of cells of this band, or of those above and below, anew; flag overdrawn ones."""
    n, w = band.faces.n, band.w
    inside = target[(target >= 0) & (target < n)]
    parts = [(index, band, inside)]
    if (up := target[target < 0]).size and (upper := bands.bands[index - 1] if index else None):
        parts.append((index - 1, upper, upper.faces.n - upper.w + up + w + band.c0 - upper.c0))
    last = index + 1 == bands.layout.count
    if (down := target[target >= n]).size and (lower := None if last else bands.bands[index + 1]):
        parts.append((index + 1, lower, down - n + band.c0 - lower.c0))
    for at, owner, cells in parts:
        if cells.size:
            depth = _depth_after(owner, cells, factors)
            # a last digit of float64 below zero is no deficit
            depth[(depth < 0.0) & (depth > -_DIGIT_M)] = 0.0
            owner.depth[cells] = depth
            bands.fields["negative"][at] |= int((depth < 0.0).any())


def _agree(bands: Bands, index: int, band: Band) -> None:
    """Copy the band's border faces to the bands that hold a copy of them."""
    upper = bands.bands[index - 1] if index else None
    if upper is not None:
        upper.row(upper.q_down, -1)[upper.mine] = band.q_top[upper.its]
    lower = bands.bands[index + 1] if index + 1 < bands.layout.count else None
    if lower is not None:
        lower.q_top[band.its] = band.row(band.q_down, -1)[band.mine]
