"""The whole picture: read in one snapshot of the database, together with its position in the feed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from dashboard.live.message import LiveObject, array, live_object, picture_id
from dashboard.live.viewport import Viewport
from geo.air_value import airspace_value, footprint_value, proximity_id, proximity_value, vehicle_value
from geo.change import Position, horizon
from geo.incident import incident_from_row, incident_value
from geo.landing_site import landing_site_value
from geo.live_value import (
    CHRONOLOGY_VERSION,
    QUARANTINE_ID,
    SAFETY_TOTAL_ID,
    advice_value,
    camera_value,
    chronology_value,
    depot_value,
    disruption_value,
    forecast_value,
    gauge_identity,
    gauge_value,
    inundation_value,
    order_value,
    proposal_value,
    quarantine_value,
    request_id,
    request_value,
    safety_total_value,
    safety_value,
    service_value,
    shelter_value,
    truck_value,
    warning_value,
)
from geo.mission import mission_value
from geo.photo import photo_value
from geo.queries import load
from geo.video import video_value, wall_value

log = logging.getLogger(__name__)
_SQL = load("dashboard", "snapshot.sql")
_AIRSPACE = load("geo", "airspace.sql")
_CAMERA = load("geo", "camera.sql")
_FOOTPRINT = load("geo", "footprint.sql")
_MISSION = load("geo", "mission.sql")
_ORDER = load("geo", "order.sql")
_PHOTO = load("geo", "photo.sql")
_PROPOSAL = load("geo", "proposal.sql")
_SAFETY = load("geo", "safety.sql")
_STATUS = load("shelters", "status.sql")
_SUPPLY = load("shelters", "supply.sql")
_VEHICLE = load("geo", "vehicle.sql")
_VIDEO = load("geo", "video.sql")

#: entries of the chronology in a snapshot; older ones are asked for
CHRONOLOGY_ENTRIES = 200
#: how old a snapshot may be that a screen begins with [s]; what changed since follows at once
FRESH_S = 1.0

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


@dataclass(frozen=True)
class Snapshot:
    """Every object of a picture as of `position`."""

    position: Position
    picture_id: str
    objects: Mapping[str, list[LiveObject]]
    _whole: dict[str, msgspec.Raw] = field(default_factory=dict)

    def arrays(
        self, viewport: Viewport | None = None, local: Iterable[tuple[str, LiveObject]] = ()
    ) -> dict[str, msgspec.Raw]:
        """Return for each kind the JSON array of its objects that `viewport` holds, `local` ones added.

        Without a viewport each array is built once, however many screens begin with it.
        """
        added: dict[str, list[LiveObject]] = {}
        for kind, item in local:
            added.setdefault(kind, []).append(item)
        return {
            kind: array([*objects, *added[kind]], viewport) if kind in added else self._array(kind, viewport)
            for kind, objects in self.objects.items()
        }

    def _array(self, kind: str, viewport: Viewport | None) -> msgspec.Raw:
        if viewport is not None:
            return array(self.objects[kind], viewport)
        if kind not in self._whole:
            self._whole[kind] = array(self.objects[kind])
        return self._whole[kind]


async def read_snapshot(pool: Pool) -> Snapshot:
    """Read the whole picture. Raises `psycopg.Error` or `PoolTimeout` when the database does not answer."""
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(_SQL["begin"])
        position = (await horizon(connection)).position
        rows = _Rows(connection.cursor(row_factory=dict_row))
        identity = (await rows.of("identity"))[0]
        incident: int | None = identity["incident_id"]
        objects = {
            "incident": await _incident(rows),
            "gauge": await _gauges(rows, incident),
            "warning": await _warnings(rows, incident),
            "chronology": await _chronology(rows, incident),
            "service": await _services(rows),
            "quarantine": await _quarantine(rows),
            "forecast": await _forecasts(rows, incident),
            "inundation": await _inundations(rows, incident),
            "camera": _objects(
                "camera", await rows.read(_CAMERA["standings"], incident=incident, camera=None), camera_value
            ),
            "photo": _objects(
                "photo", await rows.read(_PHOTO["photos"], incident=incident, ids=None), photo_value
            ),
            **await _air(rows, incident),
            **await _missions(rows, incident),
            **await _videos(rows, incident),
            **await _shelters(rows, incident),
            **await _orders(rows, incident),
            "safety": await _safety(rows, incident),
        }
    return Snapshot(position, picture_id(identity["database"], incident), objects)


class _Rows:
    """Rows of the named statements, all read by one cursor."""

    def __init__(self, cursor: psycopg.AsyncCursor[DictRow]) -> None:
        self._cursor = cursor

    async def of(self, statement: str, **parameters: Any) -> list[DictRow]:  # noqa: ANN401
        return await self.read(_SQL[statement], **parameters)

    async def read(self, statement: LiteralString, **parameters: Any) -> list[DictRow]:  # noqa: ANN401
        await self._cursor.execute(statement, parameters)
        return await self._cursor.fetchall()


async def _incident(rows: _Rows) -> list[LiveObject]:
    incidents = map(incident_from_row, await rows.of("incident"))
    return [live_object("incident", str(it.id), it.version, incident_value(it)) for it in incidents]


async def _gauges(rows: _Rows, incident: int | None) -> list[LiveObject]:
    states = {row["gauge_id"]: row for row in await rows.of("states", incident=incident)}
    found = []
    for gauge in await rows.of("gauges"):
        state = states.get(gauge["id"])
        version = 0 if state is None else state["version"]
        found.append(live_object("gauge", gauge["id"], version, gauge_value(gauge_identity(gauge), state)))
    return found


async def _warnings(rows: _Rows, incident: int | None) -> list[LiveObject]:
    found = await rows.of("warnings", incident=incident)
    return [live_object("warning", row["id"], row["version"], warning_value(row)) for row in found]


async def _chronology(rows: _Rows, incident: int | None) -> list[LiveObject]:
    found = await rows.of("chronology", incident=incident, limit=CHRONOLOGY_ENTRIES)
    return [
        live_object("chronology", str(row["id"]), CHRONOLOGY_VERSION, chronology_value(row)) for row in found
    ]


async def _services(rows: _Rows) -> list[LiveObject]:
    found = await rows.of("services")
    return [live_object("service", row["id"], row["version"], service_value(row)) for row in found]


async def _quarantine(rows: _Rows) -> list[LiveObject]:
    found = await rows.of("quarantine")
    reasons = {row["error_code"]: row["messages"] for row in found}
    total = sum(reasons.values())
    latest = max((row["latest_at"] for row in found), default=None)
    return [live_object("quarantine", QUARANTINE_ID, total, quarantine_value(total, latest, reasons))]


async def _forecasts(rows: _Rows, incident: int | None) -> list[LiveObject]:
    found = await rows.of("forecasts", incident=incident)
    return [live_object("forecast", row["gauge_id"], row["version"], forecast_value(row)) for row in found]


async def _inundations(rows: _Rows, incident: int | None) -> list[LiveObject]:
    found = await rows.of("inundations", incident=incident)
    return [live_object("inundation", str(row["id"]), row["version"], inundation_value(row)) for row in found]


async def _air(rows: _Rows, incident: int | None) -> dict[str, list[LiveObject]]:
    """Return what flies, the airspaces, and who comes near whom (docs/tracks.md)."""
    vehicles = await rows.read(_VEHICLE["states"], incident=incident, vehicles=None)
    airspaces = await rows.read(_AIRSPACE["airspaces"], incident=incident, id=None)
    near = await rows.read(_AIRSPACE["proximities"], incident=incident)
    seen = await rows.read(_FOOTPRINT["states"], incident=incident, cameras=None)
    return {
        "vehicle": _objects("vehicle", vehicles, vehicle_value),
        "airspace": _objects("airspace", airspaces, airspace_value),
        "footprint": _objects("footprint", seen, footprint_value),
        "proximity": [
            live_object(
                "proximity",
                proximity_id(row["first_id"], row["second_id"]),
                row["version"],
                proximity_value(row),
            )
            for row in near
        ],
    }


async def _missions(rows: _Rows, incident: int | None) -> dict[str, list[LiveObject]]:
    """Return what is asked of the air, and where it can land (docs/missions.md)."""
    read = partial(rows.read, incident=incident, ids=None)
    return {
        "mission": _objects("mission", await read(_MISSION["missions"]), mission_value),
        "landing_site": _objects("landing_site", await read(_MISSION["sites"]), landing_site_value),
    }


async def _videos(rows: _Rows, incident: int | None) -> dict[str, list[LiveObject]]:
    """Return the video streams and the wall (docs/video-wall.md)."""
    return {
        "video": _objects("video", await rows.read(_VIDEO["videos"], id=None), video_value),
        "wall": _objects("wall", await rows.read(_VIDEO["walls"], incident=incident), wall_value),
    }


async def _shelters(rows: _Rows, incident: int | None) -> dict[str, list[LiveObject]]:
    """Return shelters and supplies (docs/tablet.md)."""
    read = partial(rows.read, incident=incident, truck=None, depot=None)
    requests = [
        live_object("request", request_id(row["shelter_id"], row["line"]), row["version"], request_value(row))
        for row in await read(_SUPPLY["requests"])
    ]
    return {
        "shelter": _objects("shelter", await read(_STATUS["rows"]), shelter_value),
        "request": requests,
        "truck": _objects("truck", await read(_SUPPLY["trucks"]), truck_value),
        "depot": _objects("depot", await read(_SUPPLY["depots"]), depot_value),
        "disruption": _objects("disruption", await read(_SUPPLY["open_disruptions"]), disruption_value),
    }


async def _orders(rows: _Rows, incident: int | None) -> dict[str, list[LiveObject]]:
    """Return proposals, orders of municipalities and the prefecture's advice (docs/orders.md)."""
    read = partial(rows.read, incident=incident, id=None)
    return {
        "proposal": _objects("proposal", await read(_PROPOSAL["proposals"]), proposal_value),
        "order": _objects("order", await read(_ORDER["orders"]), order_value),
        "advice": _objects("advice", await read(_ORDER["advice"]), advice_value),
    }


