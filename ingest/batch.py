"""Natural batches: take whatever is queued, up to a bound, and no timer.

Alone in the queue a message is a batch of one and waits for nobody; under load batches grow by themselves.
"""

from __future__ import annotations

import queue
from typing import TypeVar

T = TypeVar("T")


def take(source: queue.SimpleQueue[T], *, most: int, wait_s: float) -> list[T]:
    """Return the next 1..`most` items of `source`, or none when nothing came within `wait_s` [s]."""
    try:
        batch = [source.get(timeout=wait_s)]
    except queue.Empty:
        return []
    try:
        while len(batch) < most:
            batch.append(source.get_nowait())
    except queue.Empty:
        pass
    return batch
