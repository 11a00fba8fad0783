"""The wall that all screens of an incident share: which tile is large, and the order if a person set one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from msgspec import Meta, Struct
from psycopg.rows import dict_row

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import NotFoundError
from dashboard.parts import address_of, parts_of
from dashboard.rows import fetch, require_incident
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection, open_incident_of
from geo.change import Change, record
from geo.queries import load
from geo.video import wall_value

router = APIRouter(prefix="/api/wall")
_SQL = load("geo", "video.sql")

Anybody = Annotated[Session, Depends(require())]
Keeper = Annotated[Session, Depends(require("duty_officer", "approver", "administrator"))]
#: `video:ID` or `camera:ID`
Tile = Annotated[str, Meta(pattern=r"^(video|camera):[^\x00-\x1f]{1,128}$")]


class WallForm(Struct, kw_only=True, forbid_unknown_fields=True):
    """What all screens shall show: the large tile, and the order; null = by need."""

    selected: Tile | None
    ranking: Annotated[list[Tile], Meta(max_length=200)] | None = None


@router.get("")
async def wall(request: Request, _session: Anybody) -> Response:
    """Return the current incident's wall; one that nobody touched yet is ordered by need."""
    async with parts_of(request).pool.connection() as connection:
        incident = await require_incident(connection)
        rows = await fetch(connection, _SQL["walls"], incident=incident.id)
    untouched = {"id": incident.id, "selected": None, "ranking": None, "changed_at": None, "author": None}
    return json_answer(wall_value(rows[0] if rows else untouched))


@router.put("")
async def change(request: Request, session: Keeper) -> Response:
    """Change the wall for all screens; the last word holds. Audited."""
    form = await read_json(request, WallForm)

    def write(connection: Connection) -> dict[str, Any]:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            incident = open_incident_of(connection)
            if form.selected is not None:
                _require_tile(connection, form.selected)
            given = {"incident": incident.id, "selected": form.selected, "ranking": form.ranking}
            now = parts_of(request).wall()
            cursor.execute(_SQL["set_wall"], {**given, "now": now, "author": session.account_id})
            row = cursor.execute(_SQL["walls"], {"incident": incident.id}).fetchone()
            assert row is not None  # noqa: S101 - it was written in this transaction
            value = wall_value(row)
            record(cursor, incident.id, [Change("wall", str(incident.id), row["version"], value)])
            entry = AuditEntry(
                action="wall.changed",
                account_id=session.account_id,
                object_kind="wall",
                object_id=str(incident.id),
                detail={"selected": form.selected, "ranking": form.ranking},
                address=address_of(request),
            )
            audit.write(connection, entry)
            return value

    return json_answer(await parts_of(request).tablets.run(write))


def _require_tile(connection: Connection, tile: str) -> None:
    kind, _, id_ = tile.partition(":")
    found = connection.execute(_SQL["videos" if kind == "video" else "camera"], {"id": id_}).fetchone()
    if found is None:
        raise NotFoundError(f"there is no {kind} {id_[:64]!r}")
