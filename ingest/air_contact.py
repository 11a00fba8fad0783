"""Who is live, stale or lost: decided from what was heard, when, and whether anybody was listening. Pure.

A silence is the vehicle's only while our own ears were open: when ingest, the broker or the database was
away, or is behind with its work, nobody is lost for it; from the moment it listens again silence counts.
Whoever is lost stays so until heard again. Someone who is heard, but only tells where he was long ago, is
not live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sensors.codecs.own_track import SOURCE as OWN
from sensors.motion.contact import LIVE, LOST, STALE, STATES, ContactLimits, ContactState, contact_states
from sensors.motion.loss import LastKnown, LossRules

Row = Mapping[str, Any]
Floats = NDArray[np.float64]

#: the service that hears, further ones of its kind are called `ingest-2`, …; and the one it hears through
EARS, BROKER = "ingest", "broker"


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """Whether somebody listens to the field, and since when without a break (wall clock)."""

    open: bool
    since: datetime
    #: how far behind the field ingest works [s]
    behind_s: float = 0.0


def hearing(services: Sequence[Row], wall: datetime, before: Hearing | None, rules: LossRules) -> Hearing:
    """Return whether somebody listens at `wall`, from the rows of the services and what was known before."""
    ears = [
        row
        for row in services
        if row["id"].startswith(EARS)
        and row["state"] == "up"
        and (wall - row["seen_at"]).total_seconds() <= rules.deaf_s
    ]
    cut_off = any(row["id"] == BROKER and row["state"] != "up" for row in services)
    if not ears or cut_off:
        return Hearing(open=False, since=wall)
    behind_s = max(float((row["detail"] or {}).get("behind_s") or 0.0) for row in ears)
    started_at = max(row["started_at"] for row in ears)
    # Which of several hears vehicles is not known here: the one that started last counts.
    if before is None:
        return Hearing(open=True, since=started_at, behind_s=behind_s)
    since = max(before.since, started_at) if before.open else wall
    return Hearing(open=True, since=since, behind_s=behind_s)


def contact_limits(limits: ContactLimits, rules: LossRules, speed: float) -> ContactLimits:
    """Return the limits for an incident whose clock runs `speed` times as fast as the wall's.

    A replayed hour lasts a minute: what the chain takes on the wall clock is then no silence of the vehicle.
    """
    if speed <= 1:
        return limits
    return replace(limits, least_s=max(limits.least_s, rules.replay_least_s * speed))


def decide(
    rows: Sequence[Row], now: datetime, heard: Hearing, since: datetime, limits: ContactLimits
) -> dict[str, ContactState]:
    """Return the new state of each vehicle whose state changes at `now`.

    `rows`: those of `air.sql: heard`; `now` and `since` (from when on somebody listened) by the incident's
    clock.
    """
    if not rows:
        return {}
    interval = np.array([np.nan if row["interval_s"] is None else row["interval_s"] for row in rows], float)
    goodbye = np.array([row["goodbye"] for row in rows], np.bool_)
    own = np.array([_sender_stale_s(row, limits) for row in rows], float)
    silent = _seconds(now, [row["received_at"] for row in rows])
    counted = _seconds(now, [max(row["received_at"], since) for row in rows]) - heard.behind_s
    counted = counted if heard.open else np.zeros(len(rows))
    aged = _seconds(now, [row["observed_at"] for row in rows])
    lost = contact_states(counted, interval, limits, sender_stale_s=own, said_goodbye=goodbye) == LOST
    lost |= np.array([_stays_lost(row, now) for row in rows], np.bool_)
    quiet = contact_states(silent, interval, limits) != LIVE
    old = contact_states(aged, interval, limits) == LOST
    codes = np.where(lost, LOST, np.where(quiet | old, STALE, LIVE))
    states = [STATES[code] for code in codes.tolist()]
    return {row["id"]: state for row, state in zip(rows, states, strict=True) if state != row["contact"]}


def silent_sources(
    rows: Sequence[Row], states: Mapping[str, ContactState], now: datetime, rules: LossRules
) -> dict[str, int]:
    """Return the sources all of whose vehicles fell silent one soon after another, and how many did.

    A receiver that breaks takes all that it hears with it. Vehicles that send for themselves are no source.
    Only sources that lost somebody just now (`states`) are looked at, so that each is found once.
    """
    found = {}
    for source in {row["source"] for row in rows if states.get(row["id"]) == "lost"} - {OWN}:
        of_it = [row for row in rows if row["source"] == source]
        if any((states.get(row["id"]) or row["contact"]) != "lost" for row in of_it):
            continue
        lately = [
            row
            for row in of_it
            if row["id"] in states or (now - row["contact_since"]).total_seconds() <= rules.source_s
        ]
        if len(lately) >= rules.source_vehicles:
            found[str(source)] = len(lately)
    return found


def _stays_lost(row: Row, now: datetime) -> bool:
    # A clock that was set back must not keep anybody lost.
    return bool(row["contact"] == "lost" and row["received_at"] < row["contact_since"] <= now)


def _sender_stale_s(row: Row, limits: ContactLimits) -> float:
    """Return after how long the sender takes its position for old [s], NaN if it does not tell."""
    if row["stale_at"] is None:
        return float("nan")
    told_s: float = (row["stale_at"] - row["observed_at"]).total_seconds()
    return max(told_s, limits.least_s)


def _seconds(now: datetime, moments: Sequence[datetime]) -> Floats:
    return np.array([(now - moment).total_seconds() for moment in moments], float)


def last_known(row: Row, now: datetime, *, ground_m: float | None, over_water: bool | None) -> LastKnown:
    """Return a vehicle as it was last heard; `ground_m` is the ground's height there [m above T.P.]."""
    until = row["endurance_until"]
    reported = [one["value_m"] for one in row["altitudes"] if one["reference"] not in ("takeoff", "ground")]
    return LastKnown(
        kind=row["kind"],
        registered=row["registered"],
        on_ground=row["on_ground"],
        goodbye=row["goodbye"],
        height_tp_m=row["height_tp_m"],
        roughly_m=min(reported, default=None),
        above_ground_m=above_ground(row, ground_m),
        climb_m_s=row["climb_m_s"],
        over_water=over_water,
        emergency=row["emergency"],
        battery_percent=row["battery_percent"],
        endurance_over=until is not None and until < now,
    )


def above_ground(row: Row, ground_m: float | None = None) -> float | None:
    """Return how high a vehicle was above the ground [m], as told or by the ground's height."""
    told = [one["value_m"] for one in row["altitudes"] if one["reference"] == "ground"]
    if told:
        return float(told[0])
    if ground_m is not None and row["height_tp_m"] is not None:
        return float(row["height_tp_m"] - ground_m)
    return None
