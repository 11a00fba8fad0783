from __future__ import annotations

import asyncio
from collections.abc import Collection

import psycopg

from dashboard.live.guard import SESSION_ENDED, guard_sessions


class Subscriber:
    def __init__(self, session: bytes) -> None:
        self.session = session
        self.ended: list[int] = []

    def end_soon(self, code: int, _reason: str) -> None:
        self.ended.append(code)


class Hub:
    def __init__(self, *sessions: bytes) -> None:
        self.subscribers = [Subscriber(session) for session in sessions]


class Sessions:
    """Answers what it was told to, once a call; a fault is raised."""

    def __init__(self, *answers: set[bytes] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[set[bytes]] = []

    async def still_valid(self, held: Collection[bytes]) -> set[bytes]:
        self.asked.append(set(held))
        answer = self.answers.pop(0) if self.answers else set(held)
        if isinstance(answer, Exception):
            raise answer
        return answer


def watch(hub: Hub, sessions: Sessions) -> None:
    async def scene() -> None:
        task = asyncio.create_task(guard_sessions(hub, sessions, every_s=0.001))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        assert not task.done()
        task.cancel()

    asyncio.run(scene())


def test_streams_of_ended_sessions_are_closed_and_others_asked_once() -> None:
    hub, sessions = Hub(b"a", b"b", b"a"), Sessions({b"a"})
    watch(hub, sessions)
    assert [subscriber.ended[:1] for subscriber in hub.subscribers] == [[], [SESSION_ENDED], []]
    assert sessions.asked[0] == {b"a", b"b"}


def test_a_database_that_is_away_signs_nobody_out() -> None:
    hub, sessions = Hub(b"a"), Sessions(psycopg.OperationalError("away"), {b"a"})
    watch(hub, sessions)
    assert hub.subscribers[0].ended == []
    assert len(sessions.asked) > 2


def test_nobody_there_asks_nothing() -> None:
    sessions = Sessions()
    watch(Hub(), sessions)
    assert sessions.asked == []
