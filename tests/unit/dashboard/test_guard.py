from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.errors import ForgedRequestError
from dashboard.signin.guard import require_own_page, require_token, same_host
from dashboard.signin.session import Session, hash_token


def session(*roles: str) -> Session:
    return Session(
        token_hash=hash_token("t"),
        account_id=1,
        login="officer",
        display_name="当直",
        roles=frozenset(roles),
        shelters=frozenset(),
        csrf_token="token-of-the-session",
        expires_at=datetime(2026, 6, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://127.0.0.1:8400", "127.0.0.1:8400", True),
        ("https://sonae.example.jp", "sonae.example.jp", True),
        ("https://SONAE.example.jp", "sonae.example.JP", True),
        ("https://sonae.example.jp.evil.example", "sonae.example.jp", False),
        ("http://127.0.0.1:8401", "127.0.0.1:8400", False),
        ("null", "127.0.0.1:8400", False),
        ("file://", "", False),
        ("", "", False),
        ("http://[", "127.0.0.1", False),
    ],
)
def test_same_host(origin: str, host: str, *, same: bool) -> None:
    assert same_host(origin, host) is same


def test_a_foreign_page_is_refused_and_a_program_is_not() -> None:
    require_own_page({"host": "127.0.0.1:8400"})
    require_own_page({"host": "127.0.0.1:8400", "origin": "http://127.0.0.1:8400"})
    with pytest.raises(ForgedRequestError, match=r"evil\.example"):
        require_own_page({"host": "127.0.0.1:8400", "origin": "https://evil.example"})


def test_the_token_must_be_the_sessions() -> None:
    require_token({"x-csrf-token": "token-of-the-session"}, session())
    for headers in ({}, {"x-csrf-token": ""}, {"x-csrf-token": "töken"}):
        with pytest.raises(ForgedRequestError, match="X-CSRF-Token"):
            require_token(headers, session())


def test_roles() -> None:
    assert session("duty_officer").holds(["duty_officer", "approver"])
    assert session().holds([])
    assert not session("field").holds(["duty_officer"])
    assert session("administrator").holds(["duty_officer"])
