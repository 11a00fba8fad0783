"""From a plan to orders: trucks with what they carry for whom, and the rest of half-served requests. Pure.

A request goes with one truck; what else comes for the same need gets a line of its own. What of a request
is not brought and not otherwise sent becomes a new request: nothing asked for is lost by half-serving it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from geo.moment import utc_text
from shelters.matching.plan import Plan, RunStop, TruckRun
from shelters.supply_problem import Posed, lot_id
from shelters.supply_situation import Situation, field_of
from shelters.supply_stock import available_lots
from shelters.supply_store import Truck, line_name

_LEAST: Final = 1e-6
#: copied from a request to what is left of it
_COPIED: Final = ("urgent", "needed_by", "allergens_free")


class OutdatedPlanError(ValueError):
    """Raised when a plan can no longer become orders as it stands; names what has changed."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a plan that a person lets go: its number in the plan, and the truck."""

    number: int
    truck: Truck


def truck_id(plan_id: str, number: int) -> str:
    """Return the id of the truck of a plan's run."""
    return f"plan-{plan_id}-{number}"


def orders_of(posed: Posed, plan: Plan, plan_id: str) -> list[dict[str, Any]]:
    """Return every run as the truck that it would become, in JSON, numbered from 1."""
    waiting = {key: list(asked.lines) for key, asked in posed.asked.items()}
    first = sorted(range(len(plan.runs)), key=lambda at: (plan.runs[at].stops[0].arrives, at))
    stops: dict[int, list[dict[str, Any]]] = {}
    for at in first:
        run = plan.runs[at]
        stops[at] = [_stop(plan, run.depot, stop, waiting) for stop in run.stops]
    return [_truck(run, stops[at], plan_id, at + 1) for at, run in enumerate(plan.runs)]


def _truck(run: TruckRun, stops: Sequence[Mapping[str, Any]], plan_id: str, number: int) -> dict[str, Any]:
    return {
        "state": "planned",
        "depot": run.depot,
        "class": run.truck_class,
        "departs_at": utc_text(run.departs),
        "eta_at": stops[0]["eta_at"] if stops else None,
        "note": f"計画案 {plan_id[-6:]} 便{number}",
        "stops": list(stops),
    }


def _stop(
    plan: Plan, depot: str, stop: RunStop, waiting: dict[tuple[str, str], list[tuple[str, float]]]
) -> dict[str, Any]:
    amounts: dict[tuple[str, str], float] = {}
    for number, cases in stop.loads:
        load = plan.loads[number]
        key = (load.item, load.lot.removeprefix(lot_id(depot, "")))
        amounts[key] = amounts.get(key, 0.0) + float(cases / load.cases * load.amount)
    lines: list[dict[str, Any]] = []
    for (item, lot), amount in amounts.items():
        lines += _lines(item, lot, round(amount, 3), waiting.get((stop.shelter, item), []))
    return {"shelter": stop.shelter, "eta_at": utc_text(stop.arrives), "lines": lines}


def _lines(item: str, lot: str, amount: float, waiting: list[tuple[str, float]]) -> list[dict[str, Any]]:
    lines = []
    while amount > _LEAST and waiting:
        name, asked = waiting.pop(0)
        # The last request takes what is over: whole cases seldom end where a request does.
        part = amount if not waiting else min(amount, asked)
        lines.append({"item": item, "lot": lot, "amount": round(part, 3), "line": name})
        amount = round(amount - part, 3)
    if amount > _LEAST:
        lines.append({"item": item, "lot": lot, "amount": amount})
    return lines


