"""From a request to a run that waits: terrain found, water resolved, written down, told.

One way for all causes: an officer's line, a registered site whose gauge's forecast passed its set value, a
scenario. The run keeps what it was resolved to, so that it can be judged later by what it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Json

from geo.forecast.simulation_forecast import read_gauge_forecast
from geo.forecast.simulation_inflow import Inflow, resolve_inflow
from geo.forecast.simulation_member import frame_step_s
from geo.forecast.simulation_note import Note, note, with_notes
from geo.forecast.simulation_place import BreachPlace, place_breach
from geo.forecast.simulation_request import FromGauge, InundationRequest, RequestError, checked
from geo.forecast.simulation_screen import screen_grid
from geo.forecast.simulation_store import Entry, chronicle, publish
from geo.forecast.terrain_register import RegisteredTerrain, TerrainRegisterError, terrain_under
from geo.incident import Incident
from geo.queries import load
from geo.terrain import TerrainError

_SQL = load("geo", "inundation.sql")
Cause = Literal["drawn", "threshold", "scenario"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """Who asks, why, and what is said of it. Without a title the municipality gives one."""

    request: InundationRequest
    cause: Cause = "drawn"
    title: str | None = None
    title_en: str | None = None
    account_id: int | None = None
    account_name: str | None = None
    site_id: str | None = None
    #: t = 0; None = that of the gauge's forecast, else now
    starts_at: datetime | None = None
    notes: Sequence[Note] = field(default_factory=list)


def order_run(
    connection: psycopg.Connection[Any], order: Order, incident: Incident, now: datetime, state_dir: Path
) -> DictRow:
    """Write down a run that waits, its change and its entry in the chronology; return its row.

    `now` is the incident's. Nothing is written when it cannot be run: raises `RequestError` naming the field.
    """
    request = checked(order.request)
    terrain, place = _ground(connection, request, state_dir)
    forecast = None
    if isinstance(request.discharge, FromGauge):
        forecast = read_gauge_forecast(connection, incident.id, request.discharge.gauge, now)
    inflow = resolve_inflow(request, place, forecast)
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        title, title_en = _titles(cursor, order)
        parameters = _parameters(order, terrain, place, inflow)
        row = cursor.execute(
            _SQL["add"],
            parameters
            | {
                "incident": incident.id,
                "title": title,
                "title_en": title_en,
                "starts_at": order.starts_at or inflow.starts_at or now,
                "requested_at": now,
            },
        ).fetchone()
        assert row is not None  # noqa: S101 - an insert returns its row
        publish(cursor, row)
        chronicle(cursor, row, _entry(order, row), now)
    return row


def _ground(
    connection: psycopg.Connection[Any], request: InundationRequest, state_dir: Path
) -> tuple[RegisteredTerrain, BreachPlace]:
    """Return the best terrain on which the breach can be placed, and its place there."""
    found = terrain_under(connection, request.line, state_dir, terrain_id=request.terrain)
    if not found:
        if request.terrain is not None:
            raise RequestError("terrain", f"terrain {request.terrain} does not exist, or not under this line")
        raise RequestError("breach", "no terrain is registered here (./sonae terrain FILE.tif)")
    refused: RequestError | None = None
    for terrain in found:
        try:
            return terrain, place_breach(terrain.open(), request.line, request.land_side)
        except (TerrainRegisterError, TerrainError) as fault:
            refused = refused or RequestError("terrain", str(fault))
        except RequestError as fault:
            refused = refused or RequestError(fault.field, f"{fault.words} (terrain {terrain.name!r})")
    assert refused is not None  # noqa: S101 - there was at least one terrain
    raise refused


def _parameters(
    order: Order, terrain: RegisteredTerrain, place: BreachPlace, inflow: Inflow
) -> dict[str, Any]:
    request, screen = order.request, screen_grid(place.ground, with_source=False)
    unknown = bool(np.isnan(place.ground.values).any())
    notes = with_notes([*place.notes, *inflow.notes, *order.notes], [note("limits")])
    return {
        "cause": order.cause,
        "request": Json(request.document()),
        "inflow": Json(inflow.document()),
        "discharge": Json(inflow.discharge()),
        "terrain": terrain.id,
        "gauge": request.discharge.gauge if isinstance(request.discharge, FromGauge) else None,
        "site": order.site_id,
        "breach": Json({"type": "LineString", "coordinates": [list(point) for point in request.line.coords]}),
        "part": Json(list(place.part)),
        "grid": Json({**screen.document(), "unknown": unknown}),
        "bounds": Json(screen.bounds()),
        "manning": request.manning,
        "hours": request.hours,
        "frame_s": frame_step_s(request.hours),
        "notes": Json(notes),
        "requested_by": order.account_name,
        "requested_by_id": order.account_id,
    }


def _titles(cursor: psycopg.Cursor[DictRow], order: Order) -> tuple[str, str]:
    if order.title is not None:
        return order.title, order.title_en or order.title
    if order.request.title is not None and (given := order.request.title.strip()):
        return given, given
    lon, lat = order.request.line.interpolate(0.5, normalized=True).coords[0]
    area = cursor.execute(_SQL["area_of"], {"lon": lon, "lat": lat}).fetchone()
    place = area["name"] if area is not None else f"{lat:.4f}, {lon:.4f}"
    return f"破堤想定 {place}", f"What if the levee goes: {place}"


def _entry(order: Order, row: DictRow) -> Entry:
    discharge = row["discharge"]
    by_itself = order.cause == "threshold"
    return Entry(
        code="inundation.requested",
        text=f"浸水想定（シミュレーション）「{row['title']}」を"
        f"{'自動で' if by_itself else ''}計算開始: {discharge['words']}"
        f"{'（破堤の観測ではない）' if by_itself else ''}",
        text_en=f"Simulated flood “{row['title_en']}” "
        f"{'begun by itself' if by_itself else 'asked for'}: {discharge['words_en']}"
        f"{' (no breach was observed)' if by_itself else ''}",
        author_id=order.account_id,
        author=order.account_name,
    )
