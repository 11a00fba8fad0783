"""Missions: asked for, given to a vehicle, followed until they are done (docs/missions.md)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import shapely
from fastapi import APIRouter, Depends, Request, Response

from dashboard.air_desk import Desk, Words, tell, within
from dashboard.answer import json_answer
from dashboard.body import read_json
from dashboard.errors import BadInputError, WrongStateError
from dashboard.mission_desk import (
    LIMITS,
    check_links,
    mission_row,
    plan_of,
    shape_of_row,
    station_of,
    vehicle_row,
)
from dashboard.mission_form import ChangedMission, CheckForm, NewMission, StepForm, columns, place_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from geo.mission import (
    Step,
    add_mission,
    change_mission,
    go_on,
    mission_changes,
    mission_value,
    step_known,
    steps_of,
    write_step,
)
from geo.mission_status import CARRIED, ENDED, NEXT, may_follow
from geo.moment import utc_text
from geo.queries import load
from sensors.motion.mission_check import Plan, arrival, conflicts, endurance
from sensors.motion.station import Station

router = APIRouter()
_SQL = load("geo", "mission.sql")

Anybody = Annotated[Session, Depends(require())]
Reader = Annotated[Session, Depends(require("duty_officer", "approver", "field", "administrator"))]
Coordinator = Annotated[Session, Depends(require("duty_officer", "administrator"))]

_KINDS: Final = {
    "rescue": ("救助", "rescue"),
    "medical": ("救急", "medical"),
    "survey": ("偵察", "survey"),
    "transport": ("輸送", "transport"),
    "fire": ("消火", "fire-fighting"),
    "other": ("その他", "other"),
}
_ACTS: Final = {
    "requested": ("要請あり", "requested"),
    "returned": ("要請に戻る", "is requested again"),
    "tasked": ("付与", "tasked"),
    "accepted": ("受諾", "accepted"),
    "en-route": ("向かう", "en route"),
    "on-station": ("現場到着", "on station"),
    "done": ("完了", "done"),
    "cancelled": ("取消し", "cancelled"),
    "changed": ("内容を変更", "changed"),
}


@router.get("/api/rules/missions")
async def rules(_session: Anybody) -> Response:
    """Return the limits that server and screens share."""
    return json_answer(
        {
            "station_radius_m": LIMITS.station_radius_m,
            "landing_radius_m": LIMITS.landing_radius_m,
            "word_old_after_s": LIMITS.word_old_after_s,
            "next": {status: sorted(then) for status, then in NEXT.items()},
        }
    )


@router.get("/api/missions/{number}")
async def mission(request: Request, number: int, session: Reader) -> Response:
    """Return a mission with its history, the desk's note, the time on station, what speaks against it."""

    def read(desk: Desk) -> dict[str, Any]:
        row = mission_row(desk, number)
        told = desk.cursor.execute(
            _SQL["missions"], {"incident": desk.incident_id, "ids": [number]}
        ).fetchone()
        assert told is not None  # noqa: S101 - it is held
        against: dict[str, Any] = {"conflicts": [], "arrival": None, "endurance": None}
        if row["status"] in CARRIED:
            against = _against(desk, plan_of(desk, row, shape_of_row(row), row["vehicle_id"]))
        return {
            **mission_value(told),
            **against,
            "version": row["version"],
            "note": row["note"],
            "steps": steps_of(desk.cursor, number),
            "station": _station(station_of(desk, row) if row["status"] in CARRIED else None),
        }

    return json_answer(await within(request, session, read))


