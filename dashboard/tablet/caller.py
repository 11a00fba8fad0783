"""Who speaks for a shelter: a tablet by its token, or staff at a desktop computer by their session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import Request

from dashboard.errors import BadInputError, ForbiddenError, NotSignedInError
from dashboard.parts import parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tablet.room import take_attempt
from shelters.tablets import Tablet, find_tablet

#: who may read and write every shelter
EVERYWHERE: Final = ("duty_officer", "logistics")
#: longest reason that is written into the audit [characters]
MOST_REASON: Final = 400
#: who may do so for a shelter of theirs
STAFF: Final = "shelter_staff"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who speaks for one shelter."""

    shelter_id: str
    tablet: Tablet | None = None
    session: Session | None = None
    #: why the centre looks at people of a shelter whose staff it is not
    reason: str = ""

    @property
    def reads_register(self) -> bool:
        """Whether it may see who is there: the shelter's own tablet and staff; the centre with a reason."""
        if self.session is None or is_staff_of(self.session, self.shelter_id):
            return True
        return self.session.holds(("duty_officer",)) and bool(self.reason)


async def caller_of(request: Request) -> Caller:
    """Return who speaks. Raises `NotSignedInError`, `ForbiddenError`, `TooManyAttemptsError`."""
    parts = parts_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        tablet = await parts.tablets.run(lambda connection: find_tablet(connection, token.strip()))
        if tablet is None:
            raise NotSignedInError("this tablet is not let in, or was shut out")
        take_attempt(parts.tablets.sync_attempts, tablet.id, parts.monotonic(), "requests of this tablet")
        return Caller(shelter_id=tablet.shelter_id, tablet=tablet)
    session = await require(STAFF, *EVERYWHERE)(request)
    shelter_id = request.query_params.get("shelter")
    if not shelter_id:
        raise BadInputError("shelter: say which (?shelter=ID)")
    check_shelter(session, shelter_id)
    reason = request.query_params.get("reason", "").strip()[:MOST_REASON]
    return Caller(shelter_id=shelter_id, session=session, reason=reason)


def check_shelter(session: Session, shelter_id: str) -> None:
    """See that somebody may read and write a shelter. Raises `ForbiddenError`."""
    if session.holds(EVERYWHERE):
        return
    if STAFF not in session.roles or shelter_id not in session.shelters:
        raise ForbiddenError(f"you are not on the staff of shelter {shelter_id!r}")


def is_staff_of(session: Session, shelter_id: str) -> bool:
    """Whether somebody is on the staff of a shelter; an administrator is not by that alone."""
    return STAFF in session.roles and shelter_id in session.shelters
