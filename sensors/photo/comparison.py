"""Two photographs compared from their bytes: laid on each other, and the tiles to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sensors.camera.picture import UnreadablePicture
from sensors.photo.difference import Comparison, compare
from sensors.photo.limits import PhotoLimits
from sensors.photo.picture import decode_upright, encode_jpeg
from sensors.photo.registration import Registration, laid_on, register

#: a picture that could be stored but cannot be decoded any more
UNREADABLE: Final = "unreadable"


def compare_photos(
    before: tuple[bytes, int], after: tuple[bytes, int], limits: PhotoLimits
) -> dict[str, Any]:
    """Return the columns of a comparison (`geo/sql/photo.sql: result`, without id and time); raises nothing.

    `before`, `after` are a photograph's bytes and its Exif orientation. Where they cannot be compared,
    `reason` says why, and there are no tiles.
    """
    side_px = limits.registration.side_px
    try:
        earlier, later = (decode_upright(data, turn, side_px) for data, turn in (before, after))
    except UnreadablePicture:
        return _columns(Registration(None, None, 0, 0.0, 0.0), UNREADABLE, None, None)
    found = register(earlier, later, limits.registration)
    if found.matrix is None:
        return _columns(found, found.reason, None, None)
    laid, covered = laid_on(earlier, found.matrix, later)
    told = compare(laid, covered, later, limits.change)
    shown = np.where(covered[..., None], laid, 0).astype(np.uint8)
    return _columns(found, None, told, encode_jpeg(shown, 82))


def _columns(
    found: Registration, reason: str | None, told: Comparison | None, aligned: bytes | None
) -> dict[str, Any]:
    return {
        "reason": reason,
        "inliers": found.inliers,
        "correlation": round(found.correlation, 4),
        "overlap": round(found.overlap, 4),
        "compared": None if told is None else told.compared,
        "differing": None if told is None else told.differing,
        "tiles": _tiles(() if told is None else told.tiles),
        "aligned": aligned,
    }


def _tiles(tiles: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            name: round(value, 5) if isinstance(value, float) else value
            for name, value in tile._asdict().items()
        }
        for tile in tiles
    ]
