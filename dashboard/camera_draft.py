"""A calibration as the page sends it: made whole, judged, tried on recent frames, saved as a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from geo.moment import utc_text
from sensors.camera.calibration import Calibration, CalibrationError, Mark, Mask, read_calibration
from sensors.camera.fiducial import cut_fiducial
from sensors.camera.geometry import Geometry, estimate
from sensors.camera.limits import camera_limits
from sensors.camera.picture import decode_grey
from sensors.camera.reading import CameraReading, CameraState, Reader

#: frames a draft is tried on
TRIED: Final = 8


class Draft(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What an officer drew on a frame: docs/camera.md, rectangles instead of the fiducials' pictures."""

    #: the reference picture
    frame: int
    #: the saved version it began with: fiducials left in their place keep their pictures
    version: int | None = None
    marks: Annotated[list[Mark], msgspec.Meta(max_length=64)]
    fiducials: Annotated[list[Mask], msgspec.Meta(max_length=6)] = []
    masks: Annotated[list[Mask], msgspec.Meta(max_length=8)] = []
    lowest_m: float
    highest_m: float
    top_m: float | None = None
    from_across: float
    to_across: float
    datum: Literal["T.P.", "gauge zero"] = "T.P."
    zone: Annotated[str, msgspec.Meta(max_length=64)] = "Asia/Tokyo"
    rate_m_per_min: float = 0.006
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Stored(NamedTuple):
    """A frame of the database."""

    id: int
    observed_at: datetime
    data: bytes


def whole(draft: Draft, reference: bytes, base: Calibration | None = None) -> Calibration:
    """Return the calibration of a draft drawn on `reference`, begun with the version `base`.

    Marks of an older version belong to that version's picture, and so do its fiducials: cut anew from a
    picture that has moved since, they would hide the movement. Raises `CalibrationError` naming the field.
    """
    grey = decode_grey(reference)
    height, width = grey.shape
    held = {(one.x_px, one.y_px): one for one in (base.fiducials if base is not None else [])}
    fiducials = [held.get((one.x_px, one.y_px)) or cut_fiducial(grey, one) for one in draft.fiducials]
    made = {
        **msgspec.to_builtins(draft),
        "width_px": width,
        "height_px": height,
        "fiducials": msgspec.to_builtins(fiducials),
    }
    del made["frame"], made["version"]
    return read_calibration(msgspec.json.encode(made))


def judged(
    draft: Draft, reference: bytes, frames: Sequence[Stored], base: Calibration | None = None
) -> dict[str, Any]:
    """Return how a draft fits and what it reads from `frames` (any order); never raises for the draft.

    `fault` says why it is refused; the marks' errors are told all the same where they can be computed.
    """
    answer: dict[str, Any] = {
        "fault": None,
        "residual_m": None,
        "spare": None,
        "errors_m": [],
        "readings": [],
    }
    try:
        calibration = whole(draft, reference, base)
        answer |= _fit(estimate(calibration))
        reader = Reader(calibration, camera_limits())
    except CalibrationError as error:
        answer["fault"] = str(error)
        return answer
    state = CameraState()
    for frame in sorted(frames, key=lambda one: (one.observed_at, one.id)):
        reading, state = reader.read(frame.data, frame.observed_at, state)
        answer["readings"].append(_row(frame, reading))
    return answer


def _fit(geometry: Geometry) -> dict[str, Any]:
    return {
        "residual_m": geometry.residual_m,
        "spare": geometry.spare,
        "errors_m": [round(float(error), 4) for error in geometry.error_m],
    }


def _row(frame: Stored, reading: CameraReading) -> dict[str, Any]:
    return {
        "frame": frame.id,
        "observed_at": utc_text(frame.observed_at),
        "level_m": reading.level_m,
        "flag": reading.flag,
        "quality": reading.quality,
        "reason": reading.reason,
        "health": reading.health,
        "waterline": reading.waterline_px,
    }
