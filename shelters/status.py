"""What the centre is told of a shelter: the summary of its state that live maps and lists show.

Pure. Whatever nobody said is None: unknown is never shown as good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from shelters.aid import OPEN as AID_OPEN
from shelters.demand import days_of_cover, need_once, need_per_day, people_by_class, shortage
from shelters.ledger import OPEN
from shelters.rulebook import Bands, Norms

#: counts of people who are served without staying inside
SERVED_OUTSIDE: Final = ("stay.car", "stay.home")
#: fields that are handed on as they are, with the name they have there
_PLAIN: Final = (
    *("opening", "opening_reason", "ordered", "power", "water", "heating", "cooling", "building"),
    *("access", "pet_policy"),
)
_COMMS: Final = "comms."
#: calls for help that have ended, which are still told
ENDED_AIDS: Final = 10
_UNDER_WAY: Final = ("loaded", "on-the-way")


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Demand and stock of one item at one shelter."""

    item: str
    need_per_day: float | None
    need_once: float | None
    stock: float | None
    on_the_way: float
    handed_out: float
    days_of_cover: float | None
    #: for the days asked for [item units]
    short: float | None
    #: whether staff counted the people it is for
    counted: bool
    people: float | None
    source: str


def served_people(state: Mapping[str, Any], registered: int) -> tuple[float | None, str]:
    """Return how many persons the shelter serves, and whence: `count`, `register` or `unknown`."""
    inside = count_of(state, "people")
    basis = "count"
    if inside is None:
        inside, basis = (float(registered), "register") if registered else (None, "unknown")
    if inside is None:
        return None, basis
    return inside + sum(count_of(state, name) or 0.0 for name in SERVED_OUTSIDE), basis


def covers(state: Mapping[str, Any], registered: int, norms: Norms, *, days: float = 3.0) -> list[Cover]:
    """Return demand, stock and days of cover of every normed item."""
    people, _ = served_people(state, registered)
    counted = np.array(
        [[_nan(count_of(state, name)) if name else np.nan for name in norms.counted]], dtype=np.float64
    )
    by_class, known = people_by_class(np.array([_nan(people)]), counted, norms)
    per_day, once = need_per_day(by_class, norms), need_once(by_class, norms)
    held = [_held(state, item, norms) for item in norms.items]
    stock = np.array([[_nan(amount) for amount, _, _ in held]])
    coming = np.array([[amount for _, amount, _ in held]])
    out = np.array([[amount for _, _, amount in held]])
    cover = days_of_cover(stock, per_day)
    short = shortage(stock, coming, out, per_day, once, days)
    used = (norms.per_day + norms.once) > 0
    return [
        Cover(
            item=item,
            need_per_day=_none(per_day[0, row]),
            need_once=_none(once[0, row]),
            stock=held[row][0],
            on_the_way=held[row][1],
            handed_out=held[row][2],
            days_of_cover=_none(cover[0, row]),
            short=_none(short[0, row]),
            counted=bool(known[0, used[row]].all()),
            people=_none(by_class[0, int(np.argmax(used[row]))]),
            source=norms.sources[row],
        )
        for row, item in enumerate(norms.items)
    ]


