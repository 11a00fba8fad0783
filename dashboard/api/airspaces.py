"""Airspaces: geofences, 緊急用務空域, operation volumes, as the centre sets, changes and ends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg.rows import DictRow

from dashboard.air_desk import Desk, Words, tell, within
from dashboard.airspace_form import AirspaceForm, ChangedAirspace, EndedAirspace, columns, revision
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.errors import ChangedMeanwhileError, NotFoundError, WrongStateError
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.air_value import airspace_value
from geo.change import Change
from geo.moment import utc_text
from geo.queries import load

router = APIRouter(prefix="/api/airspaces")
_SQL = load("dashboard", "airspace.sql")
_AIRSPACE = load("geo", "airspace.sql")

Anybody = Annotated[Session, Depends(require())]
Coordinator = Annotated[Session, Depends(require("duty_officer", "administrator"))]

_KINDS: Final = {
    "emergency": ("緊急用務空域", "emergency airspace"),
    "keep-out": ("飛行禁止区域", "keep-out area"),
    "keep-in": ("飛行範囲", "keep-in area"),
    "operation": ("運航空間", "operation volume"),
}
_ACTS: Final = {"set": ("を設定", "set"), "changed": ("を変更", "changed"), "ended": ("を終了", "ended")}


@router.get("")
async def airspaces(request: Request, _session: Anybody, ended: Annotated[bool, Query()] = False) -> Response:
    """Return the airspaces of the current incident, with `ended=true` those that were ended too."""

    def read(desk: Desk) -> list[dict[str, Any]]:
        found = desk.cursor.execute(_SQL["all"], {"incident": desk.incident_id, "ended": ended}).fetchall()
        return [_told(desk, row) for row in found]

    return json_answer({"airspaces": await within(request, _session, read)})


@router.post("")
async def add(request: Request, session: Coordinator) -> Response:
    """Set an airspace. One that stands already and says the same is answered instead of set twice."""
    form = await read_json(request, AirspaceForm)

    def write(desk: Desk) -> tuple[int, int]:
        given = {**columns(form, desk.now), "incident": desk.incident_id}
        now_on = {"from_now": form.from_at is None}
        same = desk.cursor.execute(_SQL["same"], {**given, **now_on}).fetchone()
        if same is not None:
            return same["id"], 200
        row = desk.cursor.execute(
            _SQL["add"], {**given, "author": session.account_id, "now": desk.now}
        ).fetchone()
        assert row is not None  # noqa: S101 - an insert returns its row
        _tell(desk, "set", row["id"], given)
        return row["id"], 201

    number, status = await within(request, session, write)
    return json_answer({"id": number, "revision": await _revision(request, session, number)}, status)


@router.put("/{number}")
async def change(request: Request, number: int, session: Coordinator) -> Response:
    """Change an airspace that was seen as `revision`; 409 when somebody changed or ended it meanwhile."""
    form = await read_json(request, ChangedAirspace)

    def write(desk: Desk) -> None:
        before = _held(desk, number, form.revision)
        given = columns(form, desk.now)
        if form.from_at is None:
            given["from_at"] = before["from_at"]
        desk.cursor.execute(_SQL["change"], {**given, "id": number})
        _tell(desk, "changed", number, given)

    await within(request, session, write)
    return json_answer({"id": number, "revision": await _revision(request, session, number)})


@router.post("/{number}/end")
async def end(request: Request, number: int, session: Coordinator) -> Response:
    """End an airspace that was seen as `revision`: it is gone from the screens, and kept."""
    form = await read_json(request, EndedAirspace)

    def write(desk: Desk) -> None:
        before = _held(desk, number, form.revision)
        desk.cursor.execute(_SQL["end"], {"id": number, "now": desk.now})
        _tell(desk, "ended", number, before)

    await within(request, session, write)
    return json_answer({"id": number})


async def _revision(request: Request, session: Session, number: int) -> str:
    return await within(request, session, lambda desk: revision(_row(desk, number)))


def _row(desk: Desk, number: int) -> DictRow:
    parameters = {"incident": desk.incident_id, "id": number}
    known = 0 < number < 2**31
    row = desk.cursor.execute(_SQL["held"], parameters).fetchone() if known else None
    if row is None:
        raise NotFoundError(f"there is no airspace {number} in this incident")
    return row


def _held(desk: Desk, number: int, seen: str) -> DictRow:
    """Return the row of an airspace that stands as it was seen, held for this transaction."""
    row = _row(desk, number)
    if row["ended_at"] is not None:
        raise WrongStateError(f"airspace {number} was ended at {utc_text(row['ended_at'])}")
    if revision(row) != seen:
        raise ChangedMeanwhileError(f"airspace {number} was changed by somebody else meanwhile")
    return row


def _told(desk: Desk, row: DictRow) -> dict[str, Any]:
    """Return an airspace as the list tells it: as on the screens, and by whom and as what it was written."""
    parameters = {"incident": desk.incident_id, "id": row["id"]}
    shown = desk.cursor.execute(_AIRSPACE["airspaces"], parameters).fetchone()
    assert shown is not None  # noqa: S101 - it was listed in this transaction
    return {
        **(airspace_value({**shown, "ended_at": None}) or {}),
        "author": row["author"],
        "created_at": utc_text(row["created_at"]),
        "ended_at": utc_text(row["ended_at"]),
        "revision": revision(_row(desk, row["id"])),
    }


def _tell(desk: Desk, act: str, number: int, given: Mapping[str, Any]) -> None:
    """Tell the screens and the chronology, and audit."""
    (kind_ja, kind_en), (act_ja, act_en) = _KINDS[given["kind"]], _ACTS[act]
    words = Words(
        code=f"airspace.{act}",
        object_kind="airspace",
        object_id=str(number),
        text=f"{kind_ja}「{given['name']}」{act_ja}（{given['source']}）",
        text_en=f"{kind_en} “{given['name']}” {act_en} ({given['source']})",
        params={
            **{name: given[name] for name in ("kind", "name", "source")},
            "exempt": list(given["exempt"]),
        },
    )
    desk.cursor.execute(_AIRSPACE["airspaces"], {"incident": desk.incident_id, "id": number})
    changes = [
        Change("airspace", str(row["id"]), row["version"], airspace_value(row))
        for row in desk.cursor.fetchall()
    ]
    tell(desk, words, changes)
