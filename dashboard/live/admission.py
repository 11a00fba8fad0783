"""What a screen must bring to be let onto the stream, the same for both transports."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from dashboard.errors import AWAY, DatabaseAwayError, NotSignedInError
from dashboard.live.message import Bookmark
from dashboard.live.viewport import Viewport
from dashboard.parameters import viewport
from dashboard.signin.guard import require_own_page, session_of
from geo.change import PositionError


@dataclass(frozen=True)
class Admission:
    """A screen that is let in: whose session, what part of the map, where it stood before."""

    session: bytes
    viewport: Viewport | None
    since: Bookmark | None


async def admit(connection: HTTPConnection) -> Admission:
    """Check a screen's session, origin and parameters. Raises a `DashboardError`."""
    require_own_page(connection.headers)
    try:
        session = await session_of(connection)
    except AWAY as fault:
        raise DatabaseAwayError("the database does not answer") from fault
    if session is None:
        raise NotSignedInError("sign in first")
    query = connection.query_params
    # EventSource comes back by itself with the id of the last event it heard.
    since = connection.headers.get("last-event-id") or query.get("since")
    return Admission(session.token_hash, viewport(query.get("bbox")), _bookmark(since))


def _bookmark(text: str | None) -> Bookmark | None:
    """Return where a screen stood; a position that cannot be read is one from which nobody can resume."""
    try:
        return Bookmark.parse(text) if text else None
    except PositionError:
        return None
