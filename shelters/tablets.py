"""Tablets: let in by a one-time code, known by a token, shut out when lost."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
from psycopg import errors as sqlstate
from psycopg.rows import dict_row

from geo.queries import load

_SQL: Final = load("shelters", "tablet.sql")

#: how long a code works
CODE_LIFE: Final = timedelta(minutes=15)
#: letters of a code: Crockford's base 32, without what is confused in handwriting; 40 bits
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 8
#: what people write for what was meant
_MEANT: Final = str.maketrans("OIL", "011", "- ")
#: shelters offered as destination
NEIGHBOURS: Final = 50


class TabletError(ValueError):
    """Raised when a tablet cannot be let in or shut out as asked; `code` tells why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Tablet:
    """A tablet that is let in."""

    id: str
    shelter_id: str
    name: str
    seen_at: datetime | None
    waiting: int


def offer(
    connection: psycopg.Connection[Any],
    shelter_id: str,
    *,
    name: str | None,
    account_id: int | None,
    now: datetime,
) -> tuple[str, datetime]:
    """Return a code that lets one tablet in for a shelter, and until when it works. Raises `TabletError`."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    parameters = {
        "code_hash": _hash(code),
        "shelter": shelter_id,
        "name": name,
        "account": account_id,
        "expires_at": now + CODE_LIFE,
    }
    try:
        with connection.transaction():
            connection.execute(_SQL["forget_expired"], {"now": now})
            connection.execute(_SQL["offer"], parameters)
    except sqlstate.ForeignKeyViolation as fault:
        raise TabletError("not-found", f"there is no shelter {shelter_id!r}") from fault
    return f"{code[:4]}-{code[4:]}", now + CODE_LIFE


def let_in(
    connection: psycopg.Connection[Any], code: str, *, device: str, name: str, now: datetime
) -> tuple[Tablet, str]:
    """Let a tablet in by a code; return it and its token, told once. Raises `TabletError`."""
    plain = code.upper().translate(_MEANT)
    token = secrets.token_urlsafe(32)
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        used = cursor.execute(_SQL["use"], {"code_hash": _hash(plain), "now": now}).fetchone()
        if used is None:
            raise TabletError("wrong-credentials", "the code is wrong, used or too old")
        parameters = {
            "device": device,
            "shelter": used["shelter_id"],
            "name": used["name"] or name,
            "token_hash": _hash(token),
            "now": now,
            "account": used["created_by"],
        }
        if cursor.execute(_SQL["let_in"], parameters).fetchone() is None:
            raise TabletError("device-taken", f"the device {device!r} belongs to another shelter")
    tablet = Tablet(
        id=device, shelter_id=used["shelter_id"], name=used["name"] or name, seen_at=None, waiting=0
    )
    return tablet, token


def find_tablet(connection: psycopg.Connection[Any], token: str) -> Tablet | None:
    """Return the tablet of a token, None when there is none or it was shut out."""
    if not 20 <= len(token) <= 200:
        return None
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SQL["by_token"], {"token_hash": _hash(token)}).fetchone()
    return None if row is None else Tablet(**row)


def note_seen(
    connection: psycopg.Connection[Any],
    device: str,
    *,
    now: datetime,
    offset_ms: int | None,
    waiting: int,
    app: str | None,
) -> None:
    """Write down that a tablet was heard of, its clock, and how much still waits on it."""
    with connection.transaction():
        connection.execute(
            _SQL["seen"],
            {"device": device, "now": now, "offset_ms": offset_ms, "waiting": waiting, "app": app},
        )


def shut_out(connection: psycopg.Connection[Any], device: str, now: datetime) -> str:
    """End a tablet's token; return its shelter. Raises `TabletError`."""
    with connection.transaction():
        row = connection.execute(_SQL["revoke"], {"device": device, "now": now}).fetchone()
    if row is None:
        raise TabletError("not-found", f"there is no tablet {device!r} that is let in")
    return str(row[0])


def shelter_of(connection: psycopg.Connection[Any], device: str) -> str | None:
    """Return the shelter of a tablet, None when there is no such tablet."""
    with connection.transaction():
        row = connection.execute(_SQL["shelter_of"], {"device": device}).fetchone()
    return None if row is None else str(row[0])


def list_tablets(connection: psycopg.Connection[Any], shelter_id: str) -> list[dict[str, Any]]:
    """Return the tablets of a shelter, those shut out too."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL["list"], {"shelter": shelter_id}).fetchall()


def neighbours(connection: psycopg.Connection[Any], shelter_id: str) -> list[dict[str, Any]]:
    """Return the nearest other shelters, as destinations of a move."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL["neighbours"], {"shelter": shelter_id, "limit": NEIGHBOURS}).fetchall()


def _hash(secret: str) -> bytes:
    # Codes and tokens are random, so a plain hash cannot be undone in the time that they work.
    return hashlib.sha256(secret.encode()).digest()
