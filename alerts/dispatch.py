"""Sends what is queued, in a thread of its own: nothing that issues waits for a sender.

Each channel has its own places, so that a slow receiver of one holds up no other. A delivery is claimed by a
committed row before it leaves and settled after; who dies between the two has it sent again after the
lease, under the same name, so that a receiver can tell (`Message-ID`, `Idempotency-Key`, `Topic`).
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from alerts import delivery_store as store
from alerts.channels.carrier import Outcome
from alerts.channels.carriers import AnyCarriers
from alerts.delivery_event import CHANNEL_NAMES
from alerts.delivery_policy import rules, verdict
from alerts.delivery_store import Claimed
from alerts.drill_wall import DrillWallError, Notice, notice_of
from alerts.order_store import Cursor
from geo.clock import Wall
from geo.incident import Incident
from geo.persistence import PersistentConnection, Stopped

log = logging.getLogger(__name__)

#: how long the thread sleeps when nothing is due [s]
IDLE_S: Final = 0.5
#: after a fault of ours [s]
FAULT_S: Final = 5.0
#: the wall clock stepped back when it lags this much behind the time that passed [s]
JUMP_S: Final = 2.0
#: notices kept at hand
_NOTICES: Final = 50


@dataclass(frozen=True)
class _Result:
    claimed: Claimed
    outcome: Outcome


class Dispatcher:
    """The sending thread. Made without connecting; `start` begins."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        carriers: AnyCarriers,
        *,
        wall: Wall,
        monotonic: Callable[[], float] = time.monotonic,
        random_source: random.Random | None = None,
    ) -> None:
        """Use a connection of its own from `connect`; send by `carriers`."""
        self._wall, self._monotonic = wall, monotonic
        self._random = random_source or random.Random()  # noqa: S311 - jitter, not a secret
        self._carriers = carriers
        self._stop, self._wake = threading.Event(), threading.Event()
        self._held = PersistentConnection(connect, sleep=self._stop.wait, random_source=self._random)
        self._places = {name: int(rules()["at_once"][name]) for name in CHANNEL_NAMES if name != "cap"}
        self._pool = ThreadPoolExecutor(sum(self._places.values()), thread_name_prefix="sender")
        self._flying: Counter[str] = Counter()
        self._landed: queue.Queue[_Result] = queue.Queue()
        self._notices: dict[tuple[int, int], Notice] = {}
        self._incident: Incident | None = None
        self._thread: threading.Thread | None = None
        self._clocks: tuple[datetime, float] | None = None
        self.fault: str | None = None

    @property
    def flying(self) -> int:
        """How many letters are on their way."""
        return sum(self._flying.values())

    def start(self, incident: Incident) -> None:
        """Begin, or go on, for an incident; a thread that ended is begun again."""
        self._incident = incident
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
            self._thread.start()

    def use(self, carriers: AnyCarriers) -> None:
        """Send by other carriers from now on; letters on their way finish by the old ones."""
        self._carriers = carriers

    def close(self) -> None:
        """End after the letters on their way; what is not settled is sent again under the same name."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(15)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._carriers.close()

    def _run(self) -> None:
        self._clocks = None
        try:
            while not self._stop.is_set():
                try:
                    busy = self._held.call(self.turn)
                    self.fault = None
                except Stopped:
                    raise
                except Exception as fault:
                    log.exception("sending failed")
                    self.fault = f"{type(fault).__name__}: {fault}"[:300]
                    self._held.close()
                    self._stop.wait(FAULT_S)
                    continue
                if not busy:
                    self._rest()
            self._held.call(self._last_results)
        except Stopped:
            log.info("stopped while the database was away; what was on its way is sent again")
        finally:
            self._held.close()

    def turn(self, connection: psycopg.Connection[Any]) -> bool:
        """Write down what landed and send what is due; return whether there was anything to do."""
        incident = self._incident
        if incident is None:
            return False
        self._mind_the_clock(connection)
        settled = self._settle(connection)
        sent = sum(self._send(connection, incident, channel) for channel in self._places)
        return settled + sent > 0

    def _send(self, connection: psycopg.Connection[Any], incident: Incident, channel: str) -> int:
        free = self._places[channel] - self._flying[channel]
        if free <= 0:
            return 0
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            claimed = store.claim(cursor, incident, channel, limit=free, wall=self._wall())
            notices = [self._notice(cursor, it) for it in claimed]
        for it, notice in zip(claimed, notices, strict=True):
            self._flying[channel] += 1
            self._pool.submit(self._carry, self._carriers, notice, it)
        return len(claimed)

    def _carry(self, carriers: AnyCarriers, notice: Notice, claimed: Claimed) -> None:
        """Try once, in a thread of the pool; whatever happens, a result lands."""
        try:
            if claimed.gone:
                outcome = Outcome(result="gone", fault="the subscription is no more")
            else:
                outcome = carriers.send(notice, claimed.channel, claimed.letter)
        except DrillWallError as fault:
            log.exception("the drill wall held")
            outcome = Outcome(result="refused", fault=str(fault))
        except Exception as fault:
            log.exception("delivery %s failed by a fault of ours", claimed.letter.delivery_id)
            outcome = Outcome(result="failed", fault=f"{type(fault).__name__}: {fault}"[:300])
        self._landed.put(_Result(claimed, outcome))
        self._wake.set()

    def _settle(self, connection: psycopg.Connection[Any]) -> int:
        landed = []
        while not self._landed.empty():
            landed.append(self._landed.get_nowait())
        if not landed:
            return 0
        try:
            self._write(connection, landed)
        except BaseException:
            for result in landed:
                self._landed.put(result)
            raise
        for result in landed:
            self._flying[result.claimed.channel] -= 1
        return len(landed)

    def _write(self, connection: psycopg.Connection[Any], landed: list[_Result]) -> None:
        now = self._wall()
        results = [
            (
                it.claimed,
                verdict(it.outcome, attempts=it.claimed.attempts, now=now, source=self._random),
            )
            for it in landed
        ]
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            store.settle(cursor, results, wall=now)

    def _last_results(self, connection: psycopg.Connection[Any]) -> None:
        end = self._monotonic() + 5
        while self.flying and self._monotonic() < end:
            if not self._settle(connection):
                self._wake.clear()
                self._wake.wait(0.1)

    def _mind_the_clock(self, connection: psycopg.Connection[Any]) -> None:
        """After the wall clock stepped back, make due what would wait for times that are gone."""
        wall, passed = self._wall(), self._monotonic()
        before, self._clocks = self._clocks, (wall, passed)
        jumped = before is not None and ((wall - before[0]).total_seconds() < passed - before[1] - JUMP_S)
        if before is None or jumped:
            with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
                store.all_due(cursor, wall=wall, jumped=jumped)

    def _notice(self, cursor: Cursor, claimed: Claimed) -> Notice:
        key = (claimed.order_id, claimed.revision)
        if key not in self._notices:
            if len(self._notices) >= _NOTICES:
                self._notices.clear()
            bulletin, _ = store.read_order_bulletin(cursor, *key)
            self._notices[key] = notice_of(bulletin)
        return self._notices[key]

    def _rest(self) -> None:
        self._wake.wait(IDLE_S)
        self._wake.clear()
