"""Tiles that were made lately, bounded by their bytes.

Pure: the clock is an argument.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from dashboard.tiles.tile import Tile

MOST_BYTES: Final = 64 * 1024 * 1024
#: boundaries and refuges change when somebody imports a file; screens see it after so long [s]
FRESH_S: Final = 60.0
#: measured: level 1 takes a tenth of the time of making the tile, and halves it
GZIP_LEVEL: Final = 1

Key = tuple[str, Tile]


@dataclass(frozen=True)
class PackedTile:
    """A tile as it is sent, gzipped."""

    packed: bytes

    @classmethod
    def pack(cls, content: bytes) -> PackedTile:
        """Return `content` packed."""
        return cls(gzip.compress(content, GZIP_LEVEL, mtime=0))

    @cached_property
    def etag(self) -> str:
        """A name for its content."""
        return f'"{hashlib.blake2b(self.packed, digest_size=12).hexdigest()}"'

    @property
    def size_bytes(self) -> int:
        """What keeping it costs, about."""
        return len(self.packed) + 200


class TileCache:
    """The tiles used last, at most `most_bytes`, none older than `FRESH_S`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._tiles: OrderedDict[Key, tuple[float, PackedTile]] = OrderedDict()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._tiles)

    def get(self, key: Key, now_s: float) -> PackedTile | None:
        """Return a kept tile, None when there is none or it is too old at `now_s` [s]."""
        if (found := self._tiles.get(key)) is None:
            return None
        made_s, tile = found
        if now_s - made_s > FRESH_S:
            self._drop(key)
            return None
        self._tiles.move_to_end(key)
        return tile

    def put(self, key: Key, tile: PackedTile, now_s: float) -> None:
        """Keep a tile made at `now_s` [s]; those not used for longest make room."""
        if key in self._tiles:
            self._drop(key)
        self._tiles[key] = (now_s, tile)
        self.size_bytes += tile.size_bytes
        while self.size_bytes > self._most_bytes:
            self._drop(next(iter(self._tiles)))

    def _drop(self, key: Key) -> None:
        _made_s, tile = self._tiles.pop(key)
        self.size_bytes -= tile.size_bytes
