"""Supply plans: a proposal from what is known now, and the orders made of it (docs/supply-plan.md)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Meta
from psycopg.rows import dict_row

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json, read_json_bytes
from dashboard.errors import BadInputError, PlanOutdatedError
from dashboard.parts import Parts, address_of, parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.supply_plan_answer import basis_answer
from dashboard.supply_plan_task import PlanTask, PlanWish, RefusedPlanError, compute
from dashboard.tablet.caller import EVERYWHERE
from dashboard.tablet.centre import write_as_centre
from dashboard.tablet.room import Connection, open_incident_of
from geo.change import record
from geo.chronology import Event, write_events
from geo.incident import Incident
from shelters.centre import CentreOperation
from shelters.operation import Ulid
from shelters.supply_orders import Order, OutdatedPlanError, check_orders, remainders, totals, truck_id
from shelters.supply_problem import Wish, pose
from shelters.supply_situation import Situation, confirming, field_of, read_situation
from shelters.supply_store import SupplyError, put_truck, truck_steps

router = APIRouter(prefix="/api")
Logistician = Annotated[Session, Depends(require(*EVERYWHERE))]
#: orders of a whole prefecture [bytes]
LONGEST: Final = 4 * 1024 * 1024


class PlanOrders(msgspec.Struct):
    """The runs of a plan that a person lets become orders."""

    plan: Ulid
    orders: Annotated[list[Order], Meta(min_length=1, max_length=500)]


@router.get("/supply-plan")
async def basis(request: Request, _session: Logistician) -> Response:
    """Return what a plan would be made from now, and what it would assume."""
    parts = parts_of(request)
    incident, situation = await parts.tablets.run(_read)
    posed = await asyncio.to_thread(pose, situation, Wish(), incident.now(parts.wall()))
    return json_answer({**basis_answer(situation, posed), "incident": _incident(incident)})


@router.post("/supply-plan")
async def propose(request: Request, session: Logistician) -> Response:
    """Return a plan. Nothing is written: it is a proposal."""
    parts = parts_of(request)
    asked = await read_json(request, PlanWish)
    incident, situation = await parts.tablets.run(_read)
    task = PlanTask(
        situation=situation,
        wish=asked,
        now=incident.now(parts.wall()),
        told={"incident": _incident(incident), "made_by": session.display_name},
    )
    async with parts.planning:
        try:
            answer = await asyncio.to_thread(compute, task)
        except RefusedPlanError as fault:
            raise BadInputError(str(fault)) from fault
    return json_answer(msgspec.Raw(answer))


@router.post("/supply-plan/orders")
async def confirm(request: Request, session: Logistician) -> Response:
    """Make orders of a plan: trucks and steps of their lines. Asking again completes, never doubles."""
    parts = parts_of(request)
    try:
        asked = msgspec.json.decode(await read_json_bytes(request, LONGEST), type=PlanOrders)
    except msgspec.DecodeError as fault:
        raise BadInputError(str(fault)) from fault
    if len({order.number for order in asked.orders}) != len(asked.orders):
        raise BadInputError("orders: a run stands twice")
    address = address_of(request)
    try:
        await parts.tablets.run(lambda connection: _order(parts, session, connection, asked, address))
    except OutdatedPlanError as fault:
        raise PlanOutdatedError(str(fault)) from fault
    except SupplyError as fault:
        raise BadInputError(str(fault)) from fault
    trucks = [truck_id(asked.plan, order.number) for order in asked.orders]
    return json_answer({"plan": asked.plan, "ids": trucks, **totals(asked.orders)}, 201)


def _read(connection: Connection) -> tuple[Incident, Situation]:
    incident = open_incident_of(connection)
    return incident, read_situation(connection, incident.id, with_roads=True)


def _incident(incident: Incident) -> dict[str, Any]:
    return {"id": incident.id, "name": incident.name, "kind": incident.kind}


def _order(
    parts: Parts, session: Session, connection: Connection, asked: PlanOrders, address: str | None
) -> None:
    incident = open_incident_of(connection)
    with confirming(connection, incident.id):
        situation = read_situation(connection, incident.id)
        check_orders(situation, asked.plan, asked.orders)
        steps = remainders(situation, asked.plan, asked.orders)
        for shelter_id, values in _write_trucks(
            parts, session, connection, incident, situation, asked, address
        ).items():
            steps.setdefault(shelter_id, []).extend(values)
        done = _done(situation)
        for shelter_id, values in steps.items():
            operations = [
                CentreOperation(kind="supply", value=value)
                for value in values
                if (shelter_id, value["line"], value.get("truck")) not in done
            ]
            if operations:
                write_as_centre(parts, session, connection, incident, shelter_id, operations)


def _done(situation: Situation) -> set[tuple[str, str, Any]]:
    """Return the lines that a truck was ordered to take before: a second press does not say it again."""
    return {
        (shelter, name, field_of(line, "truck"))
        for shelter, name, line in situation.lines()
        if line["state"] != "request" and field_of(line, "truck")
    }


def _write_trucks(
    parts: Parts,
    session: Session,
    connection: Connection,
    incident: Incident,
    situation: Situation,
    asked: PlanOrders,
    address: str | None,
) -> dict[str, list[dict[str, Any]]]:
    """Write all trucks, the audit and the chronology in one transaction; return the steps of their lines."""
    now = incident.now(parts.wall())
    known = {truck["id"] for truck in situation.trucks}
    steps: dict[str, list[dict[str, Any]]] = {}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        for order in asked.orders:
            name = truck_id(asked.plan, order.number)
            put_truck(cursor, incident.id, name, order.truck, now)
            for shelter_id, values in truck_steps(name, order.truck, []).items():
                steps.setdefault(shelter_id, []).extend(values)
        counted = totals(asked.orders)
        if not all(truck_id(asked.plan, order.number) in known for order in asked.orders):
            record(
                cursor, incident.id, write_events(cursor, incident.id, [_event(session, asked, counted, now)])
            )
        audit.write(
            connection,
            AuditEntry(
                action="supply-plan.ordered",
                account_id=session.account_id,
                object_kind="supply-plan",
                object_id=asked.plan,
                detail={**counted, "numbers": [order.number for order in asked.orders]},
                address=address,
            ),
        )
    return steps


def _event(session: Session, asked: PlanOrders, counted: dict[str, int], now: datetime) -> Event:
    who, trucks, shelters = session.display_name, counted["trucks"], counted["shelters"]
    return Event(
        event_at=now,
        category="shelter",
        object_kind="supply-plan",
        object_id=asked.plan,
        severity=0,
        code="supply.ordered",
        params={**counted, "by": session.display_name},
        text=f"物資輸送計画を承認（{who}）：トラック{trucks}便、避難所{shelters}か所",
        text_en=f"Supply plan ordered ({who}): {trucks} truck runs to {shelters} shelters",
    )
