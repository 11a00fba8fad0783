"""Shadow prices of stock, trucks and handling: a primal-dual interior point method made for this problem.

Mehrotra (1992, doi:10.1137/0802028), predictor and corrector. The normal equations of a general solver are
large; here cells are eliminated by hand (each flow belongs to one cell), pools fall into one block per item,
and only fleets and depots are left to be solved together. Everything is dense and vectorised over items.

    minimise  Σ c x + Σ slope u     x (I, F, Z) flows [pd], u (I, Z, J) unmet [pd]
    cells     Σ_f x + Σ_j u = wanted                                 price π (I, Z)
    limits    pools, trucks by weight, trucks by volume, handling    prices q ≥ 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.instance import Floats
from shelters.matching.zones import TRACE_PD, ZoneProblem

#: how far towards the boundary a step goes
_STEP: Final = 0.95
_MOST_ITERATIONS: Final = 40
#: price of trucks and handling to begin with, in parts of what the goods are worth
_FIRST_PRICE: Final = 0.1
_LEAST_WEIGHT: Final = 1e-3
#: added to the diagonal of what is factored, relative
_RIDGE: Final = 1e-10


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Shadow prices: `pool` (D, I) [min/pd], `weight`, `volume` (F,) [min/min], `handling` (D,) [min/kg].

    `flow` (I, F, Z) [pd] is what goes where at these prices.
    """

    pool: Floats
    weight: Floats
    volume: Floats
    handling: Floats
    flow: Floats
    iterations: int
    #: complementarity ÷ objective where it ended
    gap: float


@dataclass
class _Point:
    """Where the method stands, or a step of it.

    Primal `x`, `u`, `v` (served of each piece), `room` (left of each limit); dual `pi`, `q`, and `zx`,
    `zu`, `zv` of the bounds of flows and pieces.
    """

    x: Floats
    u: Floats
    v: Floats
    room: Floats
    pi: Floats
    q: Floats
    zx: Floats
    zu: Floats
    zv: Floats


def shadow_prices(problem: ZoneProblem, *, tolerance: float = 1e-3) -> Prices:
    """Return the prices of `problem`, to a relative gap of `tolerance` or where no step helps any more."""
    limits = _Limits(problem)
    point = limits.start()
    gap, iteration = np.inf, 0
    while iteration < _MOST_ITERATIONS:
        gap, miss = limits.state(point)
        if gap < tolerance and miss < tolerance:
            break
        if not limits.advance(point):
            break
        iteration += 1
    pool, weight, volume, handling = limits.split(point.q)
    return Prices(
        pool=pool,
        weight=weight,
        volume=volume,
        handling=handling,
        flow=point.x,
        iterations=iteration,
        gap=gap,
    )


