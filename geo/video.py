"""Video streams: what is registered, and the values of streams and walls on the wire (docs/video-wall.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import psycopg
from psycopg.rows import dict_row

from geo.change import Change, record
from geo.moment import utc_text
from geo.queries import load

Row = Mapping[str, Any]
_SQL = load("geo", "video.sql")

#: what an id or one part of a path may be: nothing that leads elsewhere
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: parts of a path below the folder or the gateway
DEEPEST: Final = 4


class VideoError(ValueError):
    """Raised when a stream cannot be registered; names what is wrong."""


@dataclass(frozen=True, kw_only=True)
class NewVideo:
    """A stream as somebody registers it. Raises `VideoError`.

    At most one of `vehicle_id` and `camera_id`; `lon`, `lat` [degrees, EPSG:4326] only without either.
    """

    id: str
    name: str
    way: Literal["folder", "gateway"]
    path: str
    source: str
    whep: bool = False
    vehicle_id: str | None = None
    camera_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    synthetic: bool = False
    author_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse what leads elsewhere, or contradicts itself."""
        if not NAME.fullmatch(self.id):
            raise VideoError(f"id {self.id[:80]!r} must be letters, digits, dots, hyphens (at most 64)")
        if not plain_path(self.path):
            raise VideoError(
                f"path {self.path[:80]!r} must be names below the folder or gateway, like heli/1"
            )
        if not self.name.strip() or not self.source.strip():
            raise VideoError("name and source must not be blank")
        if self.whep and self.way != "gateway":
            raise VideoError("whep: only a gateway offers WebRTC, not a folder")
        if self.vehicle_id is not None and self.camera_id is not None:
            raise VideoError("vehicle and camera: a stream has one owner at most")
        if (self.lon is None) != (self.lat is None):
            raise VideoError("lon and lat must both be given, or neither")
        if self.lon is not None and (self.vehicle_id or self.camera_id):
            raise VideoError("lon, lat: the place of a stream with an owner is its owner's")


def plain_path(path: str) -> bool:
    """Whether a path is a few plain names that lead nowhere else."""
    parts = path.split("/")
    return len(parts) <= DEEPEST and all(NAME.fullmatch(part) for part in parts)


def put_video(cursor: psycopg.Cursor[Any], incident_id: int | None, video: NewVideo) -> None:
    """Register a stream or change it, and tell the screens. Raises `VideoError` for an unknown camera."""
    if (
        video.camera_id is not None
        and cursor.execute(_SQL["camera"], {"id": video.camera_id}).fetchone() is None
    ):
        raise VideoError(f"camera: there is no camera {video.camera_id[:64]!r}")
    cursor.execute(
        _SQL["put"],
        {
            "id": video.id,
            "name": video.name.strip(),
            "way": video.way,
            "path": video.path,
            "whep": video.whep,
            "vehicle": video.vehicle_id,
            "camera": video.camera_id,
            "lon": video.lon,
            "lat": video.lat,
            "synthetic": video.synthetic,
            "source": video.source.strip(),
            "author": video.author_id,
        },
    )
    tell_video(cursor, incident_id, video.id)


def tell_video(cursor: psycopg.Cursor[Any], incident_id: int | None, video_id: str) -> None:
    """Tell the screens of an incident how a stream stands; without an incident nobody is told."""
    if incident_id is None:
        return
    with cursor.connection.cursor(row_factory=dict_row) as rows:
        row = rows.execute(_SQL["videos"], {"id": video_id}).fetchone()
    if row is not None:
        record(cursor, incident_id, [Change("video", video_id, row["version"], video_value(row))])


def video_value(row: Row) -> dict[str, Any] | None:
    """Return a `video` from a row of `geo/sql/video.sql: videos`; None when it was ended."""
    if row["ended_at"] is not None:
        return None
    names = (
        *("id", "name", "way", "whep", "synthetic", "source", "lon", "lat", "state", "reason"),
        *("time_source", "segment_s", "codecs"),
    )
    return {
        **{name: row[name] for name in names},
        "vehicle": row["vehicle_id"],
        "camera": row["camera_id"],
        "state_since": utc_text(row["state_since"]),
        "newest_at": utc_text(row["newest_at"]),
        "playlist": f"/api/videos/{row['id']}/hls/index.m3u8",
        "thumbnail": f"/api/videos/{row['id']}/thumbnail",
    }


def wall_value(row: Row) -> dict[str, Any]:
    """Return a `wall` from a row of `geo/sql/video.sql: walls`."""
    return {
        "id": row["id"],
        "selected": row["selected"],
        "ranking": None if row["ranking"] is None else list(row["ranking"]),
        "changed_at": utc_text(row["changed_at"]),
        "changed_by": row["author"],
    }
