"""The way out of a tablet when no line works: an export as a file, or as pages of QR codes.

Pure. A page is `SONAE-OPS1:{digest}:{k}/{n}:{piece}` (docs/tablet.md); the pieces together are
base64url of the zlib-compressed export.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

PREFIX: Final = "SONAE-OPS1"
#: characters of one page's piece, so that a QR code of it stays readable
PIECE: Final = 1200
#: largest export [bytes]
LARGEST_BYTES: Final = 32 * 1024 * 1024
_PAGE: Final = re.compile(rf"{PREFIX}:([0-9a-f]{{8}}):([0-9]{{1,4}})/([0-9]{{1,4}}):([A-Za-z0-9_-]*)")


class ExportError(ValueError):
    """Raised when something is no export, or pages are missing; names them."""


class Export(msgspec.Struct):
    """An export; operations stay as they are until each is read by itself."""

    form: Literal["sonae-tablet-export"]
    version: Literal[1]
    device: str
    shelter: str
    operations: list[msgspec.Raw]
    incident: int | None = None
    exported_ms: int | None = None
    offset_ms: Annotated[float, Meta(gt=-1e13, lt=1e13)] | None = None
    photos: dict[Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")], str] = {}


class _Pages(msgspec.Struct):
    pages: Annotated[list[str], Meta(min_length=1, max_length=2000)]


def read_export(data: bytes) -> Export:
    """Return the export in `data`: the export itself, or `{"pages": […]}`. Raises `ExportError`."""
    if len(data) > LARGEST_BYTES:
        raise ExportError(f"is larger than {LARGEST_BYTES} bytes")
    try:
        beginning = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        if "pages" in beginning:
            data = join_pages(msgspec.json.decode(data, type=_Pages).pages)
        return msgspec.json.decode(data, type=Export)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise ExportError(f"is no export of a tablet: {fault}") from fault


def join_pages(pages: Sequence[str]) -> bytes:
    """Return what pages of QR codes hold, read in any order, some perhaps twice. Raises `ExportError`."""
    found = [_PAGE.fullmatch(page.strip()) for page in pages]
    wrong = [page[:40] for page, match in zip(pages, found, strict=True) if match is None]
    if wrong:
        raise ExportError(f"{wrong[0]!r} is no page of an export")
    matches = [match for match in found if match is not None]
    if len({(match[1], match[3]) for match in matches}) != 1:
        raise ExportError("the pages are of different exports")
    total = int(matches[0][3])
    pieces = {int(match[2]): match[4] for match in matches}
    missing = sorted(set(range(1, total + 1)) - pieces.keys())
    if missing:
        raise ExportError(f"pages {', '.join(map(str, missing[:20]))} of {total} are missing")
    text = "".join(pieces[number] for number in range(1, total + 1))
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        # A bound while unpacking: a small page could otherwise fill the memory.
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, LARGEST_BYTES)
    except (binascii.Error, zlib.error) as fault:
        raise ExportError(f"the pages cannot be unpacked: {fault}") from fault
    if unpacker.unconsumed_tail:
        raise ExportError(f"the pages hold more than {LARGEST_BYTES} bytes")
    if hashlib.sha256(data).hexdigest()[:8] != matches[0][1]:
        raise ExportError("the pages do not hold what was written: one was misread")
    return data


def split_pages(data: bytes) -> list[str]:
    """Return the pages for an export, as a tablet makes them."""
    text = base64.urlsafe_b64encode(zlib.compress(data, 9)).decode().rstrip("=")
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    digest = hashlib.sha256(data).hexdigest()[:8]
    return [f"{PREFIX}:{digest}:{k}/{len(pieces)}:{piece}" for k, piece in enumerate(pieces, 1)]


def photo_bytes(export: Export) -> dict[str, bytes]:
    """Return the photos of an export by hash; what cannot be decoded or is another photo is left out."""
    found: dict[str, bytes] = {}
    for name, text in export.photos.items():
        try:
            data = base64.b64decode(text, validate=True)
        except binascii.Error:
            continue
        if hashlib.sha256(data).hexdigest() == name:
            found[name] = data
    return found


def media_type_of(data: bytes) -> str | None:
    """Return the type of a photo by how it begins, None when it is none that is kept."""
    begins: tuple[tuple[bytes, str], ...] = (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG", "image/png"),
        (b"RIFF", "image/webp"),
    )
    return next((media_type for beginning, media_type in begins if data.startswith(beginning)), None)


def export_of(document: dict[str, Any]) -> bytes:
    """Return an export's bytes as a tablet writes them."""
    return msgspec.json.encode({"form": "sonae-tablet-export", "version": 1, **document})
