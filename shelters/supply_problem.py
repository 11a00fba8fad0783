"""From the situation to a supply problem (docs/matching.md): who needs what, what lies where, how far. Pure.

Whatever had to be assumed, and whoever could not be planned for, is told beside the problem.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from shelters.catalogue_goods import catalogue_goods
from shelters.ledger import OPEN
from shelters.matching.matching_errors import ProblemError
from shelters.matching.problem import (
    FORMAT,
    Depot,
    Forbid,
    Lot,
    Need,
    Pin,
    Problem,
    Quota,
    Shelter,
    Trucks,
)
from shelters.rulebook import items, norms, read_rules
from shelters.status import Cover, covers, served_people
from shelters.supply_situation import Situation, field_of
from shelters.supply_stock import available_lots
from shelters.supply_ways import great_circle_m, ways

#: states of a shelter in which it is supplied
SUPPLIED: Final = ("open", "preparing", "permanent")
#: access that no truck has
ON_FOOT: Final = ("none", "foot")
_JST: Final = ZoneInfo("Asia/Tokyo")
_BUSY: Final = ("planned", "loading", "on-the-way")


class Fleet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many trucks of a class stand at a depot, as a person says."""

    depot: str
    truck_class: str = msgspec.field(name="class")
    count: Annotated[int, msgspec.Meta(ge=0, le=999)]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asks of the plan; None = as the rules assume."""

    hours: float | None = None
    days: float | None = None
    fleet: Sequence[Fleet] = ()
    pins: Sequence[Pin] = ()
    forbids: Sequence[Forbid] = ()
    #: whether roads that a simulated flood puts under water count as closed
    use_flood: bool = True


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Supply lines that wait for goods, of one shelter and item, the most urgent first."""

    lines: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Posed:
    """A problem with what the screen must say beside it.

    `asked`: waiting lines by (shelter, item). `left_out`: shelters that no plan was made for, with a code:
    `unknown-people` (their need is not known), `no-truck` (no truck gets there), `unknown-item`.
    `fleet`: what was reckoned with, `told` by a person or assumed. `assumed_access`: shelters whose largest
    truck nobody said. `unknown_stock`: shelters that have not said what they hold of something they need;
    they are planned for as if they held nothing of it. `doubtful`: shelters within a closed road's reach, and
    those that may be cut off. `travel`: how each way was found; `estimated`: pairs of depot and shelter whose
    way is a straight line.
    """

    problem: Problem
    days: float
    asked: Mapping[tuple[str, str], Asked]
    left_out: list[dict[str, Any]]
    fleet: list[dict[str, Any]]
    assumed_access: list[str]
    unknown_stock: list[str]
    doubtful: list[dict[str, Any]]
    travel: dict[str, Any]
    estimated: frozenset[tuple[str, str]]


def pose(situation: Situation, wish: Wish, start: datetime) -> Posed:
    """Return the problem at `start` (incident's clock). Raises `ProblemError` for a strange fleet."""
    rules = read_rules("supply-plan")
    hours = wish.hours or rules["plan"]["hours"]
    days = wish.days or rules["plan"]["days"]
    left_out: list[dict[str, Any]] = []
    needs: list[Need] = []
    asked: dict[tuple[str, str], Asked] = {}
    places: list[Shelter] = []
    assumed: list[str] = []
    unknown_stock: list[str] = []
    for row in situation.shelters:
        found = _covers(row, days)
        wanted = _needs(row, found, days, start, rules["plan"]["urgent_hours"], left_out)
        access = row["summary"].get("access")
        if access in ON_FOOT and wanted:
            left_out.append(_out(row, "no-truck", [need.item for need, _ in wanted]))
            continue
        if not wanted:
            continue
        if access not in tuple(rules["depot"]["trucks"]):
            assumed.append(row["id"])
            access = rules["shelter"]["unknown_access"]
        if any(one.stock is None and _short(one, days) for one in found):
            unknown_stock.append(row["id"])
        places.append(
            Shelter(
                id=row["id"], name=row["name"], truck_class=access, lon=row["lon"], lat=row["lat"],
            )
        )  # fmt: skip
        for need, lines in wanted:
            needs.append(need)
            if lines.lines:
                asked[need.shelter, need.item] = lines
    planned = {place.id for place in places}
    fleet = _fleet(situation, wish, rules["depot"])
    depots = _depots(situation, fleet, rules["depot"]["handling_kg_h"])
    until = start + timedelta(hours=hours)
    driven = ways(situation.roads, depots, places, rules["travel"], until, use_flood=wish.use_flood)
    problem = Problem(
        format=FORMAT, start=start, hours=hours,
        items=[goods.item for goods in catalogue_goods(len(items()))],
        depots=driven.depots, shelters=driven.shelters, lots=_lots(situation), needs=needs,
        roads=driven.roads, travel=driven.travel,
        pins=list(wish.pins),
        # Where nothing goes anyway, nothing has to be forbidden.
        forbids=[one for one in wish.forbids if one.shelter is None or one.shelter in planned],
        synthetic=any(depot["synthetic"] for depot in situation.depots),
    )  # fmt: skip
    return Posed(
        problem=problem, days=days, asked=asked, left_out=left_out, fleet=fleet, assumed_access=assumed,
        unknown_stock=unknown_stock, doubtful=_doubtful(situation, planned),
        travel=driven.told | {"closed_roads": len(situation.closed_roads)}, estimated=driven.estimated,
    )  # fmt: skip


