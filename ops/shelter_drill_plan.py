"""What simulated shelter staff do in a storm: who opens, counts, loses power, asks, receives, falls silent.

A drill, not a record: only the rivers are real. Shelters open after the first gauge of their municipality
passed the caution level; numbers of people, stock and depots come from a seeded generator and are called
synthetic. Pure: the scenario and the generator are arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from shelters.designated import Refuge
from shelters.rulebook import Norms
from shelters.synthetic_stock import SYNTHETIC, synthetic_lots

#: how many municipalities open, and shelters of each
AREAS, PER_AREA = 5, 2
#: persons that a synthetic depot is stocked for
STOCKED_PERSONS: Final = 400
#: items a shelter holds when it opens
FIRST_STOCK: Final = ("water", "meal", "blanket")


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something somebody does at a moment (UTC) of the incident's clock.

    With `shelter` its tablet says an operation of `kind`; without, an officer puts `value` to `path`.
    """

    at: datetime
    key: str
    value: Mapping[str, Any]
    shelter: str | None = None
    kind: str = ""
    path: str = ""


@dataclass(frozen=True)
class Rising:
    """When the first gauge of a municipality passed caution, and where it stands [degrees]."""

    area: str
    at: datetime
    lon: float
    lat: float


@dataclass(frozen=True)
class DrillPlan:
    """The shelters that take part, and all acts in the order of time."""

    shelters: Sequence[Refuge]
    acts: Sequence[Act]
    #: the shelter that falls silent while it is open
    silent: str


def plan_drill(
    risings: Sequence[Rising],
    refuges: Sequence[Refuge],
    *,
    height: datetime,
    end: datetime,
    norms: Norms,
    rng: np.random.Generator,
) -> DrillPlan:
    """Return what the simulated staff do until `end`; at `height` a truck is under way.

    Raises `ValueError` when there are not two municipalities with shelters whose rivers rose.
    """
    chosen = _shelters(risings, refuges)
    if len(chosen) < 2 * PER_AREA:
        raise ValueError("too few municipalities with shelters and risen rivers for a drill")
    acts: list[Act] = []
    silent = chosen[PER_AREA][1].id
    for number, (rising, refuge) in enumerate(chosen):
        opened = rising.at + timedelta(minutes=int(rng.integers(15, 45)))
        until = opened + timedelta(hours=3) if refuge.id == silent else min(end, opened + timedelta(hours=20))
        acts += [act for act in _shelter_acts(refuge, opened, number, rng) if act.at <= until]
    first = chosen[0][1]
    acts += _outage(first, height - timedelta(minutes=90))
    depots = _depots(chosen, refuges)
    began = min(rising.at for rising, _ in chosen) - timedelta(hours=1)
    for depot in depots:
        acts += _depot_acts(depot, began, norms, rng)
    acts += _supply(first, chosen[1][1], depots[0], height)
    acts += _calls(first, chosen[1][1], height)
    return DrillPlan([refuge for _, refuge in chosen], sorted(acts, key=lambda act: act.at), silent)


def _shelters(risings: Sequence[Rising], refuges: Sequence[Refuge]) -> list[tuple[Rising, Refuge]]:
    chosen = []
    areas = 0
    for rising in sorted(risings, key=lambda one: one.at):
        inside = [refuge for refuge in refuges if refuge.area_code == rising.area]
        if len(inside) < PER_AREA or areas == AREAS:
            continue
        inside.sort(key=lambda one: ((one.lon - rising.lon) ** 2 + (one.lat - rising.lat) ** 2, one.id))
        chosen += [(rising, refuge) for refuge in inside[:PER_AREA]]
        areas += 1
    return chosen


def _shelter_acts(refuge: Refuge, opened: datetime, number: int, rng: np.random.Generator) -> Iterator[Act]:
    def act(minutes: int, name: str, kind: str, value: Mapping[str, Any]) -> Act:
        at = opened + timedelta(minutes=minutes)
        return Act(at=at, key=f"{minutes:05d}/{name}", shelter=refuge.id, kind=kind, value=value)

    yield act(
        -15, "preparing", "set", {"fields": {"opening": "preparing", "opening_reason": "水位上昇（訓練）"}}
    )
    fields = {
        "opening": "open",
        "power": "mains",
        "water": "tap",
        "toilets": int(rng.integers(4, 10)),
        "access": "4t" if number % 2 else "2t",
        "comms.docomo.data": "ok",
        "comms.docomo.voice": "ok",
        "capacity": int(rng.integers(8, 30)) * 10,
    }
    yield act(0, "open", "set", {"fields": fields})
    yield act(1, "people", "count", {"field": "people", "total": 0})
    for item in FIRST_STOCK:
        stock = {"item": item, "lot": "", "total": int(rng.integers(2, 12)) * 10}
        yield act(2, item, "stock", stock)
    here = 0
    for hour in range(1, 8):
        came = int(rng.integers(3, 25))
        here += came
        yield act(60 * hour, "people", "count", {"field": "people", "delta": came})
        if hour == 2:
            handed = {"item": "blanket", "lot": "", "delta": -min(here, 20), "reason": "handed-out"}
            yield act(60 * hour + 5, "blanket", "stock", handed)
    for hour in range(9, 19, 3):
        went = here // 3
        here -= went
        yield act(60 * hour, "people", "count", {"field": "people", "delta": -went})
    yield act(1190, "people", "count", {"field": "people", "delta": -here})
    yield act(1195, "closed", "set", {"fields": {"opening": "closed"}})


