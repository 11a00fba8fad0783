from __future__ import annotations

import struct
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from sensors.camera.picture import (
    MOST_BYTES,
    UnreadablePicture,
    decode_colour,
    decode_grey,
    difference_hash,
    size_px,
    thumbnail,
)
from sensors.camera.taken_at import time_in_exif, time_in_name
from sensors.simulate.camera import sample_frames
from tests.unit.sensors.camera.distortion import decoded, encoded

DATA = sample_frames()[0].data


def test_the_size_is_known_before_decoding() -> None:
    assert size_px(DATA) == (800, 600)
    assert size_px(cv2.imencode(".png", np.zeros((40, 50), np.uint8))[1].tobytes()) == (50, 40)


def test_a_small_file_cannot_ask_for_gigabytes() -> None:
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
    with pytest.raises(UnreadablePicture, match="60000 x 60000"):
        decode_grey(header)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "neither"),
        (b"GIF89a" + bytes(100), "neither"),
        (DATA[:600], "broken|without"),
        (b"\xff\xd8\xff" + bytes(20), "broken"),
        (bytes(MOST_BYTES + 1), "at most"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UnreadablePicture, match=words):
        decode_grey(data)


def test_a_thumbnail_is_small_and_keeps_its_shape() -> None:
    small = thumbnail(DATA)
    assert decode_colour(small).shape == (240, 320, 3)
    assert len(small) < 20_000


def test_the_difference_hash_survives_encoding_and_tells_pictures_apart() -> None:
    first = decode_grey(DATA)
    anew = decode_grey(encoded(decoded(DATA), 40))
    other = decode_grey(sample_frames()[-1].data)
    assert (difference_hash(first) ^ difference_hash(anew)).bit_count() <= 3
    assert (difference_hash(first) ^ difference_hash(other)).bit_count() > 3


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NRmarshDN-12-05-31-18-00.jpg", datetime(2012, 5, 31, 9, 0, tzinfo=UTC)),
        ("cam7_20260603_000405.jpg", datetime(2026, 6, 2, 15, 4, 5, tzinfo=UTC)),
        ("2026-06-03T00:04.png", datetime(2026, 6, 2, 15, 4, tzinfo=UTC)),
        ("20261399_0004.jpg", None),
        ("river.jpg", None),
    ],
)
def test_the_time_in_a_name(name: str, expected: datetime | None) -> None:
    assert time_in_name(name, "Asia/Tokyo") == expected


def exif(texts: dict[int, bytes]) -> bytes:
    """A JPEG with one directory of texts behind the EXIF pointer."""
    start = 8 + 2 + 12 + 4
    place = start + 2 + 12 * len(texts) + 4
    directory, store = struct.pack("<H", len(texts)), b""
    for tag, text in texts.items():
        directory += struct.pack("<HHII", tag, 2, len(text), place + len(store))
        store += text
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 0x8769, 4, 1, start, 0)
    return b"\xff\xd8\xff\xe1\0\0Exif\0\0" + tiff + directory + bytes(4) + store


def test_the_time_in_exif_with_and_without_its_offset() -> None:
    taken = {0x9003: b"2026:06:03 00:04:05\0"}
    assert time_in_exif(exif(taken), "Asia/Tokyo") == datetime(2026, 6, 2, 15, 4, 5, tzinfo=UTC)
    told = {**taken, 0x9011: b"+00:00\0"}
    assert time_in_exif(exif(told), "Asia/Tokyo") == datetime(2026, 6, 3, 0, 4, 5, tzinfo=UTC)


def test_broken_exif_is_no_time() -> None:
    whole = exif({0x9003: b"2026:06:03 00:04:05\0"})
    for end in range(len(whole)):
        time_in_exif(whole[:end], "Asia/Tokyo")
    assert time_in_exif(exif({0x9003: b"0000:00:00 00:00:00\0"}), "Asia/Tokyo") is None
    assert time_in_exif(DATA, "Asia/Tokyo") is None
