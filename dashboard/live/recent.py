"""The slot of every slow screen at once: the newest value of each object that changed lately.

A screen holds only the number up to which it has been sent everything. When it reads again it is sent
the newest value of each object that changed since; when that is no longer here, it is sent a snapshot.
So a screen that stops reading costs nothing, and what is kept is bounded whatever the screens do.

Pure: no clock, no socket, no database.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.live.message import LiveChange
from geo.change import Position

#: how much is kept: enough for every gauge of Japan (about 10,000) beside the chronology of a long night
MOST_CHANGES = 20_000
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    #: end of the batch it came with
    position: Position
    change: LiveChange


class Recent:
    """Changes in the order in which they were published, one per object, bounded.

    `number` counts batches; a screen that was sent everything up to `number` is up to date.
    """

    def __init__(
        self,
        start: Position = Position(0, 0),  # noqa: B008 - immutable
        *,
        most_changes: int = MOST_CHANGES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._most_changes, self._most_bytes = most_changes, most_bytes
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._bytes = 0
        self.number = 0
        #: up to here nothing is kept any more
        self.start, self._start_number = start, 0
        #: up to here everything has been added
        self.end = start

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """Length of the wire forms that are kept."""
        return self._bytes

    def restart(self, start: Position) -> None:
        """Forget everything: nobody can read on from before `start`, and every number is out of date."""
        self._entries.clear()
        self._bytes = 0
        self.number += 1
        self._start_number = self.number
        self.start = self.end = start

    def add(self, changes: Sequence[LiveChange], position: Position) -> list[LiveChange]:
        """Add a batch that ends at `position`; return what of it is news: per object the newest version.

        Transactions may become visible in another order than they changed one object, so a version
        that is not greater than the kept one is no news.
        """
        self.end = max(self.end, position)
        if not changes:
            return []
        self.number += 1
        news: dict[tuple[str, str], LiveChange] = {}
        for change in changes:
            key = (change.kind, change.object_id)
            kept = self._entries.get(key)
            if kept is not None and kept.change.version >= change.version:
                continue
            if kept is not None:
                self._bytes -= kept.change.size_bytes
            self._entries[key] = _Entry(self.number, self.end, change)
            self._entries.move_to_end(key)
            self._bytes += change.size_bytes
            news[key] = change
        self._shorten()
        return list(news.values())

    def after(self, number: int) -> list[LiveChange] | None:
        """Return what changed after batch `number`, oldest first; None when that is no longer known."""
        if number < self._start_number:
            return None
        found: list[LiveChange] = []
        for entry in reversed(self._entries.values()):
            if entry.number <= number:
                break
            found.append(entry.change)
        found.reverse()
        return found

    def number_at(self, position: Position) -> int | None:
        """Return the batch after which somebody who stands at `position` must read on; None = unknown.

        A position inside a batch counts as before it: what is sent again is ignored by its version.
        """
        if position < self.start:
            return None
        number = self.number
        for entry in reversed(self._entries.values()):
            if entry.position <= position:
                return entry.number
            number = entry.number - 1
        return max(number, self._start_number)

    def _shorten(self) -> None:
        while len(self._entries) > self._most_changes or self._bytes > self._most_bytes:
            _key, entry = self._entries.popitem(last=False)
            self._bytes -= entry.change.size_bytes
            self._start_number = entry.number
            self.start = entry.position