@router.post("/api/missions/check")
async def check(request: Request, session: Reader) -> Response:
    """Return what would speak against giving a mission, there already or not yet, to a vehicle."""
    form = await read_json(request, CheckForm)

    def read(desk: Desk) -> dict[str, Any]:
        if form.mission is None and form.geometry is None:
            raise BadInputError("geometry: a mission or a geometry must be given")
        row: dict[str, Any] = {"id": None, "radius_m": 0.0}
        if form.mission is not None:
            row = dict(mission_row(desk, form.mission))
        shape = shapely.from_wkb(row["shape"]) if form.geometry is None else place_of(form.geometry)
        typed = {
            "endurance_until": form.endurance_until,
            "endurance_told_at": None if form.endurance_until is None else desk.now,
            "landing_site_id": form.landing_site,
        }
        return _against(desk, plan_of(desk, {**row, **typed}, shape, form.vehicle))

    return json_answer(await within(request, session, read))


@router.post("/api/missions")
async def add(request: Request, session: Coordinator) -> Response:
    """Add a mission, with a vehicle given at once if one is named; 200 when this `key` came already."""
    form = await read_json(request, NewMission)

    def write(desk: Desk) -> tuple[dict[str, Any], int]:
        given = columns(form, desk.now, LIMITS.station_radius_m)
        check_links(desk, given)
        if form.vehicle is not None:
            vehicle_row(desk, form.vehicle)
        number, _, new = add_mission(desk.cursor, desk.incident_id, {**given, "key": form.key}, desk.now)
        if new:
            _step(desk, number, _made(desk, form.key, "requested", None), [])
            if form.vehicle is not None:
                _status(
                    desk,
                    number,
                    StepForm(key=f"{form.key}+", version=1, status="tasked", vehicle=form.vehicle),
                )
        return _answer(desk, number), 201 if new else 200

    answer, status = await within(request, session, write)
    return json_answer(answer, status)


@router.put("/api/missions/{number}")
async def change(request: Request, number: int, session: Coordinator) -> Response:
    """Change what a mission is, as seen at `version`; 409 when somebody changed it meanwhile."""
    form = await read_json(request, ChangedMission)

    def write(desk: Desk) -> dict[str, Any]:
        before = mission_row(desk, number)
        if step_known(desk.cursor, number, form.key):
            return _answer(desk, number)
        mission_row(desk, number, form.version)
        if before["status"] in ENDED:
            raise WrongStateError(f"mission {before['number']} is {before['status']}")
        given = columns(form, desk.now, LIMITS.station_radius_m)
        if form.requested_at is None:
            given["requested_at"] = before["requested_at"]
        if given["endurance_until"] == before["endurance_until"]:
            given["endurance_told_at"] = before["endurance_told_at"]
        check_links(desk, given)
        change_mission(desk.cursor, number, given)
        changed = {
            name: _plain(before[name]) for name in given if name != "shape" and given[name] != before[name]
        }
        if bytes(given["shape"]) != bytes(before["shape"]):
            changed["geometry"] = shapely.to_wkt(shape_of_row(before), rounding_precision=6)
        made = _made(desk, form.key, before["status"], before["vehicle_id"])
        _step(desk, number, Step(**{**_fields(made), "act": "changed", "detail": {"before": changed}}), [])
        return _answer(desk, number)

    return json_answer(await within(request, session, write))


@router.post("/api/missions/{number}/steps")
async def step(request: Request, number: int, session: Coordinator) -> Response:
    """Bring a mission to its next status, as seen at `version`; 409 where it cannot or was changed."""
    form = await read_json(request, StepForm)

    def write(desk: Desk) -> dict[str, Any]:
        mission_row(desk, number)
        if not step_known(desk.cursor, number, form.key):
            _status(desk, number, form)
        return _answer(desk, number)

    return json_answer(await within(request, session, write))


