"""What of the directions around a camera lies in its picture.

A camera looks along yaw, pitch, roll about true north (NED, ZYX; x the optical axis, y right, z down), as
gimbals tell it. Its picture is a four-sided pyramid of directions. Cut by the vertical half-plane of one
azimuth, the pyramid leaves one interval of elevations: that is all a walk over the terrain has to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: azimuths at which a picture is cut, evenly, beside those of its four corners and of its axis
FAN: Final = 32
#: steepest tangent that is told apart from straight down or up
STEEPEST: Final = 1e4
_WIDER: Final = 1 + 1e-7
#: corners of a picture, clockwise from the upper left, in half widths to the right and half heights down
_CORNERS: Final = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


@dataclass(frozen=True, eq=False)
class Fan:
    """n pictures cut at m azimuths each, float64 (n, m) unless said otherwise."""

    #: from true north, clockwise, rising within a row [rad]; those of a full turn begin anywhere
    azimuth: Floats
    #: tangent of the lowest and of the highest elevation in the picture
    low: Floats
    high: Floats
    #: the azimuth meets the picture
    met: Mask
    #: bool (n,), straight down or straight up is in the picture: the azimuths go all the way round
    round: Mask
    #: azimuth [rad] and tangent of the elevation of the optical axis, (n,)
    axis_azimuth: Floats
    axis: Floats


def axes(yaw_deg: Floats, pitch_deg: Floats, roll_deg: Floats) -> Floats:
    """Return the axes of n cameras in east, north, up, float64 (n, 3, 3): rows forward, right, down."""
    (cy, sy), (cp, sp), (cr, sr) = (
        (np.cos(angle), np.sin(angle)) for angle in np.radians([yaw_deg, pitch_deg, roll_deg])
    )
    # rows of the transposed rotation, north, east, down
    forward = np.stack([cp * cy, cp * sy, -sp], -1)
    right = np.stack([sr * sp * cy - cr * sy, sr * sp * sy + cr * cy, sr * cp], -1)
    down = np.stack([cr * sp * cy + sr * sy, cr * sp * sy - sr * cy, cr * cp], -1)
    ned = np.stack([forward, right, down], 1)
    return np.stack([ned[..., 1], ned[..., 0], -ned[..., 2]], -1)


def cut(camera: Floats, half_width: Floats, half_height: Floats) -> Fan:
    """Cut the pictures of n cameras (`axes`) at `FAN` azimuths and those of their corners.

    `half_width`, `half_height` (n,): tangents of half the horizontal and vertical angles of view, below
    90 degrees each.
    """
    # An edge that passes exactly through straight down would have no azimuth there.
    half_width, half_height = half_width * _WIDER, half_height * _WIDER
    forward, right, down = camera[:, 0], camera[:, 1], camera[:, 2]
    normals = np.stack(
        [
            half_width[:, None] * forward + right,
            half_width[:, None] * forward - right,
            half_height[:, None] * forward + down,
            half_height[:, None] * forward - down,
        ],
        1,
    )
    # straight down or up is inside when it lies on the inner side of all four faces
    turning = np.asarray((normals[..., 2] < 0).all(1) | (normals[..., 2] > 0).all(1))
    azimuth = _azimuths(camera, half_width, half_height, turning)
    low, high, met = _interval(normals, azimuth)
    axis_azimuth = np.arctan2(forward[:, 0], forward[:, 1])
    level = np.hypot(forward[:, 0], forward[:, 1])
    axis = np.clip(forward[:, 2] / np.maximum(level, 1e-12), -STEEPEST, STEEPEST)
    return Fan(azimuth, low, high, met, turning, axis_azimuth, axis)


def _azimuths(camera: Floats, half_width: Floats, half_height: Floats, turning: Mask) -> Floats:
    """Return the azimuths (n, FAN + 4), rising: an even fan with the corners' own among them."""
    across = _CORNERS[None, :, :1] * half_width[:, None, None] * camera[:, None, 1]
    along = _CORNERS[None, :, 1:] * half_height[:, None, None] * camera[:, None, 2]
    corners = camera[:, None, 0] + across + along
    middle = np.arctan2(camera[:, 0, 0], camera[:, 0, 1])
    # A picture without straight down or up spans less than half a turn, and its extremes are corners.
    away = np.arctan2(corners[..., 0], corners[..., 1]) - middle[:, None]
    away = (away + np.pi) % (2 * np.pi) - np.pi
    first = np.where(turning, -np.pi, away.min(1))
    last = np.where(turning, np.pi * (1 - 2 / FAN), away.max(1))
    even = first[:, None] + (last - first)[:, None] * np.linspace(0, 1, FAN)
    return np.sort(np.concatenate([even, away], 1), 1) + middle[:, None]


def _interval(normals: Floats, azimuth: Floats) -> tuple[Floats, Floats, Mask]:
    """Return tangents of the lowest and highest elevation in the picture at each azimuth, and if any is.

    A direction of elevation e lies on the inner side of a face when A cos e + B sin e >= 0, with A the
    normal's part along the azimuth and B its part upward: a lower bound when B >= 0, else an upper one.
    """
    level = np.stack([np.sin(azimuth), np.cos(azimuth)], -1)
    along = np.einsum("nfk,nmk->nmf", normals[..., :2], level)
    upward = np.broadcast_to(normals[:, None, :, 2], along.shape)
    bound = np.arctan2(upward, along)
    lowest = np.where(upward >= 0, bound - np.pi / 2, -np.pi / 2).max(-1)
    highest = np.where(upward < 0, bound + np.pi / 2, np.pi / 2).min(-1)
    met = lowest <= highest + 1e-6
    middle = (lowest + highest) / 2
    touching = lowest > highest
    low = np.where(touching, middle, lowest)
    high = np.where(touching, middle, highest)
    return _tangent(low), _tangent(high), met


def _tangent(angle: Floats) -> Floats:
    steepest = np.arctan(STEEPEST)
    found: Floats = np.tan(np.clip(angle, -steepest, steepest))
    return found
