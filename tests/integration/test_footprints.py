"""The duty over camera poses on a real database and a real raster: poses in, footprints out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.rows import dict_row
from pyproj import CRS
from rasterio.transform import Affine

from geo.camera import NewCamera, add_camera
from geo.engine import connect
from geo.footprint import CameraPoseError, NewCameraPose, add_camera_pose, register_lens
from geo.forecast.terrain_register import NewTerrain, register_terrain
from geo.incident import Incident, open_incident
from geo.settings import Settings
from geo.terrain import Raster, write_raster
from ingest.footprint_duty import FootprintDuty

START = datetime(2026, 6, 3, tzinfo=UTC)
LON, LAT = 134.36, 34.07
POSE = """
INSERT INTO pose_point (vehicle_id, observed_at, key, incident_id, received_at, geom, yaw_deg, pitch_deg,
                        roll_deg, hfov_deg, vfov_deg, zoom, image_width, altitudes, height_tp_m, height_sd_m,
                        flag, extra)
VALUES (%(vehicle)s, %(at)s, %(key)s, %(incident)s, %(at)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326),
        %(yaw)s, -90, 0, %(hfov)s, %(vfov)s, %(zoom)s, 1920, '[]', %(height)s, 5, %(flag)s, %(extra)s)
"""


def register_plain(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Register a plain 10 m above T.P. around the tests' place."""
    from pyproj import Transformer

    x, y = Transformer.from_crs(4326, 6672, always_xy=True).transform(LON, LAT)
    like = Raster(
        np.full((120, 120), 10.0),
        Affine(25, 0, x - 1500, 0, -25, y + 1500),
        CRS.from_epsg(6672),
        25,
        25,
        "T.P.",
        0,
    )
    write_raster(folder / "plain.tif", like.values, like, unit="m", description="ground")
    register_terrain(connection, NewTerrain(source=folder / "plain.tif", name="試験", credit="test"), folder)


def add_pose(connection: psycopg.Connection[Any], incident: Incident, seconds: float, **changed: Any) -> None:
    at = START + timedelta(seconds=seconds)
    given = {
        "vehicle": "heli-1",
        "hfov": 60,
        "vfov": 40,
        "zoom": None,
        "lon": LON,
        "lat": LAT,
        "yaw": 0.0,
        "height": 130.0,
        "flag": 1,
        "extra": None,
    }
    given |= {"at": at, "key": str(seconds), "incident": incident.id} | changed
    connection.execute(POSE, given | {"extra": json.dumps(given["extra"]) if given["extra"] else None})


@pytest.fixture
def sky(database_url: str, tmp_path: Path) -> Iterator[tuple[psycopg.Connection[Any], Incident, Settings]]:
    settings = Settings(installation="demo", state_dir=tmp_path, database_url=database_url)
    with connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('demo')")
        incident = open_incident(connection, slug="test", name="試験", kind="drill", opened_at=START)
        connection.execute(
            "INSERT INTO vehicle (id, source, source_id, kind, callsign) VALUES"
            " ('heli-1', 'sonae/v1', 'heli-1', 'helicopter', 'うずしお')"
        )
        register_plain(connection, tmp_path)
        yield connection, incident, settings


