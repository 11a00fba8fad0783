"""Who may ask for what: the session of a request, its role, and proof that it comes from our own page."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from dashboard.errors import ForbiddenError, ForgedRequestError, NotSignedInError
from dashboard.parts import parts_of
from dashboard.signin.session import Session

#: methods that change nothing (RFC 9110, 9.2.1)
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def require(*roles: str) -> Callable[[Request], Awaitable[Session]]:
    """Return a dependency that gives the session of somebody who holds one of `roles` (none = anybody).

    A request that changes something must come from our own page and carry the session's token.
    """

    async def session_with_role(request: Request) -> Session:
        session = await session_of(request)
        if session is None:
            raise NotSignedInError("sign in first")
        if request.method not in SAFE:
            require_own_page(request.headers)
            require_token(request.headers, session)
        if not session.holds(roles):
            raise ForbiddenError(f"this needs one of the roles {', '.join(roles)}")
        return session

    return session_with_role


async def session_of(connection: HTTPConnection) -> Session | None:
    """Return the session that the request's cookie names, None when it holds no more."""
    parts = parts_of(connection)
    return await parts.sessions.find(connection.cookies.get(parts.cookie))


def require_own_page(headers: Mapping[str, str]) -> None:
    """See that a browser's request comes from our own pages. Raises `ForgedRequestError`.

    A browser names the page's origin with every POST and websocket; what names none is no browser.
    """
    origin = headers.get("origin")
    if origin is not None and not same_host(origin, headers.get("host", "")):
        raise ForgedRequestError(f"the request comes from {origin[:100]!r}, not from this site")


def same_host(origin: str, host: str) -> bool:
    """Whether an `Origin` header names the host (and port) that the request was sent to."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""


def require_token(headers: Mapping[str, str], session: Session) -> None:
    """See that the request carries the session's token. Raises `ForgedRequestError`."""
    token = headers.get("x-csrf-token", "")
    if not hmac.compare_digest(token.encode(), session.csrf_token.encode()):
        raise ForgedRequestError("the header X-CSRF-Token is missing or not this session's")
