"""Why the public face refuses a request: `{"error", "detail"}`, with nothing of the sender in it."""

from __future__ import annotations

import logging
from typing import ClassVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

log = logging.getLogger(__name__)


class PublicError(Exception):
    """Raised when a request cannot be served; `code` is for programs, the text for people."""

    code: ClassVar[str] = "fault"
    status: ClassVar[int] = 500
    retry_after_s: int | None = None


class BadInputError(PublicError):
    """Raised when a request cannot be used; names the culprit."""

    code, status = "bad-input", 400


class TooLargeError(PublicError):
    """Raised when a body is longer than any proper one."""

    code, status = "too-large", 413


class NotThereError(PublicError):
    """Raised when there is no such thing; names it."""

    code, status = "not-found", 404


class TooManyError(PublicError):
    """Raised when an address, or all together, send too often."""

    code, status = "too-many", 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many messages: try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class NoIncidentError(PublicError):
    """Raised when nothing is taken because no incident is open."""

    code, status = "no-incident", 409


class AwayError(PublicError):
    """Raised when the database does not take what was sent: the sender must try again."""

    code, status = "database-away", 503
    retry_after_s = 5


def register(app: Starlette) -> None:
    """Let `app` answer with refusals."""
    app.add_exception_handler(PublicError, _refuse)
    app.add_exception_handler(HTTPException, _refuse_http)


def _refuse(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, PublicError)  # noqa: S101 - it is registered for no other
    headers = {"Cache-Control": "no-store"}
    if fault.retry_after_s is not None:
        headers["Retry-After"] = str(fault.retry_after_s)
    return JSONResponse({"error": fault.code, "detail": str(fault)}, fault.status, headers)


def _refuse_http(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)  # noqa: S101 - it is registered for no other
    # A path that is not there may be asked for by everybody at once: caches may answer it for a moment.
    headers = {**(fault.headers or {}), "Cache-Control": "public, max-age=5"}
    code = "not-found" if fault.status_code == 404 else "refused"
    return JSONResponse({"error": code, "detail": fault.detail}, fault.status_code, headers)
