"""A small valley with a river and a plain, registered as terrain in a filled database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import DictRow
from pyproj import CRS
from rasterio.transform import Affine  # type: ignore[import-untyped]

from geo.clock import wall_now
from geo.engine import connect
from geo.flood.levels.forecast import STEPS_S
from geo.flood.levels.network import LEVELS
from geo.forecast.simulation_duty import SimulationDuty
from geo.forecast.simulation_order import Order, order_run
from geo.forecast.simulation_request import read_request
from geo.forecast.simulation_store import read_run
from geo.forecast.terrain_register import NewTerrain, RegisteredTerrain, register_terrain
from geo.incident import Incident, find_incident
from geo.partition import ensure_months
from geo.settings import Settings
from geo.terrain import Raster, write_raster

#: EPSG:6671, plane rectangular zone III: metres that are metres
CRS_PLANE = CRS.from_epsg(6671)
CELL_M = 20.0
#: a corner of the plain near 133.9 E, 34.2 N in that zone [m]
WEST, NORTH = 160_000.0, -190_000.0
OPENED = datetime(2026, 6, 2, tzinfo=UTC)


def valley(rows: int = 60, columns: int = 80) -> np.ndarray:
    """A plain that falls gently to the south-east, a levee and unknown ground (the river) in the west."""
    y, x = np.mgrid[:rows, :columns]
    ground = 20.0 - 0.002 * CELL_M * (x + y) / 2
    ground[:, :4] = np.nan
    ground[:, 4] = 24.0
    return np.asarray(ground, np.float64)


def terrain_file(folder: Path, ground: np.ndarray | None = None, *, datum: str | None = "T.P.") -> Path:
    values = valley() if ground is None else ground
    transform = Affine(CELL_M, 0, WEST, 0, -CELL_M, NORTH)
    path = folder / "valley.tif"
    raster = Raster(values, transform, CRS_PLANE, CELL_M, CELL_M, datum, 0.0)
    write_raster(path, values, raster, unit="m", description="ground")
    return path


def lonlat(column: float, row: float) -> list[float]:
    """Longitude and latitude of a place given in columns and rows."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(CRS_PLANE, 4326, always_xy=True)
    lon, lat = to_degrees.transform(WEST + CELL_M * column, NORTH - CELL_M * row)
    return [lon, lat]


def line(first: float = 28.5, last: float = 31.5, column: float = 4.5) -> dict[str, Any]:
    """A breach along the levee."""
    return {"type": "LineString", "coordinates": [lonlat(column, first), lonlat(column, last)]}


def request(**changed: Any) -> dict[str, Any]:
    return {
        "breach": line(),
        "hours": 1.0,
        "discharge": {"kind": "constant", "m3_s": 40.0},
        **changed,
    }


def put_terrain(url: str, state_dir: Path, ground: np.ndarray | None = None) -> RegisteredTerrain:
    with connect(url) as connection:
        new = NewTerrain(source=terrain_file(state_dir, ground), name="valley", credit="made for a test")
        return register_terrain(connection, new, state_dir)


def settings(url: str, state_dir: Path, **changed: Any) -> Settings:
    return Settings(installation="demo", state_dir=state_dir, database_url=url, **changed)


def order(url: str, state_dir: Path, **changed: Any) -> DictRow:
    with connect(url) as connection:
        incident = find_incident(connection)
        asked = Order(request=read_request(request(**changed)))
        return order_run(connection, asked, incident, incident.now(wall_now()), state_dir)


def run_row(url: str, run_id: int) -> DictRow:
    with connect(url) as connection:
        return read_run(connection, run_id)


def work_until(
    duty: SimulationDuty, url: str, done: Callable[[], bool], *, timeout: float = 60, pause: float = 0.1
) -> None:
    """Let the duty work until `done`."""
    end = time.monotonic() + timeout
    with connect(url, autocommit=True) as connection:
        incident: Incident = find_incident(connection)
        while not done():
            assert time.monotonic() < end, "it did not happen in time"
            duty.work(connection, incident)
            time.sleep(pause)


def ended(url: str, run_id: int) -> Callable[[], bool]:
    return lambda: run_row(url, run_id)["state"] in ("done", "stopped", "failed")


def changes(connection: psycopg.Connection[Any], run_id: int) -> list[tuple[int, Any]]:
    return connection.execute(
        "SELECT version, value FROM change WHERE kind = 'inundation' AND object_id = %s ORDER BY id",
        (str(run_id),),
    ).fetchall()


#: a run that was done and left nothing wet
DONE_RUN = """
INSERT INTO inundation_run
    (incident_id, cause, title, title_en, request, inflow, discharge, terrain_id, breach, part, grid, bounds,
     manning, hours, frame_s, starts_at, state, notes, frames, summary, requested_at)
SELECT %(incident)s, 'drawn', 'x', 'x', '{}', '{"median": {"time_s": [0], "m3_s": [1]}}', '{}', t.id, '{}',
       '[0,60,0,80]', '{"rows": 60, "columns": 80, "tile": 256, "unknown": false}', '[0,0,1,1]', 0.04, 1, 600,
       now(), 'done', '[]', '{"median": [0, 3600]}', '{"median": {}}', now()
FROM terrain t
"""

GAUGE = """
INSERT INTO gauge (id, name, river, geom, datum, zero_tp_m, danger_m, source)
VALUES ('g1', '立ヶ花', '千曲川', ST_SetSRID(ST_MakePoint(133.9, 34.27), 4326), 'gauge zero', 15.0, 7.0,
        'test')
"""


def put_gauge(connection: psycopg.Connection[Any]) -> None:
    """A gauge whose zero is 15 m above T.P."""
    connection.execute(GAUGE)


def put_forecast(
    connection: psycopg.Connection[Any], incident: Incident, origin: datetime, *, alarm: bool
) -> None:
    """Its forecast: the river stays 7 m above its zero, give or take half a metre."""
    with connection.cursor() as cursor:
        ensure_months(cursor, {(origin.year, origin.month)}, "level_forecast")
    spread = np.interp(LEVELS, [0.05, 0.5, 0.95], [-0.5, 0.0, 0.5])
    levels = np.tile(7.0 + spread, len(STEPS_S)).tolist()
    common = {"incident": incident.id, "origin": origin, "alarm": alarm}
    connection.execute(
        "INSERT INTO level_forecast (incident_id, gauge_id, origin_at, state_version, made_at, status,"
        " thresholds_m, level_m, alarm) VALUES (%(incident)s, 'g1', %(origin)s, 1, %(origin)s, 'full', '{}',"
        " %(levels)s, %(alarm)s)",
        {**common, "levels": levels},
    )
    connection.execute(
        "INSERT INTO forecast_state (incident_id, gauge_id, version, state_version, origin_at, status,"
        " warned, value) VALUES (%(incident)s, 'g1', 1, 1, %(origin)s, 'full', false,"
        " json_build_object('alarm', %(alarm)s::boolean))"
        " ON CONFLICT (incident_id, gauge_id) DO UPDATE SET origin_at = excluded.origin_at,"
        " value = excluded.value",
        common,
    )


def site_document(**changed: Any) -> dict[str, Any]:
    """A breach site as planners register it."""
    properties = {"id": "b1", "name": "右岸 12.4k", "gauge": "g1", "width_m": 60, **changed}
    feature = {"type": "Feature", "properties": properties, "geometry": line()}
    return {"type": "FeatureCollection", "features": [feature]}