def check_orders(situation: Situation, plan_id: str, orders: Sequence[Order]) -> None:
    """See that orders can still be given: lots hold enough, requests still wait, trucks are not on their way.

    Raises `OutdatedPlanError`.
    """
    own = {truck_id(plan_id, order.number) for order in orders}
    for truck in situation.trucks:
        if truck["id"] in own and truck["state"] != "planned":
            raise OutdatedPlanError(f"truck {truck['id']} has been ordered and is {truck['state']}")
    left = available_lots(situation, own)
    for order in orders:
        ordered = order.truck
        if ordered.state != "planned" or ordered.depot is None:
            raise OutdatedPlanError(
                f"run {order.number}: a plan orders trucks that are planned, with a depot"
            )
        for stop in ordered.stops:
            for line in stop.lines:
                key = (ordered.depot, line.lot)
                if key not in left:
                    raise OutdatedPlanError(
                        f"run {order.number}: there is no lot {line.lot!r} at {ordered.depot!r}"
                    )
                left[key] -= line.amount
                if left[key] < -_LEAST:
                    raise OutdatedPlanError(f"lot {line.lot!r} at {ordered.depot!r} no longer holds enough")
    _check_requests(situation, plan_id, orders)


def _check_requests(situation: Situation, plan_id: str, orders: Sequence[Order]) -> None:
    state = {(shelter, name): line for shelter, name, line in situation.lines()}
    given: set[tuple[str, str]] = set()
    for order in orders:
        own = truck_id(plan_id, order.number)
        for stop in order.truck.stops:
            for asked in stop.lines:
                if asked.line is None:
                    continue
                key, line = (stop.shelter, asked.line), state.get((stop.shelter, asked.line))
                if line is None or line["item"] != asked.item:
                    raise OutdatedPlanError(
                        f"there is no request {asked.line!r} for {asked.item} at {stop.shelter!r}"
                    )
                if key in given:
                    raise OutdatedPlanError(f"request {asked.line!r} stands on two lines of the orders")
                given.add(key)
                carrier = field_of(line, "truck")
                if line["state"] not in ("request", "accepted") or (carrier and carrier != own):
                    raise OutdatedPlanError(
                        f"request {asked.line!r} at {stop.shelter!r} is taken care of otherwise"
                    )


def remainders(
    situation: Situation, plan_id: str, orders: Sequence[Order]
) -> dict[str, list[dict[str, Any]]]:
    """Return by shelter the values of new requests for what of requests these orders do not bring."""
    state = {(shelter, name): line for shelter, name, line in situation.lines()}
    missing: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
    sent_beside: dict[tuple[str, str], float] = {}
    for order in orders:
        own = truck_id(plan_id, order.number)
        for number, stop in enumerate(order.truck.stops):
            for position, brought in enumerate(stop.lines):
                key = (stop.shelter, brought.item)
                if brought.line is None:
                    sent_beside[key] = sent_beside.get(key, 0.0) + brought.amount
                    continue
                asked = float(state[stop.shelter, brought.line]["amount"] or 0)
                name = f"{line_name(own, number, position, msgspec.structs.replace(brought, line=None))}.rest"
                if asked > brought.amount:
                    missing.setdefault(key, []).append((asked - brought.amount, brought.line, name))
                else:
                    sent_beside[key] = sent_beside.get(key, 0.0) + brought.amount - asked
    found: dict[str, list[dict[str, Any]]] = {}
    for (shelter, item), parts in missing.items():
        amount = sum(part for part, _, _ in parts) - sent_beside.get((shelter, item), 0.0)
        if amount > _LEAST:
            _, line, name = max(parts)
            found.setdefault(shelter, []).append(_rest(state[shelter, line], line, name, item, amount))
    return found


def _rest(line: Mapping[str, Any], asked: str, name: str, item: str, amount: float) -> dict[str, Any]:
    reason = field_of(line, "reason")
    copied = {field: field_of(line, field) for field in _COPIED}
    return {
        "line": name,
        "state": "request",
        "item": item,
        "amount": round(amount, 3),
        "reason": f"{reason if isinstance(reason, str) else ''}（要請 {asked} の残り）",
        **{field: value for field, value in copied.items() if value is not None},
    }


def totals(orders: Sequence[Order]) -> dict[str, int]:
    """Return how many trucks, shelters and lines orders are."""
    return {
        "trucks": len(orders),
        "shelters": len({stop.shelter for order in orders for stop in order.truck.stops}),
        "lines": sum(len(stop.lines) for order in orders for stop in order.truck.stops),
    }
