"""Meshes of 基盤地図情報 from files as they are downloaded (XML, ZIP, ZIP of ZIPs), laid into one raster."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from pyproj import CRS
from rasterio.transform import Affine  # type: ignore[import-untyped]

from geo.fg_gml import MOST_BYTES, REFERENCES, Mesh, read_mesh
from geo.terrain import Raster, TerrainError, ground_size

#: an inner ZIP is held in memory; one of a second-order mesh takes some MB
_MOST_ZIP_BYTES: Final = 512_000_000
_MOST_MEMBERS: Final = 10_000
#: cells of a raster: a prefecture in 5 m cells is more than a run can flood
MOST_CELLS: Final = 200_000_000
#: how far a mesh may lie beside the grid of the first one [cells]
_OFF_GRID: Final = 0.05


@dataclass(frozen=True, eq=False)
class Ground:
    """A raster from meshes, in degrees, and what it was made of."""

    raster: Raster
    meshes: int
    #: cells without a height, meshes that are not among the files included
    unknown: int
    surfaces: dict[str, int]
    #: names of members of archives that are no elevation models
    passed_over: list[str]
    #: earliest and latest date of the heights, as written; empty when no file says
    as_of: tuple[str, str]
    reference: str


def read_ground(paths: Sequence[Path], *, most_cells: int = MOST_CELLS) -> Ground:
    """Return the ground of XML files and ZIPs. Raises `TerrainError` naming the file at fault.

    Where meshes lie on one another, laser surveys (A in the name) come before B and C, newer before older.
    Meshes of different cell size or reference are refused.
    """
    passed_over: list[str] = []
    meshes: list[Mesh] = []
    for path in paths:
        try:
            meshes += _read(path, passed_over)
        except zipfile.BadZipFile as fault:
            raise TerrainError(f"{path} cannot be read as a ZIP: {fault}") from fault
    if not meshes:
        raise TerrainError(f"no elevation model in {', '.join(map(str, paths)) or 'no files'}")
    _check_alike(meshes)
    raster = _lay(meshes, most_cells)
    surfaces: dict[str, int] = {}
    for mesh in meshes:
        for kind, count in mesh.surfaces.items():
            surfaces[kind] = surfaces.get(kind, 0) + count
    dates = sorted(mesh.as_of for mesh in meshes if mesh.as_of) or [""]
    unknown = int(np.isnan(raster.values).sum())
    if unknown == raster.values.size:
        raise TerrainError(f"{meshes[0].name} and the other files hold no height at all")
    return Ground(
        raster, len(meshes), unknown, surfaces, passed_over, (dates[0], dates[-1]), meshes[0].reference
    )


def _read(path: Path, passed_over: list[str]) -> Iterator[Mesh]:
    with path.open("rb") as file:
        if zipfile.is_zipfile(file):
            file.seek(0)
            yield from _members(file, path.name, passed_over, nested=False)
        else:
            file.seek(0)
            yield read_mesh(file, path.name)


def _members(file: BinaryIO, name: str, passed_over: list[str], *, nested: bool) -> Iterator[Mesh]:
    with zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > _MOST_MEMBERS:
            raise TerrainError(f"{name} holds {len(members)} files; at most {_MOST_MEMBERS} are taken")
        for member in members:
            inner = f"{name}/{member.filename}"
            kind = member.filename.lower()
            if kind.endswith(".zip") and not nested:
                content = _content(archive, member, inner, _MOST_ZIP_BYTES)
                yield from _members(io.BytesIO(content), inner, passed_over, nested=True)
            elif kind.endswith(".xml") and "dem" in Path(kind).name:
                yield read_mesh(io.BytesIO(_content(archive, member, inner, MOST_BYTES)), inner)
            else:
                passed_over.append(inner)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, most_bytes: int) -> bytes:
    """Return a member's bytes, never more than `most_bytes`, whatever its header promises."""
    try:
        with archive.open(member) as stream:
            content = stream.read(most_bytes + 1)
    except (RuntimeError, NotImplementedError, EOFError, zlib.error) as fault:
        raise TerrainError(f"{name} cannot be unpacked: {fault}") from fault
    if len(content) > most_bytes:
        raise TerrainError(f"{name} unpacks to more than {most_bytes} bytes")
    return content


def _check_alike(meshes: Sequence[Mesh]) -> None:
    first = meshes[0]
    for mesh in meshes[1:]:
        if mesh.reference != first.reference:
            raise TerrainError(
                f"{mesh.name} is in {mesh.reference}, {first.name} in {first.reference}; heights of different"
                " releases do not meet"
            )
        for size, other in ((mesh.cell_lat, first.cell_lat), (mesh.cell_lon, first.cell_lon)):
            if abs(size / other - 1) > 1e-3:
                raise TerrainError(
                    f"{mesh.name} ({mesh.kind}) and {first.name} ({first.kind}) have cells of different size;"
                    " convert them one by one"
                )


def _lay(meshes: Sequence[Mesh], most_cells: int) -> Raster:
    south, west = min(mesh.south for mesh in meshes), min(mesh.west for mesh in meshes)
    north = max(mesh.south + mesh.cell_lat * mesh.values.shape[0] for mesh in meshes)
    east = max(mesh.west + mesh.cell_lon * mesh.values.shape[1] for mesh in meshes)
    # corners are written to nine digits; the mean over all meshes is finer than any one
    cell_lat, cell_lon = (
        float(np.mean([getattr(mesh, name) for mesh in meshes])) for name in ("cell_lat", "cell_lon")
    )
    rows, columns = round((north - south) / cell_lat), round((east - west) / cell_lon)
    if rows * columns > most_cells:
        raise TerrainError(f"the files span {columns} × {rows} cells, more than {most_cells}; take fewer")
    values = np.full((rows, columns), np.nan)
    by_date = sorted(meshes, key=lambda mesh: mesh.as_of, reverse=True)
    for mesh in sorted(by_date, key=lambda mesh: mesh.rank):
        height, width = mesh.values.shape
        top = (north - mesh.south) / cell_lat - height
        left = (mesh.west - west) / cell_lon
        row, column = round(top), round(left)
        if max(abs(top - row), abs(left - column)) > _OFF_GRID:
            raise TerrainError(f"{mesh.name} lies between the cells of {meshes[0].name}")
        part = values[row : row + height, column : column + width]
        missing = np.isnan(part)
        part[missing] = mesh.values[missing]
    transform = Affine(cell_lon, 0.0, west, 0.0, -cell_lat, north)
    crs = CRS.from_epsg(REFERENCES[meshes[0].reference])
    dx_m, dy_m, spread = ground_size(transform, values.shape, crs)
    return Raster(values, transform, crs, dx_m, dy_m, "T.P.", spread)
