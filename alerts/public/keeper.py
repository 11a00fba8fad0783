"""Keeps the answers true: listens to the change feed, reads what changed, and says when it cannot.

Changes are coalesced: at most one reading in `PACE_S`. Time itself makes things old, so everything is read
again every `REFRESH_S` also when nothing was heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

from alerts.public.answers import Answers
from alerts.public.catalogue import catalogue
from alerts.public.picture import Known
from alerts.public.reading import Ground, connect_reading, read_changed, read_ground, read_known
from alerts.public.suggestion import Suggestions, open_shelters, suggest
from alerts.shelter_choice.rules import choice_rules, read_choice_rules
from geo import change
from geo.clock import Wall

log = logging.getLogger(__name__)

#: live kinds that everybody may know of
KINDS: Final = ["order", "warning", "proposal", "shelter", "incident"]
#: shortest time between two readings, longest time without one, and how long a notification is awaited [s]
PACE_S, REFRESH_S, WAIT_S = 0.5, 5.0, 1.0
#: shortest time between two plans of who goes where [s]
SUGGEST_S: Final = 10.0
#: municipalities, districts and places are read again after this [s]
GROUND_S: Final = 600.0
#: the database counts as silent after this, and answers say so anew this often [s]
STALE_S, SAY_STALE_S = 10.0, 10.0
#: an answer of the database that takes longer counts as none [s]
ANSWER_S: Final = 30.0
#: first and longest wait before connecting again [s]
BACKOFF_S, BACKOFF_CAP_S = 0.1, 5.0
#: the last state goes to disk at most this often [s]
KEEP_S: Final = 10.0


class Keeper:
    """Reads for ever into `answers`; `run` and `watch` are tasks of the process's loop."""

    def __init__(
        self,
        database_url: str,
        *,
        installation: str,
        wall: Wall,
        chance: Callable[[], float],
        keep_at: Path | None = None,
    ) -> None:
        """`chance` gives uniform numbers in [0, 1); `keep_at` is the file of the last state."""
        self._url = database_url
        self._installation = installation
        self._wall = wall
        self._chance = chance
        self._keep_at = keep_at
        self._kept_s = float("-inf")
        self._ground: Ground | None = None
        self.answers = Answers()
        self._suggestions = Suggestions()
        self._suggested_from: object = None
        self._suggested_s = float("-inf")
        #: what is wrong, None when the database answers
        self.fault: str | None = "nothing has been read yet"

    @property
    def suggested(self) -> Mapping[str, str]:
        """For a shelter that would be crushed, the one to go to instead."""
        return self._suggestions.suggested

    @property
    def age_s(self) -> float | None:
        """How old [s] the newest reading is, None when there was none."""
        read_at = self.answers.read_at
        return None if read_at is None else (self._wall() - read_at).total_seconds()

    def recall(self) -> None:
        """Begin with the last state of an earlier process, told as stale."""
        if self._keep_at is None or not self._keep_at.exists():
            return
        try:
            self.answers.recall(self._keep_at.read_bytes(), self._wall(), installation=self._installation)
        except (OSError, msgspec.DecodeError) as fault:
            log.warning("%s cannot be used: %s", self._keep_at, fault)

    async def run(self) -> None:
        """Read until cancelled."""
        failures = 0
        while True:
            try:
                async with await connect_reading(self._url) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(change.CHANNEL)))
                    failures = await self._follow(connection)
            except (psycopg.Error, OSError, TimeoutError) as fault:
                self._say(f"{fault}".strip() or type(fault).__name__)
            except Exception as fault:
                # A fault of our own must not end the reading: the answers go stale and say so.
                log.exception("the database cannot be read")
                self._say(f"{type(fault).__name__}: {fault}")
            failures += 1
            wait_s = min(BACKOFF_S * 2 ** min(failures, 10), BACKOFF_CAP_S)
            await asyncio.sleep(wait_s * (0.5 + self._chance() / 2))

    def _say(self, words: str) -> None:
        words = words.splitlines()[0][:200]
        if words != self.fault:
            log.warning("the database cannot be read: %s", words)
        self.fault = words

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> int:
        loop = asyncio.get_running_loop()
        ground_s = read_s = float("-inf")
        position = 0
        while True:
            async with asyncio.timeout(ANSWER_S):
                # The position is looked up before the rows are read: what comes between is read twice.
                position, changed = await read_changed(connection, position, KINDS)
                if loop.time() - ground_s > GROUND_S:
                    await self._read_ground(connection)
                    ground_s = loop.time()
                if changed or loop.time() - read_s >= REFRESH_S:
                    await self._read(connection)
                    read_s = loop.time()
            await self._keep(loop.time())
            await asyncio.sleep(PACE_S)
            async for _ in connection.notifies(timeout=WAIT_S - PACE_S, stop_after=1):
                pass

    async def _read_ground(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._ground = ground = await read_ground(connection)
        content = await asyncio.to_thread(catalogue, ground.areas, ground.districts, ground.places)
        self.answers.tell_catalogue(content)

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> None:
        assert self._ground is not None  # noqa: S101 - it is read before anything else
        known = await read_known(connection, self._ground, installation=self._installation, wall=self._wall)
        self.answers.tell(self._with_suggestions(known), self._wall())
        self.fault = None
        # An order waits for no plan: what is new of shelters is reckoned with afterwards.
        if await self._suggest(known):
            self.answers.tell(self._with_suggestions(known), self._wall())

    def _with_suggestions(self, known: Known) -> Known:
        told = self._suggestions
        return replace(known, expected=told.expected, suggested=told.suggested)

    async def _suggest(self, known: Known) -> bool:
        """Plan anew when what staff and households told has changed; return whether it was."""
        assert self._ground is not None  # noqa: S101 - it is read before anything else
        now_s = asyncio.get_running_loop().time()
        shelters = open_shelters(known)
        told = [
            (one["id"], one["people"], one["reserved"], one["capacity"], one["congestion"])
            for places in shelters.values()
            for one in places
        ]
        if told == self._suggested_from or now_s - self._suggested_s < SUGGEST_S:
            return False
        self._suggested_from, self._suggested_s = told, now_s
        how = read_choice_rules()["suggestion"]
        self._suggestions = await asyncio.to_thread(
            suggest,
            shelters,
            self._ground.districts,
            choice_rules(),
            share=how["evacuating_share"],
        )
        return True

    async def watch(self) -> None:
        """Make the answers say that the database is silent, as long as it is, until cancelled."""
        said_s = 0.0
        while True:
            await asyncio.sleep(1.0)
            age_s = self.age_s
            if age_s is None or 0 <= age_s < STALE_S:
                said_s = 0.0
            elif age_s - said_s >= SAY_STALE_S or age_s < 0:
                said_s = age_s
                self.answers.tell_stale(self._wall())

    async def _keep(self, now_s: float) -> None:
        if self._keep_at is None or now_s - self._kept_s < KEEP_S:
            return
        self._kept_s = now_s
        if (kept := self.answers.kept()) is not None:
            await asyncio.to_thread(_write, self._keep_at, kept)


def _write(path: Path, content: bytes) -> None:
    """Write a file so that a reader never sees half of it; a full disk is said and stops nothing."""
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as fault:
        log.warning("%s cannot be written: %s", path, fault)