def _covers(row: Mapping[str, Any], days: float) -> list[Cover]:
    """Return demand and stock of a shelter that is supplied; nothing for one that is not open."""
    opening, ordered = row["summary"].get("opening"), row["summary"].get("ordered")
    if opening not in SUPPLIED and not (opening is None and ordered == "open"):
        return []
    return covers(row["state"], int(row["summary"].get("registered") or 0), norms(), days=days)


def _short(one: Cover, days: float) -> float:
    """Return what is missing of an item; a stock nobody counted is none, unknown people are nobody."""
    if one.short is not None:
        return one.short
    if one.need_per_day is None:
        return 0.0
    wanted = one.need_per_day * days + max((one.need_once or 0.0) - one.handed_out, 0.0)
    return max(wanted - max(one.stock or 0.0, 0.0) - one.on_the_way, 0.0)


def _needs(
    row: Mapping[str, Any], found: Sequence[Cover], days: float, start: datetime, urgent_hours: float,
    left_out: list[dict[str, Any]],
) -> list[tuple[Need, Asked]]:  # fmt: skip
    """Return what a shelter lacks, item by item: what it asked for, else what is reckoned."""
    state = row["state"]
    waiting, ordered, overridden = _waiting(state), _ordered(state), _overridden(state)
    unknown = sorted(str(item) for item in waiting if item not in items())
    if unknown:
        left_out.append(_out(row, "unknown-item", unknown))
    if found and served_people(state, int(row["summary"].get("registered") or 0))[0] is None:
        left_out.append(_out(row, "unknown-people", []))
    cover = {one.item: one for one in found}
    wanted = []
    for item in sorted((waiting.keys() | cover.keys()) & items().keys()):
        its, reckoned = cover.get(item), waiting.get(item, [])
        short = 0.0 if its is None else _short(its, days) - ordered.get(item, 0.0)
        asked = reckoned or item in overridden
        amount = sum(_amount(line) for _, line in reckoned) if asked else short
        if not amount > 0:
            continue
        held = None if its is None else its.days_of_cover
        need = Need(
            shelter=row["id"], item=item, amount=amount,
            due=_due([line for _, line in reckoned], start, urgent_hours),
            allergen_free=_quotas([line for _, line in reckoned]),
            cover_days=0.0 if held is None or not math.isfinite(held) else max(held, 0.0),
        )  # fmt: skip
        wanted.append((need, Asked(lines=tuple((name, _amount(line)) for name, line in reckoned))))
    return wanted


def _waiting(state: Mapping[str, Any]) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """Return the lines by item that nobody brings yet, urgent ones first."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for name, line in sorted(state.get("lines", {}).items()):
        if line["state"] in ("request", "accepted") and not field_of(line, "truck") and _amount(line) > 0:
            found.setdefault(str(line["item"]), []).append((name, line))
    for lines in found.values():
        lines.sort(key=lambda pair: (field_of(pair[1], "urgent") is not True, pair[0]))
    return found


def _overridden(state: Mapping[str, Any]) -> set[str]:
    """Return the items that somebody waits for: what was asked for holds, not what is reckoned."""
    return {
        str(line["item"])
        for line in state.get("lines", {}).values()
        if line["state"] in OPEN and any(step["state"] == "request" for step in line["steps"])
    }


def _ordered(state: Mapping[str, Any]) -> dict[str, float]:
    """Return by item what a truck was ordered to bring and has not loaded: demand does not count it yet."""
    found: dict[str, float] = {}
    for line in state.get("lines", {}).values():
        if line["state"] in ("accepted", "picked") and field_of(line, "truck"):
            found[str(line["item"])] = found.get(str(line["item"]), 0.0) + _amount(line)
    return found


def _amount(line: Mapping[str, Any]) -> float:
    return float(line["amount"] or 0.0)


def _due(lines: Sequence[Mapping[str, Any]], start: datetime, urgent_hours: float) -> datetime | None:
    moments = []
    for line in lines:
        told = field_of(line, "needed_by")
        moment = _moment(told) if isinstance(told, str) else None
        if moment is None and field_of(line, "urgent") is True:
            moment = start + timedelta(hours=urgent_hours)
        if moment is not None:
            moments.append(moment)
    return min(moments, default=None)


def _moment(text: str) -> datetime | None:
    """Return a moment with its zone; what a tablet wrote otherwise sets no time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)


