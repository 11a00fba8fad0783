"""Whether every picture the demo's camera sent is stored once, and read as the same pictures are offline."""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.engine import connect
from ops.camera_drill import CAMERA, HANGS_EVERY
from ops.check import Finding
from sensors.camera.limits import camera_limits
from sensors.camera.reading import CameraState, Reader
from sensors.simulate.camera import sample_calibration

#: how long the pictures may take to be written [s]
WRITTEN_S: Final = 60.0
_FRAMES = (
    "SELECT f.observed_at, f.level_m, f.flag, f.quality, f.reason, f.health, f.time_source, f.digest, p.data"
    " FROM camera_frame f JOIN frame_picture p ON p.digest = f.digest"
    " WHERE f.camera_id = %s ORDER BY f.observed_at"
)


def camera_finding(database_url: str, sent: int) -> Finding:
    """Compare what the database holds with what was sent, and with reading the same pictures here."""
    with connect(database_url, application="sonae check", autocommit=True) as connection:
        rows = _frames(connection, sent)
    hung = sent // HANGS_EVERY
    wrong = [] if len(rows) == sent else [f"{sent} pictures were sent, {len(rows)} are stored"]
    reader, state = Reader(sample_calibration(), camera_limits()), CameraState()
    for row in rows:
        reading, state = reader.read(bytes(row["data"]), row["observed_at"], state)
        if row["time_source"] != "message":
            wrong.append(f"{row['observed_at']}: the time is {row['time_source']}'s, not the message's")
        wrong += [
            f"{row['observed_at']}: {name} is {row[name]}, read here {getattr(reading, name)}"
            for name in ("level_m", "flag", "quality", "reason", "health")
            if row[name] != getattr(reading, name)
        ]
    stuck = sum(row["health"] == "stuck" for row in rows)
    if stuck != hung:
        wrong.append(f"it hung {hung} times, and {stuck} pictures are known as stuck")
    accepted = sum(row["flag"] == 1 for row in rows)
    pictures = len({row["digest"] for row in rows})
    return Finding(
        "pictures of a camera stored and read as offline",
        f"{len(rows)} frames, {pictures} pictures, {accepted} accepted, {len(rows) - accepted} abstained",
        wrong,
    )


def _frames(connection: psycopg.Connection[Any], expected: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + WRITTEN_S
    while True:
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_FRAMES, (CAMERA,)).fetchall()
        if len(rows) >= expected or time.monotonic() > deadline:
            return rows
        time.sleep(0.2)
