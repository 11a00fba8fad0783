"""A program that makes thumbnails of pieces of video: a piece may end it, and nothing else.

It reads from its standard input `length, bytes` and answers on its standard output `ok, length, bytes`: a
JPEG, or in words what is wrong. It imports nothing of ours, so that it starts in a moment. The formats it may
open are named, and none of them may refer to another file.
"""

from __future__ import annotations

import os
import resource
import struct
import sys
from typing import Any, Final

#: of what we ask: the bytes that follow; of what we are answered: whether it went well, and the bytes
ASKED: Final = struct.Struct(">I")
ANSWERED: Final = struct.Struct(">?I")
WIDTH_PX: Final = 480
#: a larger picture is none of a live stream
MOST_PIXELS: Final = 40_000_000
#: what it may hold [bytes]
MEMORY: Final = 2 * 2**30
OPTIONS: Final = "protocol_whitelist;file|format_whitelist;mov,mp4,m4a,3gp,3g2,mj2,mpegts|enable_drefs;0"
QUALITY: Final = 78


def thumbnail(data: bytes) -> bytes:
    """Return the first picture of a piece (it begins with a keyframe) as JPEG. Raises `ValueError`."""
    import cv2

    file = os.memfd_create("piece")
    try:
        with os.fdopen(os.dup(file), "wb") as writer:
            writer.write(data)
        video = cv2.VideoCapture(f"/proc/self/fd/{file}", cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        try:
            if not video.isOpened():
                raise ValueError("no video that can be opened")
            width, height = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
            if not 0 < width * height <= MOST_PIXELS:
                raise ValueError(f"a picture of {width:.0f} x {height:.0f} pixels")
            there, picture = video.read()
        finally:
            video.release()
    finally:
        os.close(file)
    if not there:
        raise ValueError("no picture can be decoded")
    return _jpeg(picture)


def _jpeg(picture: Any) -> bytes:  # noqa: ANN401 - an array of cv2's
    import cv2

    height, width = picture.shape[:2]
    if width > WIDTH_PX:
        size = (WIDTH_PX, max(1, round(height * WIDTH_PX / width)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    fine, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not fine:
        raise ValueError("the picture cannot be written")
    return bytes(content.tobytes())


def main() -> None:
    """Answer until the input ends."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = OPTIONS
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import cv2

    cv2.setNumThreads(1)
    asked, answered = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(ASKED.size)) == ASKED.size:
        data = asked.read(ASKED.unpack(head)[0])
        try:
            fine, content = True, thumbnail(data)
        except (ValueError, MemoryError, cv2.error) as fault:
            fine, content = False, str(fault)[:200].encode()
        answered.write(ANSWERED.pack(fine, len(content)) + content)
        answered.flush()


if __name__ == "__main__":
    main()
