"""Depots, lots, trucks and disruptions as the centre writes them (docs/tablet.md)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from psycopg.rows import dict_row

from dashboard import audit
from dashboard.answer import json_answer
from dashboard.audit import AuditEntry
from dashboard.body import read_json
from dashboard.errors import BadInputError
from dashboard.parts import Parts, address_of, parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.caller import EVERYWHERE
from dashboard.tablet.centre import write_as_centre
from dashboard.tablet.room import Connection, open_incident_of
from geo.incident import Incident
from shelters.centre import CentreOperation
from shelters.supply_store import (
    Depot,
    DepotLot,
    Disruption,
    SupplyError,
    Truck,
    put_depot,
    put_disruption,
    put_lot,
    put_truck,
    read_depots,
)

router = APIRouter(prefix="/api")
Logistician = Annotated[Session, Depends(require(*EVERYWHERE))]
Reading = Annotated[Session, Depends(require("approver", *EVERYWHERE))]


@router.get("/depots")
async def depots(request: Request, _session: Reading) -> Response:
    """Return all depots and lots."""
    found = await parts_of(request).tablets.run(
        lambda connection: read_depots(connection, open_incident_of(connection).id)
    )
    return json_answer(found)


@router.put("/depots/{depot_id}")
async def write_depot(request: Request, depot_id: str, session: Logistician) -> Response:
    """Write a depot."""
    depot = await read_json(request, Depot)
    return await _write(
        request,
        session,
        ("depot", depot_id),
        lambda connection, incident: put_depot(connection, incident.id, depot_id, depot),
    )


@router.put("/depots/{depot_id}/lots/{lot_id}")
async def write_lot(request: Request, depot_id: str, lot_id: str, session: Logistician) -> Response:
    """Write a lot of a depot."""
    lot = await read_json(request, DepotLot)
    return await _write(
        request,
        session,
        ("depot", depot_id),
        lambda connection, incident: put_lot(connection, incident.id, depot_id, lot_id, lot),
    )


@router.put("/disruptions/{disruption_id}")
async def write_disruption(request: Request, disruption_id: str, session: Logistician) -> Response:
    """Write an outage or a closed road."""
    told = await read_json(request, Disruption)
    return await _write(
        request,
        session,
        ("disruption", disruption_id),
        lambda connection, incident: put_disruption(connection, incident.id, disruption_id, told),
    )


@router.put("/trucks/{truck_id}")
async def write_truck(request: Request, truck_id: str, session: Logistician) -> Response:
    """Write a truck; its state becomes the steps of the lines it carries."""
    parts = parts_of(request)
    truck = await read_json(request, Truck)
    return await _write(
        request,
        session,
        ("truck", truck_id),
        lambda connection, incident: _truck(parts, session, connection, incident, truck_id, truck),
    )


def _truck(
    parts: Parts, session: Session, connection: Connection, incident: Incident, truck_id: str, truck: Truck
) -> None:
    now = parts.wall()
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        steps = put_truck(cursor, incident.id, truck_id, truck, incident.now(now))
    for shelter_id, values in steps.items():
        operations = [CentreOperation(kind="supply", value=value) for value in values]
        write_as_centre(parts, session, connection, incident, shelter_id, operations)


async def _write(
    request: Request,
    session: Session,
    what: tuple[str, str],
    write: Any,  # noqa: ANN401 - a function of connection and incident
) -> Response:
    """Write something within the current incident, audited."""
    if len(what[1]) > 64:
        raise BadInputError("the id is longer than 64 characters")

    def work(connection: Connection) -> None:
        incident = open_incident_of(connection)
        write(connection, incident)
        audit.write(
            connection,
            AuditEntry(
                action=f"{what[0]}.written",
                account_id=session.account_id,
                object_kind=what[0],
                object_id=what[1],
                address=address_of(request),
            ),
        )

    try:
        await parts_of(request).tablets.run(work)
    except SupplyError as fault:
        raise BadInputError(str(fault)) from fault
    return json_answer({"id": what[1]})
