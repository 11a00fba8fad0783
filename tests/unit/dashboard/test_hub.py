from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

from dashboard.live.hub import BEAT_S, Hub
from dashboard.live.message import Bookmark, LiveChange, live_change, live_object
from dashboard.live.snapshot import Snapshot
from dashboard.live.subscriber import Subscriber, Transport
from dashboard.live.viewport import Viewport
from dashboard.metrics import LiveMetrics
from geo.change import Position

PICTURE = "picture"
START = Position(10, 2**62)


class Snapshots:
    """Gives what the database would: all gauges in the versions they have now."""

    def __init__(self) -> None:
        self.position = START
        self.versions: dict[str, int] = {}
        self.reads = 0

    async def at_least(self, _start: Position, picture: str) -> Snapshot | None:
        self.reads += 1
        await asyncio.sleep(0)
        gauges = [
            live_object("gauge", name, version, {"lon": 134.0 + int(name) / 10, "lat": 34.0, "v": version})
            for name, version in self.versions.items()
        ]
        return Snapshot(self.position, picture, {"gauge": gauges, "service": []})


class Screen:
    """The other end: keeps what it is sent; can stop reading."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.reading = asyncio.Event()
        self.reading.set()
        self.gone = False

    async def send(self, event: MutableMapping[str, Any]) -> None:
        await self.reading.wait()
        if self.gone:
            raise OSError("client disconnected")
        if event["type"] == "websocket.close":
            self.gone = True
            return
        text = event["text"] if "text" in event else event["body"].decode().split("data: ")[1]
        self.messages.append(json.loads(text))

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]

    def picture(self) -> dict[str, Any]:
        """What it shows, by the rules of docs/live.md."""
        held: dict[str, Any] = {}
        versions: dict[str, int] = {}
        for message in self.messages:
            if message["type"] == "snapshot":
                items = message["objects"]["gauge"]
                held = {item["id"]: item["value"] for item in items}
                versions = {item["id"]: item["v"] for item in items}
            for it in message.get("changes", []):
                if it["kind"] == "gauge" and it["v"] > versions.get(it["id"], -1):
                    versions[it["id"]] = it["v"]
                    held[it["id"]] = it["value"]
        return {name: value for name, value in held.items() if value is not None}


class Scene:
    """A hub that has begun, its database, and its screens."""

    def __init__(self) -> None:
        self.snapshots = Snapshots()
        self.metrics = LiveMetrics()
        self.hub = Hub(
            self.snapshots,  # type: ignore[arg-type]
            self.metrics,
            wall=lambda: datetime(2026, 6, 3, tzinfo=UTC),
        )
        self.hub.restart(PICTURE, START)
        self.hub.next_transaction = 1000
        self.turn = 10

    def join(
        self,
        *,
        viewport: Viewport | None = None,
        since: Bookmark | None = None,
        transport: Transport = "websocket",
    ) -> tuple[Screen, Subscriber]:
        screen = Screen()
        subscriber = Subscriber(
            self.hub, screen.send, transport=transport, session=b"s", viewport=viewport, since=since
        )
        self.hub.join(subscriber)
        return screen, subscriber

    def write(self, *names: str) -> None:
        """Commit a change of gauges, and let the hub read it."""
        self.turn += 1
        changes: list[LiveChange] = []
        for name in names:
            version = self.snapshots.versions.get(name, 0) + 1
            self.snapshots.versions[name] = version
            value = {"lon": 134.0 + int(name) / 10, "lat": 34.0, "v": version}
            changes.append(live_change("gauge", name, version, json.dumps(value)))
        position = Position(self.turn, self.turn)
        self.snapshots.position = position
        self.hub.publish(changes, position)

    @property
    def bookmark(self) -> Bookmark:
        return Bookmark(Position(self.turn, self.turn), PICTURE)


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(10):
            await scene()

    asyncio.run(run())


async def settle() -> None:
    await asyncio.sleep(0.02)


def test_snapshot_first_then_deltas() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1")
        screen, _ = it.join()
        await settle()
        it.write("1", "2")
        assert screen.types == ["snapshot", "delta"]
        assert {name: value["v"] for name, value in screen.picture().items()} == {"1": 2, "2": 1}

    play(scene)


def test_an_idle_screen_is_sent_to_without_waiting() -> None:
    async def scene() -> None:
        it = Scene()
        screen, subscriber = it.join()
        await settle()
        assert subscriber.idle
        it.write("1")
        assert screen.types == ["snapshot", "delta"]
        assert subscriber.idle

    play(scene)


def test_resume_sends_what_was_missed_and_only_that() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1")
        since = it.bookmark
        it.write("2")
        screen, _ = it.join(since=since)
        await settle()
        assert screen.types == ["delta"]
        assert [change["id"] for change in screen.messages[0]["changes"]] == ["2"]
        assert it.snapshots.reads == 0

    play(scene)


def test_resume_answers_at_once_even_when_nothing_was_missed() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1")
        screen, _ = it.join(since=it.bookmark)
        await settle()
        assert screen.types == ["delta"]
        assert screen.messages[0]["changes"] == []

    play(scene)


def test_a_position_of_another_picture_or_of_the_future_gets_a_snapshot() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1")
        other, _ = it.join(since=Bookmark(it.bookmark.position, "another"))
        future, _ = it.join(since=Bookmark(Position(5000, 1), PICTURE))
        old, _ = it.join(since=Bookmark(Position(3, 1), PICTURE))
        await settle()
        assert other.types == future.types == old.types == ["snapshot"]

    play(scene)


def test_a_stalled_screen_holds_nobody_up_and_then_gets_the_newest() -> None:
    async def scene() -> None:
        it = Scene()
        healthy, _ = it.join()
        stalled, subscriber = it.join()
        await settle()
        stalled.reading.clear()
        for _turn in range(50):
            it.write("1")
        await settle()
        assert healthy.types == ["snapshot", *["delta"] * 50]
        assert stalled.types == ["snapshot"]
        stalled.reading.set()
        await settle()
        # the one that had begun to be sent, and one with the newest of everything since
        assert stalled.types == ["snapshot", "delta", "delta"]
        assert stalled.picture() == healthy.picture()
        assert subscriber.idle

    play(scene)


def test_a_screen_behind_for_too_long_gets_a_snapshot() -> None:
    async def scene() -> None:
        it = Scene()
        it.hub._recent._most_changes = 5
        stalled, _ = it.join()
        await settle()
        stalled.reading.clear()
        for turn in range(20):
            it.write(str(turn))
        stalled.reading.set()
        await settle()
        assert stalled.types == ["snapshot", "delta", "snapshot"]
        assert len(stalled.picture()) == 20
        assert it.metrics.overflows._value.get() == 1

    play(scene)


def test_viewport_limits_placed_objects_and_a_view_changes_it() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1", "8")
        screen, subscriber = it.join(viewport=Viewport(134.0, 33.0, 134.5, 35.0))
        whole, _ = it.join()
        await settle()
        it.write("8")
        it.write("1")
        assert set(screen.picture()) == {"1"}
        assert screen.types == ["snapshot", "delta"]
        assert whole.types == ["snapshot", "delta", "delta"]
        subscriber.look(Viewport(134.5, 33.0, 135.0, 35.0))
        await settle()
        assert screen.types[-1] == "snapshot"
        assert set(screen.picture()) == {"8"}
        subscriber.look(None)
        await settle()
        assert set(screen.picture()) == {"1", "8"}

    play(scene)


def test_local_changes_reach_those_here_those_that_resume_and_those_that_begin() -> None:
    async def scene() -> None:
        it = Scene()
        it.write("1")
        here, _ = it.join()
        await settle()
        it.hub.publish_local("service", "database", 5, {"id": "database", "state": "down"})
        back, _ = it.join(since=it.bookmark)
        new, _ = it.join()
        await settle()
        assert here.messages[-1]["changes"][0]["value"]["state"] == "down"
        assert [change["id"] for change in back.messages[0]["changes"]] == ["database"]
        assert new.messages[0]["objects"]["service"][0]["value"]["state"] == "down"

    play(scene)


def test_another_picture_gives_every_screen_a_snapshot() -> None:
    async def scene() -> None:
        it = Scene()
        screen, _ = it.join()
        await settle()
        it.hub.restart("other", it.snapshots.position)
        await settle()
        assert screen.types == ["snapshot", "snapshot"]
        assert screen.messages[-1]["position"].endswith(":other")

    play(scene)


def test_beats_go_to_those_that_heard_nothing() -> None:
    async def scene() -> None:
        it = Scene()
        quiet, subscriber = it.join()
        await settle()
        it.hub._beat(subscriber.sent_at + BEAT_S - 0.1)
        assert quiet.types == ["snapshot"]
        it.hub._beat(subscriber.sent_at + BEAT_S)
        assert quiet.types == ["snapshot", "beat"]

    play(scene)


def test_a_screen_that_is_gone_stops_nothing() -> None:
    async def scene() -> None:
        it = Scene()
        gone, subscriber = it.join()
        healthy, _ = it.join()
        await settle()
        gone.gone = True
        it.write("1")
        it.write("1")
        assert healthy.types == ["snapshot", "delta", "delta"]
        it.hub.leave(subscriber)
        assert len(list(it.hub.subscribers)) == 1

    play(scene)


def test_events_are_the_same_stream() -> None:
    async def scene() -> None:
        it = Scene()
        socket, _ = it.join()
        events, _ = it.join(transport="events")
        await settle()
        it.write("1")
        assert socket.messages == events.messages

    play(scene)


def test_ending_a_stream_says_why_and_waits_for_nobody() -> None:
    async def scene() -> None:
        it = Scene()
        screen, subscriber = it.join()
        stalled, other = it.join()
        await settle()
        stalled.reading.clear()
        subscriber.end_soon(4401, "the session has ended")
        other.end_soon(4401, "the session has ended")
        await settle()
        assert screen.gone
        assert not stalled.gone
        it.hub.leave(other)

    play(scene)
