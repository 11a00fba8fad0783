from __future__ import annotations

from datetime import timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.camera.limits import camera_limits
from sensors.camera.picture import difference_hash
from sensors.camera.reading import CameraState, Reader
from sensors.rulebook import RulesError
from sensors.simulate.camera import frame_at, sample_calibration, sample_frames
from tests.unit.sensors.camera.distortion import decoded, encoded

FRAME = sample_frames()[0]
QUARTER = timedelta(minutes=15)


def after(reader: Reader) -> CameraState:
    return reader.read(FRAME.data, FRAME.taken_at, CameraState())[1]


def test_the_same_file_later_is_a_stuck_camera(reader: Reader) -> None:
    reading, _ = reader.read(FRAME.data, FRAME.taken_at + QUARTER, after(reader))
    assert (reading.health, reading.level_m, reading.flag) == ("stuck", None, 9)


def test_the_same_picture_encoded_anew_is_a_stuck_camera(reader: Reader) -> None:
    anew = encoded(decoded(FRAME.data), 60)
    reading, state = reader.read(anew, FRAME.taken_at + QUARTER, after(reader))
    assert (reading.health, reading.level_m) == ("stuck", None)
    again, _ = reader.read(anew, FRAME.taken_at + 2 * QUARTER, state)
    assert again.health == "stuck"


def test_an_older_picture_is_not_read(reader: Reader) -> None:
    state = after(reader)
    reading, unchanged = reader.read(sample_frames()[1].data, FRAME.taken_at - QUARTER, state)
    assert (reading.reason, reading.level_m) == ("out-of-order", None)
    assert unchanged is state


def test_black_white_and_another_size_give_no_level(reader: Reader) -> None:
    for brightness, words in ((0, "dark"), (255, "glare")):
        flat = encoded(np.full((600, 800), brightness, dtype=np.float32))
        reading, _ = reader.read(flat, FRAME.taken_at, CameraState())
        assert (reading.health, reading.level_m) == (words, None)
    small = encoded(decoded(FRAME.data)[:300])
    assert reader.read(small, FRAME.taken_at, CameraState())[0].reason == "other-size"


def test_a_picture_that_stands_for_no_picture_is_known() -> None:
    sign = encoded(np.add.outer(np.arange(600.0), np.arange(800.0)) % 256)
    limits = camera_limits()
    health = msgspec.structs.replace(
        limits.health, placeholders=(f"{difference_hash(decoded(sign).astype(np.uint8)):016x}",)
    )
    known = Reader(sample_calibration(), type(limits)(**{**vars(limits), "health": health}))
    assert known.read(sign, FRAME.taken_at, CameraState())[0].health == "placeholder"
    assert known.read(FRAME.data, FRAME.taken_at, CameraState())[0].health == "ok"


def test_the_state_survives_json(reader: Reader) -> None:
    state = after(reader)
    kept = msgspec.json.decode(msgspec.json.encode(state), type=CameraState)
    later = sample_frames()[1]
    assert reader.read(later.data, later.taken_at, kept) == reader.read(later.data, later.taken_at, state)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(FRAME.data) - 1))
def test_no_bytes_raise(reader: Reader, noise: bytes, at: int) -> None:
    for data in (noise, FRAME.data[:at], FRAME.data[:at] + noise + FRAME.data[at + len(noise) :]):
        reading, _ = reader.read(data, FRAME.taken_at, CameraState())
        assert reading.flag in (1, 3, 9)


def test_the_record_is_played_there_and_back() -> None:
    shown = [frame_at(FRAME.taken_at, QUARTER, FRAME.taken_at + n * QUARTER) for n in range(47)]
    names = [found[1].name for found in shown if found is not None]
    frames = [frame.name for frame in sample_frames()]
    assert names == [*frames, *frames[-2::-1]]
    assert frame_at(FRAME.taken_at, QUARTER, FRAME.taken_at - QUARTER) is None


def test_limits_name_what_is_missing() -> None:
    with pytest.raises(RulesError, match="reading is missing"):
        camera_limits({"health": {}})
