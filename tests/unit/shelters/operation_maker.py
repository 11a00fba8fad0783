"""Makes operations for the tests of the merge: tablets with clocks of their own, seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from shelters.clock import HybridTime, corrected_ms, tick
from shelters.operation import Operation, Stamp, check_operation

BASE_MS = 1_780_499_040_000
ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = ULID_DIGITS[digit] + digits
    return digits


def raw(number: int, kind: str, value: Any, **changed: Any) -> dict[str, Any]:
    """An operation as JSON: by tablet t-1, made `number` seconds after the base unless `hlc` is given."""
    device = changed.pop("device", "t-1")
    hlc = str(HybridTime(changed.pop("wall_ms", BASE_MS + number * 1000), changed.pop("counter", 0), device))
    given = {
        "id": ulid(number),
        "device": device,
        "actor": "佐藤",
        "shelter": "h1",
        "hlc": hlc,
        "kind": kind,
        "value": value,
    }
    return {**given, **changed}


def made(number: int, kind: str, value: Any, **changed: Any) -> tuple[Operation, Stamp]:
    """The same with the stamp of a server that received it at once (or with `offset` [ms] put right)."""
    offset = changed.pop("offset", 0)
    operation = check_operation(raw(number, kind, value, **changed))
    received = operation.hlc.wall_ms - offset
    return operation, Stamp(
        at_ms=corrected_ms(operation.hlc.wall_ms, offset, received),
        seen_ms=corrected_ms(operation.hlc.wall_ms, offset, received),
        offset_ms=offset,
        received_ms=received,
        number=number,
    )


@dataclass
class Tablet:
    """A tablet that makes operations by its own, perhaps wrong, clock."""

    name: str
    offset_ms: int
    chance: random.Random
    last: HybridTime | None = None
    made: list[str] = field(default_factory=list)

    def act(self, number: int, now_ms: int) -> tuple[Operation, Stamp]:
        self.last = tick(self.last, now_ms + self.offset_ms, self.name)
        kind, value = self._something(number)
        after = [self.made[-1]] if self.made and self.chance.random() < 0.2 else []
        document = {
            "id": ulid(number),
            "device": self.name,
            "actor": f"係{number % 3}",
            "shelter": "h1",
            "hlc": str(self.last),
            "kind": kind,
            "value": value,
            "after": after,
            "observed_at": "2026-06-03T00:04:00+09:00",
        }
        operation = check_operation(document)
        self.made.append(operation.id)
        at = corrected_ms(self.last.wall_ms, self.offset_ms, now_ms + 5_000)
        return operation, Stamp(
            at_ms=at, seen_ms=at, offset_ms=self.offset_ms, received_ms=now_ms + 5_000, number=number
        )

    def _something(self, number: int) -> tuple[str, dict[str, Any]]:
        pick = self.chance.choice
        amount = self.chance.randint(1, 40)
        line = f"line-{self.chance.randint(0, 60)}"
        key = f"key-{self.chance.randint(0, 30)}"
        choices: list[tuple[str, dict[str, Any]]] = [
            (
                "set",
                {"fields": {pick(["power", "water", "access"]): pick(["a", "b", None]), "toilets": amount}},
            ),
            ("count", {"field": pick(["people", "people.men"]), "delta": pick([-1, 1]) * amount}),
            ("count", {"field": "people", "total": pick([amount, None])}),
            ("stock", {"item": pick(["water", "milk"]), "lot": pick(["", "L1"]), "delta": -amount / 8}),
            ("stock", {"item": "water", "lot": "L1", "total": amount}),
            (
                "supply",
                {"line": line, "state": pick(STATES), "item": pick(["water", "milk"]), "amount": amount},
            ),
            ("add", {"set": "infections", "key": key, "value": {"n": amount}}),
            ("remove", {"set": "infections", "key": key, "tags": [ulid(self.chance.randint(0, number))]}),
            ("household", {"household": f"hh-{amount}", "fields": {"name": f"世帯{amount}", "count": 3}}),
            ("person", {"person": f"p-{amount}", "fields": {"name": f"人{amount}", "protected": False}}),
            (pick(["arrive", "leave", "move"]), {"persons": [f"p-{amount}"], "note": f"{number}"}),
            (
                "aid",
                {
                    "aid": f"aid-{amount}",
                    "state": pick(AID_STATES),
                    "need": pick(["rescue", "doctor"]),
                    "people": amount,
                },
            ),
            ("photo", {"photo": f"{amount:064x}", "type": "image/jpeg", "bytes": amount}),
            ("from-a-newer-app", {"anything": amount}),
        ]
        return pick(choices)


STATES = (
    *("request", "accepted", "picked", "loaded", "on-the-way", "arrived", "handed-out"),
    *("rejected", "cancelled", "teleported"),
)


AID_STATES = ("asked", "seen", "on-the-way", "done", "cancelled", "declined", "teleported")


def storm(count: int, tablets: int, seed: int) -> list[tuple[Operation, Stamp]]:
    """`count` operations of `tablets` tablets, whose clocks are wrong by up to a day."""
    chance = random.Random(seed)
    fleet = [
        Tablet(f"t-{index}", chance.choice([0, 250, -90_000, 86_400_000, -86_400_000]), chance)
        for index in range(tablets)
    ]
    return [
        chance.choice(fleet).act(number, BASE_MS + number * chance.randint(200, 900))
        for number in range(count)
    ]
