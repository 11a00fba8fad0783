"""The answer to "who saw this place": cameras with their times, their best pictures, what is not known.

Pure: rows of `geo/sql/seen.sql` in, the answer of docs/footprints.md out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from geo.moment import utc_text
from sensors.footprint.limits import Memory

Row = Mapping[str, Any]
#: kind and id of a camera
Camera = tuple[str, str]

#: spans of one camera that are told, newest first
MOST_SPANS: Final = 100


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time in which a camera saw the place, with how many footprints or frames."""

    from_at: datetime
    to_at: datetime
    pictures: int


@dataclass(kw_only=True)
class Sighting:
    """A camera that saw the place."""

    #: newest first
    spans: list[Span] = field(default_factory=list)
    #: the footprint of its best picture
    best: int = 0
    #: picture and moment of that, where pictures are kept apart from footprints
    frame: tuple[int, datetime] | None = None
    now: bool = False
    #: how the best so far ranks: distance to the middle in parts of the picture, metres a pixel
    rank: tuple[float, float] = (float("inf"), float("inf"))


def sightings(
    spans: Iterable[Row], fixed: Sequence[Row], newest: Iterable[Row], memory: Memory, *, now: datetime
) -> dict[Camera, Sighting]:
    """Return who saw the place.

    `newest`: the newest footprint of each camera, by which it still sees the place while that is young.
    """
    found: dict[Camera, Sighting] = {}
    for row in spans:
        sighting = found.setdefault((row["camera_kind"], row["camera_id"]), Sighting())
        sighting.spans.append(Span(from_at=row["from_at"], to_at=row["to_at"], pictures=row["pictures"]))
        rank = tuple(
            float("inf") if value is None else float(value)
            for value in (row["best_share"], row["best_sample_m"])
        )
        if sighting.best == 0 or rank < sighting.rank:
            sighting.best, sighting.rank = row["best"], (rank[0], rank[1])
    for row in newest:
        sighting_now = found.get((row["camera_kind"], row["camera_id"]))
        # A photograph sees nothing any more, however young it is.
        if sighting_now is not None and row["covers"] and row["camera_kind"] != "photo":
            sighting_now.now = now - row["observed_at"] <= young_for(row["interval_s"], memory)
    return found | fixed_sightings(fixed, memory, now=now)


def young_for(interval_s: float | None, memory: Memory) -> timedelta:
    """Return how old the newest footprint of a camera with that rhythm may be to count as of now."""
    rhythm_s = min(interval_s or 0.0, memory.longest_interval_s)
    return timedelta(seconds=max(memory.now_s, memory.intervals * rhythm_s))


def fixed_sightings(rows: Sequence[Row], memory: Memory, *, now: datetime) -> dict[Camera, Sighting]:
    """Return the fixed cameras of `rows` (their frames, newest first); the newest frame is the best."""
    found: dict[Camera, Sighting] = {}
    for row in rows:
        if row["frame_id"] is None:
            continue
        gap = timedelta(seconds=memory.intervals * row["interval_s"])
        at = row["observed_at"]
        sighting = found.setdefault(("fixed", row["camera_id"]), Sighting())
        if not sighting.spans:
            sighting.best, sighting.frame = row["footprint_id"], (row["frame_id"], at)
            sighting.now = row["holds"] and now - at <= gap
        if sighting.spans and sighting.spans[-1].from_at - at <= gap:
            last = sighting.spans[-1]
            sighting.spans[-1] = Span(from_at=at, to_at=last.to_at, pictures=last.pictures + 1)
        else:
            sighting.spans.append(Span(from_at=at, to_at=at, pictures=1))
    return found