def summarise(
    state: Mapping[str, Any],
    roll: Mapping[str, int],
    capacity: int | None,
    norms: Norms,
    bands: Bands,
    units: Mapping[str, str],
) -> dict[str, Any]:
    """Return the part of the live value `shelter` (docs/tablet.md) that follows from its state."""
    people = state["counts"].get("people")
    amount = count_of(state, "people")
    summary: dict[str, Any] = {name: value_of(state, name) for name in _PLAIN}
    ordered = state["fields"].get("ordered")
    summary |= {
        "ordered_at": None if ordered is None or ordered["value"] != "open" else _moment(ordered["seen_ms"]),
        "people": None if amount is None else int(amount),
        "people_at": None if people is None else _moment(people["seen_ms"]),
        "people_doubt": people is not None
        and (people["negative"] or not people["counted"] or bool(people["conflicts"])),
        "counts": _counts(state),
        "registered": roll["present"],
        "households": roll["households"],
        "infections": count_of(state, "infections"),
        "pets": {
            name.removeprefix("pets."): value
            for name in sorted(state["counts"])
            if name.startswith("pets.") and (value := count_of(state, name)) is not None
        },
        "requests": _requests(state),
        "aids": aid_list(state),
        "conflicts": _conflicts(state),
        "flags": _flags(state),
    }
    summary |= _congestion(state, amount, capacity, bands)
    summary |= _lifelines(state, amount)
    summary |= _cover(covers(state, roll["present"], norms), units)
    return summary


