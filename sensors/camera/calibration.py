"""What a camera must be told before it can read a level: marks, fiducials, where the water line runs.

The file format is described in `docs/camera.md`. Pixels are those of the reference picture, x to the
right, y down, (0, 0) the centre of the first pixel.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

Finite = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
Pixel = Annotated[float, msgspec.Meta(ge=-4096, le=16384)]

#: largest residual of the marks [m]
RESIDUAL_MOST_M: Final = 0.02
#: least share of the measuring range that the marks must span
SPAN_LEAST: Final = 0.70
#: most bytes of one fiducial's picture, and of a calibration file
FIDUCIAL_MOST_BYTES: Final = 64 * 1024
FILE_MOST_BYTES: Final = 1024 * 1024


class CalibrationError(ValueError):
    """Raised when a calibration cannot be used; names the mark or the field."""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point of the structure whose height is known."""

    x_px: Pixel
    y_px: Pixel
    #: height above the calibration's datum [m]
    level_m: Finite
    #: position across the plane [m]; None = the marks stand on one straight line
    across_m: Finite | None = None
    name: str = ""


class Fiducial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A patch that is always dry, cut from the reference picture, by which a moved picture is laid right."""

    #: upper left corner in the reference picture
    x_px: Annotated[int, msgspec.Meta(ge=0, le=16384)]
    y_px: Annotated[int, msgspec.Meta(ge=0, le=16384)]
    #: the patch as a PNG or JPEG, base64
    picture: str

    def bytes(self) -> bytes:
        """Return the patch's file. Raises `CalibrationError` when it is not base64, or too large."""
        try:
            found = base64.b64decode(self.picture, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CalibrationError(f"fiducial at {self.x_px}, {self.y_px}: not base64") from error
        if len(found) > FIDUCIAL_MOST_BYTES:
            raise CalibrationError(f"fiducial at {self.x_px}, {self.y_px}: over {FIDUCIAL_MOST_BYTES} bytes")
        return found


class Mask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rectangle that is no part of the scene: a burnt-in clock, a privacy mask."""

    x_px: Annotated[int, msgspec.Meta(ge=0, le=16384)]
    y_px: Annotated[int, msgspec.Meta(ge=0, le=16384)]
    width_px: Annotated[int, msgspec.Meta(ge=1, le=16384)]
    height_px: Annotated[int, msgspec.Meta(ge=1, le=16384)]


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything by which a picture of one camera is read."""

    #: size of the reference picture [px]
    width_px: Annotated[int, msgspec.Meta(ge=32, le=8192)]
    height_px: Annotated[int, msgspec.Meta(ge=32, le=8192)]
    marks: Annotated[list[Mark], msgspec.Meta(min_length=3, max_length=64)]
    fiducials: Annotated[list[Fiducial], msgspec.Meta(max_length=6)] = []
    masks: Annotated[list[Mask], msgspec.Meta(max_length=8)] = []
    #: lowest and highest level that can be read [m above `datum`]
    lowest_m: Finite
    highest_m: Finite
    #: top edge of the structure, whose reflection is looked for; None = unknown [m above `datum`]
    top_m: Finite | None = None
    #: where the line is looked for: across the plane [m], or across the line of marks [px]
    from_across: Finite
    to_across: Finite
    datum: Literal["T.P.", "gauge zero"] = "T.P."
    #: zone of times in the picture or its file name (IANA), e.g. Asia/Tokyo
    zone: str = "Asia/Tokyo"
    #: how fast the water is expected to move at most [m/min]
    rate_m_per_min: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.006
    note: str = ""

    @property
    def coplanar(self) -> bool:
        """Whether the marks lie on a plane (with `across_m`) instead of on a line."""
        return all(mark.across_m is not None for mark in self.marks)


_decoder = msgspec.json.Decoder(Calibration)


def read_calibration(text: bytes | str) -> Calibration:
    """Return the calibration in `text`, JSON. Raises `CalibrationError` naming the field that is wrong."""
    if len(text) > FILE_MOST_BYTES:
        raise CalibrationError(f"the file has over {FILE_MOST_BYTES} bytes")
    try:
        found = _decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CalibrationError(str(error)) from error
    _check(found)
    return found


def _check(found: Calibration) -> None:
    try:
        ZoneInfo(found.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalibrationError(f"zone {found.zone!r} is not known") from error
    if found.highest_m <= found.lowest_m:
        raise CalibrationError("highest_m must be above lowest_m")
    if found.top_m is not None and found.top_m < found.highest_m:
        raise CalibrationError("top_m must not be below highest_m")
    if found.to_across <= found.from_across:
        raise CalibrationError("to_across must be greater than from_across")
    across = [mark.across_m is not None for mark in found.marks]
    if any(across) and not all(across):
        raise CalibrationError("across_m must be given for all marks or for none")
    if all(across) and len(across) < 4:
        raise CalibrationError("a plane needs at least 4 marks, not 3")
    levels = [mark.level_m for mark in found.marks]
    span = (max(levels) - min(levels)) / (found.highest_m - found.lowest_m)
    if span < SPAN_LEAST:
        raise CalibrationError(
            f"the marks span {span:.0%} of the measuring range; at least {SPAN_LEAST:.0%} is needed"
        )
