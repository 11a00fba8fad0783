"""The values of what flies, as they go over the wire (`docs/tracks.md`), each built in this one place.

As in `geo.live_value`, writers of the change feed and the snapshot use the same functions on the same rows,
those of `geo/sql/vehicle.sql` and `geo/sql/airspace.sql`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from geo.moment import utc_text

Row = Mapping[str, Any]

#: the datum of every height on the wire
DATUM: Final = "T.P."


def vehicle_value(row: Row) -> dict[str, Any]:
    """Return a `vehicle` from its row: who it is, where it was last, and how sure that is."""
    identity = (
        *("id", "kind", "callsign", "registration", "icao24", "organisation", "source", "registered"),
        *("synthetic", "formation"),
    )
    told = (
        *("trust", "lon", "lat", "ground_speed_m_s", "course_deg", "heading_deg", "climb_m_s"),
        *("turn_deg_per_s", "on_ground", "battery_percent", "link", "emergency", "mission_id", "flag"),
        *("interval_s", "goodbye", "trail"),
    )
    return {
        **{name: row[name] for name in (*identity, *told)},
        "observed_at": utc_text(row["observed_at"]),
        "received_at": utc_text(row["received_at"]),
        "altitude": _altitude(row),
        "uncertainty_m": row["horizontal_accuracy_m"],
        "endurance_until": utc_text(row["endurance_until"]),
        "stale_at": utc_text(row["stale_at"]),
        "state": row["contact"],
        "state_since": utc_text(row["contact_since"]),
        "reasons": list(row["reasons"]),
    }


def _altitude(row: Row) -> dict[str, Any] | None:
    """Return the height above T.P. with its way; `value_m` null = 高度不明; None = no height was told."""
    if not row["altitudes"] and row["height_tp_m"] is None:
        return None
    return {
        "value_m": row["height_tp_m"],
        "datum": DATUM,
        "way": row["height_way"],
        "uncertainty_m": row["height_sd_m"],
        "reported": row["altitudes"],
    }


def airspace_value(row: Row) -> dict[str, Any] | None:
    """Return an `airspace` from its row with `geometry` (GeoJSON) and `present`; None when it was ended."""
    if row["ended_at"] is not None:
        return None
    names = ("id", "kind", "name", "geometry", "floor_tp_m", "ceiling_tp_m", "source", "present")
    return {
        **{name: row[name] for name in names},
        "exempt": list(row["exempt"]),
        "from_at": utc_text(row["from_at"]),
        "to_at": utc_text(row["to_at"]),
    }


def proximity_id(first: str, second: str) -> str:
    """Return the id of a pair on the wire; the order of the two does not matter."""
    return "|".join(sorted((first, second)))


def proximity_value(row: Row) -> dict[str, Any] | None:
    """Return a `proximity` (参考情報) from its row; None when the two are no longer near."""
    if row["ended_at"] is not None:
        return None
    names = ("horizontal_m", "vertical_m", "horizontal_only")
    return {
        "id": proximity_id(row["first_id"], row["second_id"]),
        "vehicles": [row["first_id"], row["second_id"]],
        **{name: row[name] for name in names},
        "since": utc_text(row["since"]),
        "entry_at": utc_text(row["entry_at"]),
        "closest_at": utc_text(row["closest_at"]),
    }


def footprint_id(camera_kind: str, camera_id: str) -> str:
    """Return the id of a camera's newest footprint on the wire."""
    return f"{camera_kind}:{camera_id}"


def footprint_value(row: Row) -> dict[str, Any]:
    """Return a `footprint` (docs/footprints.md) from a row of `geo/sql/footprint.sql: states`.

    `geometry` null: nobody knows where the camera looked, for the `reason`.
    """
    names = (
        *("id", "camera_kind", "name", "vehicle_kind", "synthetic", "lon", "lat", "height_tp_m", "geometry"),
        *("reason", "way", "open", "uncertainty_m", "sample_m", "frame_id", "stream_s", "interval_s"),
    )
    known = row["centre_lon"] is not None
    return {
        **{name: row[name] for name in names},
        "camera": row["camera_id"],
        "vehicle": row["vehicle_id"],
        "observed_at": utc_text(row["observed_at"]),
        "bounds": list(row["bounds"]),
        "centre": [round(row["centre_lon"], 6), round(row["centre_lat"], 6)] if known else None,
    }
