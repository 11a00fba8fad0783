"""Loads into truck runs: full trucks straight there and back, the rest joined into rounds.

Savings rule (Clarke & Wright 1964, doi:10.1287/opre.12.4.568), within capacity, number of stops and hours;
then each round takes the truck that is free first. It is a rule of thumb: its kilometres are not the least
possible, and no bound is claimed for them.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from shelters.matching.arrangement import Clockwork
from shelters.matching.instance import Flags, Floats, Integers
from shelters.matching.road_network import shortest_ways
from shelters.matching.travel import Journeys

#: shelters further apart than this are not joined [min]
_NEIGHBOURS_MIN: Final = 45.0
_WHOLE: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Line:
    """Goods of one lot for one shelter: `number` of the load, `cases` of `kg` and `m3` each.

    `due_min` [min]: when it is wanted or spoils; `truck`: the class that a person has fixed; `worth` [min] of
    one case: the penalty that it spares.
    """

    number: int
    shelter: int
    cases: int
    kg: float
    m3: float
    due_min: float
    worth: float = 0.0
    truck: int | None = None


@dataclass(frozen=True, kw_only=True)
class Trucks:
    """What drives: by class and depot (K, D) `count`, `payload_kg`, `box_m3`; `allowed` (K, D, S)."""

    count: Floats
    payload_kg: Floats
    box_m3: Floats
    allowed: Flags


@dataclass(frozen=True, kw_only=True)
class RunRules:
    """How runs are made: minutes to load and unload, most stops."""

    load_min: float
    unload_min: float
    stops: int


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A shelter on a run: `cases` by number of the load, minutes after the start of the plan."""

    shelter: int
    cases: tuple[tuple[int, int], ...]
    arrives_min: float
    kg: float
    m3: float


@dataclass(frozen=True, kw_only=True)
class Run:
    """One truck out and back. `vehicle` counts trucks of a class; `overtime_min`: after the plan's end."""

    depot: int
    truck: int
    vehicle: int
    departs_min: float
    returns_min: float
    km: float
    kg: float
    m3: float
    stops: tuple[Stop, ...]
    overtime_min: float


@dataclass
class _Parcel:
    """What one truck, of class `largest` at most, takes to one shelter; `fixed`: of just this class."""

    shelter: int
    largest: int
    fixed: int | None
    cases: list[tuple[int, int]]
    kg: float = 0.0
    m3: float = 0.0
    worth: float = 0.0
    due_min: float = np.inf


def truck_runs(
    lines: dict[int, list[Line]], trucks: Trucks, ways: Journeys, clockwork: Clockwork, rules: RunRules
) -> list[Run]:
    """Return the runs for the lines of each depot, the most urgent first."""
    packed = {depot: _pack(depot, of, trucks) for depot, of in sorted(lines.items())}
    between = _between(packed, ways)
    runs: list[Run] = []
    for depot, parcels in packed.items():
        yard = _Yard(depot, trucks, ways, between, clockwork, rules)
        runs += yard.schedule(yard.join(parcels))
    return runs


def _pack(depot: int, lines: Sequence[Line], trucks: Trucks) -> list[_Parcel]:
    """Fill the largest trucks that get there, line by line; a line's cases may be split among trucks."""
    parcels: list[_Parcel] = []
    key = lambda line: (line.shelter, -1 if line.truck is None else line.truck, line.due_min, line.number)  # noqa: E731
    for line in sorted(lines, key=key):
        left = line.cases
        while left > 0:
            last = parcels[-1] if parcels else None
            if last is None or (last.shelter, last.fixed) != (line.shelter, line.truck):
                last, room = None, 0
            else:
                room = _room(depot, last, line, trucks)
            if last is None or room == 0:
                largest = line.truck
                if largest is None:
                    largest = int(np.flatnonzero(trucks.allowed[:, depot, line.shelter])[-1])
                last = _Parcel(shelter=line.shelter, largest=largest, fixed=line.truck, cases=[])
                parcels.append(last)
                # A case that fits in no truck is refused with the problem, so one always fits.
                room = max(_room(depot, last, line, trucks), 1)
            put = min(left, room)
            last.cases.append((line.number, put))
            last.kg += put * line.kg
            last.m3 += put * line.m3
            last.worth += put * line.worth
            last.due_min = min(last.due_min, line.due_min)
            left -= put
    return parcels


def _room(depot: int, parcel: _Parcel, line: Line, trucks: Trucks) -> int:
    at = parcel.largest, depot
    by_kg = (trucks.payload_kg[at] - parcel.kg) / line.kg if line.kg > 0 else np.inf
    by_m3 = (trucks.box_m3[at] - parcel.m3) / line.m3 if line.m3 > 0 else np.inf
    return int(max(min(by_kg, by_m3, float(line.cases)) + _WHOLE, 0.0))


