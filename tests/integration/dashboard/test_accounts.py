from __future__ import annotations

from typing import Any

import psycopg
import pytest

from dashboard.account import (
    AccountError,
    Role,
    create_account,
    grant_roles,
    list_accounts,
    refuse_foreign_installation,
    set_disabled,
)
from geo.engine import connect

PASSWORD = "a password for tests"


def make(connection: psycopg.Connection[Any], login: str = "officer", **changed: Any) -> int:
    given = {"display_name": "当直", "password": PASSWORD, "roles": [Role(name="duty_officer")], **changed}
    return create_account(connection, login=login, **given)


@pytest.fixture
def operational(database_url: str) -> Any:
    with connect(database_url) as connection:
        connection.execute("INSERT INTO installation (kind) VALUES ('operational')")
        connection.commit()
        yield connection


def test_account_with_roles_is_listed_and_audited(operational: psycopg.Connection[Any]) -> None:
    make(operational, " Officer ")
    grant_roles(operational, "officer", [Role(name="approver"), Role(name="approver")])
    set_disabled(operational, "officer", disabled=True)
    (account,) = list_accounts(operational)
    assert (account.login, account.roles) == ("officer", ("approver", "duty_officer"))
    assert (account.disabled, account.demo) == (True, False)
    rows = operational.execute("SELECT action, object_id FROM audit ORDER BY id").fetchall()
    assert rows == [
        ("account.created", "officer"),
        ("account.granted", "officer"),
        ("account.disabled", "officer"),
    ]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"login": "with blank"}, "with blank"),
        ({"login": ""}, "is no login"),
        ({"password": "short"}, "12 to 1024 characters"),
        ({"display_name": "  "}, "name to show"),
        ({"demo": True}, "demo installation only"),
        ({"roles": [Role(name="shelter_staff", shelter_id="nowhere")]}, "no shelter 'nowhere'"),
    ],
)
def test_impossible_accounts_are_refused_whole(
    operational: psycopg.Connection[Any], changed: dict[str, Any], fault: str
) -> None:
    with pytest.raises(AccountError, match=fault):
        make(operational, **changed)
    assert list_accounts(operational) == []


def test_a_login_is_taken_once(operational: psycopg.Connection[Any]) -> None:
    make(operational)
    with pytest.raises(AccountError, match="already"):
        make(operational, "OFFICER")


def test_nobody_unknown_is_changed(operational: psycopg.Connection[Any]) -> None:
    with pytest.raises(AccountError, match="no account 'nobody'"):
        set_disabled(operational, "nobody", disabled=True)


@pytest.mark.parametrize("text", ["king", "shelter_staff", "duty_officer:s1"])
def test_impossible_roles(text: str) -> None:
    with pytest.raises(AccountError):
        Role.parse(text)


def test_roles_are_read() -> None:
    assert Role.parse("shelter_staff:h1") == Role(name="shelter_staff", shelter_id="h1")


def test_an_unclaimed_database_is_refused(database_url: str) -> None:
    with connect(database_url) as connection:
        with pytest.raises(AccountError, match="migrate"):
            refuse_foreign_installation(connection, "operational")
        with pytest.raises(AccountError, match="migrate"):
            make(connection)


def test_an_operational_database_with_demo_accounts_is_refused(operational: psycopg.Connection[Any]) -> None:
    """The schema forbids it; somebody may have loosened the schema by hand."""
    refuse_foreign_installation(operational, "operational")
    operational.execute("ALTER TABLE account DROP CONSTRAINT ck_account_demo_only_in_demo")
    make(operational, demo=True)
    with pytest.raises(AccountError, match="demo accounts exist"):
        refuse_foreign_installation(operational, "operational")