async def _safety(rows: _Rows, incident: int | None) -> list[LiveObject]:
    """Return the residents who ask for help, and the counts of all reports (docs/public.md)."""
    found = _objects("safety", await rows.read(_SAFETY["reports"], incident=incident, id=None), safety_value)
    total = (await rows.read(_SAFETY["total"], incident=incident))[0]
    counts = live_object("safety", SAFETY_TOTAL_ID, total["version"], safety_total_value(total))
    return [*found, counts]


def _objects(kind: str, rows: list[DictRow], value_of: Callable[[DictRow], Any]) -> list[LiveObject]:
    return [live_object(kind, str(row["id"]), row["version"], value_of(row)) for row in rows]


class Snapshots:
    """Snapshots for screens that begin: one read serves all that come within `FRESH_S`."""

    def __init__(self, pool: Pool, *, monotonic: Callable[[], float]) -> None:
        """`monotonic` is a clock [s]."""
        self._pool = pool
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._newest: Snapshot | None = None
        self._read_at = 0.0

    async def at_least(self, start: Position, picture: str) -> Snapshot | None:
        """Return a recent snapshot of `picture`, not before `start`; None when the database gives none.

        The one that is read may be of another picture when the incident has just changed.
        """
        async with self._lock:
            if (found := self._newest) is not None and self._usable(found, start, picture):
                return found
            try:
                found = await read_snapshot(self._pool)
            except (psycopg.Error, PoolTimeout) as fault:
                log.warning("no snapshot can be read: %s", str(fault).strip())
                return None
            self._newest, self._read_at = found, self._monotonic()
            return found

    def _usable(self, found: Snapshot, start: Position, picture: str) -> bool:
        fresh = self._monotonic() - self._read_at <= FRESH_S
        return fresh and found.picture_id == picture and found.position >= start
