"""Arranges a checked problem into the arrays of `instance`: time, expiry, allergens, forbids, weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np

from shelters.matching.instance import NO_LOT, Flags, Floats, Instance, Integers
from shelters.matching.problem import Depot, Item, Lot, Problem
from shelters.matching.settings import Settings
from shelters.matching.travel import Journeys

#: a depot that is open for less time than this [min] in the plan sends nothing
_LEAST_OPEN_MIN = 1.0
#: a need that has as many days of cover as the target is still a need
_MOST_COVERED = 0.9


@dataclass(frozen=True, kw_only=True)
class Clockwork:
    """When depots are open, in minutes after the start of the plan: `windows` by depot, first to last."""

    windows: tuple[tuple[tuple[float, float], ...], ...]
    horizon_min: float

    def first_min(self) -> Floats:
        """Return when each depot first opens (D,) [min]; inf = not within the plan."""
        return np.array([hours[0][0] if hours else np.inf for hours in self.windows], dtype=float)

    def open_min(self) -> Floats:
        """Return for how long each depot is open (D,) [min]."""
        return np.array([sum(end - begin for begin, end in hours) for hours in self.windows], dtype=float)


@dataclass(frozen=True, kw_only=True)
class Barriers:
    """Why a lot cannot serve a row, each (R, C) and each by itself; what is `usable` is none of them."""

    forbidden: Flags
    allergen: Flags
    expiry: Flags
    no_way: Flags


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """An instance with what explains it. `allowed` (K, D, S): a truck of the class may and can go."""

    instance: Instance
    barriers: Barriers
    clockwork: Clockwork
    allowed: Flags
    #: when each row is due (R,), and when each lot expires (L,) [min after the start]
    due_min: Floats
    expiry_min: Floats
    #: trucks by class and depot (K, D)
    fleet_count: Floats
    #: a person forbids every way from depot to shelter (D, S)
    pair_forbidden: Flags


def arrange(problem: Problem, settings: Settings, ways: Journeys) -> Arrangement:
    """Return the arrays of `problem`; pins are not taken off here (`pins.take_off`)."""
    clockwork = _clockwork(problem)
    places = _Places(problem, settings)
    rows = _rows(problem, places, settings)
    trucks = _trucks(problem, settings, places, clockwork, ways)
    lot = _candidates(problem, places)[rows.item]
    barriers, lot_cost = _candidate_costs(problem, settings, places, rows, lot, trucks, clockwork)
    usable = (lot != NO_LOT) & ~(barriers.forbidden | barriers.allergen | barriers.expiry | barriers.no_way)
    unit = np.array([item.per_person_day for item in problem.items], dtype=float)
    instance = Instance(
        row_need=rows.need, row_shelter=rows.shelter, row_item=rows.item, row_quota=rows.quota,
        wanted=rows.amount / unit[rows.item] if len(unit) else rows.amount, slopes=rows.slopes,
        lot_depot=places.lot_depot, lot_item=places.lot_item,
        stock=_whole_stock(problem, places),
        case=np.array([item.case for item in problem.items], dtype=float) / unit,
        kg=np.array([item.weight_kg for item in problem.items], dtype=float) * unit,
        m3=np.array([item.volume_m3 for item in problem.items], dtype=float) * unit,
        unit=unit, lot=lot, usable=usable, lot_cost=lot_cost,
        trip_min=trucks.trip_min, payload_kg=trucks.payload_kg, box_m3=trucks.box_m3,
        truck_min=trucks.truck_min,
        handling_kg=np.array([depot.handling_kg_h for depot in problem.depots], dtype=float)
        * clockwork.open_min() / 60,
        minute_cost=settings.truck_minute_cost,
    )  # fmt: skip
    return Arrangement(
        instance=instance, barriers=barriers, clockwork=clockwork,
        allowed=np.isfinite(trucks.trip_min), due_min=rows.due_min, expiry_min=_expiry_min(problem),
        fleet_count=trucks.count, pair_forbidden=trucks.pair_forbidden,
    )  # fmt: skip


class _Places:
    """Positions of ids, and which depot and item each lot is of."""

    def __init__(self, problem: Problem, settings: Settings) -> None:
        self.item = {item.id: at for at, item in enumerate(problem.items)}
        self.depot = {depot.id: at for at, depot in enumerate(problem.depots)}
        self.shelter = {shelter.id: at for at, shelter in enumerate(problem.shelters)}
        self.lot = {lot.id: at for at, lot in enumerate(problem.lots)}
        self.truck = {truck.name: at for at, truck in enumerate(settings.truck_classes)}
        self.lot_depot = np.array([self.depot[lot.depot] for lot in problem.lots], dtype=np.int64)
        self.lot_item = np.array([self.item[lot.item] for lot in problem.lots], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    need: Integers
    shelter: Integers
    item: Integers
    quota: Flags
    amount: Floats
    slopes: Floats
    due_min: Floats
    #: number of the set of allergens that a row must be free of, 0 = of none
    free_of: Integers
    sets: list[frozenset[str]]


def _rows(problem: Problem, places: _Places, settings: Settings) -> _Rows:
    entries: list[tuple[int, float, bool, int]] = []
    sets: dict[frozenset[str], int] = {frozenset(): 0}
    for at, need in enumerate(problem.needs):
        free = 0.0
        for quota in need.allergen_free:
            number = sets.setdefault(frozenset(quota.of), len(sets))
            if quota.amount > 0:
                entries.append((at, quota.amount, True, number))
            free += quota.amount
        rest = need.amount - free
        if rest > 1e-9 * max(need.amount, 1.0):
            entries.append((at, rest, False, 0))
    need_of = np.array([entry[0] for entry in entries], dtype=np.int64)
    quota_of = np.array([entry[2] for entry in entries], dtype=bool)
    item = np.array([places.item[need.item] for need in problem.needs], dtype=np.int64)[need_of]
    shelter = np.array([places.shelter[need.shelter] for need in problem.needs], dtype=np.int64)[need_of]
    horizon_min = problem.hours * 60
    due = np.array(
        [horizon_min if need.due is None else _minutes(need.due - problem.start) for need in problem.needs],
        dtype=float,
    )
    return _Rows(
        need=need_of, shelter=shelter, item=item, quota=quota_of,
        amount=np.array([entry[1] for entry in entries], dtype=float),
        slopes=_slopes(problem, settings, need_of, item, shelter, quota_of),
        due_min=due[need_of],
        free_of=np.array([entry[3] for entry in entries], dtype=np.int64), sets=list(sets),
    )  # fmt: skip


def _slopes(
    problem: Problem, settings: Settings, need: Integers, item: Integers, shelter: Integers, quota: Flags
) -> Floats:
    by_criticality = np.array(settings.criticality_weights)
    criticality = np.array([one.criticality for one in problem.items], dtype=np.int64)
    priority = np.array([one.priority for one in problem.shelters], dtype=float)
    cover = np.array([one.cover_days for one in problem.needs], dtype=float)[need]
    weight = by_criticality[criticality[item] - 1] * priority[shelter]
    weight = weight * np.where(quota, settings.quota_weight, 1.0)
    # What is already there makes the same lack a smaller share of what is wanted.
    open_share = 1.0 - np.minimum(cover / settings.target_cover_days, _MOST_COVERED)
    pieces = settings.shortage_pieces
    lack = (np.arange(pieces) + 0.5) / pieces
    slopes: Floats = weight[:, None] * (1 + (settings.shortage_steepness - 1) * lack * open_share[:, None])
    return slopes


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def _clockwork(problem: Problem) -> Clockwork:
    horizon_min = problem.hours * 60
    return Clockwork(
        windows=tuple(_windows(problem.start, horizon_min, depot) for depot in problem.depots),
        horizon_min=horizon_min,
    )


def _windows(start: datetime, horizon_min: float, depot: Depot) -> tuple[tuple[float, float], ...]:
    opens, closes = (_minutes_of_day(text) for text in (depot.opens, depot.closes))
    midnight = datetime.combine(start.date(), time(0), tzinfo=start.tzinfo)
    first = _minutes(midnight - start)
    windows = []
    for day in range(int(horizon_min // 1440) + 2):
        begin, end = (max(0.0, min(horizon_min, first + day * 1440 + at)) for at in (opens, closes))
        if end - begin >= _LEAST_OPEN_MIN:
            windows.append((begin, end))
    return tuple(windows)


def _minutes_of_day(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


@dataclass(frozen=True, kw_only=True)
class _Fleet:
    trip_min: Floats
    payload_kg: Floats
    box_m3: Floats
    truck_min: Floats
    #: quickest drive to each shelter (D, S) [min], inf = none
    drive_min: Floats
    count: Floats
    pair_forbidden: Flags


def _trucks(
    problem: Problem, settings: Settings, places: _Places, clockwork: Clockwork, ways: Journeys
) -> _Fleet:
    classes, depots = len(settings.truck_classes), len(problem.depots)
    count = np.zeros((classes, depots))
    payload = np.array([[truck.payload_kg] for truck in settings.truck_classes]) * np.ones(depots)
    box = np.array([[truck.volume_m3] for truck in settings.truck_classes]) * np.ones(depots)
    for at, depot in enumerate(problem.depots):
        for trucks in depot.trucks:
            row = places.truck[trucks.truck_class]
            count[row, at] = trucks.count
            payload[row, at] = trucks.payload_kg or payload[row, at]
            box[row, at] = trucks.volume_m3 or box[row, at]
    working = np.maximum(clockwork.horizon_min - clockwork.first_min(), 0.0)
    largest = np.array([places.truck[one.truck_class] for one in problem.shelters], dtype=np.int64)
    stops = settings.usual_stops
    handling = (
        settings.load_minutes + stops * settings.unload_minutes + (stops - 1) * settings.between_minutes
    )
    trip = 2 * ways.minutes + handling
    arrives = clockwork.first_min()[:, None] + settings.load_minutes + ways.minutes
    there = (np.arange(classes)[:, None, None] <= largest) & (count[:, :, None] > 0)
    # Whoever cannot be back within the plan, or sets out while the depot is shut, does not drive.
    direct = 2 * ways.minutes + settings.load_minutes + settings.unload_minutes
    there &= (arrives <= clockwork.horizon_min) & (direct <= working[:, None])
    trip = np.where(there, trip, np.inf)
    barred = _barred_ways(problem, places, trip.shape)
    trip = np.where(barred, np.inf, trip)
    drive = np.where(np.isfinite(trip), ways.minutes, np.inf).min(axis=0, initial=np.inf)
    return _Fleet(
        trip_min=trip, payload_kg=payload, box_m3=box, drive_min=drive, count=count,
        pair_forbidden=np.asarray((barred & (count[:, :, None] > 0)).any(axis=0)),
        truck_min=count * working * settings.truck_fill,
    )  # fmt: skip


def _barred_ways(problem: Problem, places: _Places, shape: tuple[int, ...]) -> Flags:
    barred = np.zeros(shape, dtype=bool)
    for forbid in problem.forbids:
        if forbid.item is None and forbid.lot is None:
            barred[
                _one(forbid.truck_class, places.truck),
                _one(forbid.depot, places.depot),
                _one(forbid.shelter, places.shelter),
            ] = True
    return barred


def _one(name: str | None, positions: dict[str, int]) -> slice:
    return slice(None) if name is None else slice(positions[name], positions[name] + 1)


def _candidates(problem: Problem, places: _Places) -> Integers:
    """Return the lots of each item (I, C)."""
    order = np.argsort(places.lot_item, kind="stable")
    counts = np.bincount(places.lot_item, minlength=len(problem.items))
    table = np.full((len(problem.items), int(counts.max(initial=0))), NO_LOT, dtype=np.int64)
    within = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    table[places.lot_item[order], within] = order
    return table


def _whole_stock(problem: Problem, places: _Places) -> Floats:
    case = np.array([item.case for item in problem.items], dtype=float)[places.lot_item]
    unit = np.array([item.per_person_day for item in problem.items], dtype=float)[places.lot_item]
    amount = np.array([lot.amount for lot in problem.lots], dtype=float)
    return np.asarray(np.floor(amount / case * (1 + 1e-12) + 1e-9) * case / unit)


def _candidate_costs(
    problem: Problem, settings: Settings, places: _Places, rows: _Rows, lot: Integers, trucks: _Fleet,
    clockwork: Clockwork,
) -> tuple[Barriers, Floats]:  # fmt: skip
    there = lot != NO_LOT
    if lot.size == 0:
        none = np.zeros(lot.shape, dtype=bool)
        return Barriers(forbidden=none, allergen=none, expiry=none, no_way=none), np.zeros(lot.shape)
    depot = places.lot_depot[lot]
    earliest = clockwork.first_min()[:, None] + settings.load_minutes + trucks.drive_min
    arrival = earliest[depot, rows.shelter[:, None]]
    expiry = _expiry_min(problem)
    use_min = np.array([item.use_days for item in problem.items])[rows.item] * 1440
    # A lot must outlast the latest moment at which it may come in time, not the earliest.
    latest = np.maximum(
        np.where(np.isfinite(arrival), arrival, 0.0), np.minimum(rows.due_min, clockwork.horizon_min)[:, None]
    )
    barriers = Barriers(
        forbidden=there & _forbidden(problem, places, rows, lot),
        allergen=there & ~_free(problem, rows.sets)[rows.free_of[:, None], lot],
        expiry=there & (expiry[lot] < latest + use_min[:, None]),
        no_way=there & ~np.isfinite(arrival),
    )
    late_days = np.clip((arrival - rows.due_min[:, None]) / 1440, 0.0, 1.0)
    late = np.where(np.isfinite(arrival), late_days, 0.0) * (1 - settings.late_weight) * rows.slopes[:, :1]
    cost = late + settings.fefo_cost * _freshness(expiry, places.lot_item)[lot]
    return barriers, np.where(there, cost, 0.0)


def _expiry_min(problem: Problem) -> Floats:
    return np.array(
        [np.inf if lot.expires is None else _minutes(lot.expires - problem.start) for lot in problem.lots],
        dtype=float,
    )


def _freshness(expiry_min: Floats, item: Integers) -> Floats:
    """Return how late each lot expires among those of its item (L,): 0 the first, 1 the last."""
    order = np.lexsort((expiry_min, item))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (item[order][1:] != item[order][:-1]) | (expiry_min[order][1:] != expiry_min[order][:-1])
    rank = np.empty(len(order))
    rank[order] = np.cumsum(new)
    items = int(item.max(initial=-1)) + 1
    first, last = np.full(items, np.inf), np.full(items, -np.inf)
    np.minimum.at(first, item, rank)
    np.maximum.at(last, item, rank)
    return np.asarray((rank - first[item]) / np.maximum(last - first, 1.0)[item])


def _free(problem: Problem, sets: list[frozenset[str]]) -> Flags:
    """Return whether each lot is surely free of each set of allergens, shape (sets, L)."""
    items: dict[str, Item] = {item.id: item for item in problem.items}

    def free(lot: Lot, of: frozenset[str]) -> bool:
        held = lot.allergens if lot.allergens is not None else items[lot.item].allergens
        return not of or (held is not None and not of & set(held))

    return np.array([[free(lot, of) for lot in problem.lots] for of in sets], dtype=bool)


def _forbidden(problem: Problem, places: _Places, rows: _Rows, lot: Integers) -> Flags:
    found = np.zeros(lot.shape, dtype=bool)
    for forbid in problem.forbids:
        if forbid.truck_class is not None:
            continue
        hit = np.ones(lot.shape, dtype=bool)
        if forbid.shelter is not None:
            hit &= (rows.shelter == places.shelter[forbid.shelter])[:, None]
        if forbid.item is not None:
            hit &= (rows.item == places.item[forbid.item])[:, None]
        if forbid.depot is not None:
            hit &= places.lot_depot[lot] == places.depot[forbid.depot]
        if forbid.lot is not None:
            hit &= lot == places.lot[forbid.lot]
        found |= hit
    return found
