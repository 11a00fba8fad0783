"""What somebody signed in at the centre says of a shelter, into the log of the shelter."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.parts import Parts
from dashboard.signin.session import Session
from dashboard.tablet.room import Connection
from geo.incident import Incident
from shelters.centre import CentreOperation, centre_documents
from shelters.operation_log import Result, Sender


def write_as_centre(
    parts: Parts,
    session: Session,
    connection: Connection,
    incident: Incident,
    shelter_id: str,
    operations: Sequence[CentreOperation],
) -> list[Result]:
    """Add operations of the device `centre`, in a transaction of their own; return what became of each."""
    now = parts.wall()
    state, _ = parts.tablets.log.state(connection, incident.id, shelter_id)
    documents = centre_documents(
        operations,
        state,
        incident_id=incident.id,
        shelter_id=shelter_id,
        actor=session.display_name,
        now_ms=round(now.timestamp() * 1000),
    )
    sender = Sender(road="centre", shelter_id=shelter_id, device="centre", account_id=session.account_id)
    return parts.tablets.log.add(connection, incident, sender, documents, now)
