"""Water levels from pictures on disk, without a database: what `./sonae read-gauge` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.console import Console

from ops.errors import OpsError
from sensors.camera.calibration import CalibrationError, read_calibration
from sensors.camera.limits import camera_limits
from sensors.camera.picture import MOST_BYTES
from sensors.camera.reading import CameraReading, CameraState, Reader
from sensors.camera.taken_at import time_in_exif, time_in_name


class GaugeCameraError(OpsError):
    """Raised when a calibration or a picture cannot be read from disk, or a time is missing."""


def print_readings(reader: Reader, readings: Sequence[tuple[str, CameraReading]], console: Console) -> None:
    """Print one line for each reading, and how many were accepted."""
    for name, reading in readings:
        level = "      –  " if reading.level_m is None else f"{reading.level_m:7.3f} m"
        words = (
            f"{reading.observed_at:%Y-%m-%dT%H:%M:%SZ} {level} flag {reading.flag} q {reading.quality:.2f}"
        )
        line = f"{words} {reading.reason or 'accepted'}  {name}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    accepted = sum(reading.flag == 1 for _, reading in readings)
    console.print(
        f"{accepted} of {len(readings)} accepted; levels above {reader.calibration.datum}; marks fit within"
        f" {reader.geometry.residual_m * 100:.2f} cm",
        highlight=False,
        soft_wrap=True,
    )


def reader_from(file: Path) -> Reader:
    """Return a reader by the calibration in `file`. Raises `GaugeCameraError` naming file and field."""
    try:
        return Reader(read_calibration(file.read_bytes()), camera_limits())
    except (OSError, CalibrationError) as error:
        raise GaugeCameraError(f"{file}: {error}") from error


def read_frames(
    reader: Reader, frames: Sequence[Path], *, at: str | None, zone: str
) -> Iterator[tuple[str, CameraReading]]:
    """Yield name and reading of each picture, oldest first. Raises `GaugeCameraError`."""
    files = [file for frame in frames for file in _files(frame)]
    if not files:
        raise GaugeCameraError("no pictures: name JPEG or PNG files, or a folder that holds some")
    if at is not None and len(files) != 1:
        raise GaugeCameraError(f"--at is the time of one picture, and there are {len(files)}")
    pictures = []
    for file in files:
        data = _bytes(file)
        pictures.append((_time(file, data, at, zone), file, data))
    state = CameraState()
    for observed_at, file, data in sorted(pictures, key=lambda picture: (picture[0], picture[1].name)):
        reading, state = reader.read(data, observed_at, state)
        yield file.name, reading


def reading_row(name: str, reading: CameraReading) -> dict[str, Any]:
    """Return a reading as `--json` prints it."""
    return {
        "frame": name,
        "time": reading.observed_at.isoformat().replace("+00:00", "Z"),
        "level_m": reading.level_m,
        "quality": reading.quality,
        "flag": reading.flag,
        "accepted": reading.flag == 1,
        "reason": reading.reason,
        "health": reading.health,
        "levels_m": reading.levels_m,
        "moved_px": reading.moved_px,
        "waterline_px": reading.waterline_px,
    }


def _files(frame: Path) -> list[Path]:
    if frame.is_dir():
        return sorted(file for file in frame.iterdir() if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return [frame]


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise GaugeCameraError(f"{file}: {error.strerror}") from error


def _time(file: Path, data: bytes, at: str | None, zone: str) -> datetime:
    try:
        if at is not None:
            told = datetime.fromisoformat(at)
            return (told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        found = time_in_exif(data, zone) or time_in_name(file.stem, zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise GaugeCameraError(f"{file}: {error}") from error
    if found is None:
        raise GaugeCameraError(f"{file}: neither the picture nor its name tells when it was taken; use --at")
    return found
