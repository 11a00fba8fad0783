"""The command `./sonae read-gauge`: its options, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.here import AsJson, terminal


def read_gauge(
    frames: Annotated[list[Path], typer.Argument(help="Pictures, JPEG or PNG, or folders of them.")],
    calibration: Annotated[Path, typer.Option(help="Calibration file (docs/camera.md).")],
    at: Annotated[
        str | None, typer.Option(help="When it was taken (RFC 3339), for one picture without a time.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Zone of times in the pictures, instead of the calibration's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the water level from pictures of a river camera, in order of time."""
    from ops import gauge_camera as room

    reader = room.reader_from(calibration)
    readings = list(room.read_frames(reader, frames, at=at, zone=zone or reader.calibration.zone))
    if as_json:
        terminal().print_json(data=[room.reading_row(name, reading) for name, reading in readings])
    else:
        room.print_readings(reader, readings, terminal())
