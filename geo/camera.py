"""River cameras in the database: registering one, and adding a version of its calibration."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import psycopg

from geo.queries import load

_SQL = load("geo", "camera.sql")


class CameraError(ValueError):
    """Raised when a camera names what is not there; says what."""


@dataclass(frozen=True, kw_only=True)
class NewCamera:
    """A camera as it is registered; see `geo.schema.camera.Camera`."""

    id: str
    name: str
    #: degrees, EPSG:4326
    lon: float
    lat: float
    source: str
    river: str | None = None
    area_code: str | None = None
    gauge_id: str | None = None
    compare_gauge_id: str | None = None
    interval_s: int = 300
    still_url: str | None = None
    synthetic: bool = False


def add_camera(cursor: psycopg.Cursor[Any], camera: NewCamera) -> None:
    """Register a camera, or change it, within the cursor's transaction. Raises `CameraError`."""
    if not (-180 <= camera.lon <= 180 and -90 <= camera.lat <= 90):
        raise CameraError(f"camera {camera.id}: {camera.lon}, {camera.lat} is no place on earth")
    for gauge in (camera.gauge_id, camera.compare_gauge_id):
        if (
            gauge is not None
            and cursor.execute("SELECT 1 FROM gauge WHERE id = %s", (gauge,)).fetchone() is None
        ):
            raise CameraError(f"camera {camera.id}: there is no gauge {gauge!r}")
    cursor.execute(_SQL["add"], asdict(camera))


def nearest_gauge(cursor: psycopg.Cursor[Any], camera: NewCamera) -> str | None:
    """Return the gauge nearest to a camera within 5 km, on its river where that is known; None = none."""
    parameters = {"river": camera.river, "lon": camera.lon, "lat": camera.lat, "own": camera.gauge_id}
    row = cursor.execute(_SQL["nearest_gauge"], parameters).fetchone()
    return None if row is None else str(next(iter(row.values())) if isinstance(row, dict) else row[0])


def add_calibration(
    cursor: psycopg.Cursor[Any],
    camera_id: str,
    calibration: bytes,
    *,
    residual_m: float,
    spare: int,
    author_id: int | None = None,
) -> int:
    """Add a version of a calibration (its JSON, checked by `sensors.camera`) and return its number."""
    cursor.execute(
        _SQL["add_calibration"],
        {
            "camera": camera_id,
            "calibration": msgspec.json.format(calibration, indent=0).decode(),
            "residual_m": residual_m,
            "spare": spare,
            "author": author_id,
        },
    )
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate without GROUP BY always answers
    return int(row["version"] if isinstance(row, dict) else row[0])
