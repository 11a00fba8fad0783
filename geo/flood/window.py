"""The active window: which columns of which bands water can reach before anybody looks again.

Water moves one cell in a step at most. Every `look` steps the margin of each band is examined; when it is
wet, the band and its neighbours grow. A span never shrinks, because dry ground that was wet holds a film.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.bands import Band, Bands, Spans

#: columns a span grows by beyond what is needed, so that it does not grow at every look [cells]
_SLACK: Final = 16
#: steps between two looks, where bands are tall enough
LOOK_STEPS: Final = 10


def steps_between_looks(rows: int) -> int:
    """Return after how many steps the window must be examined when bands are `rows` tall."""
    return min(LOOK_STEPS, rows - 2)


def initial_spans(wet: NDArray[np.bool_], *, rows: int, margin: int) -> Spans:
    """Return the spans (bands, 2) around the cells where `wet` (ny, nx), and `margin` cells beyond."""
    ny, nx = wet.shape
    count = -(-ny // rows)
    spans = np.zeros((count, 2), np.int64)
    for index in range(count):
        first, stop = max(0, index * rows - margin), min(ny, (index + 1) * rows + margin)
        columns = np.flatnonzero(wet[first:stop].any(axis=0))
        if columns.size:
            spans[index] = _widened(columns[0], columns[-1] + 1, margin + _SLACK, nx)
    return spans


def grown(bands: Bands, *, margin: int) -> Spans | None:
    """Return the spans that contain all water and `margin` cells beyond, None when they do already."""
    spans: Spans = bands.fields["span"].copy()
    for index, band in enumerate(bands.bands):
        if band is not None:
            _grow_across(spans, index, band, margin, bands.layout.nx)
            _grow_along(spans, index, band, margin, bands, up=True)
            _grow_along(spans, index, band, margin, bands, up=False)
    return None if (spans == bands.fields["span"]).all() else spans


def _grow_across(spans: Spans, index: int, band: Band, margin: int, nx: int) -> None:
    depth = band.depth_rows
    left = band.c0 > 0 and (depth[:, :margin] > 0.0).any()
    right = band.c1 < nx and (depth[:, -margin:] > 0.0).any()
    if left or right:
        _cover(spans, index, depth, band.c0, margin, nx)


def _grow_along(spans: Spans, index: int, band: Band, margin: int, bands: Bands, *, up: bool) -> None:
    """Widen the band above or below where water stands near it and it is not ready."""
    other = index - 1 if up else index + 1
    if not 0 <= other < bands.layout.count:
        return
    nx = bands.layout.nx
    depth = band.depth_rows[:margin] if up else band.depth_rows[-margin:]
    first, stop = (int(c) for c in bands.fields["span"][other])
    ready_from = first + margin if first else 0
    ready_to = stop - margin if stop < nx else nx
    before = depth[:, : max(0, ready_from - band.c0)]
    after = depth[:, max(0, ready_to - band.c0) :]
    if first == stop:
        before = depth
    if (before > 0.0).any() or (after > 0.0).any():
        _cover(spans, other, depth, band.c0, margin, nx)


def _cover(spans: Spans, index: int, depth: NDArray[np.floating], c0: int, margin: int, nx: int) -> None:
    columns = np.flatnonzero((depth > 0.0).any(axis=0))
    if not columns.size:
        return
    lo, hi = _widened(c0 + columns[0], c0 + columns[-1] + 1, margin + _SLACK, nx)
    first, stop = spans[index]
    spans[index] = (lo, hi) if first == stop else (min(lo, first), max(hi, stop))


def _widened(lo: int, hi: int, by: int, nx: int) -> tuple[int, int]:
    return max(0, int(lo) - by), min(nx, int(hi) + by)
