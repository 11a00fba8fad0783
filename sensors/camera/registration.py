"""Lays a picture on the reference picture, by patches that never get wet.

A camera on a pole turns in the wind and is knocked by people; four pixels left uncorrected are a
centimetre of water. Below the dead-band the picture is taken as it is: fitting noise is worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.camera.picture import Grey

Floats = NDArray[np.float64]

#: correlation below which a patch is not found
FOUND_LEAST: Final = 0.5
#: how far a patch is looked for [px], and the displacement that is ignored [px]
SEARCH_PX: Final = 40
DEAD_BAND_PX: Final = 1.5
#: how far patches may disagree after the fit [px], and the change of scale that is believed
_MISFIT_MOST_PX: Final = 3.0
_SCALE_MOST: Final = 0.03


class Patch(NamedTuple):
    """A fiducial, ready to be looked for."""

    x_px: int
    y_px: int
    grey: Grey


class Registration(NamedTuple):
    """How the reference picture lies in this one."""

    #: from reference to this picture [px], float64[2, 3]; None = not found
    matrix: Floats | None
    #: largest displacement of a fiducial [px]; NaN = not found
    moved_px: float
    #: correlation of each patch, −1 … 1
    correlation: tuple[float, ...]


IDENTITY: Final = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def register(grey: Grey, patches: Sequence[Patch]) -> Registration:
    """Return where the reference lies in `grey`; without patches it is taken as unmoved.

    Two patches must be found (one, if there is only one); what disagrees with a turn, a shift and a
    small change of scale is not believed.
    """
    if not patches:
        return Registration(IDENTITY, 0.0, ())
    equalise = cv2.createCLAHE(2.0, (8, 8))
    seen = np.asarray(equalise.apply(grey), dtype=np.uint8)
    found = [_find(seen, np.asarray(equalise.apply(patch.grey)), patch) for patch in patches]
    correlation = tuple(score for _, score in found)
    kept = [(patch, at) for patch, (at, score) in zip(patches, found, strict=True) if score >= FOUND_LEAST]
    if len(kept) < min(2, len(patches)):
        return Registration(None, np.nan, correlation)
    source = np.array([(patch.x_px, patch.y_px) for patch, _ in kept], dtype=np.float64)
    target = np.array([at for _, at in kept])
    moved = float(np.hypot(*(target - source).T).max())
    if moved < DEAD_BAND_PX:
        return Registration(IDENTITY, moved, correlation)
    matrix = _similarity(source, target)
    misfit = np.hypot(*(source @ matrix[:, :2].T + matrix[:, 2] - target).T).max()
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if misfit > _MISFIT_MOST_PX or abs(scale - 1) > _SCALE_MOST:
        return Registration(None, moved, correlation)
    return Registration(matrix, moved, correlation)


def _find(seen: Grey, patch: NDArray[np.uint8], at: Patch) -> tuple[tuple[float, float], float]:
    """Return the upper left corner of the best match, to a fraction of a pixel, and its correlation."""
    height, width = patch.shape
    left, top = max(0, at.x_px - SEARCH_PX), max(0, at.y_px - SEARCH_PX)
    window = seen[top : at.y_px + height + SEARCH_PX, left : at.x_px + width + SEARCH_PX]
    if window.shape[0] < height or window.shape[1] < width:
        return (float(at.x_px), float(at.y_px)), -1.0
    found = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
    scores: Floats = np.nan_to_num(np.asarray(found, dtype=np.float64), nan=-1.0, posinf=-1.0, neginf=-1.0)
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    x = left + column + _peak(scores[row, :], int(column))
    y = top + row + _peak(scores[:, column], int(row))
    return (float(x), float(y)), float(scores[row, column])


def _peak(scores: Floats, at: int) -> float:
    """Return the offset −0.5 … 0.5 of the parabola's top through the best and its neighbours."""
    if at == 0 or at == len(scores) - 1:
        return 0.0
    before, best, after = (float(value) for value in scores[at - 1 : at + 2])
    curve = before - 2 * best + after
    return 0.0 if curve >= 0 else float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5))


def _similarity(source: Floats, target: Floats) -> Floats:
    """Return the least-squares turn, scale and shift float64[2, 3]; one point gives a shift."""
    if len(source) == 1:
        return np.array([[1.0, 0.0, target[0, 0] - source[0, 0]], [0.0, 1.0, target[0, 1] - source[0, 1]]])
    x, y = source.T
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.r_[np.c_[x, -y, one, zero], np.c_[y, x, zero, one]]
    a, b, dx, dy = np.linalg.lstsq(rows, np.r_[target[:, 0], target[:, 1]], rcond=None)[0]
    return np.array([[a, -b, dx], [b, a, dy]])
