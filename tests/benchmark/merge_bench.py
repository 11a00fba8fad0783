"""How fast 10,000 operations of one shelter fold, beside a fold that keeps only the last value of each name.

The baseline is a dictionary that takes every operation's value in the order of time: no causality, no
conflicts, no ledger, and a wrong answer where two people count at once. It is the least that could be done.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from typing import Any

import numpy as np

from shelters.clock import HybridTime
from shelters.merge import Fold
from shelters.operation import Operation, Stamp, check_operation

OPERATIONS, TABLETS, ROUNDS, SEED = 10_000, 20, 3, 1
BASE_MS = 1_780_499_040_000
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number: int) -> str:
    """Return a ULID of a number."""
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits


def document(number: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return an operation as a tablet sends it."""
    device = f"t-{int(rng.integers(TABLETS)):02d}"
    chosen = int(rng.integers(4))
    delta = int(rng.integers(-3, 9))
    kind, value = (
        ("count", {"field": "people", "delta": delta}),
        ("stock", {"item": "water", "lot": f"L{number % 9}", "delta": delta}),
        ("set", {"fields": {"power": ("mains", "generator", "none")[number % 3], "toilets": number % 9}}),
        ("household", {"household": ulid(number % 300), "fields": {"count": number % 6, "needs": None}}),
    )[chosen]
    hlc = str(HybridTime(BASE_MS + number * 400, 0, device))
    return {
        "id": ulid(BASE_MS * 1000 + number),
        "device": device,
        "actor": "係",
        "shelter": "h1",
        "hlc": hlc,
        "kind": kind,
        "value": value,
    }


def stamped(documents: list[dict[str, Any]]) -> list[tuple[Operation, Stamp]]:
    """Return checked operations with the stamps of a server that received them at once."""
    pairs = []
    for number, raw in enumerate(documents):
        operation = check_operation(raw)
        at_ms = operation.hlc.wall_ms
        stamp = Stamp(at_ms=at_ms, seen_ms=at_ms, offset_ms=0, received_ms=at_ms, number=number)
        pairs.append((operation, stamp))
    return pairs


def folded_s(pairs: list[tuple[Operation, Stamp]]) -> float:
    """Return the time of one whole fold with its state [s]."""
    began = time.perf_counter()
    state = Fold(pairs).state()
    elapsed = time.perf_counter() - began
    if state["operations"] != len(pairs):
        raise AssertionError(f"the state holds {state['operations']} operations, not {len(pairs)}")
    return elapsed


def last_value_s(documents: list[dict[str, Any]]) -> float:
    """Return the time in which the baseline takes the same operations [s]."""
    began = time.perf_counter()
    state: dict[str, Any] = {}
    for raw in sorted(documents, key=lambda one: one["hlc"]):
        state[raw["kind"]] = raw["value"]
    return time.perf_counter() - began


def measure() -> dict[str, Any]:
    """Return the figures."""
    rng = np.random.default_rng(SEED)
    documents = [document(number, rng) for number in range(OPERATIONS)]
    began = time.perf_counter()
    pairs = stamped(documents)
    checked_s = time.perf_counter() - began
    order = rng.permutation(len(pairs))
    shuffled = [pairs[at] for at in order]
    if Fold(pairs).state() != Fold(shuffled).state():
        raise AssertionError("another order gives another state")
    in_order = statistics.median(folded_s(pairs) for _ in range(ROUNDS))
    out_of_order = statistics.median(folded_s(shuffled) for _ in range(ROUNDS))
    whole = Fold(pairs)
    whole.state()
    extra = stamped([document(OPERATIONS + number, rng) for number in range(50)])
    began = time.perf_counter()
    for operation, stamp in extra:
        whole.add(operation, stamp)
        whole.state()
    one_more_s = (time.perf_counter() - began) / len(extra)
    return {
        "operations": OPERATIONS,
        "tablets": TABLETS,
        "check_s": checked_s,
        "fold_s": in_order,
        "fold_shuffled_s": out_of_order,
        "operations_per_s": OPERATIONS / in_order,
        "one_more_ms": one_more_s * 1000,
        "last_value_s": statistics.median(last_value_s(documents) for _ in range(ROUNDS)),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }


def main() -> None:
    """Print the figures."""
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    print(f"merge: {OPERATIONS:,} operations of {TABLETS} tablets ({figures['machine']})")
    print(f"  fold and state        {figures['fold_s'] * 1000:8.0f} ms")
    print(f"  in any other order    {figures['fold_shuffled_s'] * 1000:8.0f} ms")
    print(f"  one operation more    {figures['one_more_ms']:8.1f} ms")
    print(f"  reading and checking  {figures['check_s'] * 1000:8.0f} ms")
    print(f"  last value wins (baseline, no merge) {figures['last_value_s'] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
