from __future__ import annotations

import statistics
import time

import pytest
from argon2 import PasswordHasher

from dashboard.signin.password import LONGEST, PasswordError, hash_password, needs_new_hash, verify

GOOD = "correct horse battery"


def test_hash_is_argon2id_and_verifies() -> None:
    hashed = hash_password(GOOD)
    assert hashed.startswith("$argon2id$")
    assert verify(hashed, GOOD)
    assert not verify(hashed, GOOD + "!")
    assert not needs_new_hash(hashed)
    assert needs_new_hash(PasswordHasher(time_cost=1).hash(GOOD))


@pytest.mark.parametrize("password", ["short", "x" * (LONGEST + 1)])
def test_too_short_or_too_long(password: str) -> None:
    with pytest.raises(PasswordError, match="characters"):
        hash_password(password)


def test_nobody_has_no_password() -> None:
    assert not verify(None, "nobody has this password")
    assert not verify("not a hash", GOOD)
    assert not verify(hash_password(GOOD), "x" * 100_000)


def test_an_unknown_account_costs_the_same_work() -> None:
    hashed = hash_password(GOOD)

    def cost_s(kept: str | None) -> float:
        begun = time.process_time()
        verify(kept, "wrong password")
        return time.process_time() - begun

    cost_s(None)
    known = statistics.median(cost_s(hashed) for _ in range(3))
    unknown = statistics.median(cost_s(None) for _ in range(3))
    assert unknown > known / 4
