"""Accounts of the people who sign in: created, disabled, listed at the command line.

A demo account can exist in a demo installation only: the database enforces it, and an operational
dashboard that finds one all the same does not start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import errors as sqlstate
from psycopg.rows import dict_row

from dashboard import audit
from dashboard.audit import AuditEntry
from dashboard.signin.password import PasswordError, hash_password
from geo.queries import load
from geo.schema.account import MUNICIPAL_ROLES, ROLES

_SQL = load("dashboard", "account.sql")
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class AccountError(ValueError):
    """Raised when an account cannot be made or changed as asked; names the culprit."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role to be held: by shelter staff for `shelter_id`, by a municipality's people for `area_code`."""

    name: str
    shelter_id: str | None = None
    area_code: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no role."""
        if self.name not in ROLES:
            raise AccountError(f"{self.name!r} is not a role; roles are {', '.join(ROLES)}")
        if (self.name == "shelter_staff") != (self.shelter_id is not None):
            raise AccountError("shelter_staff is held for one shelter, other roles for none")
        if (self.name in MUNICIPAL_ROLES) != (self.area_code is not None):
            raise AccountError(
                f"{' and '.join(MUNICIPAL_ROLES)} are held for one municipality (five digits),"
                " other roles for none"
            )

    @classmethod
    def parse(cls, text: str) -> Role:
        """Read `role`, `shelter_staff:SHELTER-ID` or `municipal_officer:AREA-CODE`. Raises `AccountError`."""
        name, _, place = text.partition(":")
        if name in MUNICIPAL_ROLES:
            return cls(name=name, area_code=place or None)
        return cls(name=name, shelter_id=place or None)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as it is listed."""

    id: int
    login: str
    display_name: str
    demo: bool
    disabled: bool
    created_at: datetime
    roles: tuple[str, ...]


def normal_login(login: str) -> str:
    """Return a login as it is kept: without blanks around it, in lower case."""
    return login.strip().lower()


def create_account(
    connection: psycopg.Connection[Any],
    *,
    login: str,
    display_name: str,
    password: str,
    roles: Iterable[Role],
    demo: bool = False,
) -> int:
    """Create an account with its roles and return its id.

    Raises `AccountError`: the login is taken or no login, the password too short, the shelter or municipality
    unknown, or a demo account is asked for in an operational installation.
    """
    login = normal_login(login)
    if not _LOGIN.fullmatch(login):
        raise AccountError(f"{login!r} is no login: small letters, digits, '.', '_', '-', at most 64")
    if not display_name.strip():
        raise AccountError(f"account {login!r} needs a name to show")
    try:
        password_hash = hash_password(password)
    except PasswordError as error:
        raise AccountError(f"account {login!r}: {error}") from error
    parameters = {"login": login, "display_name": display_name.strip(), "demo": demo}
    try:
        with connection.transaction():
            row = connection.execute(
                _SQL["create"], {**parameters, "password_hash": password_hash}
            ).fetchone()
            if row is None:
                raise AccountError(_why_not_created(connection, login))
            _grant(connection, row[0], roles)
            _audit(connection, "account.created", login, {"demo": demo})
    except sqlstate.CheckViolation as error:
        raise AccountError(f"{login!r}: demo accounts exist in a demo installation only") from error
    return int(row[0])


def grant_roles(connection: psycopg.Connection[Any], login: str, roles: Iterable[Role]) -> None:
    """Let an account hold further roles. Raises `AccountError`."""
    with connection.transaction():
        _grant(connection, _id_of(connection, login), roles)
        _audit(connection, "account.granted", normal_login(login), {})


def set_password(connection: psycopg.Connection[Any], login: str, password: str) -> None:
    """Give an account another password and end its sessions. Raises `AccountError`."""
    try:
        password_hash = hash_password(password)
    except PasswordError as error:
        raise AccountError(f"account {login!r}: {error}") from error
    with connection.transaction():
        account = _id_of(connection, login)
        connection.execute(_SQL["set_password"], {"account": account, "password_hash": password_hash})
        connection.execute(_SQL["end_all_sessions"], {"account": account})
        _audit(connection, "account.password", normal_login(login), {})


def set_disabled(connection: psycopg.Connection[Any], login: str, *, disabled: bool) -> None:
    """Disable an account, which ends its sessions, or enable it again. Raises `AccountError`."""
    login = normal_login(login)
    with connection.transaction():
        account = _id_of(connection, login)
        connection.execute(_SQL["set_disabled"], {"login": login, "disabled": disabled})
        if disabled:
            connection.execute(_SQL["end_all_sessions"], {"account": account})
        _audit(connection, "account.disabled" if disabled else "account.enabled", login, {})


def list_accounts(connection: psycopg.Connection[Any]) -> list[Account]:
    """Return all accounts by login."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["list"]).fetchall()
    return [Account(**{**row, "roles": tuple(row["roles"])}) for row in rows]


def refuse_foreign_installation(connection: psycopg.Connection[Any], installation: str) -> None:
    """See that the database is this kind of installation, and an operational one without demo accounts.

    Raises `AccountError` saying what to do.
    """
    row = connection.execute(_SQL["installation"]).fetchone()
    if row is None:
        raise AccountError("the database does not say which installation it is: run './sonae migrate'")
    if row[0] != installation:
        raise AccountError(
            f"this database belongs to the installation {row[0]!r} and we are {installation!r}: "
            "set SONAE_DATABASE_URL or SONAE_INSTALLATION"
        )
    if row[1] and installation != "demo":
        raise AccountError("demo accounts exist in this operational database; their passwords are public")


def _grant(connection: psycopg.Connection[Any], account: int, roles: Iterable[Role]) -> None:
    for role in roles:
        try:
            connection.execute(
                _SQL["grant"],
                {
                    "account": account,
                    "role": role.name,
                    "shelter": role.shelter_id,
                    "area": role.area_code,
                },
            )
        except sqlstate.ForeignKeyViolation as error:
            if role.area_code is not None:
                raise AccountError(f"there is no municipality {role.area_code!r} among the areas") from error
            raise AccountError(f"there is no shelter {role.shelter_id!r}") from error


def _id_of(connection: psycopg.Connection[Any], login: str) -> int:
    row = connection.execute(_SQL["by_login"], {"login": normal_login(login)}).fetchone()
    if row is None:
        raise AccountError(f"there is no account {normal_login(login)!r}")
    return int(row[0])


def _why_not_created(connection: psycopg.Connection[Any], login: str) -> str:
    if connection.execute(_SQL["by_login"], {"login": login}).fetchone() is not None:
        return f"there is an account {login!r} already"
    return "the database does not say which installation it is: run './sonae migrate'"


def _audit(connection: psycopg.Connection[Any], action: str, login: str, detail: dict[str, Any]) -> None:
    audit.write(
        connection,
        AuditEntry(
            action=action, object_kind="account", object_id=login, detail={**detail, "by": "command line"}
        ),
    )
