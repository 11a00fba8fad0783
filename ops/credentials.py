"""Secrets of an installation: generated when first asked for, kept in one file that only we can read."""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.servers.process import our_account

#: 144 random bits: nobody guesses it, and it still fits on a line to be typed once
PASSWORD_BYTES = 18


def new_password() -> str:
    """Return a new random password of 24 characters that need no escaping in an address."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


class Credentials:
    """The file `secrets.json` (mode 600) of a state folder.

    It holds what our own processes need, and in a demo the passwords of its devices and accounts.
    In `operational` a device's or a person's password is shown once and only its hash is kept.
    """

    def __init__(self, state_dir: Path, *, generate: Callable[[], str] = new_password) -> None:
        self.path = state_dir / "secrets.json"
        self._generate = generate

    def session_secret(self) -> str:
        """Return the key that the dashboard signs with."""
        return self._remembered("dashboard", ["session"])["session"]

    def broker_passwords(self, accounts: Iterable[str]) -> dict[str, str]:
        """Return the passwords of broker accounts, generating those that are missing."""
        return self._remembered("broker", accounts)

    def account_passwords(self, logins: Iterable[str]) -> dict[str, str]:
        """Return the passwords of a demo's people, generating those that are missing."""
        return self._remembered("account", logins)

    def _remembered(self, section: str, names: Iterable[str]) -> dict[str, str]:
        with self._editing() as stored:
            known = stored.setdefault(section, {})
            return {name: known.setdefault(name, self._generate()) for name in names}

    @contextmanager
    def _editing(self) -> Iterator[dict[str, dict[str, str]]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.path.read_text() if self.path.exists() else "{}"
            stored = json.loads(before)
            yield stored
            after = json.dumps(stored, indent=1, sort_keys=True)
            if after != before:
                our_account().write(self.path, after)
