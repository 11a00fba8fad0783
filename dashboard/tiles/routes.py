"""Tiles over HTTP."""

from __future__ import annotations

from typing import Annotated, Final, LiteralString

from fastapi import APIRouter, Depends, Request, Response

from dashboard.errors import NotFoundError
from dashboard.parts import Parts, parts_of
from dashboard.signin.guard import require
from dashboard.signin.session import Session
from dashboard.tiles.cache import FRESH_S, PackedTile
from dashboard.tiles.tile import CIRCUMFERENCE_M, EXTENT, Tile
from geo.queries import load

router = APIRouter()
_SQL = load("dashboard", "tile.sql")

LAYERS: Final[dict[str, LiteralString]] = {name: _SQL[name] for name in ("areas", "refuges", "facilities")}
#: what lies so far outside a tile [units of its grid] is drawn into it (ST_AsMVTGeom's own default)
MARGIN: Final = 256
MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt")
async def tile(
    layer: str, z: int, x: int, y: int, request: Request, _session: Annotated[Session, Depends(require())]
) -> Response:
    """Serve a tile of a layer; an empty one has no features."""
    if layer not in LAYERS:
        raise NotFoundError(f"there is no layer {layer[:40]!r}; layers are {', '.join(LAYERS)}")
    found = await packed_tile(parts_of(request), layer, Tile(z, x, y))
    headers = {"ETag": found.etag, "Cache-Control": f"private, max-age={FRESH_S:.0f}"}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.packed, 200, {**headers, "Content-Encoding": "gzip"}, MEDIA_TYPE)


async def packed_tile(parts: Parts, layer: str, number: Tile) -> PackedTile:
    """Return a tile from memory, or make it."""
    key = (layer, number)
    if (kept := parts.tiles.get(key, parts.monotonic())) is not None:
        return kept
    async with parts.pool.connection() as connection:
        cursor = await connection.execute(LAYERS[layer], tile_parameters(number), binary=True)
        row = await cursor.fetchone()
    made = PackedTile.pack(b"" if row is None else bytes(row[0]))
    parts.tiles.put(key, made, parts.monotonic())
    return made


def tile_parameters(number: Tile) -> dict[str, float]:
    """Return what the statements in `sql/tile.sql` ask for."""
    return {
        "z": number.z,
        "x": number.x,
        "y": number.y,
        "tolerance": number.tolerance_m,
        "margin": CIRCUMFERENCE_M / 2**number.z * MARGIN / EXTENT,
    }
