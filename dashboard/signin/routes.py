"""Signing in and out, and who is signed in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from dashboard.account import normal_login
from dashboard.body import read_json
from dashboard.errors import BadInputError, TooManyAttemptsError
from dashboard.live.guard import end_streams
from dashboard.parts import Parts, address_of, parts_of
from dashboard.signin.guard import require, require_own_page
from dashboard.signin.session import LIFE, Session
from geo.attempts import address_key

router = APIRouter(prefix="/api")
SignedIn = Annotated[Session, Depends(require())]


class Credentials(msgspec.Struct):
    """What is sent to sign in."""

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=1024)]


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Begin a session; its token goes into a cookie that no script can read."""
    parts = parts_of(request)
    require_own_page(request.headers)
    credentials = await read_json(request, Credentials)
    login = normal_login(credentials.login)
    if not login or "\0" in login:
        raise BadInputError("login is empty or holds a NUL character")
    _take_attempt(parts, address_of(request), login)
    token = await parts.sessions.begin(
        login,
        credentials.password,
        address=address_of(request),
        previous=request.cookies.get(parts.cookie),
    )
    parts.login_attempts.forget(login)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    # The cookie outlives the session's twelve hours, which use prolongs; the database decides.
    answer.set_cookie(
        parts.cookie,
        token,
        max_age=int(LIFE.total_seconds()) * 14,
        path="/",
        secure=parts.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, session: SignedIn) -> Response:
    """End the session and every live map that hangs on it."""
    parts = parts_of(request)
    await parts.sessions.end(session, address=address_of(request))
    end_streams(parts.hub, {session.token_hash})
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(
        parts.cookie, path="/", secure=parts.settings.secure_cookies, httponly=True, samesite="lax"
    )
    return answer


@router.get("/session")
async def session(session: SignedIn) -> Response:
    """Tell who is signed in, and the token that every change must carry."""
    answer = {
        "login": session.login,
        "display_name": session.display_name,
        "roles": sorted(session.roles),
        "offices": [{"role": role, "area": area} for role, area in sorted(session.offices)],
        "csrf": session.csrf_token,
    }
    return Response(msgspec.json.encode(answer), 200, {"Cache-Control": "no-store"}, "application/json")


def _take_attempt(parts: Parts, address: str | None, login: str) -> None:
    now_s = parts.monotonic()
    wait_s = parts.address_attempts.wait_s(address_key(address), now_s)
    wait_s = wait_s or parts.login_attempts.wait_s(login, now_s)
    if wait_s:
        raise TooManyAttemptsError(wait_s)