def test_poses_become_footprints_once_and_are_told(
    sky: tuple[psycopg.Connection[Any], Incident, Settings],
) -> None:
    connection, incident, settings = sky
    for number in range(30):
        add_pose(connection, incident, number / 10)
    add_pose(connection, incident, 5, height=None)
    add_pose(connection, incident, 6, extra={"camera": "ir", "frame_id": 7, "stream_s": 12.5})
    add_pose(connection, incident, 6.5, flag=4)
    add_pose(connection, incident, 7, lon=LON + 1)
    with connection.cursor() as cursor:
        register_lens(cursor, "dji:D1", 60, 40, "data sheet")
    untold = {"hfov": None, "vfov": None, "zoom": 2.0}
    add_pose(connection, incident, 8, vehicle="dji:D1", extra={"camera": "52-0-0"}, **untold)
    add_pose(connection, incident, 9, vehicle="dji:D2", **untold)
    duty = FootprintDuty(settings, lambda: START)
    duty.work(connection, incident)
    rows = connection.cursor(row_factory=dict_row)
    rows.execute(
        "SELECT *, ST_Area(geom::geography) AS measured_m2, ST_X(centre) AS x FROM footprint"
        " ORDER BY observed_at"
    )
    found = rows.fetchall()
    assert [row["reason"] for row in found] == [None] * 3 + [
        "height-unknown",
        None,
        "position-failed",
        "no-terrain",
        None,
        "angle-unknown",
    ]
    width, height = (2 * 120 * np.tan(np.radians(angle / 2)) for angle in (60, 40))
    assert found[0]["measured_m2"] == pytest.approx(width * height, rel=0.01)
    assert found[0]["x"] == pytest.approx(LON, abs=1e-5)
    assert found[0]["sample_m"] == pytest.approx(width / 1920, rel=0.01)
    assert (found[4]["camera_id"], found[4]["frame_id"], found[4]["stream_s"]) == ("heli-1/ir", "7", 12.5)
    assert (found[7]["camera_id"], found[7]["bounds"]) == ("dji:D1/52-0-0", ["lens-registered"])
    assert found[7]["measured_m2"] == pytest.approx(width * height / 4, rel=0.01)
    assert duty.detail["footprints"] == 5
    # another process goes on where this one ended; late and repeated poses change nothing that is there
    again = FootprintDuty(settings, lambda: START)
    again.work(connection, incident)
    add_pose(connection, incident, 20)
    duty.work(connection, incident)
    again.work(connection, incident)
    assert rows.execute("SELECT count(*) AS n FROM footprint").fetchone() == {"n": 10}
    told = rows.execute(
        "SELECT object_id, version, value::json AS value FROM change WHERE kind = 'footprint' ORDER BY id"
    ).fetchall()
    assert {row["object_id"] for row in told} >= {"vehicle:heli-1", "vehicle:heli-1/ir"}
    newest = [row["value"] for row in told if row["object_id"] == "vehicle:heli-1"][-1]
    assert (newest["name"], newest["observed_at"]) == ("うずしお", "2026-06-03T00:00:20Z")
    assert newest["geometry"]["type"] == "MultiPolygon"
    assert newest["camera"] == newest["vehicle"] == "heli-1"


def test_a_fixed_camera_sees_from_when_it_is_said_how_it_looks(
    sky: tuple[psycopg.Connection[Any], Incident, Settings],
) -> None:
    connection, incident, settings = sky
    pose = NewCameraPose(
        camera_id="eye", from_at=START, height_tp_m=20, yaw_deg=90, pitch_deg=-10, hfov_deg=50, vfov_deg=15,
        source="measured",
    )  # fmt: skip
    with connection.transaction(), connection.cursor() as cursor:
        with pytest.raises(CameraPoseError, match="no camera 'eye'"), connection.transaction():
            add_camera_pose(cursor, pose)
        add_camera(cursor, NewCamera(id="eye", name="試験カメラ", lon=LON, lat=LAT, source="test"))
        add_camera_pose(cursor, pose)
        with pytest.raises(CameraPoseError, match="said already"), connection.transaction():
            add_camera_pose(cursor, pose)
    FootprintDuty(settings, lambda: START).work(connection, incident)
    FootprintDuty(settings, lambda: START).work(connection, incident)
    rows = connection.execute(
        "SELECT camera_kind, camera_id, open, ST_XMin(geom), ST_XMax(geom) FROM footprint"
    )
    [(kind, camera, is_open, west, east)] = rows.fetchall()
    assert (kind, camera, is_open) == ("fixed", "eye", False)
    assert LON < west < east
    value = connection.execute("SELECT value::json FROM change WHERE kind = 'footprint'").fetchone()
    assert value is not None
    assert (value[0]["name"], value[0]["vehicle"]) == ("試験カメラ", None)
