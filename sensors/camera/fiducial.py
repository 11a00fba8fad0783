"""Cutting a fiducial out of a reference picture."""

from __future__ import annotations

import base64
from typing import Final

import cv2

from sensors.camera.calibration import CalibrationError, Fiducial, Mask
from sensors.camera.picture import Grey

#: a patch smaller than this is found anywhere, a larger one is slow to look for [px]
LEAST_SIDE_PX: Final = 24
MOST_SIDE_PX: Final = 240


def cut_fiducial(grey: Grey, rectangle: Mask) -> Fiducial:
    """Return the patch of a reference picture. Raises `CalibrationError` when it does not fit."""
    height, width = grey.shape
    at = f"fiducial at {rectangle.x_px}, {rectangle.y_px}"
    sides = (rectangle.width_px, rectangle.height_px)
    if min(sides) < LEAST_SIDE_PX or max(sides) > MOST_SIDE_PX:
        raise CalibrationError(f"{at}: its sides must lie between {LEAST_SIDE_PX} and {MOST_SIDE_PX} px")
    right, bottom = rectangle.x_px + rectangle.width_px, rectangle.y_px + rectangle.height_px
    if right > width or bottom > height:
        raise CalibrationError(f"{at}: it lies outside the picture")
    patch = grey[rectangle.y_px : bottom, rectangle.x_px : right]
    _, encoded = cv2.imencode(".png", patch)
    return Fiducial(rectangle.x_px, rectangle.y_px, base64.b64encode(encoded.tobytes()).decode())
