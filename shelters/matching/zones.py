"""A smaller problem with nearly the same prices: shelters in zones, lots in pools, rows in cells.

A zone holds shelters that every depot's trucks reach in about the same time. A cell is what a zone wants of
an item; a pool is what a depot has of an item; a fleet is a depot's trucks of one class. Only the prices of
this smaller problem are used, and the bound that they give is computed on the whole problem (`pricing`), so
that what is lost here can only show as a larger gap, never as a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shelters.matching.instance import Flags, Floats, Instance, Integers, needed, needed_penalty, quota_pairs

#: trip that stands for "never" where zones are formed [min]
_NEVER_MIN: Final = 2000.0
#: what a cell or pool without goods is counted as [pd], so that no division fails
TRACE_PD: Final = 1e-6
_WHOLE: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class ZoneProblem:
    """Z zones, I items, D depots, F fleets, J pieces.

    `trip_min` (F, Z) [min], inf = never; `fleet_depot` (F,), `fleet_class` (F,); `weight`, `volume` (F, I):
    share of a truck that a person-day fills; `truck_min` (F,) [min]; `stock` (D, I) [pd], `pool` (L,)
    number of the pool (depot · I + item) of each lot, `lot_used` (L,): some row can use it; `piece` (I, Z,
    J) [pd], `slope` (I, Z, J) [min/pd], ascending; `kg` (I,), `handling_kg` (D,); `zone` (S,) of each
    shelter.
    """

    trip_min: Floats
    fleet_depot: Integers
    fleet_class: Integers
    weight: Floats
    volume: Floats
    truck_min: Floats
    stock: Floats
    pool: Integers
    lot_used: Flags
    piece: Floats
    slope: Floats
    kg: Floats
    handling_kg: Floats
    minute_cost: float
    zone: Integers


def zone_problem(instance: Instance, zones: int) -> ZoneProblem:
    """Return `instance` with its shelters in at most `zones` zones."""
    depots = len(instance.handling_kg)
    fleet_class, fleet_depot = np.nonzero(instance.truck_min > 0)
    weight, volume = instance.truck_share()
    zone = form_zones(instance, zones)
    lot_used = np.zeros(len(instance.stock), dtype=bool)
    lot_used[instance.lot[instance.usable]] = True
    items = len(instance.kg)
    pool = instance.lot_depot * items + instance.lot_item
    total = np.bincount(pool, instance.stock * lot_used, minlength=depots * items)
    stock = np.asarray(total.reshape(depots, items), dtype=float)
    piece, slope = _cells(instance, zone)
    return ZoneProblem(
        trip_min=_trips(instance, zone)[fleet_class, fleet_depot],
        fleet_depot=fleet_depot, fleet_class=fleet_class,
        weight=weight[fleet_class, fleet_depot], volume=volume[fleet_class, fleet_depot],
        truck_min=instance.truck_min[fleet_class, fleet_depot],
        stock=stock, pool=pool, lot_used=lot_used, piece=piece, slope=slope,
        kg=instance.kg, handling_kg=instance.handling_kg, minute_cost=instance.minute_cost, zone=zone,
    )  # fmt: skip


def form_zones(instance: Instance, zones: int) -> Integers:
    """Return the zone of each shelter (S,) by trip times: farthest-first centres (Gonzalez 1985)."""
    classes, depots, shelters = instance.trip_min.shape
    if zones >= shelters:
        return np.arange(shelters)
    trips = np.minimum(instance.trip_min.reshape(classes * depots, shelters).T, _NEVER_MIN)
    wanted = np.bincount(instance.row_shelter, instance.wanted, minlength=shelters)
    centre = int(wanted.argmax())
    away = np.full(shelters, np.inf)
    zone = np.zeros(shelters, dtype=np.int64)
    for number in range(zones):
        distance = np.abs(trips - trips[centre]).mean(axis=1)
        zone[distance < away] = number
        away = np.minimum(away, distance)
        centre = int(away.argmax())
    return zone


def _trips(instance: Instance, zone: Integers) -> Floats:
    """Return trips to each zone (K, D, Z) [min]: the mean by weight wanted; inf for most = inf."""
    shelters, zones = len(zone), int(zone.max(initial=-1)) + 1
    kg = np.bincount(
        instance.row_shelter, instance.wanted * instance.kg[instance.row_item], minlength=shelters
    )
    member = np.zeros((shelters, zones))
    member[np.arange(shelters), zone] = kg + TRACE_PD
    reached = np.isfinite(instance.trip_min)
    total = np.where(reached, instance.trip_min, 0.0) @ member
    share = reached.astype(float) @ member
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / share
    return np.where(share > 0.5 * member.sum(axis=0), mean, np.inf)


def _cells(instance: Instance, zone: Integers) -> tuple[Floats, Floats]:
    """Return pieces and slopes (I, Z, J) of the cells: their rows' pieces in order, in J equal parts."""
    zones, items = int(zone.max(initial=-1)) + 1, len(instance.kg)
    pieces = instance.slopes.shape[1]
    cell = np.repeat(instance.row_item * zones + zone[instance.row_shelter], pieces)
    amounts, slopes = case_pieces(instance)
    slope = slopes.ravel()
    usable = np.asarray(instance.usable.any(axis=1))
    amount = (amounts * usable[:, None]).ravel()
    order = np.lexsort((slope, cell))
    cell, slope, amount = cell[order], slope[order], amount[order]
    total = np.bincount(cell, amount, minlength=items * zones)
    begin = np.concatenate([[0.0], np.cumsum(total)[:-1]])
    middle = np.cumsum(amount) - amount / 2 - begin[cell]
    part = np.clip(middle / np.maximum(total[cell], TRACE_PD) * pieces, 0, pieces - 1).astype(np.int64)
    key = cell * pieces + part
    piece = np.bincount(key, amount, minlength=items * zones * pieces)
    weighted = np.bincount(key, amount * slope, minlength=items * zones * pieces)
    shape = (items, zones, pieces)
    mean = weighted / np.maximum(piece, TRACE_PD)
    return np.maximum(piece, TRACE_PD).reshape(shape), mean.reshape(shape)


def case_pieces(instance: Instance) -> tuple[Floats, Floats]:
    """Return amounts [pd] and gains [min/pd] of the pieces of each row in whole cases, both (R, J).

    A row that needs a fifth of a case takes a whole one and gains a fifth of its worth: with these pieces,
    not with those of the need itself, prices are those of a plan in whole cases (the convex hull of its
    points). A need with one quota is one row here, the quota served first; several quotas count in parts of
    cases.
    """
    pieces = instance.slopes.shape[1]
    pairs = quota_pairs(instance)
    case, wanted = instance.case[instance.row_item], needed(instance, pairs)
    parts = pairs.surplus >= 0
    most = np.where(parts, wanted / case, np.ceil(wanted / case - _WHOLE))
    edge = np.arange(pieces + 1) / pieces * most[:, None]
    edge = np.where(parts[:, None], edge, np.round(edge))
    amount = np.diff(edge, axis=1) * case[:, None]
    gain = -np.diff(needed_penalty(instance, pairs, edge * case[:, None]), axis=1)
    return amount, gain / np.maximum(amount, TRACE_PD)
