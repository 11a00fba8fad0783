"""How a mission goes: its statuses, and which may follow which. Pure.

A vehicle may hand a mission back (`requested` again), or it may be given to another one (`tasked` again).
What is done or cancelled stays so: a mission that goes on after all is a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Status = Literal["requested", "tasked", "accepted", "en-route", "on-station", "done", "cancelled"]

STATUSES: Final = get_args(Status)
#: a vehicle has it
CARRIED: Final = frozenset({"tasked", "accepted", "en-route", "on-station"})
#: nothing follows
ENDED: Final = frozenset({"done", "cancelled"})

_GIVE_UP: Final = frozenset({"tasked", "requested", "cancelled"})
NEXT: Final[Mapping[str, frozenset[str]]] = {
    "requested": frozenset({"tasked", "cancelled"}),
    "tasked": frozenset({"accepted", "en-route", "on-station"}) | _GIVE_UP,
    "accepted": frozenset({"en-route", "on-station"}) | _GIVE_UP,
    "en-route": frozenset({"on-station", "done"}) | _GIVE_UP,
    "on-station": frozenset({"en-route", "done"}) | _GIVE_UP,
    "done": frozenset(),
    "cancelled": frozenset(),
}


def may_follow(now: str, then: str, *, vehicle: str | None, given: str | None) -> str | None:
    """Return why a mission at `now`, with `vehicle`, cannot go to `then` with `given`; None = it can.

    Tasking names a vehicle, another one than has it; every other step leaves it or takes it off.
    """
    if then not in NEXT[now]:
        return f"a mission that is {now} cannot become {then}"
    if then == "tasked" and given is None:
        return "tasking names a vehicle"
    if then == "tasked" and given == vehicle:
        return f"{given} has this mission already"
    if then != "tasked" and given is not None:
        return f"a step to {then} names no vehicle"
    return None
