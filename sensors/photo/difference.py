"""Where a later photograph shows something else than an earlier one that lies on it: tiles to be looked at.

A tile is compared by the correlation of its brightness, which light and shade over the whole tile do not
change, wherever the earlier picture fits it best nearby, since buildings lean in pictures from the air. Flat
tiles have nothing to correlate and are compared by colour. What a tile shows is for a person to say:
nothing here names damage.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.photo.limits import ChangeLimits
from sensors.photo.picture import Colour

Floats = NDArray[np.float32]

#: smoothing of both pictures before they are compared, and those tried to make them equally sharp [px]
_SMOOTH_PX: Final = 1.5
_SHARPNESS_TRIED_PX: Final = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
#: share of a tile that the earlier picture must cover
_COVERED_LEAST: Final = 0.98


class Tile(NamedTuple):
    """A part of the later picture to be looked at, in shares of its width and height."""

    x: float
    y: float
    width: float
    height: float
    #: 0 … 1: how much it differs
    score: float
    #: `texture`, or `colour` where the tile is flat
    by: str


class Comparison(NamedTuple):
    """What a comparison gave."""

    #: those that differ most first
    tiles: tuple[Tile, ...]
    #: tiles that differ, also those beyond the most that are shown; and tiles that could be compared
    differing: int
    compared: int


def compare(before: Colour, covered: NDArray[np.bool_], after: Colour, limits: ChangeLimits) -> Comparison:
    """Return the tiles in which `after` differs from `before`, which lies on it where `covered`.

    `before`, `after` uint8[height, width, 3] blue green red; `covered` bool[height, width].
    """
    brightness = _alike(before, after, covered)
    colours = _colour(before), _colour(after)
    height, width = covered.shape
    side = max(width, height) / limits.tiles
    rows, columns = max(1, round(height / side)), max(1, round(width / side))
    lines, posts = (
        np.linspace(0, height, rows + 1).astype(int),
        np.linspace(0, width, columns + 1).astype(int),
    )
    found: list[Tile] = []
    compared = 0
    for top, bottom in zip(lines[:-1].tolist(), lines[1:].tolist(), strict=True):
        for left, right in zip(posts[:-1].tolist(), posts[1:].tolist(), strict=True):
            box = (slice(top, bottom), slice(left, right))
            if covered[box].mean() < _COVERED_LEAST:
                continue
            compared += 1
            told = _judge(brightness, colours, box, limits)
            if told is not None:
                place = (left / width, top / height, (right - left) / width, (bottom - top) / height)
                found.append(Tile(*place, *told))
    found.sort(key=lambda tile: -tile.score)
    return Comparison(tuple(found[: limits.most]), len(found), compared)


def _judge(
    brightness: tuple[Floats, Floats],
    colours: tuple[Floats, Floats],
    box: tuple[slice, slice],
    limits: ChangeLimits,
) -> tuple[float, str] | None:
    """Return how much a tile differs and by what, None when it does not."""
    before, after = brightness
    contrast = max(float(before[box].std()), float(after[box].std()))
    if contrast >= limits.flat_grey:
        correlation = _best_correlation(before, after[box], box, limits.aside_px)
        if correlation < limits.correlation_least:
            return min(1.0, (1.0 - correlation) / 2 + 0.25), "texture"
        return None
    apart = np.hypot(*(colours[1][box].mean((0, 1)) - colours[0][box].mean((0, 1))))
    if apart >= limits.colour_least:
        return min(1.0, float(apart) / (4 * limits.colour_least)), "colour"
    return None


def _best_correlation(before: Floats, tile: Floats, box: tuple[slice, slice], aside_px: int) -> float:
    """Return the best correlation of a tile with the earlier picture at most `aside_px` away."""
    rows, columns = box
    top, left = max(0, rows.start - aside_px), max(0, columns.start - aside_px)
    window = before[top : rows.stop + aside_px, left : columns.stop + aside_px]
    scores = np.nan_to_num(
        cv2.matchTemplate(window, tile, cv2.TM_CCOEFF_NORMED), nan=0.0, posinf=0.0, neginf=0.0
    )
    return float(np.clip(scores, -1.0, 1.0).max())


def _alike(before: Colour, after: Colour, covered: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the brightness of both, equally sharp, with one mean and spread where both show something."""
    first, second = (
        np.asarray(cv2.cvtColor(one, cv2.COLOR_BGR2GRAY), dtype=np.float32) for one in (before, after)
    )
    first, second = _matched(first, covered), _matched(second, covered)
    sharpness = [_sharpness(one, covered) for one in (first, second)]
    if sharpness[0] > sharpness[1]:
        first = _as_soft(first, sharpness[1], covered)
    else:
        second = _as_soft(second, sharpness[0], covered)
    return _matched(_soft(first, _SMOOTH_PX), covered), _matched(_soft(second, _SMOOTH_PX), covered)


def _matched(picture: Floats, where: NDArray[np.bool_]) -> Floats:
    """Return a picture with the mean 128 and the spread 48 grey levels over `where`."""
    seen = picture[where]
    return np.asarray(
        (picture - seen.mean()) * (48.0 / max(1.0, float(seen.std()))) + 128.0, dtype=np.float32
    )


def _sharpness(picture: Floats, where: NDArray[np.bool_]) -> float:
    return float(cv2.Laplacian(picture, cv2.CV_32F)[where].std())


def _as_soft(picture: Floats, wanted: float, where: NDArray[np.bool_]) -> Floats:
    tried = [_soft(picture, sigma) for sigma in _SHARPNESS_TRIED_PX]
    return min(tried, key=lambda one: abs(_sharpness(one, where) - wanted))


def _soft(picture: Floats, sigma_px: float) -> Floats:
    if sigma_px == 0:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), dtype=np.float32)


def _colour(picture: Colour) -> Floats:
    """Return a* and b* of a picture, float32[height, width, 2], its own cast taken away."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_BGR2LAB)[..., 1:]
    return np.asarray(lab - np.median(lab, axis=(0, 1)), dtype=np.float32)
