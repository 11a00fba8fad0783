"""Is this picture of the scene, now? Stuck, dark, fogged, glaring, moved, or no camera picture at all.

A camera that sends yesterday's picture is worse than one that is silent.
"""

from __future__ import annotations

import base64
from typing import Final, Literal, get_args

import cv2
import msgspec
import numpy as np

from sensors.camera.calibration import Mask
from sensors.camera.picture import Grey, difference_hash

Health = Literal["ok", "placeholder", "stuck", "dark", "glare", "fogged", "moved", "unreadable"]
HEALTHS: Final[tuple[Health, ...]] = get_args(Health)

#: size to which a picture is brought for comparison [px]
_SMALL: Final = (80, 60)


class HealthLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the tests, from `sensors/rules/camera.toml`."""

    stuck_share: float
    stuck_least_s: float
    dark_range_grey: float
    dark_mean_grey: float
    glare_grey: float
    glare_share: float
    fog_share: float
    fog_least_frames: int
    fog_kept_frames: int
    placeholder_bits: int
    placeholders: tuple[str, ...]


class FrameHistory(msgspec.Struct, kw_only=True):
    """What is remembered of a camera's earlier frames."""

    #: content hash and time of the newest frame [s since 1970 UTC], "" = none
    digest: str = ""
    at_s: float = 0.0
    #: the newest frame, small, base64 of uint8[60, 80]
    small: str = ""
    #: sharpness of earlier frames by the hour of the day
    sharpness: dict[int, list[float]] = {}


def judge(
    grey: Grey,
    digest: str,
    at_s: float,
    history: FrameHistory,
    limits: HealthLimits,
    masks: list[Mask],
) -> Health:
    """Return the first fault that makes a frame no picture of the scene now, else `ok`.

    Fog is judged on the scene's sharpness by `fogged`, movement by the registration.
    """
    fingerprint = difference_hash(grey)
    for known in limits.placeholders:
        if (fingerprint ^ int(known, 16)).bit_count() <= limits.placeholder_bits:
            return "placeholder"
    if digest == history.digest and at_s != history.at_s:
        return "stuck"
    low, high = np.percentile(grey, (5, 95))
    if (high - low < limits.dark_range_grey and grey.mean() < 128) or grey.mean() < limits.dark_mean_grey:
        return "dark"
    if _unchanged(grey, at_s, history, limits, masks):
        return "stuck"
    if float((grey >= limits.glare_grey).mean()) > limits.glare_share:
        return "glare"
    return "ok"


def _unchanged(
    grey: Grey, at_s: float, history: FrameHistory, limits: HealthLimits, masks: list[Mask]
) -> bool:
    """Tell whether a picture encoded anew shows the same moment: less difference than any two moments."""
    if not history.small or at_s - history.at_s < limits.stuck_least_s:
        return False
    before = np.frombuffer(base64.b64decode(history.small), np.uint8).reshape(_SMALL[1], _SMALL[0])
    now = small(grey)
    apart = np.abs(now.astype(np.float64) - before)
    seen = np.ones(apart.shape, dtype=np.bool_)
    scale_x, scale_y = _SMALL[0] / grey.shape[1], _SMALL[1] / grey.shape[0]
    for mask in masks:
        top, left = int(mask.y_px * scale_y), int(mask.x_px * scale_x)
        bottom = int(np.ceil((mask.y_px + mask.height_px) * scale_y))
        right = int(np.ceil((mask.x_px + mask.width_px) * scale_x))
        seen[top:bottom, left:right] = False
    low, high = np.percentile(now, (5, 95))
    return bool(seen.any() and apart[seen].mean() < limits.stuck_share * max(float(high - low), 1.0))


def small(grey: Grey) -> Grey:
    """Return the picture at 80 x 60, for comparison with the next one."""
    return np.asarray(cv2.resize(grey, _SMALL, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sharpness(grey: Grey) -> float:
    """Return the variance of the Laplacian, a measure of how much is in focus."""
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def fogged(value: float, hour: int, history: FrameHistory, limits: HealthLimits) -> bool:
    """Tell whether a frame is much less sharp than this camera's own frames at that hour, or any."""
    own = history.sharpness.get(hour, [])
    if len(own) < limits.fog_least_frames:
        own = [one for hours in history.sharpness.values() for one in hours]
    return len(own) >= limits.fog_least_frames and value < limits.fog_share * float(np.median(own))


def remember(
    history: FrameHistory, grey: Grey, digest: str, at_s: float, hour: int, value: float, limits: HealthLimits
) -> FrameHistory:
    """Return the history with this frame as the newest; `value` is its sharpness, NaN = do not learn it."""
    known = {key: list(values) for key, values in history.sharpness.items()}
    if np.isfinite(value):
        known[hour] = [*known.get(hour, []), round(value, 3)][-limits.fog_kept_frames :]
    encoded = base64.b64encode(small(grey).tobytes()).decode()
    return FrameHistory(digest=digest, at_s=at_s, small=encoded, sharpness=known)
