"""The demo's videos: moving test pictures that ffmpeg publishes into the video folder, marked as made up.

The first ones belong to simulated helicopters and drones where there are any, the others stand beside
gauges. What falls is started again; at the end nothing runs on and no piece is left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg

from geo.engine import connect
from geo.incident import NoIncidentError, find_incident
from geo.video import NewVideo, put_video
from ops.backoff import BackOff
from ops.errors import OpsError
from sensors.simulate.video import MovingPicture, ffmpeg_arguments

STREAMS: Final = 6
#: so many of them are of vehicles, as far as there are vehicles
FLYING: Final = 4
SOURCE: Final = "ffmpeg test pictures, synthetic"
#: fonts that know Japanese, as Debian installs them
FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
)
#: how long an encoder may take to end [s]
END_S: Final = 5.0
_LOOK_S: Final = 1.0
#: the newest places where nothing else is known: beside the first gauges [degrees], about 300 m
_BESIDE_DEG: Final = 0.003


class VideoDrillError(OpsError):
    """Raised when test pictures cannot be published; says what is missing."""


@dataclass
class _Encoder:
    """One ffmpeg, and when it may be started again."""

    picture: MovingPicture
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    back_off: BackOff = field(default_factory=BackOff)
    next_s: float = 0.0


class VideoDrill:
    """Publishes test pictures while the context lasts."""

    def __init__(
        self, root: Path, pictures: Sequence[MovingPicture], *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`root` is the installation's video folder. Raises `VideoDrillError` without ffmpeg."""
        program = shutil.which("ffmpeg")
        if program is None:
            raise VideoDrillError("ffmpeg is not installed: apt-get install ffmpeg")
        self.pictures = list(pictures)
        self.restarts = 0
        self._program = program
        self._font = next((font for font in FONTS if Path(font).exists()), None)
        self._clock_s = clock_s
        self._encoders = [_Encoder(picture, root / picture.name) for picture in pictures]

    def __enter__(self) -> Self:
        """Begin with empty folders."""
        for encoder in self._encoders:
            shutil.rmtree(encoder.folder, ignore_errors=True)
            encoder.folder.mkdir(parents=True)
            self._start(encoder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every encoder, and remove what they wrote."""
        running = [one.process for one in self._encoders if one.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for encoder in self._encoders:
            shutil.rmtree(encoder.folder, ignore_errors=True)

    def look(self) -> None:
        """Start again what fell, after a growing wait."""
        for encoder in self._encoders:
            if encoder.process is not None and encoder.process.poll() is not None:
                encoder.process = None
                encoder.next_s = self._clock_s() + encoder.back_off.wait_s(self._clock_s())
                self.restarts += 1
            if encoder.process is None and self._clock_s() >= encoder.next_s:
                self._start(encoder)

    @property
    def pids(self) -> list[int]:
        """The process ids of the encoders that run."""
        return [one.process.pid for one in self._encoders if one.process is not None]

    def _start(self, encoder: _Encoder) -> None:
        encoder.process = subprocess.Popen(
            [self._program, *ffmpeg_arguments(encoder.picture, font=self._font)],
            cwd=encoder.folder,
            # What is burnt in is Japan's time, wherever this machine stands.
            env={**os.environ, "TZ": "JST-9"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def register(database_url: str, pictures: Sequence[MovingPicture], slug: str | None = None) -> None:
    """Register test pictures as streams of an incident's wall; again = looked at anew."""
    with connect(database_url, application="sonae drill") as connection, connection.cursor() as cursor:
        try:
            incident = find_incident(connection, slug).id
        except NoIncidentError as fault:
            raise VideoDrillError(str(fault)) from fault
        craft = _names(cursor, "SELECT id FROM vehicle WHERE synthetic ORDER BY id LIMIT %s", FLYING)
        rows = cursor.execute(
            "SELECT ST_X(geom), ST_Y(geom) FROM gauge ORDER BY id LIMIT %s", (len(pictures),)
        ).fetchall()
        for number, picture in enumerate(pictures):
            vehicle = craft[number] if number < len(craft) else None
            place = rows[number] if vehicle is None and number < len(rows) else None
            put_video(cursor, incident, _stream(picture, vehicle, place))


def _names(cursor: psycopg.Cursor[tuple[str]], statement: str, most: int) -> list[str]:
    return [row[0] for row in cursor.execute(statement, (most,)).fetchall()]


def _stream(picture: MovingPicture, vehicle: str | None, place: tuple[float, float] | None) -> NewVideo:
    return NewVideo(
        id=picture.name,
        name=f"模擬映像{picture.number}",
        way="folder",
        path=picture.name,
        source=SOURCE,
        vehicle_id=vehicle,
        lon=None if place is None else place[0] + _BESIDE_DEG,
        lat=None if place is None else place[1] + _BESIDE_DEG,
        synthetic=True,
    )


def run_videos(
    state_dir: Path, database_url: str, slug: str | None, count: int, *, stop: threading.Event
) -> None:
    """Publish `count` test pictures until `stop`. Raises `VideoDrillError`."""
    pictures = [MovingPicture(number) for number in range(1, count + 1)]
    with VideoDrill(state_dir / "video", pictures) as drill:
        register(database_url, pictures, slug)
        while not stop.wait(_LOOK_S):
            drill.look()