@dataclass(frozen=True)
class _Between:
    """Ways between shelters (S, S) of one class; rows of shelters that are not asked for are empty."""

    minutes: Floats
    km: Floats


def _between(packed: dict[int, list[_Parcel]], ways: Journeys) -> dict[int, _Between]:
    shelters = ways.minutes.shape[2]
    found: dict[int, _Between] = {}
    for truck in range(len(ways.minutes)):
        asked = {
            parcel.shelter for parcels in packed.values() for parcel in parcels if parcel.largest >= truck
        }
        if not asked or not any(parcel.largest == truck for parcels in packed.values() for parcel in parcels):
            continue
        at: Integers = np.array(sorted(asked), dtype=np.int64)
        minutes, km = np.full((shelters, shelters), np.inf), np.full((shelters, shelters), np.inf)
        if ways.network is not None and ways.shelter_nodes is not None:
            nodes = ways.shelter_nodes[at]
            near = shortest_ways(ways.network, truck, nodes, nodes, limit_min=_NEIGHBOURS_MIN)
            minutes[np.ix_(at, at)], km[np.ix_(at, at)] = near.minutes, near.km
        elif ways.tables is not None and ways.tables.between_minutes is not None:
            minutes, km = (
                np.array(
                    [[np.inf if value is None else value for value in row] for row in table], dtype=float
                )
                for table in (ways.tables.between_minutes, ways.tables.between_km or [])
            )
        found[truck] = _Between(minutes, km)
    return found


