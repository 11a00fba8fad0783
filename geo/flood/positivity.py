"""No cell gives more water than it holds: the outflow of an overdrawn cell is cut, and its mass kept exact.

A cell whose depth came out negative gave more than it had and received. Its outflow is reduced until its
depth is zero; what its neighbours got too much is taken back from them. A neighbour may become overdrawn by
that and is mended in turn. A cell's deficit is never larger than its outflow, so the cut is always possible.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.bands import Band, Bands
from geo.flood.flux import Field, StepFactors

#: rounds of proportional cuts; water that runs in a ring would need endlessly many
_ROUNDS: Final = 50


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
    n, w = band.faces.n, band.w
    q, depth = band.faces.q, band.depth
    shares = (factors.share_x, factors.share_x, factors.share_y, factors.share_y)
    # face of a cell to the right, left, below, above within q; -1 stands before the first face and is zero
    faces = (cells, cells - 1, n + w + cells, n + cells)
    signs = (1.0, -1.0, 1.0, -1.0)
    out = [
        np.maximum(sign * q[face], 0.0).astype(np.float64) for face, sign in zip(faces, signs, strict=True)
    ]
    out[1][cells == 0] = 0.0
    given = sum(part * share for part, share in zip(out, shares, strict=True))
    deficit = -depth[cells].astype(np.float64)
    cut = np.ones_like(deficit) if closing else np.minimum(deficit / np.maximum(given, 1e-300), 1.0)
    depth[cells] = np.maximum(cut * given - deficit, 0.0) if closing else 0.0
    targets: tuple[NDArray[np.intp], ...] = (cells + 1, cells - 1, cells + w, cells - w)
    for part, share, face, sign, target in zip(out, shares, faces, signs, targets, strict=True):
        some = part > 0.0
        if some.any():
            taken = (part * share * cut)[some]
            q[face[some]] -= (sign * part * cut)[some].astype(q.dtype)
            _take_back(bands, index, band, target[some], taken.astype(depth.dtype))
    _agree(bands, index, band)
    if (depth < 0.0).any():
        bands.fields["negative"][index] = 1
    return int(cells.size)


def _take_back(bands: Bands, index: int, band: Band, target: NDArray[np.intp], taken: Field) -> None:
    """Take water back from the cells `target` of this band, or of the bands above and below."""
    n, w = band.faces.n, band.w
    inside = (target >= 0) & (target < n)
    band.depth[target[inside]] -= taken[inside]
    up, down = target < 0, target >= n
    if up.any():
        upper = bands.at(index - 1)
        columns = target[up] + w + band.c0 - upper.c0
        upper.row(upper.depth, -1)[columns] -= taken[up]
        bands.fields["negative"][index - 1] |= int((upper.row(upper.depth, -1) < 0.0).any())
    if down.any():
        lower = bands.at(index + 1)
        columns = target[down] - n + band.c0 - lower.c0
        lower.row(lower.depth, 0)[columns] -= taken[down]
        bands.fields["negative"][index + 1] |= int((lower.row(lower.depth, 0) < 0.0).any())


def _agree(bands: Bands, index: int, band: Band) -> None:
    """Copy the band's border faces to the bands that hold a copy of them."""
    upper = bands.bands[index - 1] if index else None
    if upper is not None:
        upper.row(upper.q_down, -1)[upper.mine] = band.q_top[upper.its]
    lower = bands.bands[index + 1] if index + 1 < bands.layout.count else None
    if lower is not None:
        lower.q_top[band.its] = band.row(band.q_down, -1)[band.mine]
