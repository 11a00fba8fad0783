"""Sessions: begun by a password, kept as a hash, prolonged by use, ended by signing out or by silence."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from dashboard import audit
from dashboard.account import normal_login
from dashboard.audit import AuditEntry
from dashboard.errors import WrongCredentialsError
from dashboard.signin.password import Verifier, needs_new_hash
from geo.clock import Wall
from geo.queries import load

_SQL = load("dashboard", "account.sql")

#: a session that is not used for so long has ended
LIFE: Final = timedelta(hours=12)
#: prolonging is written down only when so much of its life is gone
USED_UP: Final = timedelta(minutes=10)

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    token_hash: bytes
    account_id: int
    login: str
    display_name: str
    roles: frozenset[str]
    #: shelters for which shelter staff hold their role
    shelters: frozenset[str]
    csrf_token: str
    expires_at: datetime
    #: municipal roles with the municipality they are held for
    offices: frozenset[tuple[str, str]] = frozenset()

    def holds(self, roles: Collection[str]) -> bool:
        """Whether the account holds one of `roles`; an administrator holds all, and all hold none."""
        return not roles or "administrator" in self.roles or not self.roles.isdisjoint(roles)


def hash_token(token: str) -> bytes:
    """Return what is kept of a session's token; it is random, so a plain hash cannot be undone."""
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """Begins, finds, prolongs and ends sessions."""

    def __init__(self, pool: Pool, *, wall: Wall) -> None:
        self._pool = pool
        self._wall = wall
        self._verifier = Verifier()

    async def begin(self, login: str, password: str, *, address: str | None, previous: str | None) -> str:
        """Sign in and return the session's token; the browser's `previous` session is ended.

        Raises `WrongCredentialsError`, after the same work whether or not the account exists.
        """
        account = await self._account(login)
        usable = account is not None and not account["disabled"]
        hashed: str | None = account["password_hash"] if account is not None and usable else None
        matches = await self._verifier.verify(hashed, password)
        if account is None or hashed is None or not matches:
            await self._note_failure(login, None if account is None else account["id"], address)
            raise WrongCredentialsError("login and password do not belong together")
        new_hash = await self._verifier.new_hash(password) if needs_new_hash(hashed) else None
        return await self._write(account["id"], address, previous, new_hash)

    async def _account(self, login: str) -> DictRow | None:
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_SQL["by_login"], {"login": normal_login(login)})
            return await cursor.fetchone()

    async def find(self, token: str | None) -> Session | None:
        """Return the session of a token and prolong it; None when there is none."""
        if not token or len(token) > 200:
            return None
        now, token_hash = self._wall(), hash_token(token)
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_SQL["session"], {"token_hash": token_hash, "now": now})
            row = await cursor.fetchone()
            if row is None:
                return None
            if row["expires_at"] - now < LIFE - USED_UP:
                await self._extend(connection, [token_hash])
        roles, shelters = frozenset(row.pop("roles")), frozenset(row.pop("shelters"))
        offices = frozenset((role, area) for role, area in row.pop("offices"))
        return Session(roles=roles, shelters=shelters, offices=offices, **{**row, "token_hash": token_hash})

    async def still_valid(self, token_hashes: Collection[bytes]) -> set[bytes]:
        """Return those sessions that still hold, prolonged: an open live map is use."""
        async with self._pool.connection() as connection:
            return await self._extend(connection, list(token_hashes))

    async def end(self, session: Session, *, address: str | None) -> None:
        """Sign out."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["end_session"], {"token_hash": session.token_hash})
            await audit.write_async(
                connection, AuditEntry(action="sign-out", account_id=session.account_id, address=address)
            )

    async def _write(
        self, account_id: int, address: str | None, previous: str | None, new_hash: str | None
    ) -> str:
        token, now = secrets.token_urlsafe(32), self._wall()
        async with self._pool.connection() as connection, connection.transaction():
            if previous:
                await connection.execute(_SQL["end_session"], {"token_hash": hash_token(previous)})
            if new_hash is not None:
                await connection.execute(
                    _SQL["set_password"], {"account": account_id, "password_hash": new_hash}
                )
            await connection.execute(_SQL["forget_expired"], {"now": now})
            await connection.execute(
                _SQL["begin_session"],
                {
                    "token_hash": hash_token(token),
                    "account": account_id,
                    "csrf": secrets.token_urlsafe(24),
                    "now": now,
                    "expires": now + LIFE,
                    "address": address,
                },
            )
            await audit.write_async(
                connection, AuditEntry(action="sign-in", account_id=account_id, address=address)
            )
        return token

    async def _note_failure(self, login: str, account_id: int | None, address: str | None) -> None:
        async with self._pool.connection() as connection, connection.transaction():
            await audit.write_async(
                connection,
                AuditEntry(
                    action="sign-in.failed",
                    account_id=account_id,
                    detail={"login": normal_login(login)[:64]},
                    address=address,
                ),
            )

    async def _extend(
        self, connection: psycopg.AsyncConnection[Any], token_hashes: list[bytes]
    ) -> set[bytes]:
        now = self._wall()
        cursor = await connection.execute(
            _SQL["extend"], {"token_hashes": token_hashes, "now": now, "expires": now + LIFE}
        )
        return {bytes(row[0]) for row in await cursor.fetchall()}
