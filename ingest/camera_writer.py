"""Writing frames: picture, reading, what is known of the camera now; within the batch's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from geo.change import Change
from geo.live_value import camera_value
from geo.queries import load
from ingest.camera_desk import FrameWork

_SQL = load("geo", "camera.sql")


def write_frames(
    cursor: psycopg.Cursor[Any], incident_id: int, frames: Sequence[FrameWork]
) -> tuple[int, list[Change]]:
    """Add `frames`; return how many were new, and the changes that tell the screens.

    The cursor's rows must be dicts.
    """
    written, touched = 0, set()
    for frame in frames:
        cursor.execute(_SQL["picture"], _picture(frame))
        cursor.execute(_SQL["frame"], {"incident": incident_id, **_frame(frame)})
        row = cursor.fetchone()
        if row is None:
            continue
        written += 1
        if frame.current:
            touched.add(frame.camera_id)
            cursor.execute(
                _SQL["standing"],
                {
                    "incident": incident_id,
                    "camera_id": frame.camera_id,
                    "frame": row["id"],
                    "memory": frame.memory.decode(),
                    "comparison": _json(frame.comparison),
                },
            )
    return written, [_change(cursor, incident_id, camera_id) for camera_id in sorted(touched)]


def _change(cursor: psycopg.Cursor[Any], incident_id: int, camera_id: str) -> Change:
    cursor.execute(_SQL["standings"], {"incident": incident_id, "camera": camera_id})
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - its standing was written just now
    return Change("camera", camera_id, row["version"], camera_value(row))


def _picture(frame: FrameWork) -> dict[str, Any]:
    names = ("digest", "content_type", "width_px", "height_px", "data", "thumbnail")
    return {name: getattr(frame, name) for name in names}


def _frame(frame: FrameWork) -> dict[str, Any]:
    reading = frame.reading
    evidence = {
        name: [candidate._asdict() for candidate in found] for name, found in reading.evidence.items()
    }
    return {
        **{name: getattr(frame, name) for name in ("camera_id", "received_at", "time_source", "digest")},
        **{name: getattr(reading, name) for name in ("observed_at", "level_m", "quality", "flag", "reason")},
        "calibration": frame.calibration,
        "health": reading.health,
        "waterline": _json(reading.waterline_px),
        "evidence": _json({"edges": evidence, "levels_m": reading.levels_m, "moved_px": reading.moved_px}),
    }


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
