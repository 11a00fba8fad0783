"""Passwords: argon2id, and the same time for an account that does not exist."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: longest password that is looked at [characters]; hashing time grows with it
LONGEST: Final = 1024
#: shortest password of an account [characters] (NIST SP 800-63B-4, 2025, 3.1.1.2: 15 where it is the only
#: factor, 8 at least; between them because it is typed at night on a tablet)
SHORTEST: Final = 12
#: hashes computed at once: each takes 64 MiB and tens of milliseconds of a core
AT_ONCE: Final = 2

#: argon2id with the parameters of RFC 9106 section 4, second choice (64 MiB, 3 passes)
_hasher = PasswordHasher()


class PasswordError(ValueError):
    """Raised when a password cannot be taken; says why."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of `password`. Raises `PasswordError` when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"a password has {SHORTEST} to {LONGEST} characters, not {len(password)}")
    return _hasher.hash(password)


def needs_new_hash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def new_hash(password: str) -> str:
    """Return the hash of a password that is in use already, with today's parameters."""
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash; without a hash it takes as long and is False."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher.verify(_nobodys_hash() if password_hash is None else password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


class Verifier:
    """Verifies in threads, a few at once, so that the screens go on."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Do what `verify` does, without blocking the event loop."""
        async with self._slots:
            return await asyncio.to_thread(verify, password_hash, password)

    async def new_hash(self, password: str) -> str:
        """Do what `new_hash` does, without blocking the event loop."""
        async with self._slots:
            return await asyncio.to_thread(new_hash, password)
