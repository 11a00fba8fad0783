"""A supply line through its states: who did what when, from the request to the hand.

Steps are kept whatever they say; the state follows from those that can be, in their order. A truck that
arrives after its request was cancelled has arrived all the same: facts win over papers, and are flagged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from shelters.canonical import whole
from shelters.counter import Change
from shelters.field_register import Entry, Order, resolve_register
from shelters.operation import SupplyValue, thousandths

#: states in their order
FORWARD: Final = ("request", "accepted", "picked", "loaded", "on-the-way", "arrived", "handed-out")
#: ends without goods
ENDS: Final = ("rejected", "cancelled")
#: what happened to goods, not to papers
FACTS: Final = frozenset({"arrived", "handed-out"})
#: states in which a line waits for somebody
OPEN: Final = frozenset(FORWARD[:5])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a line."""

    order: Order
    seen_ms: int
    actor: str
    value: SupplyValue


def take_step(now: str | None, then: str) -> tuple[str | None, list[str]]:
    """Return the state after the step `then` from `now` (None = nothing yet), and the flags of the step."""
    if then not in FORWARD and then not in ENDS:
        return now, ["unknown-state"]
    if now in ENDS:
        return (then, ["after-end"]) if then in FACTS else (now, [] if then == now else ["illegal"])
    if then in ENDS:
        limit = 1 if then == "rejected" else 3
        allowed = now is None or FORWARD.index(now) <= limit
        return (then, []) if allowed else (now, ["illegal"])
    here, there = (-1 if now is None else FORWARD.index(now)), FORWARD.index(then)
    if there < here:
        return now, ["illegal"]
    start = 0 if now is None else here
    return then, ["skipped"] if there > start + 1 else []


def resolve_line(steps: Sequence[Step], fields: dict[str, list[Entry]]) -> dict[str, Any]:
    """Return the state of a line (`docs/tablet.md`) from its steps, at least one, and its fields' writes."""
    state: str | None = None
    told = []
    for step in sorted(steps, key=lambda step: step.order):
        if step.value.state is None:
            continue
        state, flags = take_step(state, step.value.state)
        told.append(_told(step, flags))
    registers = {name: resolve_register(entries) for name, entries in fields.items()}
    found = {flag for step in told for flag in step["flags"]}
    item = _value(registers, "item")
    if item is None:
        found.add("no-item")
    return {
        "amount": _value(registers, "amount"),
        "fields": registers,
        "flags": sorted(found),
        "item": item,
        "lot": _value(registers, "lot") or "",
        "state": state,
        "steps": told,
    }


def arrival(line: dict[str, Any], steps: Sequence[Step]) -> tuple[str, str, Change] | None:
    """Return item, lot and change of stock that a line's arrival is, None while it has not arrived.

    It counts once, at the first step `arrived`, with the amount of the newest that tells one, else of the
    line.
    """
    arrived = sorted((step for step in steps if step.value.state == "arrived"), key=lambda step: step.order)
    if not arrived or line["item"] is None:
        return None
    amounts = [step.value.amount for step in arrived if step.value.amount is not UNSET]
    amount = amounts[-1] if amounts else line["amount"]
    if amount is None:
        return None
    return line["item"], line["lot"], (arrived[0].order, arrived[0].seen_ms, thousandths(amount))


def _told(step: Step, flags: list[str]) -> dict[str, Any]:
    amount = step.value.amount
    return {
        "actor": step.actor,
        "amount": None if amount is UNSET else whole(amount),
        "device": step.order[2],
        "flags": flags,
        "op": step.order[3],
        "seen_ms": step.seen_ms,
        "state": step.value.state,
    }


def _value(registers: dict[str, dict[str, Any]], name: str) -> Any:  # noqa: ANN401 - any JSON
    return registers[name]["value"] if name in registers else None
