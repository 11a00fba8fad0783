"""What a person has fixed is taken off the problem first: stock, trucks, handling, the lack."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shelters.matching.arrangement import Arrangement
from shelters.matching.instance import Floats, Instance, penalty_at
from shelters.matching.matching_errors import ProblemError
from shelters.matching.problem import Pin, Problem
from shelters.matching.settings import Settings

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class PinnedLoad:
    """A pin as a load: positions of depot, shelter, item, lot and class of trucks; `amount` [item units]."""

    depot: int
    shelter: int
    item: int
    lot: int
    truck: int
    amount: float


class _Rest:
    """What is left of the limits while pins are taken off."""

    def __init__(self, arrangement: Arrangement, problem: Problem) -> None:
        instance = arrangement.instance
        self.instance = instance
        amounts = np.array([lot.amount for lot in problem.lots], dtype=float)
        self.stock = amounts / instance.unit[instance.lot_item] if len(amounts) else amounts
        self.handling, self.wanted = instance.handling_kg.copy(), instance.wanted.copy()
        self.weight, self.volume = instance.truck_min.copy(), instance.truck_min.copy()


def take_off(
    problem: Problem, settings: Settings, arrangement: Arrangement
) -> tuple[Instance, list[PinnedLoad]]:
    """Return the instance without what is pinned, and the pins as loads.

    Raises `ProblemError` naming the pin that no plan can keep, and why.
    """
    instance = arrangement.instance
    if not problem.pins:
        return instance, []
    rest = _Rest(arrangement, problem)
    loads: list[PinnedLoad] = []
    for number, pin in enumerate(problem.pins):
        loads += _take(number, pin, problem, settings, rest)
    case = instance.case[instance.lot_item]
    whole = np.floor(rest.stock / case * (1 + _ROUNDING) + _ROUNDING) * case
    reduced = replace(
        instance, wanted=rest.wanted, slopes=_recut(instance, rest.wanted), stock=whole,
        handling_kg=rest.handling, truck_min=np.minimum(rest.weight, rest.volume),
    )  # fmt: skip
    return reduced, loads


def _take(number: int, pin: Pin, problem: Problem, settings: Settings, rest: _Rest) -> list[PinnedLoad]:
    instance, field = rest.instance, f"pins[{number}]"
    depot = next(at for at, one in enumerate(problem.depots) if one.id == pin.depot)
    shelter = next(at for at, one in enumerate(problem.shelters) if one.id == pin.shelter)
    item = next(at for at, one in enumerate(problem.items) if one.id == pin.item)
    truck = _truck(field, pin, depot, shelter, settings, instance)
    amount = pin.amount / instance.unit[item]
    parts = []
    for lot, usable in _lots(field, pin, problem, depot, shelter, item, rest):
        part = min(amount, rest.stock[lot])
        if part <= _ROUNDING * amount:
            continue
        amount -= part
        rest.stock[lot] -= part
        _serve(rest, usable, part)
        parts.append(
            PinnedLoad(
                depot=depot, shelter=shelter, item=item, lot=lot, truck=truck,
                amount=part * float(instance.unit[item]),
            )
        )  # fmt: skip
    if amount * instance.unit[item] > _ROUNDING * pin.amount + _ROUNDING:
        short = amount * instance.unit[item]
        raise ProblemError(f"{field}.amount", f"{short:g} more than usable lots at {pin.depot!r} hold")
    _charge(field, rest, depot, shelter, item, truck, pin.amount / float(instance.unit[item]))
    return parts


def _truck(field: str, pin: Pin, depot: int, shelter: int, settings: Settings, instance: Instance) -> int:
    trips = instance.trip_min[:, depot, shelter]
    names = [one.name for one in settings.truck_classes]
    if pin.truck_class is not None:
        at = names.index(pin.truck_class)
        if not np.isfinite(trips[at]):
            raise ProblemError(f"{field}.truck_class", f"no {pin.truck_class} gets from {pin.depot!r} there")
        return at
    if not np.isfinite(trips).any():
        raise ProblemError(field, f"no truck of {pin.depot!r} gets to {pin.shelter!r} within the plan")
    # The largest that gets there needs the least time for the load.
    return int(np.flatnonzero(np.isfinite(trips))[-1])


def _lots(
    field: str, pin: Pin, problem: Problem, depot: int, shelter: int, item: int, rest: _Rest
) -> list[tuple[int, list[int]]]:
    """Return usable lots, first to expire first, each with the rows it can serve, quotas first."""
    instance = rest.instance
    rows = np.flatnonzero((instance.row_shelter == shelter) & (instance.row_item == item))
    if not len(rows):
        raise ProblemError(field, f"{pin.shelter!r} needs no {pin.item!r}")
    rows = rows[np.argsort(~instance.row_quota[rows], kind="stable")]
    found = []
    for column, lot in enumerate(instance.lot[rows[0]].tolist()):
        named = pin.lot is None or (lot >= 0 and problem.lots[lot].id == pin.lot)
        if lot < 0 or instance.lot_depot[lot] != depot or not named:
            continue
        usable = rows[instance.usable[rows, column]].tolist()
        if usable:
            found.append((float(instance.lot_cost[rows[0], column]), lot, usable))
    if not found:
        raise ProblemError(
            field, f"no lot of {pin.item!r} at {pin.depot!r} can be used there (expiry, forbidden)"
        )
    return [(lot, usable) for _, lot, usable in sorted(found)]


def _serve(rest: _Rest, rows: list[int], amount: float) -> None:
    for row in rows:
        part = min(amount, rest.wanted[row])
        rest.wanted[row] -= part
        amount -= part


def _charge(field: str, rest: _Rest, depot: int, shelter: int, item: int, truck: int, amount: float) -> None:
    instance = rest.instance
    trip = instance.trip_min[truck, depot, shelter]
    weight, volume = instance.truck_share()
    rest.handling[depot] -= amount * instance.kg[item]
    rest.weight[truck, depot] -= amount * trip * weight[truck, depot, item]
    rest.volume[truck, depot] -= amount * trip * volume[truck, depot, item]
    if rest.handling[depot] < -_ROUNDING:
        raise ProblemError(field, "more than the depot can handle in the hours of the plan")
    if min(rest.weight[truck, depot], rest.volume[truck, depot]) < -_ROUNDING:
        raise ProblemError(field, "more than the trucks of the depot can carry in the hours of the plan")


def _recut(instance: Instance, wanted: Floats) -> Floats:
    """Return slopes (R, J) of the same penalties over the smaller amounts `wanted` (R,)."""
    pieces = instance.slopes.shape[1]
    edge = wanted[:, None] * np.arange(pieces + 1) / pieces
    step = np.diff(edge, axis=1)
    rise = np.diff(penalty_at(instance, edge), axis=1)
    return np.where(step > 0, rise / np.maximum(step, 1e-300), instance.slopes)