def value_of(state: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what was said of a field, None when nothing or "unknown" was."""
    register = state["fields"].get(name)
    return None if register is None else register["value"]


def count_of(state: Mapping[str, Any], name: str) -> float | None:
    """Return a count that can be used, None when it is not known; a negative one cannot be."""
    counter = state["counts"].get(name)
    if counter is None or counter["value"] is None or counter["negative"]:
        return None
    return float(counter["value"])


def _counts(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: counter["value"]
        for name, counter in sorted(state["counts"].items())
        if name != "people" and not name.startswith("pets.")
    }


def _congestion(
    state: Mapping[str, Any], people: float | None, capacity: int | None, bands: Bands
) -> dict[str, Any]:
    told_capacity = number_of(state, "capacity")
    room = told_capacity or capacity
    occupancy = None if people is None or not room else round(people / room, 3)
    by_staff = value_of(state, "congestion")
    by_formula = (
        "unknown"
        if occupancy is None
        else "crowded"
        if occupancy >= bands.crowded
        else "some"
        if occupancy >= bands.some
        else "free"
    )
    return {
        "capacity": None if room is None else int(room),
        "occupancy": occupancy,
        "congestion": by_staff if isinstance(by_staff, str) else by_formula,
        "congestion_by": "staff" if isinstance(by_staff, str) else "formula",
        "near_full": occupancy is not None and occupancy >= bands.near_full,
    }


def number_of(state: Mapping[str, Any], name: str) -> float | None:
    """Return a field that is a number, None when it is unknown or no number."""
    value = value_of(state, name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return float(value) if is_number else None


def _lifelines(state: Mapping[str, Any], people: float | None) -> dict[str, Any]:
    lines = {
        name.removeprefix(_COMMS): value
        for name in sorted(state["fields"])
        if name.startswith(_COMMS) and isinstance(value := value_of(state, name), str)
    }
    toilets = [number_of(state, name) for name in ("toilets", "toilets.portable")]
    usable = None if all(number is None for number in toilets) else sum(number or 0.0 for number in toilets)
    return {
        "comms": comms_state(lines),
        "comms_detail": lines,
        "fuel_until": fuel_until(state),
        "toilets": None if usable is None else int(usable),
        "people_per_toilet": round(people / usable, 1) if people is not None and usable else None,
    }


def comms_state(lines: Mapping[str, str]) -> str:
    """Return how the lines of a shelter are together: `ok`, `partial`, `none` or `unknown`."""
    told = set(lines.values()) & {"ok", "weak", "none"}
    if not told:
        return "unknown"
    if told == {"ok"}:
        return "ok"
    return "none" if told == {"none"} else "partial"


def fuel_until(state: Mapping[str, Any]) -> str | None:
    """Return until when the generator's fuel lasts, counted from when that was told; None = not known."""
    hours = number_of(state, "fuel_hours")
    if hours is None or hours > 24 * 60:
        return None
    told_ms = state["fields"]["fuel_hours"]["seen_ms"]
    return _moment(told_ms + round(hours * 3_600_000))


def _cover(found: list[Cover], units: Mapping[str, str]) -> dict[str, Any]:
    cover = {
        one.item: {
            "days": None if one.days_of_cover is None else round(one.days_of_cover, 2),
            "amount": one.stock,
            "per_day": round(one.need_per_day, 2),
            "unit": units[one.item],
        }
        for one in found
        if one.need_per_day
    }
    known = [(entry["days"], item) for item, entry in cover.items() if entry["days"] is not None]
    lowest = min(known, default=None)
    return {
        "cover": cover,
        "cover_lowest": None if lowest is None else {"item": lowest[1], "days": lowest[0]},
    }


def _requests(state: Mapping[str, Any]) -> dict[str, int]:
    waiting = [line for line in state["lines"].values() if line["state"] in OPEN]
    urgent = [line for line in waiting if _field(line, "urgent") is True]
    return {"open": len(waiting), "urgent": len(urgent)}


def aid_list(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the calls for help: all that wait, the one asked first before; then the last that ended."""
    told = [_aid(name, aid) for name, aid in state["aids"].items() if aid["steps"]]
    waiting = sorted((aid for aid in told if aid["open"]), key=lambda aid: (aid["asked_at"], aid["id"]))
    ended = sorted((aid for aid in told if not aid["open"]), key=lambda aid: (aid["changed_at"], aid["id"]))
    return waiting + ended[: -ENDED_AIDS - 1 : -1]


def _aid(name: str, aid: Mapping[str, Any]) -> dict[str, Any]:
    steps = [
        {
            "state": step["state"],
            "at": _moment(step["seen_ms"]),
            "actor": step["actor"],
            "flags": step["flags"],
        }
        for step in aid["steps"]
    ]
    return {
        "id": name,
        "need": aid["need"],
        "state": aid["state"],
        "open": aid["state"] is None or aid["state"] in AID_OPEN,
        **{field: _field(aid, field) for field in ("people", "place", "note", "answer")},
        "asked_at": min(step["at"] for step in steps),
        "changed_at": max(step["at"] for step in steps),
        "steps": steps,
        "flags": aid["flags"],
    }


def _conflicts(state: Mapping[str, Any]) -> int:
    registers = [*state["fields"].values(), *state["counts"].values()]
    registers += [counter for lots in state["stock"].values() for counter in lots.values()]
    return sum(bool(register["conflicts"]) for register in registers)


def _flags(state: Mapping[str, Any]) -> list[str]:
    flags = set()
    if any(counter["negative"] for counter in state["counts"].values()):
        flags.add("negative-count")
    if any(counter["negative"] for lots in state["stock"].values() for counter in lots.values()):
        flags.add("negative-stock")
    if any(line["flags"] for line in state["lines"].values()):
        flags.add("ledger")
    if state["other"]:
        flags.add("newer-app")
    return sorted(flags)


def _held(state: Mapping[str, Any], item: str, norms: Norms) -> tuple[float | None, float, float]:
    """Return stock (None = unknown), what is under way, and what was handed out, substitutes converted."""
    factors = {item: 1.0} | {
        other: factor for other, (normed, factor) in norms.substitutes.items() if normed == item
    }
    counters = [
        (factors[other], counter) for other in factors for counter in state["stock"].get(other, {}).values()
    ]
    known = [(factor, counter) for factor, counter in counters if counter["value"] is not None]
    stock = sum(factor * counter["value"] for factor, counter in known) if known else None
    coming = sum(
        factors[line["item"]] * (line["amount"] or 0)
        for line in state["lines"].values()
        if line["item"] in factors and line["state"] in _UNDER_WAY
    )
    out = sum(factor * counter["handed_out"] for factor, counter in counters)
    return stock, float(coming), float(out)


def _field(line: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    register = line["fields"].get(name)
    return None if register is None else register["value"]


def _nan(number: float | None) -> float:
    return np.nan if number is None else number


def _none(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _moment(seen_ms: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=seen_ms)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
