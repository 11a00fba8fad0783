"""One process's part of a time step: its bands from top to bottom, each finished while it is in the cache.

A band first turns levels into discharge, then discharge into depth. The row of faces above it comes from the
band before, which is done; the row of cells below it from the band after, which is still as it was. Where the
neighbour belongs to another process, its rows are read from the copy shown at the end of the last step, and
the faces between are worked out by both, alike to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.flood.bands import SHOWN, WALL_M, Band, Bands
from geo.flood.flux import Faces, Field, StepFactors, conduct, settle

_DEPTH_FIRST, _DEPTH_LAST, _Q_FIRST, _Q_LAST, _Q_BEFORE_LAST = range(len(SHOWN))


@dataclass(frozen=True, slots=True)
class Sample:
    """What a step adds to the record of the flood, when it does."""

    t_s: float
    #: time since the last sample [s]
    span_s: float
    #: a cell counts as flooded from this depth on [m]
    wet_m: float


class Sweep:
    """The bands `first` to `stop` (exclusive) of one process."""

    def __init__(self, bands: Bands, first: int, stop: int) -> None:
        self.bands = bands
        self.first = first
        self.stop = stop
        width = bands.layout.nx
        self._kept = np.zeros(width, bands.layout.dtype)
        self._border = {
            name: np.zeros(size * width, bands.layout.dtype)
            for name, size in (("level", 2), ("sill", 3), ("q", 3), ("depth", 3), ("drive", 3), ("power", 3),
                               ("limit", 3), ("zeros", 3), ("below", 1), ("rough", 3), ("own", 3))
        }  # fmt: skip

    def run(self, factors: StepFactors, *, rain_m: float, sample: Sample | None) -> float:
        """Advance the bands by one step, flag those with a negative depth, return the deepest water [m]."""
        deepest = 0.0
        above: Band | None = None
        top: Field | None = self._border_faces(factors)
        negative = self.bands.fields["negative"]
        for index in range(self.first, self.stop):
            band = self.bands.bands[index]
            if band is None:
                above, top = None, None
                continue
            self._fetch_below(index, band, factors.theta)
            self._advance(index, band, above, top, factors)
            if rain_m:
                self._rain(band, rain_m)
            if sample:
                self._record(band, sample)
            negative[index] = float(band.depth.min()) < 0.0
            deepest = max(deepest, float(band.depth.max()))
            above, top = band, band.row(band.q_down, -1)
        return deepest

    def _advance(
        self, index: int, band: Band, above: Band | None, top: Field | None, factors: StepFactors
    ) -> None:
        weighted = factors.theta < 1.0
        if weighted:
            self._old_top(index, band, above)
            if index + 1 < self.stop:
                self._kept[: band.w] = band.row(band.q_down, -1)
        np.add(band.bed_below, band.depth_below, out=band.faces.level)
        conduct(band.faces, factors)
        if top is not None:
            upper = above or self.bands.bands[index - 1]
            if upper is not None:
                band.q_top[upper.its] = top[upper.mine]
        np.copyto(band.before, band.depth)
        settle(
            band.depth,
            q_left=band.q_left,
            q_right=band.q_right,
            q_up=band.q_up,
            q_down=band.q_down,
            scratch=(band.across, band.along),
            factors=factors,
        )

    def _fetch_below(self, index: int, band: Band, theta: float) -> None:
        """Copy the first row of the band below, as it was before this step."""
        if band.mine.stop == band.mine.start:
            band.faces.q_below[:] = 0.0
            return
        lower = self.bands.at(index + 1)
        if index + 1 < self.stop:
            depth, q = lower.row(lower.depth, 0), lower.row(lower.q_down, 0)
        else:
            shown = self.bands.fields["shown"][index + 1]
            depth, q = shown[_DEPTH_FIRST], shown[_Q_FIRST]
        band.below[band.mine] = depth[band.its]
        if theta < 1.0:
            band.faces.q_below[:] = 0.0
            band.faces.q_below[band.mine] = q[band.its]

    def _old_top(self, index: int, band: Band, above: Band | None) -> None:
        """Put the old discharge of the faces above into their row, for the weighting."""
        band.q_top[:] = 0.0
        if above is not None:
            band.q_top[above.its] = self._kept[above.mine]
        elif index == self.first and index > 0 and (upper := self.bands.bands[index - 1]):
            band.q_top[upper.its] = self.bands.fields["shown"][index - 1][_Q_LAST][upper.mine]

    def _border_faces(self, factors: StepFactors) -> Field | None:
        """Return the new discharge between the last band of the process above and the first of this one."""
        if self.first == 0 or self.first >= self.stop:
            return None
        upper, lower = self.bands.bands[self.first - 1], self.bands.bands[self.first]
        if upper is None or lower is None or upper.mine.stop == upper.mine.start:
            return None
        w, work = upper.w, self._border
        shown = self.bands.fields["shown"][self.first - 1]
        level, sill, q = work["level"][: 2 * w], work["sill"][: 3 * w], work["q"][: 3 * w]
        level[:w] = upper.row(upper.bed_below, -2) + shown[_DEPTH_LAST][:w]
        level[w:] = upper.row(upper.bed_below, -1)
        level[w:][upper.mine] += lower.row(lower.depth, 0)[upper.its]
        sill[: 2 * w] = WALL_M
        sill[2 * w :] = upper.faces.sill[-w:]
        q[:w] = 0.0
        q[w : 2 * w] = shown[_Q_BEFORE_LAST][:w]
        q[2 * w :] = shown[_Q_LAST][:w]
        below = work["below"][:w]
        below[:] = 0.0
        below[upper.mine] = lower.row(lower.q_down, 0)[upper.its]
        rough = upper.faces.roughness
        if rough is not None:
            work["rough"][: 2 * w] = 1.0
            work["rough"][2 * w : 3 * w] = rough[-w:]
        own = upper.faces.own
        if own is not None:
            work["own"][2 * w : 3 * w] = own[-w:]
        conduct(
            Faces(
                level=level,
                sill=sill,
                q=q,
                roughness=None if rough is None else work["rough"][: 3 * w],
                own=None if own is None else work["own"][: 3 * w],
                q_below=below,
                depth=work["depth"][: 3 * w],
                drive=work["drive"][: 3 * w],
                power=work["power"][: 3 * w],
                limit=work["limit"][: 3 * w],
                zeros=work["zeros"][: 3 * w],
                n=w,
                w=w,
            ),
            factors,
        )
        return q[2 * w :]

    def _rain(self, band: Band, rain_m: float) -> None:
        """Add rain; what float32 cannot hold of it is carried to the next time (compensated sum)."""
        share = self.bands.fields["rain_share"][band.block]
        carry = self.bands.fields["rain_carry"][band.block]
        due = share * rain_m
        due += carry
        total = band.depth_rows + due
        np.subtract(total, band.depth_rows, out=carry)
        before = band.before.reshape(carry.shape)
        before += carry
        np.subtract(due, carry, out=carry)
        band.depth_rows[...] = total

    def _record(self, band: Band, sample: Sample) -> None:
        """Note peak depth and speed, first arrival, and time under water."""
        fields, block = self.bands.fields, band.block
        wet = np.greater_equal(band.depth_rows, sample.wet_m, out=band.wet_rows)
        peak, arrival, duration = (fields[name][block] for name in ("peak", "arrival", "duration"))
        np.maximum(peak, band.depth_rows, out=peak)
        np.minimum(arrival, np.float32(sample.t_s), out=arrival, where=wet)
        np.add(duration, np.float32(sample.span_s), out=duration, where=wet)
        now = flow_speed(band, sample.wet_m)
        speed = fields["speed"][block]
        np.maximum(speed, now.reshape(wet.shape), out=speed, where=wet)


def flow_speed(band: Band, wet_m: float) -> Field:
    """Return the speed [m/s] in each cell (n,), in scratch: mean velocity through opposite faces.

    A face's velocity is its discharge over the depth that flows through it, at least `wet_m`, so that a film
    does not race. Over the cell's own depth it would be far too large below a step in the ground.
    """
    faces = band.faces
    n, w, flowing, pace = faces.n, faces.w, faces.depth, faces.drive
    level = np.add(band.bed_below, band.depth_below, out=faces.level)
    np.maximum(level[:n], level[1 : n + 1], out=flowing[:n])
    np.maximum(level[:n], level[w:], out=flowing[n + w :])
    np.subtract(flowing, faces.sill, out=flowing)
    # the row above belongs to another band: the depth below its faces stands for theirs
    flowing[n : n + w] = band.depth[:w]
    np.maximum(flowing, wet_m, out=flowing)
    np.divide(faces.q, flowing, out=pace)
    u, v = faces.power[:n], flowing[:n]
    u[0] = pace[0]
    np.add(pace[: n - 1], pace[1:n], out=u[1:])
    np.add(pace[n : 2 * n], pace[n + w :], out=v)
    np.hypot(u, v, out=u)
    return np.multiply(u, 0.5, out=u)
