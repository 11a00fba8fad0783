"""The 24 real pictures, as they are and spoiled."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest

from sensors.camera.reading import CameraReading, CameraState, Reader
from sensors.simulate.camera import sample_frames
from tests.unit.sensors.camera.distortion import DISTORTIONS, Distortion

GROSS_M = 0.03


def read_all(reader: Reader, distortion: Distortion | None = None, step: int = 1) -> list[CameraReading]:
    state, readings = CameraState(), []
    for number, frame in enumerate(sample_frames()[::step]):
        data = distortion(frame.data, number * step) if distortion else frame.data
        reading, state = reader.read(data, frame.taken_at, state)
        readings.append(reading)
    return readings


@pytest.fixture(scope="module")
def readings(reader: Reader) -> list[CameraReading]:
    return read_all(reader)


def test_agrees_with_the_people_who_read_the_board(readings: list[CameraReading]) -> None:
    table = resources.files("sensors").joinpath("simulate", "river_camera", "levels.csv").read_text()
    told = [row["human_cm"] for row in csv.DictReader(table.splitlines())]
    error_cm = [
        reading.level_m * 100 - float(human)
        for reading, human in zip(readings, told, strict=True)
        if human and reading.level_m is not None and reading.flag == 1
    ]
    assert len(error_cm) == 3
    assert np.sqrt(np.mean(np.square(error_cm))) <= 0.5


def test_accepts_the_whole_record_and_follows_the_tide(readings: list[CameraReading]) -> None:
    levels_m = np.array([reading.level_m for reading in readings], dtype=float)
    assert [reading.flag for reading in readings] == [1] * 24
    # it rises for an hour and falls for five, never by more than 7.5 cm in a quarter of an hour
    assert levels_m.argmax() == 4
    assert (np.diff(levels_m[4:]) < 0).all()
    assert np.abs(np.diff(levels_m)).max() < 0.075


def test_equals_the_studys_own_software_where_that_is_not_at_fault(readings: list[CameraReading]) -> None:
    table = resources.files("sensors").joinpath("simulate", "river_camera", "levels.csv").read_text()
    theirs = np.array([float(row["gaugecam_cm"]) for row in csv.DictReader(table.splitlines())])
    apart_cm = np.array([reading.level_m for reading in readings], dtype=float) * 100 - theirs
    # theirs jumps down and up again by 4 to 6 cm in three pictures at dusk, ours does not
    assert (np.abs(apart_cm) > 3).sum() == 3
    assert np.sqrt(np.mean(apart_cm[np.abs(apart_cm) <= 3] ** 2)) < 0.25


@pytest.mark.parametrize(
    "name",
    [
        "darkened to 30 %",
        "rain, 2000 streaks",
        "80 drops on the lens",
        "blurred 8 px",
        "a sixteenth of the pixels",
        "shifted 27 px and turned 1 deg",
        "fog 95 %",
        "fog 80 % comes up",
        "a person before the board",
    ],
)
def test_accepts_no_gross_error_in_spoiled_pictures(
    reader: Reader, readings: list[CameraReading], name: str
) -> None:
    spoiled = read_all(reader, DISTORTIONS[name], step=2)
    for true, read in zip(readings[::2], spoiled, strict=True):
        if read.flag == 1:
            assert read.level_m is not None
            assert true.level_m is not None
            assert abs(read.level_m - true.level_m) <= GROSS_M


def test_says_moved_when_the_pole_was_knocked_far(reader: Reader) -> None:
    moved = read_all(reader, DISTORTIONS["shifted 67 px"], step=8)
    assert {reading.reason for reading in moved} == {"moved"}
    assert all(reading.level_m is None for reading in moved)


def test_says_fogged_by_the_cameras_own_history(reader: Reader) -> None:
    seen = read_all(reader, DISTORTIONS["fog 80 % comes up"])
    assert [reading.health for reading in seen[12:]] == ["fogged"] * 12
    assert all(reading.flag == 3 for reading in seen[12:])


def test_reads_alike_however_often(reader: Reader) -> None:
    frame = sample_frames()[3]
    before = CameraState()
    first, after = reader.read(frame.data, frame.taken_at, before)
    again, after_again = reader.read(frame.data, frame.taken_at, before)
    assert (first, after) == (again, after_again)
    assert before == CameraState()
