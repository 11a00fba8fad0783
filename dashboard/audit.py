"""The audit: who changed what, written in the transaction that changes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.types.json import Json

from geo.queries import load

_SQL = load("dashboard", "account.sql")


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One act. `account_id` None = nobody was signed in, or it was done at the command line."""

    action: str
    account_id: int | None = None
    object_kind: str | None = None
    object_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    address: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The columns of its row."""
        return {
            "account": self.account_id,
            "action": self.action,
            "object_kind": self.object_kind,
            "object_id": self.object_id,
            "detail": Json(self.detail),
            "address": self.address,
        }


def write(connection: psycopg.Connection[Any], entry: AuditEntry) -> None:
    """Write `entry` within the connection's transaction."""
    connection.execute(_SQL["audit"], entry.parameters)


async def write_async(connection: psycopg.AsyncConnection[Any], entry: AuditEntry) -> None:
    """Write `entry` within the connection's transaction."""
    await connection.execute(_SQL["audit"], entry.parameters)