def seen_cameras(found: Mapping[Camera, Sighting], details: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the cameras as the wire carries them: those that see now first, then the latest."""
    by_id = {row["id"]: row for row in details}
    told = [
        (sighting, _camera(sighting, by_id[sighting.best]))
        for sighting in found.values()
        if sighting.best in by_id
    ]
    told.sort(key=lambda pair: (pair[0].now, pair[0].spans[0].to_at), reverse=True)
    return [camera for _, camera in told]


def _camera(sighting: Sighting, best: Row) -> dict[str, Any]:
    spans = sighting.spans
    return {
        "kind": best["camera_kind"],
        "id": best["camera_id"],
        "name": best["name"],
        "vehicle": best["vehicle_id"],
        "vehicle_kind": best["vehicle_kind"],
        "synthetic": best["synthetic"],
        "state": "sees-now" if sighting.now else "saw",
        "last_at": utc_text(spans[0].to_at),
        "spans": [
            {"from": utc_text(span.from_at), "to": utc_text(span.to_at), "pictures": span.pictures}
            for span in spans[:MOST_SPANS]
        ],
        "more_spans": max(0, len(spans) - MOST_SPANS),
        "best": _best(sighting, best),
    }


def _best(sighting: Sighting, row: Row) -> dict[str, Any]:
    names = ("lon", "lat", "height_tp_m", "geometry", "way", "open", "uncertainty_m", "sample_m")
    at = row["observed_at"] if sighting.frame is None else sighting.frame[1]
    sure = None if row["uncertainty_m"] is None else row["inside_m"] >= row["uncertainty_m"]
    return {
        **{name: row[name] for name in names},
        "footprint": row["id"],
        "observed_at": utc_text(at),
        "bounds": list(row["bounds"]),
        "centre": None if row["centre_lon"] is None else [row["centre_lon"], row["centre_lat"]],
        "off_centre_m": row["off_m"],
        "inside_m": row["inside_m"],
        "sure": sure,
        "frame": _frame(sighting, row),
    }


def _frame(sighting: Sighting, row: Row) -> dict[str, Any] | None:
    """Return a footprint's picture: kept frames with their addresses, others as the source names them."""
    if sighting.frame is not None:
        address = f"/api/cameras/{row['camera_id']}/frames/{sighting.frame[0]}"
        pictures = {"picture": f"{address}/picture", "thumbnail": f"{address}/thumbnail"}
        return {"id": str(sighting.frame[0]), "stream_s": None, **pictures}
    if row["camera_kind"] == "photo":
        address = f"/api/photos/{row['camera_id']}"
        pictures = {"picture": f"{address}/picture", "thumbnail": f"{address}/thumbnail"}
        return {"id": row["camera_id"], "stream_s": None, **pictures}
    if row["frame_id"] is None and row["stream_s"] is None:
        return None
    return {"id": row["frame_id"], "stream_s": row["stream_s"], "picture": None, "thumbnail": None}


def unknown_cameras(
    views: Iterable[Row], fixed: Sequence[Row], cameras: Iterable[Row], vehicles: Iterable[Row]
) -> list[dict[str, Any]]:
    """Return the cameras near the place of which it is not known whether they saw it, nearest first.

    One that looks at the place and showed no usable picture in that time is among them, wherever it stands.
    """
    shown = {row["camera_id"] for row in fixed if row["frame_id"] is not None}
    blind = {row["camera_id"]: row for row in fixed if row["camera_id"] not in shown}
    told = [
        _unknown(row["camera_kind"], row["camera_id"], row, row["reason"], row["latest_at"], row["pictures"])
        for row in views
    ]
    told += [_unknown("fixed", camera, row, "no-frame", None, None) for camera, row in blind.items()]
    told += [_unknown("fixed", row["id"], row, "no-pose", None, None) for row in cameras]
    told += [_unknown("vehicle", row["id"], row, "no-pose", row["latest_at"], None) for row in vehicles]
    return sorted(told, key=lambda row: (row["distance_m"], row["kind"], row["id"]))


def _unknown(
    kind: str, camera: str, row: Row, reason: str, latest_at: datetime | None, pictures: int | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": camera,
        "name": row["name"],
        "reason": reason,
        "latest_at": utc_text(latest_at),
        "pictures": pictures,
        "distance_m": row["distance_m"],
    }
