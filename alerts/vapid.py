"""The key by which push services know this installation (VAPID, RFC 8292).

Made at the first start into the state folder. A browser's subscription is bound to it: whoever loses the
file loses all subscribers, so it belongs into the backup.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

FILE: Final = "vapid.pem"


class VapidKey:
    """A key pair on P-256 that signs for push services."""

    def __init__(self, key: Any) -> None:  # noqa: ANN401 - py_vapid carries no types
        """Hold a `Vapid02` whose keys are there."""
        self._key = key
        self._signed: dict[str, tuple[datetime, str]] = {}
        self._lock = threading.Lock()

    @property
    def public(self) -> str:
        """The public key as browsers want it (`applicationServerKey`): base64url of 65 bytes."""
        point = self._key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return str(b64urlencode(point))

    def authorization(self, endpoint: str, *, contact: str, now: datetime, life: timedelta) -> str:
        """Return the `Authorization` header for the service of an endpoint, kept for half its life.

        `contact` is a `mailto:` address. A clock that jumps makes a new signature, never an old one valid.
        """
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            at, header = self._signed.get(audience, (None, ""))
            if at is None or not timedelta() <= now - at < life / 2:
                claims = {"sub": contact, "aud": audience, "exp": int((now + life).timestamp())}
                header = str(self._key.sign(claims)["Authorization"])
                self._signed[audience] = (now, header)
            return header


def load_or_make(state_dir: Path) -> VapidKey:
    """Return the installation's key; made, readable to its owner only, when there is none."""
    path = state_dir / FILE
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        made = Vapid02()
        made.generate_keys()
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(made.private_pem())
        try:
            # two processes may start at once: the first key stays
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return VapidKey(Vapid02.from_file(str(path)))
