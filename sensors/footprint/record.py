"""A footprint as the columns in which it is kept, and a stored pose as what footprints are made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import shapely

from sensors.footprint.footprint import Footprint, View

Row = Mapping[str, Any]


def view_of(pose: Row) -> View:
    """Return the view of a stored pose: a row of `geo/sql/footprint.sql: poses` or `fixed_poses`."""
    names = ("yaw_deg", "pitch_deg", "roll_deg", "hfov_deg", "vfov_deg")
    pictured = ("image_width", "image_height", "corners", "centre")
    told: dict[str, Any] = {name: pose[name] for name in names} | {name: pose.get(name) for name in pictured}
    return View(
        lon=pose["lon"],
        lat=pose["lat"],
        height_m=pose["height_tp_m"],
        height_sd_m=pose["height_sd_m"],
        **told,
    )


@dataclass(frozen=True)
class Lens:
    """The angles of view at zoom 1 that somebody registered for a camera that tells none [degrees]."""

    hfov_deg: float
    vfov_deg: float


def with_lens(view: View, lens: Lens, zoom: float | None) -> View:
    """Return a view with the angles of a registered lens, if it told none; they narrow with the zoom."""
    if view.hfov_deg is not None or view.vfov_deg is not None:
        return view
    times = 1.0 if zoom is None or not zoom >= 1 else zoom
    across, along = (
        math.degrees(2 * math.atan(math.tan(math.radians(angle) / 2) / times))
        for angle in (lens.hfov_deg, lens.vfov_deg)
    )
    return replace(view, hfov_deg=across, vfov_deg=along, lens_registered=True)


def camera_of(pose: Row) -> str:
    """Return the camera of a stored pose: the vehicle, and the camera's own name where it has several."""
    own = (pose["extra"] or {}).get("camera")
    return f"{pose['vehicle_id']}/{own}" if isinstance(own, str) and own else str(pose["vehicle_id"])


def frame_of(pose: Row) -> tuple[str | None, float | None]:
    """Return the picture that a stored pose says it belongs to, and how far into a stream it lies [s]."""
    extra = pose["extra"] or {}
    frame, stream = extra.get("frame_id"), extra.get("stream_s")
    named = isinstance(frame, str | int) and not isinstance(frame, bool) and frame != ""
    timed = isinstance(stream, int | float) and not isinstance(stream, bool)
    return (str(frame)[:200] if named else None), (float(stream or 0) if timed else None)


def footprint_row(
    footprint: Footprint,
    view: View,
    *,
    camera: tuple[str, str],
    observed_at: datetime,
    key: str,
    frame: tuple[str | None, float | None] = (None, None),
) -> dict[str, Any]:
    """Return the columns of a footprint (`geo/sql/footprint.sql: add`); `camera` is its kind and id."""
    shape, centre = footprint.geometry, footprint.centre
    return {
        "camera_kind": camera[0],
        "camera_id": camera[1],
        "observed_at": observed_at,
        "key": key,
        "frame_id": frame[0],
        "stream_s": frame[1],
        "lon": view.lon,
        "lat": view.lat,
        "height_tp_m": view.height_m,
        "geom": None if shape is None else shapely.to_wkb(shape),
        "centre_lon": None if centre is None else centre[0],
        "centre_lat": None if centre is None else centre[1],
        "bounds": list(footprint.bounds),
        **{
            name: getattr(footprint, name)
            for name in ("reason", "way", "open", "uncertainty_m", "sample_m", "area_m2")
        },
    }
