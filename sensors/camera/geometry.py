"""Between pixels and heights: a plane seen in perspective (homography), or a straight staff (1-D projective).

Sources: R. Hartley, A. Zisserman, Multiple View Geometry (2004), ch. 2 and 4. A line seen in perspective
keeps its cross-ratio, so that level = (a + b s) / (1 + c s) with s the distance along it in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.camera.calibration import RESIDUAL_MOST_M, Calibration, CalibrationError

Floats = NDArray[np.float64]

#: marks of a line may stand this far off it: share of its length
_OFF_LINE_MOST: Final = 0.05


class Mapping(Protocol):
    """Maps both ways between the picture and (across, level)."""

    def pixels(self, across: Floats, level_m: Floats) -> Floats:
        """Return float64[…, 2] of x, y [px] for equal-shaped `across` and `level_m`."""

    def levels(self, xy_px: Floats) -> Floats:
        """Return the levels float64[n] [m] of points float64[n, 2] [px]."""


@dataclass(frozen=True)
class Plane:
    """A plane seen in perspective; `across` in metres."""

    to_pixels: Floats

    def pixels(self, across: Floats, level_m: Floats) -> Floats:
        """See `Mapping`."""
        world = np.stack([across, level_m, np.ones_like(level_m)], -1) @ self.to_pixels.T
        return np.asarray(world[..., :2] / world[..., 2:])

    def levels(self, xy_px: Floats) -> Floats:
        """See `Mapping`."""
        seen = np.c_[xy_px, np.ones(len(xy_px))] @ np.linalg.inv(self.to_pixels).T
        return np.asarray(seen[:, 1] / seen[:, 2])


@dataclass(frozen=True)
class Line:
    """A straight staff or pier edge; `across` in pixels, at right angles to it."""

    origin_px: Floats
    along: Floats
    #: a, b, c of level = (a + b s) / (1 + c s)
    projective: Floats

    def pixels(self, across: Floats, level_m: Floats) -> Floats:
        """See `Mapping`."""
        a, b, c = self.projective
        s = (level_m - a) / (b - c * level_m)
        normal = np.array([-self.along[1], self.along[0]])
        return np.asarray(self.origin_px + s[..., None] * self.along + across[..., None] * normal)

    def levels(self, xy_px: Floats) -> Floats:
        """See `Mapping`."""
        a, b, c = self.projective
        s = (xy_px - self.origin_px) @ self.along
        return np.asarray((a + b * s) / (1 + c * s))


@dataclass(frozen=True)
class Geometry:
    """The fitted mapping and how well it fits."""

    mapping: Mapping
    #: height error of each mark [m], float64[marks]
    error_m: Floats
    #: how many numbers of the marks are left over as a check; 0 = the residual proves nothing
    spare: int

    @property
    def residual_m(self) -> float:
        """Root mean square of the marks' height errors [m]."""
        return float(np.sqrt(np.mean(self.error_m**2)))


def fit(calibration: Calibration) -> Geometry:
    """Return the geometry of a calibration.

    Raises `CalibrationError` when the marks do not determine it, do not fit within 2 cm (root mean
    square of heights, and each), or the measuring range lies beyond the vanishing point.
    """
    geometry = estimate(calibration)
    worst = int(np.abs(geometry.error_m).argmax())
    if geometry.residual_m > RESIDUAL_MOST_M or abs(geometry.error_m[worst]) > 2 * RESIDUAL_MOST_M:
        raise CalibrationError(
            f"the marks do not fit: residual {geometry.residual_m * 100:.1f} cm,"
            f" worst mark {worst + 1} by {geometry.error_m[worst] * 100:+.1f} cm; at most 2 cm is accepted"
        )
    _check_range(calibration, geometry.mapping)
    return geometry


def estimate(calibration: Calibration) -> Geometry:
    """Return the geometry however badly it fits. Raises `CalibrationError` when there is none."""
    xy = np.array([(mark.x_px, mark.y_px) for mark in calibration.marks])
    level = np.array([mark.level_m for mark in calibration.marks])
    if calibration.coplanar:
        across = np.array([mark.across_m for mark in calibration.marks], dtype=np.float64)
        mapping: Mapping = _plane(xy, across, level)
        spare = 2 * len(level) - 8
    else:
        mapping, spare = _line(xy, level), len(level) - 3
    error = mapping.levels(xy) - level
    if not np.isfinite(error).all():
        raise CalibrationError("the marks do not determine a view: are some the same point?")
    return Geometry(mapping, error, spare)


def _plane(xy: Floats, across: Floats, level: Floats) -> Plane:
    world = np.stack([across, level], -1)
    if min(_spread(world), _spread(xy)) < 1e-3:
        raise CalibrationError("marks of a plane must not lie on one line")
    matrix, _ = cv2.findHomography(world, xy, 0)
    if np.shape(matrix) != (3, 3) or abs(np.linalg.det(matrix)) < 1e-12:
        raise CalibrationError("no plane fits the marks")
    return Plane(np.asarray(matrix, dtype=np.float64))


def _spread(points: Floats) -> float:
    """Return the ratio of the smaller to the greater extent of points float64[n, 2]."""
    extent = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(extent[1] / extent[0]) if extent[0] > 0 else 0.0


def _line(xy: Floats, level: Floats) -> Line:
    origin = xy.mean(axis=0)
    _, extent, axes = np.linalg.svd(xy - origin, full_matrices=False)
    if extent[0] < 1:
        raise CalibrationError("the marks are one point of the picture")
    along = axes[0]
    s = (xy - origin) @ along
    off = np.abs((xy - origin) @ np.array([-along[1], along[0]]))
    if off.max() > _OFF_LINE_MOST * np.ptp(s):
        raise CalibrationError(f"mark {int(off.argmax()) + 1} stands {off.max():.0f} px off the line")
    order = np.argsort(s)
    steps = np.diff(level[order])
    if not ((steps > 0).all() or (steps < 0).all()):
        raise CalibrationError("heights of marks must rise along the line: two marks are exchanged")
    return Line(origin, along, _projective(s, level))


def _projective(s: Floats, level: Floats) -> Floats:
    """Fit a, b, c of level = (a + b s) / (1 + c s): linear start, then Gauss-Newton."""
    scale = np.ptp(s)
    t = s / scale
    a, b, c = np.linalg.lstsq(np.c_[np.ones_like(t), t, -level * t], level, rcond=None)[0]
    for _ in range(5):
        below = 1 + c * t
        above = a + b * t
        jacobian = np.c_[1 / below, t / below, -above * t / below**2]
        step = np.linalg.lstsq(jacobian, level - above / below, rcond=None)[0]
        a, b, c = a + step[0], b + step[1], c + step[2]
    return np.array([a, b / scale, c / scale])


def _check_range(calibration: Calibration, mapping: Mapping) -> None:
    """See that the strip's corners lie in or near the picture, and that up is up."""
    level = np.array([calibration.lowest_m, calibration.highest_m])
    middle = np.full(2, (calibration.from_across + calibration.to_across) / 2)
    ends = mapping.pixels(middle, level)
    size = np.array([calibration.width_px, calibration.height_px])
    if not np.isfinite(ends).all() or (ends < -size).any() or (ends > 2 * size).any():
        raise CalibrationError("the measuring range lies far outside the picture")
    half = mapping.pixels(middle[:1], np.array([level.mean()]))
    if np.dot(ends[1] - half[0], ends[0] - half[0]) >= 0:
        raise CalibrationError("the measuring range passes the vanishing point: the marks are exchanged")
