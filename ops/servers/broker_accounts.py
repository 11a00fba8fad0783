"""Accounts of the private broker: passwords hashed the way Mosquitto reads them, and who may write where.

Pure text: the accounts go in, the password file and the access list come out.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ops.errors import AccountNameError

#: a device id is one level of a topic, and the `%u` of the access list: no wildcard, no separator
ACCOUNT_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
INGEST = "ingest"
#: names of our own services, which no device may take
RESERVED = frozenset({INGEST})
OWN_TOPICS = "sonae/v1/#"
INGEST_STATUS = "sonae/v1/-/service/ingest/status"
#: kinds a device can be (`docs/topics.md`); `service` is ours
DEVICE_KINDS = ("gauge", "camera", "drone", "heli", "team", "shelter")
#: Mosquitto's own default. It need not be higher: generated passwords hold 144 random bits,
#: which no number of guesses finds, and every reconnecting gauge pays for each round.
HASH_ROUNDS = 101
SALT_BYTES = 12


@dataclass(frozen=True)
class BrokerAccount:
    """One account: the hash of its password, and topics it may write besides its own.

    Vendors' devices send on topics that their maker fixed: such an account names them in `writes`.
    """

    password_hash: str
    writes: tuple[str, ...] = ()


def check_name(name: str) -> str:
    """Return `name` or raise `AccountNameError`."""
    if not ACCOUNT_NAME.fullmatch(name):
        raise AccountNameError(
            f"{name!r} cannot be a broker account: 1 to 64 of the characters A-Z a-z 0-9 _ -"
        )
    return name


def hash_password(password: str, *, random_bytes: Callable[[int], bytes] = os.urandom) -> str:
    """Return `password` as `$7$rounds$salt$key`: PBKDF2-HMAC-SHA512, what mosquitto_passwd(1) writes."""
    salt = random_bytes(SALT_BYTES)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ROUNDS)
    return f"$7${HASH_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def password_file(accounts: Mapping[str, BrokerAccount]) -> str:
    """Return Mosquitto's password file."""
    return "".join(f"{name}:{account.password_hash}\n" for name, account in sorted(accounts.items()))


def access_list(accounts: Mapping[str, BrokerAccount], *, ingest_reads: Iterable[str]) -> str:
    """Return Mosquitto's access list: what is not granted here is refused.

    A device writes below its own topic; ingest reads `ingest_reads` and our topics and writes its
    status. The pattern would let ingest write as a device of its own name, so that is denied.
    """
    lines = [f"user {INGEST}"]
    lines += [f"topic read {topic}" for topic in sorted({OWN_TOPICS, *ingest_reads})]
    lines += [f"topic write {INGEST_STATUS}"]
    lines += [f"topic deny sonae/v1/+/{kind}/{INGEST}/#" for kind in DEVICE_KINDS]
    for name, account in sorted(accounts.items()):
        if account.writes:
            lines += ["", f"user {name}", *(f"topic write {topic}" for topic in account.writes)]
    return "\n".join([*lines, "", "pattern write sonae/v1/+/+/%u/#", ""])
