"""The dashboard's side of the decoder: started when a thumbnail is wanted, ended when none is for a while.

What a stream holds comes from outside. A piece that ends the decoder costs one thumbnail and a new start; one
that makes it think for too long, the same.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from dashboard.video.decoder import ANSWERED, ASKED

PROGRAM: Final = Path(__file__).with_name("decoder.py")
#: a longer cut is ended, the first one waits for the program too [s]
CUT_S: Final = 10.0
#: without a wish for so long the program ends [s]
IDLE_S: Final = 60.0


class CutError(Exception):
    """Raised when no picture can be made of a piece; says why."""


class Cutter:
    """Makes thumbnails of pieces, one at a time. `monotonic` is a clock [s]. Making it starts nothing."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.starts = 0
        self._monotonic = monotonic
        self._process: asyncio.subprocess.Process | None = None
        self._one = asyncio.Lock()
        self._used_s = 0.0

    async def cut(self, data: bytes) -> bytes:
        """Return the first picture of a piece as JPEG. Raises `CutError`."""
        async with self._one:
            process = await self._running()
            try:
                fine, content = await asyncio.wait_for(_ask(process, data), CUT_S)
            except TimeoutError:
                await self._end()
                raise CutError(f"decoding took longer than {CUT_S:.0f} s") from None
            except (OSError, asyncio.IncompleteReadError):
                await self._end()
                raise CutError("the decoder ended over this piece") from None
            except asyncio.CancelledError:
                await self._end()
                raise
            self._used_s = self._monotonic()
        if not fine:
            raise CutError(content.decode("utf-8", "replace"))
        return content

    async def rest(self) -> None:
        """End the program when nothing was wanted of it for a while."""
        if self._process is not None and self._monotonic() - self._used_s > IDLE_S and not self._one.locked():
            async with self._one:
                await self._end()

    async def close(self) -> None:
        """End the program."""
        async with self._one:
            await self._end()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self.starts += 1
            self._process = await asyncio.create_subprocess_exec(
                # -P: the folder of the program is not where modules are looked for
                *(sys.executable, "-P", str(PROGRAM)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _ask(process: asyncio.subprocess.Process, data: bytes) -> tuple[bool, bytes]:
    assert process.stdin is not None  # noqa: S101 - it was started with pipes
    assert process.stdout is not None  # noqa: S101 - it was started with pipes
    process.stdin.write(ASKED.pack(len(data)) + data)
    await process.stdin.drain()
    fine, length = ANSWERED.unpack(await process.stdout.readexactly(ANSWERED.size))
    return fine, await process.stdout.readexactly(length)
