"""An answer that is ready to be sent: its bytes, packed bytes, strong ETag and header fields. Pure.

Made once per change and sent a hundred thousand times, so what can be done beforehand is done here.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

Fields = list[tuple[bytes, bytes]]

#: short enough that a change is seen within ten seconds, also by one who is served the older copy once
DATA_CACHE: Final = "public, max-age=5, stale-while-revalidate=5"
#: page files: asked for again each time, mostly unchanged
PAGE_CACHE: Final = "public, max-age=0, must-revalidate"
#: shorter bodies do not gain by packing [bytes]
WORTH_PACKING: Final = 512
JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, eq=False)
class Ready:
    """An answer to GET, plain and packed; `same` are the fields of "304 Not Modified"."""

    etag: bytes
    plain: bytes
    packed: bytes | None
    plain_fields: Fields
    packed_fields: Fields
    same: Fields

    def answer(self, if_none_match: bytes, accept_encoding: bytes) -> tuple[int, Fields, bytes]:
        """Return status, header fields and body for what the client holds and can unpack."""
        if self.etag in if_none_match or if_none_match.strip() == b"*":
            return 304, self.same, b""
        if self.packed is not None and b"gzip" in accept_encoding:
            return 200, self.packed_fields, self.packed
        return 200, self.plain_fields, self.plain


def ready(body: bytes, media_type: str, cache: str, *, packing: bool = True, level: int = 6) -> Ready:
    """Return the answer that sends `body`. Equal bytes have equal ETags."""
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'.encode()
    packed = gzip.compress(body, level, mtime=0) if packing and len(body) >= WORTH_PACKING else None
    shared = [(b"etag", etag), (b"cache-control", cache.encode()), (b"vary", b"Accept-Encoding")]
    typed = [*shared, (b"content-type", media_type.encode())]
    return Ready(
        etag=etag,
        plain=body,
        packed=packed,
        plain_fields=[*typed, (b"content-length", str(len(body)).encode())],
        packed_fields=[
            *typed,
            (b"content-encoding", b"gzip"),
            (b"content-length", str(len(packed or b"")).encode()),
        ],
        same=shared,
    )


def ready_json(content: Mapping[str, Any], *, cache: str = DATA_CACHE) -> Ready:
    """Return the answer that sends `content` as JSON."""
    return ready(msgspec.json.encode(content), JSON, cache)
