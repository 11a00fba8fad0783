"""A river camera of a demo: 24 real pictures of one falling tide, with the calibration that reads them.

The pictures are of another river than any scenario's (`river_camera/README.md`); a camera that shows
them has a synthetic place, and everything made of it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

from sensors.camera.calibration import Calibration, read_calibration
from sensors.camera.taken_at import time_in_name

_FOLDER = resources.files("sensors").joinpath("simulate", "river_camera")


@dataclass(frozen=True)
class SampleFrame:
    """One picture of the record."""

    name: str
    #: when it was taken, aware UTC
    taken_at: datetime
    data: bytes


@cache
def sample_frames() -> tuple[SampleFrame, ...]:
    """Return the record, oldest first."""
    zone = sample_calibration().zone
    found = []
    for file in sorted(_FOLDER.iterdir(), key=lambda file: file.name):
        taken_at = time_in_name(file.name, zone)
        if file.name.endswith(".jpg") and taken_at is not None:
            found.append(SampleFrame(file.name, taken_at, file.read_bytes()))
    return tuple(found)


@cache
def sample_calibration() -> Calibration:
    """Return the calibration of the record."""
    return read_calibration(_FOLDER.joinpath("calibration.json").read_bytes())


def frame_at(start: datetime, every: timedelta, moment: datetime) -> tuple[datetime, SampleFrame] | None:
    """Return what a camera that began at `start` shows at `moment`, and when it took it.

    The record is played there and back, so that the water never jumps. None before `start`.
    """
    count = (moment - start) // every
    if count < 0:
        return None
    frames = sample_frames()
    turn = count % (2 * len(frames) - 2)
    index = turn if turn < len(frames) else 2 * len(frames) - 2 - turn
    return start + count * every, frames[index]
