"""Tiles from a server, each kept in a folder: what was had once is there when the network is not.

The folder also remembers which tiles the server does not have, so that the sea is not asked for again.
"""

from __future__ import annotations

import http.client
import os
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from geo.terrain import TerrainError
from geo.terrain_tiles import Tile

_TIMEOUT_S: Final = 20.0
#: an elevation tile takes about 100 kB; what is larger is none
_MOST_BYTES: Final = 2_000_000
#: how often a tile is asked for before the server counts as out of reach
_TRIES: Final = 2
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class TileStore:
    """Tiles below `address` (http or https), kept below `folder`. Safe to use from several threads.

    `refresh` asks the server even for what is there.
    """

    address: str
    folder: Path
    refresh: bool = False

    def get(self, tile: Tile) -> bytes | None:
        """Return a tile's picture, None when the server has none.

        Raises `TerrainError` naming the tile when it is not here and cannot be had.
        """
        kept, absent = self.folder / tile.path, self.folder / f"{tile.path}.absent"
        if not self.refresh:
            if kept.exists():
                return kept.read_bytes()
            if absent.exists():
                return None
        picture = self._ask(tile)
        kept.parent.mkdir(parents=True, exist_ok=True)
        if picture is None:
            kept.unlink(missing_ok=True)
            absent.touch()
            return None
        part = kept.with_name(f".{kept.name}.{os.getpid()}.{threading.get_ident()}")
        part.write_bytes(picture)
        part.replace(kept)
        absent.unlink(missing_ok=True)
        return picture

    def _ask(self, tile: Tile) -> bytes | None:
        address = f"{self.address.rstrip('/')}/{tile.path}"
        if urlsplit(address).scheme not in ("http", "https"):
            raise TerrainError(f"{self.address} is no http or https address of elevation tiles")
        fault: Exception | None = None
        for _ in range(_TRIES):
            try:
                return _picture(address)
            except urllib.error.HTTPError as refusal:
                refusal.close()
                if refusal.code == http.client.NOT_FOUND:
                    return None
                raise TerrainError(f"{address} answers {refusal.code} {refusal.reason}") from refusal
            except (OSError, http.client.HTTPException) as lost:
                fault = lost
        raise TerrainError(
            f"{tile.path} is not among the tiles kept in {self.folder}, and {self.address} cannot be reached:"
            f" {getattr(fault, 'reason', None) or repr(fault)}"
        ) from fault


def _picture(address: str) -> bytes:
    """Return what lies at an address, when it can be an elevation tile and is whole."""
    request = urllib.request.Request(address, headers={"User-Agent": "sonae"})  # noqa: S310 - http or https
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - as above
        picture: bytes = answer.read(_MOST_BYTES + 1)
        promised = answer.headers.get("Content-Length")
    if len(picture) > _MOST_BYTES or not picture.startswith(_PNG):
        # a page of some proxy, kept as a tile, would be unknown ground for good
        raise TerrainError(f"{address} holds something else than an elevation tile")
    if promised is not None and int(promised) != len(picture):
        raise http.client.IncompleteRead(picture, int(promised) - len(picture))
    return picture