def _outage(refuge: Refuge, at: datetime) -> Iterator[Act]:
    told = {
        "kind": "power",
        "label": "停電（訓練）",
        "source": "訓練の筋書き",
        "lon": refuge.lon,
        "lat": refuge.lat,
        "radius_m": 1500,
        "started_at": at.isoformat(),
    }
    yield Act(at=at, key="outage", path="/api/disruptions/drill-power", value=told)
    fields = {"power": "generator", "fuel_hours": 6, "comms.docomo.data": "weak"}
    at += timedelta(minutes=10)
    yield Act(at=at, key="outage/power", shelter=refuge.id, kind="set", value={"fields": fields})


@dataclass(frozen=True)
class _Depot:
    id: str
    value: Mapping[str, Any]


def _depots(chosen: Sequence[tuple[Rising, Refuge]], refuges: Sequence[Refuge]) -> list[_Depot]:
    """Return one synthetic depot for each of the first two municipalities, in the middle of its shelters."""
    depots = []
    for area in list(dict.fromkeys(rising.area for rising, _ in chosen))[:2]:
        inside = [refuge for refuge in refuges if refuge.area_code == area]
        value = {
            "name": f"備蓄拠点（合成・{area}）",
            "kind": "municipality",
            "lon": round(float(np.mean([one.lon for one in inside])), 6),
            "lat": round(float(np.mean([one.lat for one in inside])), 6),
            "source": SYNTHETIC,
            "truck_classes": ["2t", "4t"],
            "synthetic": True,
        }
        depots.append(_Depot(f"synthetic-{area}", value))
    return depots


def _depot_acts(depot: _Depot, at: datetime, norms: Norms, rng: np.random.Generator) -> Iterator[Act]:
    path = f"/api/depots/{depot.id}"
    yield Act(at=at, key=path, path=path, value=depot.value)
    for made in synthetic_lots(norms, STOCKED_PERSONS, at.date(), rng):
        lot = {
            "item": made.item,
            "amount": made.amount,
            "expires_on": made.expires_on.isoformat(),
            "note": SYNTHETIC,
        }
        yield Act(at=at, key=f"{path}/{made.item}", path=f"{path}/lots/S-{made.item}", value=lot)


def _calls(asker: Refuge, waiting: Refuge, height: datetime) -> Iterator[Act]:
    """Yield calls for a power truck, a doctor and rescue, which wait at the height and end after it."""
    for shelter, minutes, aid, value in (
        (asker, -75, "drill-a1", {"state": "asked", "need": "power-truck", "note": "停電のため（訓練）"}),
        (waiting, -45, "drill-a2", {"state": "asked", "need": "doctor", "people": 2, "note": "発熱（訓練）"}),
        (
            waiting,
            -15,
            "drill-a3",
            {"state": "asked", "need": "rescue", "people": 3, "place": "裏の住宅（訓練）"},
        ),
        (asker, 90, "drill-a1", {"state": "done"}),
        (waiting, 150, "drill-a3", {"state": "done"}),
        (waiting, 240, "drill-a2", {"state": "done"}),
    ):
        at, key = height + timedelta(minutes=minutes), f"{aid}/{value['state']}"
        yield Act(at=at, key=key, shelter=shelter.id, kind="aid", value={"aid": aid, **value})


def _supply(asker: Refuge, waiting: Refuge, depot: _Depot, height: datetime) -> Iterator[Act]:
    """One request that a truck answers, on the way at the height, and one that nobody has answered yet."""
    line = {"line": "drill-1", "item": "water", "amount": 120, "lot": "S-water"}
    asked = {
        "line": "drill-1",
        "state": "request",
        "item": "water",
        "amount": 120,
        "reason": "断水に備え（訓練）",
    }
    at = height - timedelta(minutes=100)
    yield Act(at=at, key="drill-1/request", shelter=asker.id, kind="supply", value=asked)
    urgent = {"line": "drill-2", "state": "request", "item": "milk-powder", "amount": 800, "urgent": True}
    at = height - timedelta(minutes=40)
    yield Act(at=at, key="drill-2/request", shelter=waiting.id, kind="supply", value=urgent)
    truck: dict[str, Any] = {"depot": depot.id, "class": "2t", "plate": "訓練 1", "note": "訓練の車両"}
    eta = (height + timedelta(minutes=50)).isoformat()
    truck |= {"eta_at": eta, "stops": [{"shelter": asker.id, "eta_at": eta, "lines": [line]}]}
    places = {"planned": depot.value, "loading": depot.value, "on-the-way": depot.value}
    for minutes, state in ((-80, "planned"), (-50, "loading"), (-20, "on-the-way"), (60, "arrived")):
        place = places.get(state, {"lon": asker.lon, "lat": asker.lat})
        value = {**truck, "state": state, "lon": place["lon"], "lat": place["lat"]}
        at = height + timedelta(minutes=minutes)
        yield Act(at=at, key=f"truck/{state}", path="/api/trucks/drill-truck-1", value=value)
    arrived = {"line": "drill-1", "state": "arrived", "amount": 120}
    at = height + timedelta(minutes=58)
    yield Act(at=at, key="drill-1/arrived", shelter=asker.id, kind="supply", value=arrived)
