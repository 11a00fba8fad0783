from __future__ import annotations

import gzip

import pytest

from dashboard.errors import BadInputError
from dashboard.tiles.cache import FRESH_S, PackedTile, TileCache
from dashboard.tiles.routes import tile_parameters
from dashboard.tiles.tile import CIRCUMFERENCE_M, DEEPEST, Tile


@pytest.mark.parametrize(
    "numbers", [(-1, 0, 0), (DEEPEST + 1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (0, 1, 0)]
)
def test_impossible_numbers_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(BadInputError):
        Tile(*numbers)


def test_tolerance_shrinks_with_the_zoom_and_ends() -> None:
    assert Tile(0, 0, 0).tolerance_m == CIRCUMFERENCE_M / 1024
    assert Tile(8, 0, 0).tolerance_m == pytest.approx(152.9, abs=0.1)
    assert Tile(13, 0, 0).tolerance_m == 0


def test_margin_is_a_sixteenth_of_the_tile() -> None:
    assert tile_parameters(Tile(0, 0, 0))["margin"] == CIRCUMFERENCE_M / 16


def test_packed_tile_unpacks_and_names_its_content() -> None:
    tile = PackedTile.pack(b"content")
    assert gzip.decompress(tile.packed) == b"content"
    assert tile.etag == PackedTile.pack(b"content").etag != PackedTile.pack(b"other").etag


def test_cache_is_bounded_by_bytes_and_keeps_what_is_used() -> None:
    big = PackedTile(bytes(1000))
    cache = TileCache(most_bytes=3 * big.size_bytes)
    for x in range(3):
        cache.put(("areas", Tile(4, x, 0)), big, 0)
    assert cache.get(("areas", Tile(4, 0, 0)), 1) is big
    cache.put(("areas", Tile(4, 3, 0)), big, 1)
    assert len(cache) == 3
    assert cache.get(("areas", Tile(4, 1, 0)), 1) is None
    assert cache.get(("areas", Tile(4, 0, 0)), 1) is big
    assert cache.size_bytes == 3 * big.size_bytes


def test_cache_forgets_what_is_old_and_counts_a_replaced_tile_once() -> None:
    key, cache = ("refuges", Tile(1, 0, 0)), TileCache()
    cache.put(key, PackedTile(bytes(10)), 0)
    cache.put(key, PackedTile(bytes(20)), 5)
    assert cache.size_bytes == PackedTile(bytes(20)).size_bytes
    assert cache.get(key, FRESH_S + 4) is not None
    assert cache.get(key, FRESH_S + 6) is None
    assert (len(cache), cache.size_bytes) == (0, 0)
