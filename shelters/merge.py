"""The merge: a shelter's state is a fold over the set of its operations (`docs/tablet.md`).

Pure. Operations may be added in any order and any number of times; `state` depends on which there are and
on nothing else. What was resolved stays resolved until an operation touches it, so that one more
operation costs little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from shelters.aid import AidStep, resolve_aid
from shelters.canonical import whole
from shelters.counter import HANDED_OUT, Change, resolve_counter
from shelters.field_register import Entry, Order, resolve_register
from shelters.ledger import Step, arrival, resolve_line
from shelters.operation import (
    AddValue,
    AidValue,
    CountValue,
    HouseholdValue,
    Operation,
    PersonValue,
    PhotoValue,
    PresenceValue,
    RemoveValue,
    SetValue,
    Stamp,
    StockValue,
    SupplyValue,
    thousandths,
)

#: where a register stands: its part of the state, its owner ("" for the shelter), its name
RegisterKey = tuple[str, str, str]
#: where a counter stands: `counts` and field, or `stock`, item and lot
CounterKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Source:
    """An operation with its stamp, as what it writes refers to it."""

    operation: Operation
    stamp: Stamp

    @property
    def order(self) -> Order:
        operation = self.operation
        return self.stamp.at_ms, operation.hlc.counter, operation.device, operation.id

    def entry(self, value: Any) -> Entry:  # noqa: ANN401 - any JSON
        operation = self.operation
        return Entry(
            order=self.order,
            seen_ms=self.stamp.seen_ms,
            hlc=operation.hlc,
            actor=operation.actor,
            observed_at=operation.observed_at,
            after=operation.after,
            value=value,
        )

    def aid_step(self, value: AidValue) -> AidStep:
        return AidStep(
            order=self.order, seen_ms=self.stamp.seen_ms, actor=self.operation.actor, state=value.state
        )

    def step(self, value: SupplyValue) -> Step:
        return Step(order=self.order, seen_ms=self.stamp.seen_ms, actor=self.operation.actor, value=value)


class Fold:
    """The operations of one shelter in one incident, and the state that follows from them."""

    def __init__(self, operations: Iterable[tuple[Operation, Stamp]] = ()) -> None:
        self._seen: set[str] = set()
        self._registers: dict[RegisterKey, list[Entry]] = defaultdict(list)
        self._totals: dict[CounterKey, list[Entry]] = defaultdict(list)
        self._changes: dict[CounterKey, list[Change]] = defaultdict(list)
        #: [thousandths], by item and lot
        self._handed_out: dict[CounterKey, int] = defaultdict(int)
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._line_fields: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self._aid_steps: dict[str, list[AidStep]] = defaultdict(list)
        self._aid_fields: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
        self._arrivals: dict[str, tuple[CounterKey, Change]] = {}
        self._adds: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._removed: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._photos: dict[str, list[Entry]] = defaultdict(list)
        self._other: dict[str, list[str]] = defaultdict(list)
        self._resolved_registers: dict[RegisterKey, dict[str, Any]] = {}
        self._resolved_counters: dict[CounterKey, dict[str, Any]] = {}
        self._resolved_lines: dict[str, dict[str, Any]] = {}
        self._resolved_aids: dict[str, dict[str, Any]] = {}
        for operation, stamp in operations:
            self.add(operation, stamp)

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, operation: Operation, stamp: Stamp) -> bool:
        """Take an operation in; return whether it was new."""
        if operation.id in self._seen:
            return False
        self._seen.add(operation.id)
        source = _Source(operation, stamp)
        value = operation.value
        if isinstance(value, SetValue):
            self._write_all("fields", "", value.fields, source)
        elif isinstance(value, HouseholdValue):
            self._write_all("households", value.household, value.fields, source)
        elif isinstance(value, PersonValue):
            self._write_all("persons", value.person, value.fields, source)
        elif isinstance(value, CountValue):
            self._count(("counts", value.field, ""), value, source)
        elif isinstance(value, StockValue):
            self._count(("stock", value.item, value.lot), value, source)
        elif isinstance(value, SupplyValue):
            self._step(value, source)
        elif isinstance(value, AidValue):
            self._aid_step(value, source)
        elif isinstance(value, PresenceValue):
            self._presence(value, source)
        else:
            self._set_or_photo(source)
        return True

    def state(self) -> dict[str, Any]:
        """Return the canonical state (`docs/tablet.md`)."""
        self._resolve_lines()
        registers = self._resolve_registers()
        counters = self._resolve_counters()
        return {
            "aids": self._aids(),
            "counts": {key[1]: value for key, value in counters.items() if key[0] == "counts"},
            "fields": {key[2]: value for key, value in registers.items() if key[0] == "fields"},
            "households": self._cards("households", registers),
            "lines": dict(self._resolved_lines),
            "operations": len(self._seen),
            "other": {kind: sorted(ids) for kind, ids in self._other.items()},
            "persons": self._cards("persons", registers),
            "photos": {photo: self._photo(entries) for photo, entries in self._photos.items()},
            "sets": self._sets(),
            "stock": self._stock(counters),
        }

    def _write_all(self, part: str, owner: str, fields: dict[str, Any], source: _Source) -> None:
        for name, value in fields.items():
            key = (part, owner, name)
            self._registers[key].append(source.entry(value))
            self._resolved_registers.pop(key, None)

    def _count(self, key: CounterKey, value: CountValue | StockValue, source: _Source) -> None:
        if value.delta is not UNSET:
            change = thousandths(value.delta)
            self._changes[key].append((source.order, source.stamp.seen_ms, change))
            if isinstance(value, StockValue) and value.reason == HANDED_OUT:
                self._handed_out[key] -= change
        else:
            total = None if value.total is UNSET or value.total is None else whole(value.total)
            self._totals[key].append(source.entry(total))
        self._resolved_counters.pop(key, None)

    def _step(self, value: SupplyValue, source: _Source) -> None:
        self._steps[value.line].append(source.step(value))
        for name, told in _written(source, "line").items():
            self._line_fields[value.line][name].append(source.entry(told))
        self._resolved_lines.pop(value.line, None)

    def _aid_step(self, value: AidValue, source: _Source) -> None:
        self._aid_steps[value.aid].append(source.aid_step(value))
        for name, told in _written(source, "aid").items():
            self._aid_fields[value.aid][name].append(source.entry(told))
        self._resolved_aids.pop(value.aid, None)

    def _aids(self) -> dict[str, dict[str, Any]]:
        for aid in self._aid_steps.keys() - self._resolved_aids.keys():
            self._resolved_aids[aid] = resolve_aid(self._aid_steps[aid], self._aid_fields[aid])
        return dict(self._resolved_aids)

    def _presence(self, value: PresenceValue, source: _Source) -> None:
        told = {
            name: part
            for name, part in source.operation.raw["value"].items()
            if name not in ("persons", "households")
        }
        for part, owners in (("persons", value.persons), ("households", value.households)):
            for owner in dict.fromkeys(owners):
                key = ("presence", part, owner)
                self._registers[key].append(source.entry({**told, "kind": source.operation.kind}))
                self._resolved_registers.pop(key, None)

    def _set_or_photo(self, source: _Source) -> None:
        value = source.operation.value
        if isinstance(value, AddValue):
            self._adds[value.set, value.key].append(source.entry(value.value))
        elif isinstance(value, RemoveValue):
            self._removed[value.set, value.key].update(value.tags)
        elif isinstance(value, PhotoValue):
            told = {"about": value.about, "bytes": value.bytes, "caption": value.caption, "type": value.type}
            self._photos[value.photo].append(source.entry(told))
        else:
            self._other[source.operation.kind].append(source.operation.id)

    def _resolve_lines(self) -> None:
        for line in self._steps.keys() - self._resolved_lines.keys():
            resolved = resolve_line(self._steps[line], self._line_fields[line])
            self._resolved_lines[line] = resolved
            before = self._arrivals.pop(line, None)
            if before is not None:
                self._resolved_counters.pop(before[0], None)
            arrived = arrival(resolved, self._steps[line])
            if arrived is not None:
                item, lot, change = arrived
                self._arrivals[line] = (("stock", item, lot), change)
                self._resolved_counters.pop(("stock", item, lot), None)

    def _resolve_registers(self) -> dict[RegisterKey, dict[str, Any]]:
        for key in self._registers.keys() - self._resolved_registers.keys():
            self._resolved_registers[key] = resolve_register(self._registers[key])
        return self._resolved_registers

    def _resolve_counters(self) -> dict[CounterKey, dict[str, Any]]:
        arrived: dict[CounterKey, list[Change]] = defaultdict(list)
        for key, change in self._arrivals.values():
            arrived[key].append(change)
        keys = self._totals.keys() | self._changes.keys() | arrived.keys()
        for key in self._resolved_counters.keys() - keys:
            del self._resolved_counters[key]
        for key in keys - self._resolved_counters.keys():
            changes = [*self._changes.get(key, ()), *arrived.get(key, ())]
            self._resolved_counters[key] = resolve_counter(self._totals.get(key, ()), changes)
        return self._resolved_counters

    def _cards(self, part: str, registers: dict[RegisterKey, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        cards: dict[str, dict[str, Any]] = {}
        for (where, owner, name), value in registers.items():
            if where == part:
                cards.setdefault(owner, {"fields": {}, "presence": None})["fields"][name] = value
            elif where == "presence" and owner == part:
                cards.setdefault(name, {"fields": {}, "presence": None})["presence"] = value
        return cards

    def _sets(self) -> dict[str, dict[str, Any]]:
        sets: dict[str, dict[str, Any]] = {}
        for (name, key), adds in self._adds.items():
            living = [entry for entry in adds if entry.op not in self._removed.get((name, key), ())]
            if living:
                newest = max(living, key=lambda entry: entry.order)
                sets.setdefault(name, {})[key] = {
                    "actor": newest.actor,
                    "seen_ms": newest.seen_ms,
                    "tags": sorted(entry.op for entry in living),
                    "value": newest.value,
                }
        return sets

    def _photo(self, entries: list[Entry]) -> dict[str, Any]:
        newest = max(entries, key=lambda entry: entry.order)
        return {"actor": newest.actor, "seen_ms": newest.seen_ms, **newest.value}

    def _stock(self, counters: dict[CounterKey, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        stock: dict[str, dict[str, Any]] = {}
        for key, value in counters.items():
            part, item, lot = key
            if part == "stock":
                handed_out = whole(self._handed_out.get(key, 0) / 1000)
                stock.setdefault(item, {})[lot] = {**value, "handed_out": handed_out}
        return stock


def _written(source: _Source, key: str) -> dict[str, Any]:
    """Return the fields that a step writes: all it holds but its `key` and its state."""
    told: dict[str, Any] = source.operation.raw["value"]
    return {name: value for name, value in told.items() if name not in (key, "state")}


def fold(operations: Iterable[tuple[Operation, Stamp]]) -> dict[str, Any]:
    """Return the state that `operations` make, in whatever order and however often each stands there."""
    return Fold(operations).state()
