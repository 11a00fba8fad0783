"""Lays an earlier photograph on a later one, or says why they cannot be compared.

Features (ORB: Rublee et al. 2011) are matched with a ratio test (Lowe 2004); a plane's homography is fitted
robustly (MAGSAC++: Barath et al. 2020, as OpenCV has it). Then brightness must agree over the overlap: a
fitted plane alone proves little.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.photo.limits import RegistrationLimits
from sensors.photo.picture import Colour

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]

#: why two photographs cannot be compared
Reason = Literal["few-features", "few-matches", "bent", "little-overlap", "unlike"]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
#: before brightness is compared over the overlap, detail finer than this is smoothed away [px]
_SMOOTH_PX: Final = 3.0


class Registration(NamedTuple):
    """How the earlier picture lies on the later one."""

    #: from the earlier to the later picture [px], float64[3, 3]; None with the `reason`
    matrix: Floats | None
    reason: Reason | None
    inliers: int
    #: correlation of brightness over the overlap, −1 … 1; 0 where there is none
    correlation: float
    #: share of the later picture that the earlier one covers
    overlap: float


def register(before: Colour, after: Colour, limits: RegistrationLimits) -> Registration:
    """Return how `before` lies on `after` (uint8[height, width, 3] each), or why that is not known."""
    grey = [_grey(one) for one in (before, after)]
    detector = cv2.ORB_create(limits.features)  # type: ignore[attr-defined]
    (points, words), (others, other_words) = (_features(detector, one) for one in grey)
    if min(len(points), len(others)) < limits.inliers_least:
        return Registration(None, "few-features", 0, 0.0, 0.0)
    matches = _matches(words, other_words, limits.ratio)
    if len(matches) < limits.inliers_least:
        return Registration(None, "few-matches", len(matches), 0.0, 0.0)
    source = np.array([points[one].pt for one, _ in matches], dtype=np.float64)
    target = np.array([others[other].pt for _, other in matches], dtype=np.float64)
    # OpenCV gives None for both where it finds nothing, which its types do not say
    fitted: tuple[Any, Any] = cv2.findHomography(source, target, cv2.USAC_MAGSAC, limits.misfit_px)
    matrix, inside = fitted
    inliers = 0 if inside is None else int(inside.sum())
    if matrix is None or inliers < limits.inliers_least:
        return Registration(None, "few-matches", inliers, 0.0, 0.0)
    found = np.asarray(matrix, dtype=np.float64)
    if not _plausible(found, grey[0].shape, limits.scale_most):
        return Registration(None, "bent", inliers, 0.0, 0.0)
    return _judged(found, inliers, grey[0], grey[1], limits)


def laid_on(picture: Colour, matrix: Floats, like: Colour) -> tuple[Colour, NDArray[np.bool_]]:
    """Return `picture` as it lies on `like`, and where it covers it, bool[height, width]."""
    height, width = like.shape[:2]
    warped = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)
    whole = np.full(picture.shape[:2], 255, np.uint8)
    covered = cv2.warpPerspective(whole, matrix, (width, height), flags=cv2.INTER_NEAREST)
    return np.asarray(warped, dtype=np.uint8), np.asarray(covered) > 0


def _judged(
    matrix: Floats, inliers: int, before: Grey, after: Grey, limits: RegistrationLimits
) -> Registration:
    warped, covered = laid_on(before, matrix, after)
    overlap = float(covered.mean())
    if overlap < limits.overlap_share:
        return Registration(None, "little-overlap", inliers, 0.0, overlap)
    correlation = _correlation(warped, after, covered)
    if correlation < limits.correlation_least:
        return Registration(None, "unlike", inliers, correlation, overlap)
    return Registration(matrix, None, inliers, correlation, overlap)


def _grey(picture: Colour) -> Grey:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _features(detector: Any, picture: Grey) -> tuple[list[Any], Grey]:  # noqa: ANN401 - OpenCV's
    """Return points of a picture and the words that describe them, uint8[n, 32]."""
    points, words = detector.detectAndCompute(picture, None)
    return list(points), np.zeros((0, 32), np.uint8) if words is None else np.asarray(words, dtype=np.uint8)


def _matches(words: Grey, others: Grey, ratio: float) -> list[tuple[int, int]]:
    """Return pairs of features whose best match is clearly better than the second best."""
    found = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(words, others, k=2)
    return [
        (best.queryIdx, best.trainIdx)
        for best, second in (pair for pair in found if len(pair) == 2)
        if best.distance < ratio * second.distance
    ]


def _plausible(matrix: Floats, shape: tuple[int, ...], scale_most: float) -> bool:
    """Tell whether a homography keeps the picture a convex quadrilateral of about its size."""
    height, width = shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], dtype=np.float64)
    laid = corners @ matrix.T
    if not np.isfinite(laid).all() or (laid[:, 2] <= 1e-6).any():
        return False
    ring = laid[:, :2] / laid[:, 2:]
    sides = np.roll(ring, -1, axis=0) - ring
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    scale = np.sqrt(abs(float(cv2.contourArea(ring.astype(np.float32)))) / (width * height))
    return bool((turns > 0).all()) and 1 / scale_most <= scale <= scale_most


def _correlation(one: Grey, other: Grey, where: NDArray[np.bool_]) -> float:
    a, b = (
        cv2.GaussianBlur(picture, (0, 0), _SMOOTH_PX)[where].astype(np.float64) for picture in (one, other)
    )
    spread = float(a.std() * b.std())
    if spread < 1e-6:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread)