def _status(desk: Desk, number: int, form: StepForm) -> None:
    """Write a step to another status; conflicts are told with it and forbid nothing."""
    row = mission_row(desk, number, form.version)
    fault = may_follow(row["status"], form.status, vehicle=row["vehicle_id"], given=form.vehicle)
    if fault is not None:
        raise WrongStateError(fault)
    keeps = form.status in CARRIED and form.vehicle is None
    leaves = row["vehicle_id"] is not None and not keeps
    station = station_of(desk, row) if leaves else None
    vehicle = (
        form.vehicle
        if form.vehicle is not None
        else row["vehicle_id"]
        if form.status != "requested"
        else None
    )
    detail: dict[str, Any] = {}
    if station is not None:
        detail["station"] = _station(station)
    if form.vehicle is not None:
        vehicle_row(desk, form.vehicle)
        fresh = (
            {**row, "endurance_until": None, "endurance_told_at": None} if row["vehicle_id"] else dict(row)
        )
        detail |= _against(desk, plan_of(desk, fresh, shape_of_row(row), form.vehicle))
    made = _made(desk, form.key, form.status, vehicle)
    made = Step(**{**_fields(made), "note": form.note.strip(), "detail": detail})
    # what has ended keeps when it was given: the axis of time shows it
    given_back = form.status == "requested"
    assigned_at = desk.now if form.vehicle is not None else None if given_back else row["assigned_at"]
    go_on(desk.cursor, number, made, assigned_at=assigned_at, station_s=station.inside_s if station else 0.0)
    _step(desk, number, made, [row["vehicle_id"]])


def _made(desk: Desk, key: str, status: str, vehicle: str | None) -> Step:
    return Step(
        key=key, act="status", status=status, vehicle=vehicle, at=desk.now, author_id=desk.session.account_id
    )


def _fields(made: Step) -> dict[str, Any]:
    return {name: getattr(made, name) for name in Step.__dataclass_fields__}


def _step(desk: Desk, number: int, made: Step, before: Sequence[str | None]) -> None:
    """Write a step and tell of it; `before` are vehicles that had the mission."""
    write_step(desk.cursor, number, made)
    row = mission_row(desk, number)
    changes = mission_changes(desk.cursor, desk.incident_id, number, [*before, made.vehicle])
    returned = made.act == "status" and made.status == "requested" and bool(before)
    act = "changed" if made.act == "changed" else "returned" if returned else made.status
    (kind_ja, kind_en), (act_ja, act_en) = _KINDS[row["kind"]], _ACTS[act]
    who = "" if made.vehicle is None else f" {vehicle_row(desk, made.vehicle)['name']}"
    words = Words(
        code=f"mission.{act}",
        object_kind="mission",
        object_id=str(number),
        text=f"任務{row['number']}（{kind_ja}・{row['place']}）{act_ja}{who and '：' + who.strip()}",
        text_en=f"mission {row['number']} ({kind_en}, {row['place']}) {act_en}{who and ':' + who}",
        params={
            "number": row["number"],
            "kind": row["kind"],
            "vehicle": made.vehicle,
            "conflicts": [one["code"] for one in made.detail.get("conflicts", [])],
        },
    )
    tell(desk, words, changes)


def _against(desk: Desk, plan: Plan) -> dict[str, Any]:
    found = conflicts(plan, desk.now, LIMITS)
    return {
        "conflicts": [{"code": one.code, "params": dict(one.params)} for one in found],
        "arrival": utc_text(arrival(plan, desk.now, LIMITS)),
        "endurance": utc_text(endurance(plan)),
    }


def _station(station: Station | None) -> dict[str, Any] | None:
    if station is None:
        return None

    def moment(at_s: float | None) -> str | None:
        return None if at_s is None else utc_text(datetime.fromtimestamp(at_s, UTC))

    return {
        "inside_s": round(station.inside_s),
        "unknown_s": round(station.unknown_s),
        "first_at": moment(station.first_s),
        "since": moment(station.since_s),
    }


def _answer(desk: Desk, number: int) -> dict[str, Any]:
    row = mission_row(desk, number)
    return {"id": number, "number": row["number"], "version": row["version"], "status": row["status"]}


def _plain(value: object) -> object:
    return utc_text(value) if isinstance(value, datetime) else value
