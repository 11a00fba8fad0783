"""The commands of incidents: which flood the readings, notes and warnings from now on belong to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.errors import OpsError
from ops.here import installation_here, terminal

if TYPE_CHECKING:
    import psycopg

    from geo.incident import Incident

incident_app = typer.Typer(no_args_is_help=True, help="Incidents: what the picture from now on belongs to.")

#: what an installation watches between two floods
STANDING_WATCH = "常時監視"


@incident_app.command("list")
def incident_list() -> None:
    """List the incidents, the present one first."""
    from rich.table import Table

    from geo.engine import connect
    from geo.incident import list_incidents
    from geo.moment import utc_text

    with installation_here().database() as database_url, connect(database_url) as connection:
        incidents = list_incidents(connection)
    table = Table("incident", "name", "kind", "opened", "closed")
    for incident in incidents:
        closed = utc_text(incident.closed_at) or "open"
        table.add_row(incident.slug, incident.name, incident.kind, utc_text(incident.opened_at), closed)
    terminal().print(table)


@incident_app.command("open")
def incident_open(name: Annotated[str, typer.Argument(help="Its name on every screen.")]) -> None:
    """Close the present incident and open another: from now on everything belongs to it.

    A real flood only. Drills run in an installation of their own (./sonae demo), with a database of their
    own, so that no drill can ever be taken for a flood.
    """
    if not name.strip():
        raise OpsError("an incident needs a name")
    _succeed(name.strip())


@incident_app.command("close")
def incident_close() -> None:
    """Close the present incident and go back to the standing watch."""
    _succeed(STANDING_WATCH)


def _succeed(name: str) -> None:
    from geo.clock import wall_now
    from geo.engine import connect

    installation = installation_here()
    if installation.settings.installation != "operational":
        raise OpsError("a demo has one incident, the storm it replays: incidents are opened where it is real")
    with installation.database() as database_url, connect(database_url) as connection:
        incident = succeed(connection, name, wall_now())
    terminal().print(f"{incident.name}: open since now ({incident.slug})", highlight=False)


def succeed(connection: psycopg.Connection[Any], name: str, now: datetime) -> Incident:
    """Close the incident that is open and open an actual one called `name`; both are audited."""
    from psycopg.types.json import Json

    from geo.incident import NoIncidentError, close_incident, find_incident, open_incident

    with connection.transaction():
        try:
            before = find_incident(connection)
            close_incident(connection, before, now)
        except NoIncidentError:
            before = None
        slug = f"incident-{now:%Y%m%dT%H%M%S%fZ}"
        opened = open_incident(connection, slug=slug, name=name, kind="actual", opened_at=now)
        connection.execute(
            "INSERT INTO audit (action, object_kind, object_id, detail) VALUES (%s, %s, %s, %s)",
            (
                "incident.opened",
                "incident",
                str(opened.id),
                Json({"name": name, "instead_of": before.slug if before else None}),
            ),
        )
    return opened
