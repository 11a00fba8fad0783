from __future__ import annotations

import asyncio

import pytest

from dashboard.live.step import try_now


def test_what_does_not_wait_is_done_at_once() -> None:
    done: list[int] = []

    async def send() -> None:
        done.append(1)

    assert try_now(send()) is None
    assert done == [1]


def test_what_waits_goes_on_where_it_waited() -> None:
    async def scene() -> list[str]:
        gate, other, log = asyncio.Event(), asyncio.Event(), list[str]()

        async def send() -> None:
            log.append("begun")
            await gate.wait()
            log.append("between")
            await other.wait()
            log.append("done")

        waiting = try_now(send())
        assert waiting is not None
        assert log == ["begun"]
        task = asyncio.ensure_future(waiting)
        await asyncio.sleep(0)
        gate.set()
        await asyncio.sleep(0.01)
        assert log == ["begun", "between"]
        other.set()
        await task
        return log

    assert asyncio.run(scene()) == ["begun", "between", "done"]


def test_a_fault_before_the_first_wait_is_raised_at_once() -> None:
    async def send() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        try_now(send())


def test_a_fault_after_the_wait_is_raised_to_the_waiter() -> None:
    async def scene() -> None:
        gate = asyncio.Event()

        async def send() -> None:
            await gate.wait()
            raise OSError("gone later")

        waiting = try_now(send())
        assert waiting is not None
        gate.set()
        await waiting

    with pytest.raises(OSError, match="gone later"):
        asyncio.run(scene())


def test_cancelling_the_waiter_cancels_the_send() -> None:
    async def scene() -> list[str]:
        log: list[str] = []

        async def send() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                log.append("cleaned up")

        waiting = try_now(send())
        assert waiting is not None
        task = asyncio.ensure_future(waiting)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return log

    assert asyncio.run(scene()) == ["cleaned up"]
