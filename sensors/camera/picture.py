"""Guarded decoding of a still picture, and the digests by which pictures are told apart.

A picture from the field may be anything. Its size is read from its header before it is decoded, so that
a small file cannot ask for gigabytes.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

#: most bytes of one picture (as on the topic `frame`), and most pixels
MOST_BYTES: Final = 1024 * 1024
MOST_PIXELS: Final = 16_000_000
_LEAST_SIDE_PX: Final = 32
_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: JPEG start-of-frame markers: those that carry the size
_FRAME_MARKERS: Final = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)


class UnreadablePicture(ValueError):  # noqa: N818 (a picture is unreadable: that is its state)
    """Raised when bytes are no picture we decode; the message says why."""


def content_type(data: bytes) -> str:
    """Return `image/jpeg` or `image/png`. Raises `UnreadablePicture` for anything else."""
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == _PNG:
        return "image/png"
    raise UnreadablePicture("neither JPEG nor PNG")


def size_px(data: bytes) -> tuple[int, int]:
    """Return width and height from the header alone. Raises `UnreadablePicture`."""
    if content_type(data) == "image/png":
        if len(data) < 24 or data[12:16] != b"IHDR":
            raise UnreadablePicture("PNG without a header")
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    return _jpeg_size(data)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            raise UnreadablePicture("JPEG with a broken header")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
            continue
        at += 2 + max(2, struct.unpack(">H", data[at + 2 : at + 4])[0])
    raise UnreadablePicture("JPEG without a size")


def check_size(data: bytes) -> tuple[int, int]:
    """Return width and height of a picture small enough to decode. Raises `UnreadablePicture`."""
    if len(data) > MOST_BYTES:
        raise UnreadablePicture(f"{len(data)} bytes; at most {MOST_BYTES} are taken")
    width, height = size_px(data)
    if min(width, height) < _LEAST_SIDE_PX:
        raise UnreadablePicture(f"{width} x {height} pixels; at least {_LEAST_SIDE_PX} each are needed")
    if width * height > MOST_PIXELS:
        raise UnreadablePicture(f"{width} x {height} pixels; at most {MOST_PIXELS} in all are decoded")
    return width, height


def decode_grey(data: bytes) -> Grey:
    """Return the picture in grey, uint8[height, width], as stored (EXIF orientation is not applied).

    Raises `UnreadablePicture` when it is too large, of another kind, or broken.
    """
    check_size(data)
    return _decode(data, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)


def decode_colour(data: bytes) -> Grey:
    """Return the picture in blue, green, red, uint8[height, width, 3]. Raises as `decode_grey`."""
    check_size(data)
    return _decode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)


def _decode(data: bytes, how: int) -> Grey:
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error as error:
        raise UnreadablePicture(f"cannot be decoded: {error.err or error}") from error
    if found is None:
        raise UnreadablePicture("cannot be decoded: the file is broken")
    return np.asarray(found, dtype=np.uint8)


def thumbnail(data: bytes, side_px: int = 320) -> bytes:
    """Return a JPEG of `data` whose longer side is at most `side_px`. Raises `UnreadablePicture`."""
    picture = decode_colour(data)
    scale = min(1.0, side_px / max(picture.shape[:2]))
    if scale < 1:
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 78])
    if not done:
        raise UnreadablePicture("no thumbnail can be made")
    return encoded.tobytes()


def content_hash(data: bytes) -> str:
    """Return the identity of a picture's bytes: SHA-256, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def difference_hash(grey: Grey) -> int:
    """Return the 64-bit difference hash: of a 9 x 8 picture, whether each pixel is brighter than its right.

    Source: N. Krawetz, Kind of Like That (2013). Equal pictures encoded anew differ in few bits.
    """
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (small[:, :-1] > small[:, 1:]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)
