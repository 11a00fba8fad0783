"""The fields of a run, cut into bands of rows, each packed over the columns that water can reach.

A band's cells lie in one contiguous stretch of memory, `w` columns wide, however wide the grid: kernels then
work on flat arrays of a few tens of thousands of elements that stay in the processor's cache, and dry land is
neither read nor written. Every field lives in one store, private or shared between processes; a `Band` is a
set of views into it and is built again whenever the band's span of columns changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from geo.flood.flux import Faces, Field

Fields = Mapping[str, NDArray[Any]]
Spans = NDArray[np.int64]

#: the height of a wall's sill [m above the run's zero]: no water reaches it, and float32 still holds it
WALL_M: Final = 1e6
#: cells of a band: 30 arrays of this many float32 pass through a cache of 1 MiB a few at a time
BAND_CELLS: Final = 32_000
#: rows of a band: at least as many as steps pass between two looks at the window
MIN_ROWS, MAX_ROWS = 8, 64
#: elements before the first face of a band, zero, so that "the face to the left" exists; keeps alignment
_LEAD: Final = 16
#: rows a band shows its neighbour in another process: depth first, last; discharge first, last, last but one
SHOWN: Final = ("depth_first", "depth_last", "q_first", "q_last", "q_before_last")


def rows_per_band(nx: int) -> int:
    """Return the rows of a band on a grid `nx` columns wide."""
    return int(min(MAX_ROWS, max(MIN_ROWS, BAND_CELLS // nx)))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the store of a run holds."""

    ny: int
    nx: int
    rows: int
    dtype: str
    roughness: bool
    rain: bool
    processes: int
    theta: float

    @property
    def count(self) -> int:
        """Number of bands."""
        return -(-self.ny // self.rows)

    def table(self) -> dict[str, tuple[tuple[int, ...], DTypeLike]]:
        """Return shape and dtype by name: whole fields (ny, nx), packed fields (bands, capacity), control."""
        whole, cells = (self.ny, self.nx), self.rows * self.nx
        faces = 2 * cells + self.nx
        packed: dict[str, tuple[tuple[int, ...], DTypeLike]] = {
            "depth": ((self.count, cells + self.nx), self.dtype),
            "bed": ((self.count, cells + self.nx), self.dtype),
            "before": ((self.count, cells), self.dtype),
            "sill": ((self.count, faces), self.dtype),
            "q": ((self.count, _LEAD + faces), self.dtype),
            "shown": ((self.count, len(SHOWN), self.nx), self.dtype),
        }
        table: dict[str, tuple[tuple[int, ...], DTypeLike]] = dict.fromkeys(
            ("ground", "sill_x", "sill_y", "peak", "speed"), (whole, self.dtype)
        )
        table |= {"arrival": (whole, "f4"), "duration": (whole, "f4")} | packed
        if self.roughness:
            table |= {"rough_x": (whole, self.dtype), "rough_y": (whole, self.dtype)}
            table |= {"rough": ((self.count, faces), self.dtype)}
        if self.theta < 1.0:
            table["own"] = ((self.count, faces), self.dtype)
        if self.rain:
            table |= {"rain_share": (whole, self.dtype), "rain_carry": (whole, self.dtype)}
        table |= {
            "span": ((self.count, 2), "i8"),
            "negative": ((self.count,), "i8"),
            "deepest": ((self.processes,), "f8"),
            "start": ((self.processes + 1,), "i8"),
            "order": ((8,), "f8"),
        }
        return table

    def size(self) -> int:
        """Return the bytes of the store."""
        return sum(_padded(shape, dtype) for shape, dtype in self.table().values())

    def fields(self, buffer: memoryview | bytearray | None = None) -> dict[str, NDArray[Any]]:
        """Return the arrays, in `buffer` when given; new memory is zero."""
        if buffer is None:
            return {name: np.zeros(shape, dtype) for name, (shape, dtype) in self.table().items()}
        fields, at = {}, 0
        for name, (shape, dtype) in self.table().items():
            fields[name] = np.ndarray(shape, dtype, buffer=buffer, offset=at)
            at += _padded(shape, dtype)
        return fields


def _padded(shape: tuple[int, ...], dtype: DTypeLike) -> int:
    size = prod(shape) * np.dtype(dtype).itemsize
    # a page more between fields keeps the same cell of two fields from falling on the same cache lines
    return -(-size // 4096) * 4096 + 4096 + 192


class Scratch:
    """Working memory of one process, enough for the widest band."""

    def __init__(self, layout: Layout) -> None:
        cells, faces = layout.rows * layout.nx, (2 * layout.rows + 1) * layout.nx
        self.level, self.depth, self.drive, self.power, self.limit, self.zeros = (
            np.zeros(size, layout.dtype) for size in (cells + layout.nx, *[faces] * 5)
        )
        self.row = np.zeros(layout.nx, layout.dtype)
        self.wet = np.zeros(cells, bool)


@dataclass(frozen=True, slots=True)
class Band:
    """Views of one band: rows `r0` to `r1` (exclusive), columns `c0` to `c1`; packed fields are flat."""

    r0: int
    r1: int
    c0: int
    c1: int
    #: depth with the row below, that row alone, and the band's own cells flat and by row
    depth_below: Field
    below: Field
    depth: Field
    depth_rows: Field
    #: depth before this step, rain of the step included, flat
    before: Field
    bed_below: Field
    faces: Faces
    #: discharge through the faces of each cell, and of the whole row above the band
    q_left: Field
    q_right: Field
    q_up: Field
    q_down: Field
    q_top: Field
    across: Field
    along: Field
    wet_rows: NDArray[np.bool_]
    #: columns shared with the band below: mine, its
    mine: slice
    its: slice

    @property
    def w(self) -> int:
        """Columns."""
        return self.c1 - self.c0

    @property
    def block(self) -> tuple[slice, slice]:
        """Where the band lies in a whole field."""
        return slice(self.r0, self.r1), slice(self.c0, self.c1)

    def row(self, flat: Field, index: int) -> Field:
        """Return one row of a flat (n,) view; negative counts from the last."""
        at = index * self.w if index >= 0 else flat.size + index * self.w
        return flat[at : at + self.w]


class Bands:
    """All bands of a run as one process sees them."""

    def __init__(self, layout: Layout, fields: Fields) -> None:
        self.layout = layout
        self.fields = fields
        self.scratch = Scratch(layout)
        self.bands: list[Band | None] = [None] * layout.count
        self._bound = np.full((layout.count, 2), -1, np.int64)

    def rows_of(self, index: int) -> tuple[int, int]:
        """Return the first row of a band and the one after its last."""
        first = index * self.layout.rows
        return first, min(first + self.layout.rows, self.layout.ny)

    def bind(self) -> None:
        """Build the views anew where a span, or that of the band below, has changed."""
        span = self.fields["span"]
        changed = (span != self._bound).any(axis=1)
        changed[:-1] |= changed[1:]
        for index in np.flatnonzero(changed):
            self.bands[index] = self._view(int(index))
        self._bound[:] = span

    def _view(self, index: int) -> Band | None:
        c0, c1 = (int(c) for c in self.fields["span"][index])
        if c0 == c1:
            return None
        r0, r1 = self.rows_of(index)
        w, n = c1 - c0, (r1 - r0) * (c1 - c0)
        scratch, size = self.scratch, 2 * n + w
        depth, stored_q = self.fields["depth"][index], self.fields["q"][index]
        q = stored_q[_LEAD : _LEAD + size]
        lo, hi = self._shared(index, c0, c1)
        faces = Faces(
            level=scratch.level[: n + w],
            sill=self.fields["sill"][index][:size],
            q=q,
            roughness=self.fields["rough"][index][:size] if self.layout.roughness else None,
            own=self.fields["own"][index][:size] if self.layout.theta < 1.0 else None,
            q_below=scratch.row[:w],
            depth=scratch.depth[:size],
            drive=scratch.drive[:size],
            power=scratch.power[:size],
            limit=scratch.limit[:size],
            zeros=scratch.zeros[:size],
            n=n,
            w=w,
        )
        c0_next = int(self.fields["span"][index + 1][0]) if hi > lo else lo
        return Band(
            r0, r1, c0, c1,
            depth_below=depth[: n + w],
            below=depth[n : n + w],
            depth=depth[:n],
            depth_rows=depth[:n].reshape(r1 - r0, w),
            before=self.fields["before"][index][:n],
            bed_below=self.fields["bed"][index][: n + w],
            faces=faces,
            q_left=stored_q[_LEAD - 1 : _LEAD - 1 + n],
            q_right=q[:n],
            q_up=q[n : 2 * n],
            q_down=q[n + w :],
            q_top=q[n : n + w],
            across=scratch.depth[:n],
            along=scratch.drive[:n],
            wet_rows=scratch.wet[:n].reshape(r1 - r0, w),
            mine=slice(lo - c0, hi - c0),
            its=slice(lo - c0_next, hi - c0_next),
        )  # fmt: skip

    def _shared(self, index: int, c0: int, c1: int) -> tuple[int, int]:
        """Return the columns that a band has in common with the one below, or an empty range."""
        if index + 1 == self.layout.count:
            return c0, c0
        n0, n1 = (int(c) for c in self.fields["span"][index + 1])
        lo, hi = max(c0, n0), min(c1, n1)
        return (lo, hi) if hi > lo else (c0, c0)

    def respan(self, spans: Spans) -> None:
        """Pack every band whose span differs from `spans` (bands, 2) anew; what lies outside is dropped.

        The caller sees to it that only dry cells at rest are dropped, and that no other process works.
        """
        old = self.fields["span"].copy()
        for index in np.flatnonzero((old != spans).any(axis=1)):
            depth, q_x, q_y = self._unpacked(int(index))
            self.fields["span"][index] = spans[index]
            self._pack(int(index), depth, q_x, q_y)
        self.bind()

    def _unpacked(self, index: int) -> tuple[Field, Field, Field]:
        """Return depth and discharge of one band over the whole width (rows, nx)."""
        r0, r1 = self.rows_of(index)
        depth, q_x, q_y = (np.zeros((r1 - r0, self.layout.nx), self.layout.dtype) for _ in range(3))
        if band := self.bands[index]:
            columns = slice(band.c0, band.c1)
            depth[:, columns] = band.depth_rows
            q_x[:, columns] = band.q_right.reshape(band.depth_rows.shape)
            q_y[:, columns] = band.q_down.reshape(band.depth_rows.shape)
        return depth, q_x, q_y

    def _pack(self, index: int, depth: Field, q_x: Field, q_y: Field) -> None:
        """Lay one band out over its new span: ground and sills from the whole fields, water as given."""
        c0, c1 = (int(c) for c in self.fields["span"][index])
        r0, r1 = self.rows_of(index)
        rows, w = r1 - r0, c1 - c0
        if w == 0:
            return
        n, columns = rows * w, slice(c0, c1)

        def lay(flat: Field, block: Field) -> None:
            flat[: block.size].reshape(block.shape)[...] = block

        bed, sill = self.fields["bed"][index], self.fields["sill"][index]
        lay(bed, self.fields["ground"][r0:r1, columns])
        bed[n : n + w] = self.fields["ground"][r1, columns] if r1 < self.layout.ny else 0.0
        lay(sill, self.fields["sill_x"][r0:r1, columns])
        # the last column of a span is dry by the window's margin, or lies at the edge of the grid
        sill[w - 1 : n : w] = WALL_M
        sill[n : n + w] = WALL_M
        lay(sill[n + w :], self.fields["sill_y"][r0:r1, columns])
        if self.layout.roughness:
            rough = self.fields["rough"][index]
            lay(rough, self.fields["rough_x"][r0:r1, columns])
            rough[n : n + w] = 1.0
            lay(rough[n + w :], self.fields["rough_y"][r0:r1, columns])
        if self.layout.theta < 1.0:
            self._weigh(index, n, w)
        lay(self.fields["depth"][index], depth[:, columns])
        self.fields["depth"][index][n : n + w] = 0.0
        q = self.fields["q"][index][_LEAD:]
        lay(q, q_x[:, columns])
        q[n : n + w] = 0.0
        lay(q[n + w :], q_y[:, columns])

    def _weigh(self, index: int, n: int, w: int) -> None:
        """Work out the weight of each face's own discharge: theta, and the part of walls beside it."""
        r0, r1 = self.rows_of(index)
        c0, c1 = (int(c) for c in self.fields["span"][index])
        sill_y = self.fields["sill_y"]
        wall_row = np.full((1, w), WALL_M)
        above = sill_y[r0 - 1 : r0, c0:c1] if r0 else wall_row
        below = sill_y[r1 : r1 + 1, c0:c1] if r1 < self.layout.ny else wall_row
        across = np.concatenate([[WALL_M], self.fields["sill"][index][:n], [WALL_M]]) >= WALL_M / 2
        along = np.concatenate([above, sill_y[r0:r1, c0:c1], below]) >= WALL_M / 2
        own, half = self.fields["own"][index], (1.0 - self.layout.theta) / 2
        own[:n] = self.layout.theta + half * (across[:-2].astype(int) + across[2:])
        own[n : n + w] = 0.0
        own[n + w : 2 * n + w] = self.layout.theta + half * (along[:-2].astype(int) + along[2:]).ravel()

    def load(self, depth: Field, q_x: Field, q_y: Field, spans: Spans) -> None:
        """Take whole fields (ny, nx) of water, packed over `spans`."""
        self.fields["span"][...] = spans
        for index in range(self.layout.count):
            r0, r1 = self.rows_of(index)
            self._pack(index, depth[r0:r1], q_x[r0:r1], q_y[r0:r1])
        self.bind()

    def whole(self) -> tuple[Field, Field, Field]:
        """Return depth [m] and discharge to the right and downward [m²/s] as whole fields (ny, nx)."""
        parts = [self._unpacked(index) for index in range(self.layout.count)]
        depth, q_x, q_y = (np.concatenate(part) for part in zip(*parts, strict=True))
        return depth, q_x, q_y

    def at(self, index: int) -> Band:
        """Return a band that is known to be worked on."""
        band = self.bands[index]
        if band is None:
            raise IndexError(f"band {index} holds no water and no views")
        return band

    def show(self, index: int) -> None:
        """Copy the rows that a neighbour in another process reads while this band moves on."""
        if band := self.bands[index]:
            shown = self.fields["shown"][index]
            rows = (band.row(band.depth, 0), band.row(band.depth, -1), band.row(band.q_down, 0))
            last = band.row(band.q_down, -1)
            before = band.row(band.q_down, -2) if band.r1 - band.r0 > 1 else band.q_top
            for at, row in enumerate((*rows, last, before)):
                shown[at, : band.w] = row