class _Yard:
    """One depot with its trucks: joins parcels into rounds and sends them out."""

    def __init__(
        self, depot: int, trucks: Trucks, ways: Journeys, between: dict[int, _Between], clockwork: Clockwork,
        rules: RunRules,
    ) -> None:  # fmt: skip
        self.depot, self.trucks, self.rules = depot, trucks, rules
        self.out, self.out_km = ways.minutes[:, depot], ways.km[:, depot]
        self.between = between
        self.windows, self.horizon_min = clockwork.windows[depot], clockwork.horizon_min
        self.hours_min = self.horizon_min - float(clockwork.first_min()[depot])

    def join(self, parcels: list[_Parcel]) -> list[list[_Parcel]]:
        """Join parcels into rounds by savings; only the ends of a round are joined to others."""
        rounds = {at: [at] for at in range(len(parcels))}
        member = list(range(len(parcels)))
        for left, right in self._savings(parcels):
            first, second = member[left], member[right]
            joined = _joined(rounds[first], rounds[second], left, right) if first != second else None
            if joined is None or not self._drivable([parcels[at] for at in joined]):
                continue
            rounds[first] = joined
            for at in rounds.pop(second):
                member[at] = first
        return [[parcels[at] for at in order] for order in rounds.values()]

    def _savings(self, parcels: list[_Parcel]) -> list[tuple[int, int]]:
        """Return pairs of parcels whose joining saves time, the most first."""
        where = np.array([parcel.shelter for parcel in parcels], dtype=np.int64)
        largest = np.array([parcel.largest for parcel in parcels], dtype=np.int64)
        saving = np.full((len(parcels), len(parcels)), -np.inf)
        common = np.minimum(largest[:, None], largest)
        for truck, ways in self.between.items():
            out = self.out[truck][where]
            pairs = common == truck
            with np.errstate(invalid="ignore"):
                saved = out[:, None] + out - ways.minutes[np.ix_(where, where)]
            saving[pairs] = saved[pairs]
        saving[np.tril_indices(len(parcels))] = -np.inf
        saving[~(saving > 0)] = -np.inf
        count = int((saving > 0).sum())
        # A parcel for small trucks ties its whole round to them, so rounds of one class are made first.
        mixed = largest[:, None] != largest
        order = np.lexsort((-saving.ravel(), mixed.ravel(), ~(saving > 0).ravel()))[:count]
        return [divmod(flat, len(parcels)) for flat in order.tolist()]

    def _drivable(self, load: list[_Parcel]) -> bool:
        if len({parcel.shelter for parcel in load}) > self.rules.stops:
            return False
        if len({parcel.fixed for parcel in load}) > 1:
            return False
        truck = min(parcel.largest for parcel in load)
        at = truck, self.depot
        if (
            sum(p.kg for p in load) > self.trucks.payload_kg[at]
            or sum(p.m3 for p in load) > self.trucks.box_m3[at]
        ):
            return False
        return all(self.trucks.allowed[truck, self.depot, p.shelter] for p in load) and (
            self._minutes(load, truck) <= self.hours_min
        )

    def _legs(self, load: Sequence[_Parcel], truck: int) -> list[tuple[float, float]]:
        """Return minutes and km of each leg; the way back is taken as long as the way out."""
        stops = [parcel.shelter for parcel in load]
        between = self.between.get(min(parcel.largest for parcel in load))
        legs = [(float(self.out[truck, stops[0]]), float(self.out_km[truck, stops[0]]))]
        for here, there in pairwise(stops):
            if here != there and between is not None:
                legs.append((float(between.minutes[here, there]), float(between.km[here, there])))
            else:
                legs.append((0.0, 0.0))
        return [*legs, (float(self.out[truck, stops[-1]]), float(self.out_km[truck, stops[-1]]))]

    def _minutes(self, load: Sequence[_Parcel], truck: int) -> float:
        driven = sum(minutes for minutes, _ in self._legs(load, truck))
        return self.rules.load_min + driven + self.rules.unload_min * len(load)

    def schedule(self, rounds: list[list[_Parcel]]) -> list[Run]:
        """Give each round the truck that is free first.

        Which rounds can leave within the plan is settled by what they are worth for their time; of those, the
        most urgent leave first. The others come last, and leave after the end.
        """
        largest = [min(parcel.largest for parcel in load) for load in rounds]
        lengths = [self._minutes(load, truck) for load, truck in zip(rounds, largest, strict=True)]
        worth = [
            sum(parcel.worth for parcel in load) / length
            for load, length in zip(rounds, lengths, strict=True)
        ]
        trial = self._in_order(rounds, largest, sorted(range(len(rounds)), key=lambda at: -worth[at]))
        behind = {at: run.departs_min > self.horizon_min for at, run in trial}
        urgent = sorted(
            range(len(rounds)), key=lambda at: (behind[at], min(p.due_min for p in rounds[at]), -lengths[at])
        )
        return [run for _, run in self._in_order(rounds, largest, urgent)]

    def _in_order(
        self, rounds: list[list[_Parcel]], largest: list[int], order: Sequence[int]
    ) -> list[tuple[int, Run]]:
        free = {
            truck: [(0.0, vehicle) for vehicle in range(int(self.trucks.count[truck, self.depot]))]
            for truck in range(len(self.trucks.count))
        }
        return [(at, self._run(rounds[at], largest[at], free)) for at in order]

    def _run(self, load: list[_Parcel], largest: int, free: dict[int, list[tuple[float, int]]]) -> Run:
        kg, m3 = sum(p.kg for p in load), sum(p.m3 for p in load)
        truck = min(
            (at for at in range(largest + 1) if self._suits(load, at, largest, kg, m3)),
            key=lambda at: (free[at][0][0], at),
        )
        ready, vehicle = heapq.heappop(free[truck])
        departs = _opening(self.windows, ready) + self.rules.load_min
        legs = self._legs(load, truck)
        now, stops = departs, []
        for parcel, (minutes, _) in zip(load, legs, strict=False):
            now += minutes
            stops.append(
                Stop(
                    shelter=parcel.shelter, cases=tuple(parcel.cases), arrives_min=now, kg=parcel.kg,
                    m3=parcel.m3,
                )
            )  # fmt: skip
            now += self.rules.unload_min
        now += legs[-1][0]
        heapq.heappush(free[truck], (now, vehicle))
        return Run(
            depot=self.depot, truck=truck, vehicle=vehicle, departs_min=departs, returns_min=now,
            km=sum(km for _, km in legs), kg=kg, m3=m3, stops=tuple(stops),
            overtime_min=max(now - self.horizon_min, 0.0),
        )  # fmt: skip

    def _suits(self, load: list[_Parcel], truck: int, largest: int, kg: float, m3: float) -> bool:
        at = truck, self.depot
        if not self.trucks.count[at] > 0 or load[0].fixed not in (None, truck):
            return False
        if truck != largest and (kg > self.trucks.payload_kg[at] or m3 > self.trucks.box_m3[at]):
            return False
        return all(self.trucks.allowed[truck, self.depot, parcel.shelter] for parcel in load)


def _joined(first: list[int], second: list[int], left: int, right: int) -> list[int] | None:
    """Return both rounds as one with `left` beside `right`, None when one lies inside its round."""
    if left not in (first[0], first[-1]) or right not in (second[0], second[-1]):
        return None
    head = first if first[-1] == left else first[::-1]
    tail = second if second[0] == right else second[::-1]
    return head + tail


def _opening(windows: Sequence[tuple[float, float]], ready: float) -> float:
    """Return when loading can begin: at `ready` [min] or when the depot opens next."""
    for begin, end in windows:
        if ready < end:
            return max(begin, ready)
    # After the last closing time in the plan nothing opens any more: the run is told as overtime.
    return ready
