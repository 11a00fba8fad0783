"""The demo's camera: real pictures of another river, at a synthetic place, by the incident's clock.

What it reads is shown and marked as made up; it is no gauge and has none beside it, because its water
is not that of the storm.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
import psycopg

from geo.camera import NewCamera, add_calibration, add_camera
from geo.clock import wall_now
from geo.engine import connect
from geo.incident import NoIncidentError, find_incident
from ops.camera_device import CameraDevice, CameraDeviceError
from ops.fleet import broker_place
from ops.installation import Installation
from ops.scenario import Scenario, load_scenario
from sensors.camera.geometry import fit
from sensors.simulate.camera import frame_at, sample_calibration

CAMERA: Final = "drill-camera-1"
#: how often it shows a picture, by the incident's clock
EVERY: Final = timedelta(minutes=30)
#: of so many pictures the last is the one before it, sent again
HANGS_EVERY: Final = 17
SOURCE: Final = "pictures: GRIME2 (Apache-2.0), Birgand et al.; place synthetic"
#: how often the clock is looked at, and how long a fault is waited for [s]
_LOOK_S, _AGAIN_S = 0.5, 3.0
#: beside the gauge whose area it lends: 0.004 degrees are about 400 m
_BESIDE_DEG: Final = 0.004


@dataclass(frozen=True)
class DrillCamera:
    """Who sends: its area, its password, and from when on it takes pictures."""

    area_code: str
    password: str
    start: datetime
    end: datetime


def make_camera(installation: Installation, scenario: Scenario) -> DrillCamera:
    """Register the camera of a scenario's demo with its calibration and broker account; again = unchanged."""
    gauge = scenario.gauges[0]
    camera = NewCamera(
        id=CAMERA,
        name=f"訓練カメラ（架空・{gauge.name}付近）",
        lon=gauge.lon + _BESIDE_DEG,
        lat=gauge.lat + _BESIDE_DEG,
        area_code=gauge.area_code,
        interval_s=int(EVERY.total_seconds()),
        synthetic=True,
        source=SOURCE,
    )
    calibration, url = sample_calibration(), installation.settings.require_database_url()
    geometry = fit(calibration)
    with connect(url, application="sonae demo") as connection, connection.cursor() as cursor:
        add_camera(cursor, camera)
        cursor.execute(
            "INSERT INTO device (id, kind) VALUES (%s, 'camera') ON CONFLICT DO NOTHING", (CAMERA,)
        )
        cursor.execute("SELECT 1 FROM camera_calibration WHERE camera_id = %s", (CAMERA,))
        if cursor.fetchone() is None:
            add_calibration(
                cursor,
                CAMERA,
                msgspec.json.encode(calibration),
                residual_m=geometry.residual_m,
                spare=geometry.spare,
            )
    password = installation.credentials.broker_passwords([CAMERA])[CAMERA]
    if installation.broker is not None and CAMERA not in installation.broker.accounts():
        installation.broker.add_accounts({CAMERA: password})
    return DrillCamera(gauge.area_code, password, scenario.start, scenario.end)


class CameraDrill:
    """Sends what the camera has seen since it last did; a context manager that connects."""

    def __init__(self, camera: DrillCamera, place: tuple[str, int], after: datetime | None = None) -> None:
        """`place` is the broker's host and port; `after` is when its newest picture was taken, if any."""
        self._camera = camera
        self.device = CameraDevice(CAMERA, camera.password, camera.area_code, place)
        self._next = camera.start if after is None else after + EVERY

    def catch_up(self, moment: datetime, *, stopped: Callable[[], bool] = lambda: False) -> None:
        """Send every picture taken until `moment`. Raises `CameraDeviceError`; the next call goes on."""
        while self._next <= min(moment, self._camera.end) and not stopped():
            number = (self._next - self._camera.start) // EVERY
            # now and then it hangs, as cameras do, and sends what it sent before
            hung = EVERY if number % HANGS_EVERY == HANGS_EVERY - 1 else timedelta()
            shown = frame_at(self._camera.start, EVERY, self._next - hung)
            assert shown is not None, "it begins with the scenario"  # noqa: S101
            self.device.send(shown[1].data, self._next, stopped=stopped)
            self._next += EVERY


def run_camera(
    installation: Installation,
    slug: str,
    *,
    stop: threading.Event,
    say: Callable[[str], None],
    wall: Callable[[], datetime] = wall_now,
) -> None:
    """Follow the incident's clock until `stop`; a fault is told and tried again."""
    settings = installation.settings
    camera = make_camera(installation, load_scenario(slug))
    place, url = broker_place(settings.require_mqtt_url()), settings.require_database_url()
    while not stop.is_set():
        try:
            with ExitStack() as held:
                drill = CameraDrill(camera, place, _newest(url, slug))
                held.enter_context(drill.device)
                while not stop.is_set():
                    drill.catch_up(_incident_time(url, slug, wall()), stopped=stop.is_set)
                    stop.wait(_LOOK_S)
        except (CameraDeviceError, psycopg.Error, NoIncidentError) as fault:
            say(f"camera: {fault}; trying again")
            stop.wait(_AGAIN_S)


def _incident_time(database_url: str, slug: str, wall: datetime) -> datetime:
    with connect(database_url, application="sonae drill", autocommit=True) as connection:
        return find_incident(connection, slug).now(wall)


def _newest(database_url: str, slug: str) -> datetime | None:
    with connect(database_url, application="sonae drill", autocommit=True) as connection:
        row = connection.execute(
            "SELECT max(observed_at) FROM camera_frame WHERE camera_id = %s AND incident_id = %s",
            (CAMERA, find_incident(connection, slug).id),
        ).fetchone()
    found: datetime | None = None if row is None else row[0]
    return found