def _quotas(lines: Sequence[Mapping[str, Any]]) -> list[Quota]:
    found = []
    for line in lines:
        free = field_of(line, "allergens_free")
        if isinstance(free, list) and free:
            found.append(Quota(amount=_amount(line), of=sorted(str(one) for one in free)))
    return found


def _out(row: Mapping[str, Any], code: str, of: Sequence[str]) -> dict[str, Any]:
    return {"shelter": row["id"], "name": row["name"], "code": code, "items": list(of)}


def _fleet(situation: Situation, wish: Wish, rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how many trucks of each class are reckoned with at each depot, less those on an order."""
    known = {depot["id"] for depot in situation.depots}
    for at, one in enumerate(wish.fleet):
        if one.depot not in known:
            raise ProblemError(f"fleet[{at}].depot", f"{one.depot!r} is not known")
        if one.truck_class not in rules["trucks"]:
            raise ProblemError(f"fleet[{at}].class", f"{one.truck_class!r} is not known")
    told = {(one.depot, one.truck_class): one.count for one in wish.fleet}
    busy: dict[tuple[str, str], int] = {}
    for truck in situation.trucks:
        if truck["state"] in _BUSY and truck["depot"] and truck.get("class"):
            key = (truck["depot"], truck["class"])
            busy[key] = busy.get(key, 0) + 1
    rows = []
    for depot in situation.depots:
        for name, assumed in rules["trucks"].items():
            key = (depot["id"], name)
            allowed = not depot["truck_classes"] or name in depot["truck_classes"]
            count = told.get(key, assumed if allowed else 0)
            if count or busy.get(key):
                free = count if key in told else max(count - busy.get(key, 0), 0)
                rows.append(
                    {
                        "depot": depot["id"],
                        "class": name,
                        "count": free,
                        "busy": busy.get(key, 0),
                        "told": key in told,
                    }
                )
    return rows


def _depots(situation: Situation, fleet: Sequence[Mapping[str, Any]], handling_kg_h: float) -> list[Depot]:
    return [
        Depot(
            id=depot["id"], name=depot["name"], lon=depot["lon"], lat=depot["lat"],
            handling_kg_h=handling_kg_h,
            trucks=[
                Trucks(truck_class=row["class"], count=row["count"])
                for row in fleet
                if row["depot"] == depot["id"]
            ],
        )
        for depot in situation.depots
    ]  # fmt: skip


def lot_id(depot: str, lot: str) -> str:
    """Return the name of a lot among those of all depots."""
    return f"{depot}/{lot}"


def _lots(situation: Situation) -> list[Lot]:
    left = available_lots(situation)
    return [
        Lot(
            id=lot_id(lot["depot"], lot["id"]), depot=lot["depot"], item=lot["item"],
            amount=left[lot["depot"], lot["id"]], allergens=lot["allergens"],
            expires=None if lot["expires_on"] is None else datetime.combine(
                lot["expires_on"] + timedelta(days=1), time(0), _JST
            ),
        )
        for lot in situation.lots
        if lot["item"] in items()
    ]  # fmt: skip


def _doubtful(situation: Situation, planned: set[str]) -> list[dict[str, Any]]:
    """Return the planned shelters that a truck may not reach: closed roads beside them, or no contact."""
    found = []
    for row in situation.shelters:
        if row["id"] not in planned:
            continue
        here = np.array([[row["lon"], row["lat"]]], dtype=np.float64)
        roads = [
            cut["label"]
            for cut in situation.closed_roads
            if cut["lon"] is not None
            and cut["lat"] is not None
            and great_circle_m(here, np.array([[cut["lon"], cut["lat"]]], dtype=np.float64))[0, 0]
            <= (cut["radius_m"] or 0.0)
        ]
        if roads or row["silence"] in ("lost", "isolated"):
            found.append(
                {"shelter": row["id"], "name": row["name"], "silence": row["silence"], "roads": roads}
            )
    return found
