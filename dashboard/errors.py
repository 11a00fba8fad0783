"""What can be wrong with a request, and the one table that makes HTTP statuses of it.

::

    DashboardError
    ├── NotSignedInError        nobody is signed in, or the session has ended
    ├── WrongCredentialsError   no such account, or not its password: never told which
    ├── TooManyAttemptsError    too many sign-ins; carries after how many seconds to try again
    ├── ForgedRequestError      a change was asked for from another site, or without our token
    ├── ForbiddenError          the account lacks the role
    ├── NotFoundError           there is no such thing; names it
    ├── NoForecastError         the gauge is there, a forecast of it is not
    ├── BadInputError           the request cannot be used; names the culprit
    ├── TooLargeError           the body is longer than any proper request
    ├── DeviceTakenError        the tablet's id belongs to another shelter
    ├── NoIncidentOpenError     nothing can be written: no incident is open
    ├── PlanOutdatedError       a supply plan cannot become orders any more; names what has changed
    ├── SamePersonError         who wrote or edited something wants to sign it
    ├── WrongStateError         an order or advice stands where the act is not possible
    ├── ChangedMeanwhileError   what is signed is not what was on the screen
    ├── OrderExpiredError       an order would end before it begins
    ├── StaleProposalError      the proposal behind an order holds no more, and the signer did not say so
    ├── NotPreparedError        this machine lacks something
    └── DatabaseAwayError       the database does not answer

Routes raise these and know no statuses. A refused request is answered `{"error": code, "detail": words}`.
"""

from __future__ import annotations

import logging
from typing import ClassVar, Final

import msgspec
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

log = logging.getLogger(__name__)


class DashboardError(Exception):
    """Raised when a request cannot be served; `code` is for programs, the text for people."""

    code: ClassVar[str] = "fault"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotSignedInError(DashboardError):
    """Raised when nobody is signed in, or the session has ended."""

    code = "not-signed-in"


class WrongCredentialsError(DashboardError):
    """Raised when login and password do not belong together; never tells which is wrong."""

    code = "wrong-credentials"


class TooManyAttemptsError(DashboardError):
    """Raised when somebody asks too often; `retry_after_s` tells how long to wait [s]."""

    code = "too-many-attempts"

    def __init__(self, retry_after_s: int, what: str = "attempts to sign in") -> None:
        super().__init__(f"too many {what}: try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class ForgedRequestError(DashboardError):
    """Raised when a change is asked for from another site, or without the session's token."""

    code = "forged-request"


class ForbiddenError(DashboardError):
    """Raised when the account lacks the role that is needed."""

    code = "forbidden"


class NotFoundError(DashboardError):
    """Raised when there is no such thing; names it."""

    code = "not-found"


class NoForecastError(DashboardError):
    """Raised when a gauge has no forecast as of the time asked for."""

    code = "no-forecast"


class BadInputError(DashboardError):
    """Raised when a request cannot be used; names the culprit."""

    code = "bad-input"


class TooLargeError(DashboardError):
    """Raised when a body is longer than any proper request."""

    code = "too-large"


class DeviceTakenError(DashboardError):
    """Raised when a tablet wants the id of another shelter's tablet."""

    code = "device-taken"


class NoIncidentOpenError(DashboardError):
    """Raised when something shall be written and no incident is open."""

    code = "no-incident"


class PlanOutdatedError(DashboardError):
    """Raised when what a supply plan was made from has changed since."""

    code = "plan-outdated"


class SamePersonError(DashboardError):
    """Raised when somebody wants to sign what he wrote or edited himself."""

    code = "same-person"


class WrongStateError(DashboardError):
    """Raised when an order or advice is not in the state that an act needs."""

    code = "wrong-state"


class ChangedMeanwhileError(DashboardError):
    """Raised when what shall be signed is not what was on the signer's screen."""

    code = "changed-meanwhile"


class OrderExpiredError(DashboardError):
    """Raised when an order's end has come before it begins."""

    code = "expired"


class StaleProposalError(DashboardError):
    """Raised when the proposal behind an order holds no more and the signer did not say that he knows."""

    code = "proposal-stale"


class NotPreparedError(DashboardError):
    """Raised when this machine lacks what an answer is made with; names it."""

    code = "not-prepared"


class DatabaseAwayError(DashboardError):
    """Raised when the database does not answer."""

    code = "database-away"


STATUS: Final[dict[type[DashboardError], int]] = {
    NotSignedInError: 401,
    WrongCredentialsError: 401,
    TooManyAttemptsError: 429,
    ForgedRequestError: 403,
    ForbiddenError: 403,
    NotFoundError: 404,
    NoForecastError: 404,
    BadInputError: 422,
    TooLargeError: 413,
    DeviceTakenError: 409,
    NoIncidentOpenError: 409,
    PlanOutdatedError: 409,
    SamePersonError: 403,
    WrongStateError: 409,
    ChangedMeanwhileError: 409,
    OrderExpiredError: 409,
    StaleProposalError: 409,
    NotPreparedError: 503,
    DatabaseAwayError: 503,
}


#: what is raised when the database does not answer
AWAY: Final = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


def refusal(status: int, code: str, detail: str) -> Response:
    """Return the answer to a refused request."""
    body = msgspec.json.encode({"error": code, "detail": detail})
    return Response(body, status, {"Cache-Control": "no-store"}, "application/json")


def refused(error: DashboardError) -> Response:
    """Return the answer that `error` stands for."""
    answer = refusal(STATUS[type(error)], error.code, error.detail)
    if isinstance(error, TooManyAttemptsError):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, DatabaseAwayError):
        answer.headers["Retry-After"] = "2"
    return answer


async def _dashboard_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DashboardError)  # noqa: S101 - registered for this class only
    return refused(error)


async def _database_away(_request: Request, error: Exception) -> Response:
    log.warning("the database does not answer: %s", str(error).strip())
    return refused(DatabaseAwayError("the database does not answer; what is shown may be out of date"))


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    faults = (f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return refused(BadInputError("; ".join(faults)))


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    codes = {404: "not-found", 405: "method-not-allowed"}
    answer = refusal(error.status_code, codes.get(error.status_code, "refused"), error.detail)
    answer.headers.update(error.headers or {})
    return answer


def register(app: FastAPI) -> None:
    """Let `app` answer every expected error in our form (`dashboard.headers` answers the others)."""
    app.add_exception_handler(DashboardError, _dashboard_error)
    for away in AWAY:
        app.add_exception_handler(away, _database_away)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
