"""Footprints in the database: adding them, telling the screens the newest ones; fixed cameras' poses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from geo.air_value import footprint_id, footprint_value
from geo.change import Change
from geo.queries import load

_SQL = load("geo", "footprint.sql")

Row = Mapping[str, Any]

#: an angle of view beyond this is none of a plane picture [degrees]
WIDEST_DEG: Final = 179.0


class CameraPoseError(ValueError):
    """Raised when a camera cannot look as it is said to; names the field."""


@dataclass(frozen=True, kw_only=True)
class NewCameraPose:
    """How a fixed camera looks; see `geo.schema.footprint.CameraPose`."""

    camera_id: str
    from_at: datetime
    height_tp_m: float
    yaw_deg: float
    pitch_deg: float
    hfov_deg: float
    vfov_deg: float
    source: str
    roll_deg: float = 0.0
    height_sd_m: float = 1.0
    author_id: int | None = None


def add_camera_pose(cursor: psycopg.Cursor[Any], pose: NewCameraPose) -> int:
    """Say how a fixed camera looks from a moment on, and return the pose's number.

    Raises `CameraPoseError` for angles that are none, a camera that is not there, and a moment for which it
    was said already.
    """
    check_camera_pose(pose)
    try:
        cursor.execute(_SQL["add_camera_pose"], asdict(pose))
    except (psycopg.errors.ForeignKeyViolation, psycopg.errors.UniqueViolation) as fault:
        raise refusal(pose, fault) from fault
    row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an insert returns its row
    return int(row["id"] if isinstance(row, dict) else row[0])


def check_camera_pose(pose: NewCameraPose) -> None:
    """Raise `CameraPoseError` naming the field that cannot be."""
    bounds = {
        "height_tp_m": (-100.0, 4000.0),
        "height_sd_m": (0.0, 1000.0),
        "yaw_deg": (-360.0, 360.0),
        "pitch_deg": (-90.0, 90.0),
        "roll_deg": (-180.0, 180.0),
        "hfov_deg": (0.1, WIDEST_DEG - 0.1),
        "vfov_deg": (0.1, WIDEST_DEG - 0.1),
    }
    for name, (low, high) in bounds.items():
        value = getattr(pose, name)
        # false for NaN too
        if not low <= value <= high:
            raise CameraPoseError(f"{name}: {value} is not between {low:g} and {high:g}")
    if not pose.source.strip():
        raise CameraPoseError("source: say whence the pose is known")


def refusal(pose: NewCameraPose, fault: psycopg.Error) -> CameraPoseError:
    """Return what the database's refusal of a pose means."""
    if isinstance(fault, psycopg.errors.ForeignKeyViolation):
        return CameraPoseError(f"camera_id: there is no camera {pose.camera_id!r}")
    return CameraPoseError(f"from_at: how {pose.camera_id!r} looks from then on was said already")


def register_lens(
    cursor: psycopg.Cursor[Any], camera_id: str, hfov_deg: float, vfov_deg: float, source: str
) -> None:
    """Say what lens a vehicle's camera is flown with that tells no angle of view; the newest word holds.

    `camera_id`: a vehicle's id, with the camera's own name after a slash where it has several; the vehicle's
    alone speaks for all of them. Raises `CameraPoseError` naming what cannot be.
    """
    for name, value in (("hfov_deg", hfov_deg), ("vfov_deg", vfov_deg)):
        if not 0.1 <= value <= WIDEST_DEG - 0.1:
            raise CameraPoseError(f"{name}: {value} is not between 0.1 and {WIDEST_DEG - 0.1:g}")
    if not source.strip() or not camera_id.strip():
        raise CameraPoseError("source: say whose camera it is, and whence its lens is known")
    cursor.execute(
        _SQL["put_lens"],
        {"camera_id": camera_id, "hfov_deg": hfov_deg, "vfov_deg": vfov_deg, "source": source},
    )


def add_footprints(cursor: psycopg.Cursor[Any], incident_id: int, rows: Sequence[Row]) -> int:
    """Add footprints (rows of `footprint.sql: add` without `incident`) within the transaction.

    The newest of each camera becomes its state. Returns how many were new.
    """
    return sum(_add(cursor, incident_id, row) for row in rows)


def _add(cursor: psycopg.Cursor[Any], incident_id: int, row: Row) -> bool:
    found = cursor.execute(_SQL["add"], {**row, "incident": incident_id}).fetchone()
    if found is None:
        return False
    number = int(found["id"] if isinstance(found, dict) else found[0])
    names = ("camera_kind", "camera_id", "observed_at")
    state = {name: row[name] for name in names} | {"incident": incident_id, "footprint": number}
    cursor.execute(_SQL["newest"], state)
    return True


def footprint_changes(
    connection: psycopg.Connection[Any], incident_id: int, cameras: Sequence[tuple[str, str]]
) -> list[Change]:
    """Return what the screens are told of the newest footprints of `cameras` (kind and id)."""
    named = sorted({footprint_id(kind, camera) for kind, camera in cameras})
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["states"], {"incident": incident_id, "cameras": named}).fetchall()
    return [Change("footprint", row["id"], row["version"], footprint_value(row)) for row in rows]