class _Limits:
    """How flows load pools, trucks and handling: the matrix of the limits, never formed."""

    def __init__(self, problem: ZoneProblem) -> None:
        self.problem = problem
        self.items, self.zones, _ = problem.piece.shape
        self.depots, self.fleets = len(problem.handling_kg), len(problem.truck_min)
        self.depot = problem.fleet_depot
        reach = np.isfinite(problem.trip_min)
        self.trip = np.where(reach, problem.trip_min, 0.0)
        held = problem.stock[self.depot].T > 0
        #: flows that can be (I, F, Z)
        self.there = held[:, :, None] & reach
        self.weight, self.volume = problem.weight.T, problem.volume.T
        driving = np.maximum(self.weight, self.volume) * problem.minute_cost
        self.cost = driving[:, :, None] * self.trip
        self.wanted = problem.piece.sum(axis=2)
        self.limit = np.concatenate([
            problem.stock.ravel(), problem.truck_min, problem.truck_min, problem.handling_kg
        ]) + TRACE_PD  # fmt: skip

    def split(self, values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the parts of a vector over limits: pools (D, I), weight (F,), volume (F,), handling (D,)."""
        pools = self.depots * self.items
        ends = [pools, pools + self.fleets, pools + 2 * self.fleets]
        pool, weight, volume, handling = np.split(values, ends)
        return pool.reshape(self.depots, self.items), weight, volume, handling

    def loads(self, x: Floats) -> Floats:
        """Return what flows take of each limit."""
        sent = x.sum(axis=2)
        minutes = np.einsum("ifz,fz->if", x, self.trip)
        pool = np.zeros((self.depots, self.items))
        np.add.at(pool, self.depot, sent.T)
        return np.concatenate([
            pool.ravel(), (minutes * self.weight).sum(axis=0), (minutes * self.volume).sum(axis=0),
            pool @ self.problem.kg,
        ])  # fmt: skip

    def charges(self, q: Floats) -> Floats:
        """Return what each flow pays at prices `q` (I, F, Z) [min/pd]."""
        pool, weight, volume, handling = self.split(q)
        at_depot = (pool + handling[:, None] * self.problem.kg)[self.depot].T
        per_minute = weight * self.weight + volume * self.volume
        return at_depot[:, :, None] + per_minute[:, :, None] * self.trip

    def start(self) -> _Point:
        """Return a point inside all bounds, at the scale of the problem."""
        problem = self.problem
        options = np.maximum(self.there.sum(axis=1), 1)
        x = np.where(self.there, (self.wanted / 2 / options)[:, None, :], 0.0)
        u = problem.piece / 2
        weight = np.average(problem.slope.mean(axis=2), weights=self.wanted, axis=1)
        scale = float(np.average(weight, weights=self.wanted.sum(axis=1)))
        # An item that nobody wants has no scale of its own.
        weight = np.maximum(weight, _LEAST_WEIGHT * scale)
        load = self.loads(x)
        pool_price = np.broadcast_to(weight / 2, (self.depots, self.items)).ravel()
        # The price of a group of limits is at the scale of what the goods that load it are worth.
        others = [
            np.full(len(part), _FIRST_PRICE * scale * x.sum() / max(float(part.sum()), TRACE_PD))
            for part in self.split(load)[1:]
        ]
        q = np.concatenate([pool_price, *others])
        pi = problem.slope.mean(axis=2)
        room = np.maximum(self.limit - load, 0.1 * self.limit)
        zx = np.where(
            self.there,
            np.maximum(self.cost + self.charges(q) - pi[:, None, :], weight[:, None, None] / 5),
            1.0,
        )
        lack = problem.slope - pi[:, :, None]
        # Products of primal and dual alike everywhere: a small piece starts with a large price.
        mean = problem.piece.mean(axis=(1, 2), keepdims=True)
        floor = weight[:, None, None] / 5 * mean / problem.piece
        return _Point(
            x=x, u=u, v=problem.piece - u, room=room, pi=pi, q=q, zx=zx,
            zu=np.maximum(lack, 0) + floor, zv=np.maximum(-lack, 0) + floor,
        )  # fmt: skip

    def state(self, at: _Point) -> tuple[float, float]:
        """Return complementarity ÷ objective, and how far cells and limits are from balance, relative."""
        problem = self.problem
        cost = (self.cost * at.x).sum() + (problem.slope * at.u).sum()
        left = (
            (at.x * at.zx)[self.there].sum() + (at.u * at.zu).sum()
            + (at.v * at.zv).sum() + at.room @ at.q
        )  # fmt: skip
        cell = np.abs(self.wanted - at.x.sum(axis=1) - at.u.sum(axis=2)).sum() / self.wanted.sum()
        over = np.abs(self.limit - self.loads(at.x) - at.room) / self.limit
        return float(left / max(cost, TRACE_PD)), float(max(cell, over.max(initial=0.0)))

    def advance(self, at: _Point) -> bool:
        """Move `at` by one predictor and corrector step; False when no step is left."""
        v = at.v
        theta = np.where(self.there, at.x / at.zx, 0.0)
        bend = at.zu / at.u + at.zv / v
        system = _Normal(self, theta, (1 / bend).sum(axis=2), at)
        pairs = (at.x.size, at.u.size, at.room.size)
        mean = (
            (at.x * at.zx)[self.there].sum() + (at.u * at.zu).sum() + (v * at.zv).sum() + at.room @ at.q
        ) / (self.there.sum() + 2 * pairs[1] + pairs[2])
        zero = (np.zeros_like(at.x), np.zeros_like(at.u), np.zeros_like(at.u), np.zeros_like(at.room))
        guess = self.direction(at, system, theta, bend, zero)
        primal, dual = self.lengths(at, guess, 1.0)
        after = (
            ((at.x + primal * guess.x) * (at.zx + dual * guess.zx))[self.there].sum()
            + ((at.u + primal * guess.u) * (at.zu + dual * guess.zu)).sum()
            + ((v + primal * guess.v) * (at.zv + dual * guess.zv)).sum()
            + (at.room + primal * guess.room) @ (at.q + dual * guess.q)
        ) / (self.there.sum() + 2 * pairs[1] + pairs[2])
        centre = mean * (after / mean) ** 3
        aim = (
            centre - guess.x * guess.zx, centre - guess.u * guess.zu, centre - guess.v * guess.zv,
            centre - guess.room * guess.q,
        )  # fmt: skip
        step = self.direction(at, system, theta, bend, aim)
        primal, dual = self.lengths(at, step, _STEP)
        if not (np.isfinite(step.q).all() and max(primal, dual) > 1e-6):
            return False
        for name in ("x", "u", "v", "room"):
            setattr(at, name, getattr(at, name) + primal * getattr(step, name))
        for name in ("pi", "q", "zx", "zu", "zv"):
            setattr(at, name, getattr(at, name) + dual * getattr(step, name))
        return True

    def direction(
        self,
        at: _Point,
        system: _Normal,
        theta: Floats,
        bend: Floats,
        aim: tuple[Floats, Floats, Floats, Floats],
    ) -> _Point:
        """Return the Newton step to complementarity products `aim` and balanced cells and limits."""
        problem, v = self.problem, at.v
        # reduced costs that remain, with the products' targets folded in
        rx = self.cost + self.charges(at.q) - at.pi[:, None, :] - aim[0] / np.where(self.there, at.x, 1.0)
        ru = problem.slope - at.pi[:, :, None] - aim[1] / at.u + aim[2] / v
        cell = self.wanted - at.x.sum(axis=1) - at.u.sum(axis=2)
        over = self.limit - self.loads(at.x) - at.room
        right_cell = cell + (theta * rx).sum(axis=1) + (ru / bend).sum(axis=2)
        right_limit = over + self.loads(theta * rx) - (aim[3] / at.q - at.room)
        pi, q = system.solve(right_cell, right_limit)
        shift = self.charges(q) - pi[:, None, :]
        x = -theta * (rx + shift)
        u = (pi[:, :, None] - ru) / bend
        zx = np.where(
            self.there,
            aim[0] / np.where(self.there, at.x, 1.0) - at.zx - at.zx / np.where(self.there, at.x, 1.0) * x,
            0.0,
        )
        return _Point(
            x=x, u=u, v=-u, room=(aim[3] - at.room * q) / at.q - at.room, pi=pi, q=q, zx=zx,
            zu=aim[1] / at.u - at.zu - at.zu / at.u * u, zv=aim[2] / v - at.zv + at.zv / v * u,
        )  # fmt: skip

    def lengths(self, at: _Point, step: _Point, share: float) -> tuple[float, float]:
        """Return the steps that primal and dual can go, `share` of the way to the nearest bound."""
        primal = min(
            _longest(at.x, step.x),
            _longest(at.u, step.u),
            _longest(at.v, step.v),
            _longest(at.room, step.room),
        )
        dual = min(
            _longest(at.zx, step.zx),
            _longest(at.zu, step.zu),
            _longest(at.zv, step.zv),
            _longest(at.q, step.q),
        )
        return min(1.0, share * primal), min(1.0, share * dual)


def _longest(value: Floats, step: Floats) -> float:
    down = step < 0
    return float((value[down] / -step[down]).min(initial=np.inf))


class _Normal:
    """The normal equations at one point: cells eliminated, a block per item, fleets and depots last."""

    def __init__(self, limits: _Limits, theta: Floats, bend: Floats, at: _Point) -> None:
        self.limits = limits
        items, depots, fleets = limits.items, limits.depots, limits.fleets
        kg, weight, volume = limits.problem.kg, limits.weight, limits.volume
        minutes = theta * limits.trip
        at_depot = np.zeros((depots, items, limits.zones))
        np.add.at(at_depot, limits.depot, theta.transpose(1, 0, 2))
        self.pools = at_depot.transpose(1, 0, 2)
        self.rest = np.concatenate(
            [minutes * weight[:, :, None], minutes * volume[:, :, None], self.pools * kg[:, None, None]],
            axis=1,
        )
        self.diagonal = theta.sum(axis=1) + bend
        scaled = self.pools / self.diagonal[:, None, :]
        scaled_rest = self.rest / self.diagonal[:, None, :]
        block = -(scaled @ self.pools.transpose(0, 2, 1))
        cross = -(scaled @ self.rest.transpose(0, 2, 1))
        wide = (2 * fleets + depots, items * limits.zones)
        last = -(scaled_rest.transpose(1, 0, 2).reshape(wide) @ self.rest.transpose(1, 0, 2).reshape(wide).T)
        self._add_diagonals(block, cross, last, minutes, at)
        self.cross = cross
        both = np.linalg.solve(block, cross)
        self.block_inverse_cross = both
        self.block = block
        joined = (items * depots, wide[0])
        last = last - cross.reshape(joined).T @ both.reshape(joined)
        at_diagonal = np.arange(wide[0])
        last[at_diagonal, at_diagonal] *= 1 + _RIDGE
        self.last = last

    def _add_diagonals(self, block: Floats, cross: Floats, last: Floats, minutes: Floats, at: _Point) -> None:
        limits = self.limits
        kg, weight, volume = limits.problem.kg, limits.weight, limits.volume
        fleet, depot, fleets = np.arange(limits.fleets), np.arange(limits.depots), limits.fleets
        handling = 2 * fleets + depot
        sent, driven = self.pools.sum(axis=2), minutes.sum(axis=2)
        twice = np.einsum("ifz,fz->if", minutes, limits.trip)
        pool, by_weight, by_volume, by_handling = limits.split(at.room / at.q)
        block[:, depot, depot] += sent * (1 + _RIDGE) + pool.T
        cross[:, limits.depot, fleet] += driven * weight
        cross[:, limits.depot, fleets + fleet] += driven * volume
        cross[:, depot, handling] += sent * kg[:, None]
        last[fleet, fleet] += (twice * weight**2).sum(axis=0) + by_weight
        last[fleets + fleet, fleets + fleet] += (twice * volume**2).sum(axis=0) + by_volume
        mixed = (twice * weight * volume).sum(axis=0)
        last[fleet, fleets + fleet] += mixed
        last[fleets + fleet, fleet] += mixed
        for column, share in ((fleet, weight), (fleets + fleet, volume)):
            carried = (driven * share * kg[:, None]).sum(axis=0)
            last[column, handling[limits.depot]] += carried
            last[handling[limits.depot], column] += carried
        last[handling, handling] += (sent * kg[:, None] ** 2).sum(axis=0) + by_handling

    def solve(self, right_cell: Floats, right_limit: Floats) -> tuple[Floats, Floats]:
        """Return the steps of the prices of cells (I, Z) and limits that balance them."""
        limits = self.limits
        pools = limits.depots * limits.items
        # Limits: M dq − A Θ dπ = −right; cells: D dπ − Θ Aᵀ dq = right.
        pushed = right_cell / self.diagonal
        pool = -right_limit[:pools].reshape(limits.depots, limits.items).T + np.einsum(
            "idz,iz->id", self.pools, pushed
        )
        rest = -right_limit[pools:] + np.einsum("irz,iz->r", self.rest, pushed)
        inner = np.linalg.solve(self.block, pool[:, :, None])[:, :, 0]
        last = np.linalg.solve(self.last, rest - np.einsum("idr,id->r", self.cross, inner))
        pool = inner - self.block_inverse_cross @ last
        pi = (
            pushed
            + (np.einsum("idz,id->iz", self.pools, pool) + np.einsum("irz,r->iz", self.rest, last))
            / self.diagonal
        )
        return pi, np.concatenate([pool.T.ravel(), last])
