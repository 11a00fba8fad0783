"""Guarded decoding of photographs, turned the right way up, and what of them may be handed out.

As `sensors.camera.picture` for stills of river cameras; photographs are larger, and carry who took them and
with what.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.camera.picture import UnreadablePicture, content_type, size_px
from sensors.photo.segments import jpeg_segments, png_chunks

Colour = NDArray[np.uint8]

#: largest photograph [bytes]: over the broker it is 1 MiB
MOST_BYTES: Final = 32 * 1024 * 1024
#: a JPEG is decoded at a fraction of its size, a PNG is not
_MOST_JPEG_PIXELS, _MOST_PNG_PIXELS = 120_000_000, 16_000_000
_LEAST_SIDE_PX: Final = 32
_THUMBNAIL_PX: Final = 320
#: parts of a JPEG that make its pixels: all but the application's (but JFIF and Adobe's colours) and comments
_KEPT_APPLICATION: Final = frozenset({0xE0, 0xEE})
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"}
)
_REDUCED: Final = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}


def check_photo(data: bytes) -> tuple[int, int]:
    """Return width and height as stored [px] of what may be decoded. Raises `UnreadablePicture`."""
    if len(data) > MOST_BYTES:
        raise UnreadablePicture(f"{len(data)} bytes; at most {MOST_BYTES} are taken")
    most = _MOST_PNG_PIXELS if content_type(data) == "image/png" else _MOST_JPEG_PIXELS
    width, height = size_px(data)
    if min(width, height) < _LEAST_SIDE_PX:
        raise UnreadablePicture(f"{width} x {height} pixels; at least {_LEAST_SIDE_PX} each are needed")
    if width * height > most:
        raise UnreadablePicture(f"{width} x {height} pixels; at most {most} in all are decoded")
    return width, height


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height as seen, of a picture stored with an Exif orientation."""
    return (size[1], size[0]) if orientation >= 5 else size


def decode_upright(data: bytes, orientation: int, longest_px: int) -> Colour:
    """Return the picture as seen, uint8[height, width, 3] blue green red, no side over `longest_px`.

    Raises `UnreadablePicture` when it is too large, of another kind, or broken.
    """
    longer = max(check_photo(data))
    step = next((one for one in (8, 4, 2) if longer >= one * longest_px), 1)
    how = _REDUCED[step] | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error as error:
        raise UnreadablePicture(f"cannot be decoded: {error.err or error}") from error
    if found is None:
        raise UnreadablePicture("cannot be decoded: the file is broken")
    seen = _turned(np.asarray(found, dtype=np.uint8), orientation)
    scale = longest_px / max(seen.shape[:2])
    if scale < 1:
        size = (max(1, round(seen.shape[1] * scale)), max(1, round(seen.shape[0] * scale)))
        seen = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return seen


def encode_jpeg(picture: Colour, quality: int = 80) -> bytes:
    """Return a picture as JPEG. Raises `UnreadablePicture` when it cannot be made."""
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise UnreadablePicture("no JPEG can be made")
    return encoded.tobytes()


def photo_thumbnail(data: bytes, orientation: int) -> bytes:
    """Return a small JPEG, the right way up, without a word about who took it. Raises `UnreadablePicture`."""
    return encode_jpeg(decode_upright(data, orientation, _THUMBNAIL_PX), 78)


def without_words(data: bytes, orientation: int) -> bytes:
    """Return the same pixels without any word: no place, time, device, owner, comment, or hidden thumbnail.

    Of the Exif data only which way is up is written anew. Raises `UnreadablePicture` when the parts of the
    file cannot be followed to its pixels: then nobody can say what is in it.
    """
    if content_type(data) == "image/png":
        return _png_without_words(data)
    kept = bytearray(data[:2])
    if orientation != 1:
        kept += _orientation_segment(orientation)
    scan = None
    for part in jpeg_segments(data):
        application = 0xE0 <= part.marker <= 0xEF
        if part.marker == 0xFE or (application and part.marker not in _KEPT_APPLICATION):
            continue
        if part.marker == 0xDA:
            scan = part.start
            break
        kept += data[part.start : part.end]
    if scan is None:
        raise UnreadablePicture("the parts of the JPEG cannot be followed to its pixels")
    # what comes after the picture (a second one, a film) is not the picture
    end = data.find(b"\xff\xd9", scan)
    return bytes(kept) + data[scan : end + 2 if end >= 0 else len(data)]


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\x00\x00MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png_without_words(data: bytes) -> bytes:
    kept, last = bytearray(data[:8]), b""
    for chunk in png_chunks(data):
        last = chunk.name
        if chunk.name in _PNG_KEPT:
            body = data[chunk.start + 4 : chunk.end - 4]
            kept += data[chunk.start : chunk.start + 4] + body + struct.pack(">I", zlib.crc32(body))
        if last == b"IEND":
            return bytes(kept)
    raise UnreadablePicture("the parts of the PNG cannot be followed to its end")


def _turned(picture: Colour, orientation: int) -> Colour:
    """Return the picture as an Exif orientation (1 to 8) says that it is seen."""
    if orientation in (5, 6, 7, 8):
        picture = np.transpose(picture, (1, 0, 2))
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return np.ascontiguousarray(picture)
