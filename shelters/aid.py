"""A call for help that no goods answer (rescue, doctor, police, power truck …) through its states.

Pure. Steps are kept whatever they say, and the state follows from those that can be, in their order, so
that two tablets and the centre need not hear of each other. Help that comes after a call was withdrawn has
come all the same: facts win over papers, and are flagged (`docs/tablet.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from shelters.field_register import Entry, Order, resolve_register

#: states in their order
FORWARD: Final = ("asked", "seen", "on-the-way", "done")
#: ends without help: withdrawn by who asked, or answered with "cannot"
ENDS: Final = ("cancelled", "declined")
#: what happened, not what was said
FACTS: Final = frozenset({"on-the-way", "done"})
#: states in which somebody waits
OPEN: Final = frozenset(FORWARD[:3])


@dataclass(frozen=True, slots=True, kw_only=True)
class AidStep:
    """One step of a call; `state` is None where only its fields were written."""

    order: Order
    seen_ms: int
    actor: str
    state: str | None


def take_step(now: str | None, then: str) -> tuple[str | None, list[str]]:
    """Return the state after the step `then` from `now` (None = nothing yet), and the flags of the step."""
    if then not in FORWARD and then not in ENDS:
        return now, ["unknown-state"]
    if now in ENDS:
        return (then, ["after-end"]) if then in FACTS else (now, [] if then == now else ["illegal"])
    if then in ENDS:
        return (now, ["illegal"]) if now == "done" else (then, [])
    back = now is not None and FORWARD.index(then) < FORWARD.index(now)
    return (now, ["illegal"]) if back else (then, [])


def resolve_aid(steps: Sequence[AidStep], fields: dict[str, list[Entry]]) -> dict[str, Any]:
    """Return the state of a call from its steps, at least one, and its fields' writes."""
    state: str | None = None
    told = []
    for step in sorted(steps, key=lambda step: step.order):
        if step.state is None:
            continue
        state, flags = take_step(state, step.state)
        told.append(_told(step, flags))
    registers = {name: resolve_register(entries) for name, entries in fields.items()}
    return {
        "fields": registers,
        "flags": sorted({flag for step in told for flag in step["flags"]}),
        "need": registers["need"]["value"] if "need" in registers else None,
        "state": state,
        "steps": told,
    }


def _told(step: AidStep, flags: list[str]) -> dict[str, Any]:
    return {
        "actor": step.actor,
        "device": step.order[2],
        "flags": flags,
        "op": step.order[3],
        "seen_ms": step.seen_ms,
        "state": step.state,
    }
