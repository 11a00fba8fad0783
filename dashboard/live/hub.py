"""The hub of one process: what has been read from the feed goes to every screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from dashboard.live import message
from dashboard.live.message import Bookmark, Frame, LiveChange, LiveObject, live_change, live_object
from dashboard.live.recent import Recent
from dashboard.live.snapshot import Snapshot, Snapshots
from dashboard.live.subscriber import Subscriber
from dashboard.live.viewport import Viewport
from dashboard.metrics import LiveMetrics
from geo.change import Position
from geo.clock import Wall

#: a screen that was sent nothing for so long hears a beat [s]
BEAT_S = 2.0
#: how often that is looked at [s]: a screen hears something at least every `BEAT_S + TICK_S`
TICK_S = 0.5
#: how long a screen that needs a snapshot waits when none can be read, before the next try [s]
RETRY_S = 0.25
#: changes read from the feed together, and the position at which they end
Batch = tuple[list[LiveChange], Position]
#: picture name before the database was ever reached
NO_PICTURE = "none"


class LocalObject(NamedTuple):
    """An object that is not in the database, in both forms."""

    change: LiveChange
    item: LiveObject


class Hub:
    """Screens and the recent changes between them; everything in one event loop."""

    def __init__(self, snapshots: Snapshots, metrics: LiveMetrics, *, wall: Wall) -> None:
        self._snapshots = snapshots
        self._metrics = metrics
        self._wall = wall
        self._subscribers: set[Subscriber] = set()
        self._recent = Recent()
        #: what only this process knows (the state of its database connection), newest of each object
        self._local: dict[tuple[str, str], LocalObject] = {}
        self._picture_id = NO_PICTURE
        #: transactions from here on had not begun when the feed was last read
        self.next_transaction = 0

    @property
    def subscribers(self) -> Iterable[Subscriber]:
        """The screens that are connected."""
        return tuple(self._subscribers)

    @property
    def end(self) -> Position:
        """Up to where the feed has been published."""
        return self._recent.end

    @staticmethod
    def monotonic() -> float:
        """Return the event loop's clock [s]."""
        return asyncio.get_running_loop().time()

    def join(self, subscriber: Subscriber) -> None:
        """Take a screen in and begin to send."""
        self._subscribers.add(subscriber)
        self._metrics.screens.labels(subscriber.transport).inc()
        subscriber.begin()

    def leave(self, subscriber: Subscriber) -> None:
        """Take a screen off."""
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)
            self._metrics.screens.labels(subscriber.transport).dec()
        subscriber.close()

    def publish(self, changes: Sequence[LiveChange], position: Position) -> None:
        """Send a batch that was read from the feed and ends at `position`."""
        self._broadcast(self._recent.add(changes, position))

    def publish_local(self, kind: str, object_id: str, version: int, value: dict[str, Any]) -> None:
        """Send a change that is not in the feed; every screen that comes later hears of it too."""
        change = live_change(kind, object_id, version, msgspec.json.encode(value).decode())
        self._local[kind, object_id] = LocalObject(change, live_object(kind, object_id, version, value))
        self._broadcast(self._recent.add([change], self._recent.end))

    def restart(self, picture_id: str, start: Position, batches: Iterable[Batch] = ()) -> None:
        """Begin another picture, or the same after a gap in the feed: every screen gets a snapshot.

        `batches` are what the feed holds after `start` already, so that screens can resume from there.
        """
        self._picture_id = picture_id
        self._recent.restart(start)
        for changes, position in batches:
            self._recent.add(changes, position)
        for subscriber in self.subscribers:
            subscriber.number = None
            subscriber.begin()

    async def beat(self) -> None:
        """Let every screen hear something at least every `BEAT_S + TICK_S`, for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            self._beat(self.monotonic())

    def _beat(self, now: float) -> None:
        due = [s for s in self._subscribers if now - s.sent_at >= BEAT_S]
        if due:
            frame = self._beat_frame()
            self._push(due, lambda _viewport: frame)

    def _beat_frame(self) -> Frame:
        return message.beat(self._bookmark(), self._wall())

    def _broadcast(self, changes: Sequence[LiveChange]) -> None:
        if not changes:
            return
        bookmark, at = self._bookmark(), self._wall()
        frames: dict[Viewport | None, Frame | None] = {}

        def frame_for(viewport: Viewport | None) -> Frame | None:
            if viewport not in frames:
                seen = _seen(changes, viewport)
                frames[viewport] = message.delta(seen, bookmark, at) if seen else None
            return frames[viewport]

        self._push(self._subscribers, frame_for)

    def _push(
        self, subscribers: Iterable[Subscriber], frame_for: Callable[[Viewport | None], Frame | None]
    ) -> None:
        number, now, sent = self._recent.number, self.monotonic(), 0
        for subscriber in subscribers:
            if not subscriber.idle:
                continue
            frame = frame_for(subscriber.viewport)
            if frame is None:
                subscriber.number = number
            else:
                sent += subscriber.push(frame, number, now)
        self._metrics.frames.inc(sent)

    def number_at(self, bookmark: Bookmark) -> int | None:
        """Return the batch from which a screen that stands at `bookmark` reads on; None = it cannot."""
        if bookmark.picture != self._picture_id or bookmark.position.transaction >= self.next_transaction:
            return None
        return self._recent.number_at(bookmark.position)

    def resume(self, subscriber: Subscriber) -> Frame:
        """Return what a returning screen has missed; it hears at once, even that it missed nothing."""
        changes = self._take(subscriber) or []
        keys = {(change.kind, change.object_id) for change in changes}
        local = [known.change for key, known in self._local.items() if key not in keys]
        return message.delta([*changes, *local], self._bookmark(), self._wall())

    def missed(self, subscriber: Subscriber) -> Frame | None:
        """Return what a screen that was behind has missed, None when nothing.

        When it was behind for too long its `number` becomes None: it needs a snapshot.
        """
        changes = self._take(subscriber)
        if changes is None:
            self._metrics.overflows.inc()
        return message.delta(changes, self._bookmark(), self._wall()) if changes else None

    async def picture(self, subscriber: Subscriber) -> Frame:
        """Return a snapshot for a screen and set its number; a beat when none can be read for long."""
        while True:
            found = await self._snapshots.at_least(self._recent.start, self._picture_id)
            if found is not None and found.picture_id == self._picture_id:
                subscriber.number = self._recent.number_at(found.position)
                if subscriber.number is not None:
                    break
            await asyncio.sleep(RETRY_S)
            if self.monotonic() - subscriber.sent_at >= BEAT_S:
                return self._beat_frame()
        self._metrics.snapshots.inc()
        return self.frame_of(found, subscriber.viewport)

    def frame_of(self, found: Snapshot, viewport: Viewport | None) -> Frame:
        """Return the message that shows a snapshot, what only this process knows included."""
        # Who begins here shall be able to come back, even before the feed has been read so far.
        self.next_transaction = max(self.next_transaction, found.position.transaction + 1)
        local = [(kind, known.item) for (kind, _id), known in self._local.items()]
        bookmark = Bookmark(found.position, found.picture_id)
        return message.snapshot(found.arrays(viewport, local), bookmark, self._wall())

    def _take(self, subscriber: Subscriber) -> list[LiveChange] | None:
        """Return what `subscriber` lacks and count it as sent; None when that is no longer known."""
        changes = None if subscriber.number is None else self._recent.after(subscriber.number)
        subscriber.number = None if changes is None else self._recent.number
        return None if changes is None else _seen(changes, subscriber.viewport)

    def _bookmark(self) -> Bookmark:
        return Bookmark(self._recent.end, self._picture_id)


def _seen(changes: Sequence[LiveChange], viewport: Viewport | None) -> list[LiveChange]:
    return [change for change in changes if viewport is None or viewport.holds(change.place)]
