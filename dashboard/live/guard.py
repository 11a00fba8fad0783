"""A live map ends with its session: signed out, disabled or expired; an open one counts as use."""

from __future__ import annotations

import asyncio
import logging

import psycopg
from psycopg_pool import PoolTimeout

from dashboard.live.hub import Hub
from dashboard.signin.session import Sessions

log = logging.getLogger(__name__)

#: how often the sessions of the open screens are looked at [s]
GUARD_S = 30.0
#: close code of a stream whose session has ended (RFC 6455, 7.4.2: 4000–4999 are ours)
SESSION_ENDED = 4401


async def guard_sessions(hub: Hub, sessions: Sessions, *, every_s: float = GUARD_S) -> None:
    """Close the streams whose session does not hold any more, for ever."""
    while True:
        await asyncio.sleep(every_s)
        held = {subscriber.session for subscriber in hub.subscribers}
        if not held:
            continue
        try:
            valid = await sessions.still_valid(held)
        except (psycopg.Error, PoolTimeout) as fault:
            # Without the database nobody can be signed out either: the screens stay.
            log.warning("sessions cannot be looked at: %s", str(fault).strip())
            continue
        end_streams(hub, held - valid)


def end_streams(hub: Hub, sessions: set[bytes]) -> None:
    """Close every stream of `sessions` (hashes of their tokens)."""
    for subscriber in hub.subscribers:
        if subscriber.session in sessions:
            subscriber.end_soon(SESSION_ENDED, "the session has ended")
