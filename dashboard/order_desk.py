"""How a request acts at the order desk: who acts and when, in one transaction with its audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn, TypeVar

from fastapi import Request
from psycopg.rows import dict_row

from alerts.order import OrderError
from alerts.order_rights import Signer
from alerts.order_store import Cursor, Desk
from dashboard import audit
from dashboard.audit import AuditEntry
from dashboard.errors import (
    BadInputError,
    ChangedMeanwhileError,
    DashboardError,
    ForbiddenError,
    NotFoundError,
    OrderExpiredError,
    SamePersonError,
    StaleProposalError,
    WrongStateError,
)
from dashboard.parts import address_of, parts_of
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection, open_incident_of

T = TypeVar("T")

_ERRORS: Final[dict[str, type[DashboardError]]] = {
    "forbidden": ForbiddenError,
    "not-found": NotFoundError,
    "bad-input": BadInputError,
    "same-person": SamePersonError,
    "wrong-state": WrongStateError,
    "changed-meanwhile": ChangedMeanwhileError,
    "expired": OrderExpiredError,
    "proposal-stale": StaleProposalError,
}


def signer_of(session: Session) -> Signer:
    """Return who acts, as the rules of the desk know him."""
    return Signer(
        account_id=session.account_id,
        name=session.display_name,
        roles=session.roles,
        offices=session.offices,
    )


async def read(request: Request, session: Session, work: Callable[[Cursor, Desk], T]) -> T:
    """Return `work(cursor, desk)` within the current incident; what is refused becomes our errors."""

    def in_thread(connection: Connection) -> T:
        return _within(request, session, connection, work)

    return await parts_of(request).tablets.run(in_thread)


async def act(
    request: Request,
    session: Session,
    what: tuple[str, str, object],
    work: Callable[[Cursor, Desk], T],
    **detail: Any,  # noqa: ANN401 - any JSON
) -> T:
    """Do what `read` does and audit it: `what` is action, kind and id of the object (None = the result)."""

    def audited(cursor: Cursor, desk: Desk) -> T:
        result = work(cursor, desk)
        action, kind, object_id = what
        audit.write(
            cursor.connection,
            AuditEntry(
                action=action,
                account_id=session.account_id,
                object_kind=kind,
                object_id=str(result if object_id is None else object_id),
                detail=detail,
                address=address_of(request),
            ),
        )
        return result

    return await read(request, session, audited)


def _within(
    request: Request, session: Session, connection: Connection, work: Callable[[Cursor, Desk], T]
) -> T:
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            incident = open_incident_of(connection)
            now = incident.now(parts_of(request).wall())
            return work(cursor, Desk(incident=incident, now=now, signer=signer_of(session)))
    except OrderError as fault:
        _refuse(fault)


def _refuse(fault: OrderError) -> NoReturn:
    raise _ERRORS[fault.code](fault.detail) from fault
