"""The duty over proposals: look at forecasts that are new, see what the conditions say, tell what changed.

One transaction for each turn, one process at a time for an incident. What is proposed follows from the
forecasts in their order and from what stands now, so that a turn more or less, a restart or a clock that
jumps makes no difference.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import psycopg
from psycopg.rows import dict_row

from alerts.proposal_change import Step, step
from alerts.proposal_gauge import Signals, fulfilled
from alerts.proposal_input import Place, read_places, read_skill, read_standing
from alerts.proposal_making import make
from alerts.proposal_rules import ProposalRules, proposal_rules
from alerts.proposal_store import Cursor, put, read_proposals, try_hold
from alerts.warning_rules import load_warning_rules
from geo.change import record
from geo.chronology import write_events
from geo.clock import Wall
from geo.flood.levels.forecast import STEPS_S
from geo.incident import Incident
from geo.live_value import THRESHOLDS
from geo.moment import utc_text
from geo.queries import load

log = logging.getLogger(__name__)

_SQL = load("alerts", "proposal.sql")
#: how often conditions are looked at [s]
EVERY_S: Final = 0.2
#: how long areas, people and refuges are kept before they are read again [s]
GROUND_S: Final = 300.0


class ProposalDuty:
    """Keeps the proposals of the current incident; `work` is called every `EVERY_S`."""

    def __init__(
        self,
        wall: Wall,
        *,
        rules: ProposalRules | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Rules are the project's unless given; `monotonic` is a clock [s]."""
        self._wall = wall
        self._rules = rules or proposal_rules()
        self._monotonic = monotonic
        self._places: dict[str, Place] = {}
        self._read_s = -np.inf
        #: what the heartbeat tells: proposals that stand, seconds of the last turn
        self.detail: dict[str, Any] = {"proposals": 0, "proposals_s": 0.0}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Look at everything once. Raises what psycopg raises, having written nothing."""
        began = self._monotonic()
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if not try_hold(cursor, incident.id):
                return
            fold(cursor, incident.id, self._rules)
            self._propose(cursor, incident, incident.now(self._wall()))
        self.detail["proposals_s"] = round(self._monotonic() - began, 3)

    def _propose(self, cursor: Cursor, incident: Incident, now: datetime) -> None:
        standing = read_standing(cursor, incident.id)
        skill = read_skill(cursor, [gauge["id"] for gauge in standing.gauges if gauge["rules"]])
        places = self._ground(cursor)
        made = make(standing, places, skill, self._rules, load_warning_rules(), now)
        wanted = {one.id: one for one in made}
        rows = read_proposals(cursor, incident.id)
        valid = timedelta(minutes=self._rules.valid_min)
        steps = [
            step(incident.id, rows.get(id_), wanted.get(id_), now, valid) for id_ in sorted({*wanted, *rows})
        ]
        write(cursor, incident.id, [one for one in steps if one is not None], now)
        self.detail["proposals"] = len(wanted)

    def _ground(self, cursor: Cursor) -> dict[str, Place]:
        if self._monotonic() - self._read_s > GROUND_S or not self._places:
            self._places = read_places(cursor, self._rules.travel)
            self._read_s = self._monotonic()
        return self._places


def write(cursor: Cursor, incident_id: int, steps: Sequence[Step], now: datetime) -> None:
    """Keep what changed, write the chronology and tell the screens, in the cursor's transaction."""
    changes = [put(cursor, one.row, one.cause, now) for one in steps]
    changes += write_events(cursor, incident_id, [one.event for one in steps if one.event is not None])
    record(cursor, incident_id, changes)


def fold(cursor: Cursor, incident_id: int, rules: ProposalRules) -> None:
    """Look at every forecast that was not looked at yet, the first new one of all gauges, then the next."""
    rows = cursor.execute(_SQL["new_forecasts"], {"incident": incident_id}).fetchall()
    by_gauge: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_gauge.setdefault(row["gauge_id"], []).append(row)
    if not by_gauge:
        return
    gauges = list(by_gauge)
    cursor.execute(_SQL["gauge_rules"], {"incident": incident_id, "gauges": gauges})
    known = {one["gauge_id"]: one for one in cursor.fetchall()}
    ids = [rule.id for rule in rules.gauge_rules]
    active = np.array(
        [[one in known.get(g, {"rules": ()})["rules"] for one in ids] for g in gauges], dtype=np.bool_
    )
    since = {g: dict(known[g]["since"]) if g in known else {} for g in gauges}
    for turn in range(max(map(len, by_gauge.values()))):
        at = [number for number, g in enumerate(gauges) if len(by_gauge[g]) > turn]
        latest = [by_gauge[gauges[number]][turn] for number in at]
        after = fulfilled(active[at], signals(latest), rules)
        for number, forecast, now_active in zip(at, latest, after, strict=True):
            told = [one for one, on in zip(ids, now_active, strict=True) if on]
            kept = since[gauges[number]]
            since[gauges[number]] = {one: kept.get(one, utc_text(forecast["origin_at"])) for one in told}
        active[at] = after
    for g in gauges:
        newest = by_gauge[g][-1]
        cursor.execute(
            _SQL["put_gauge_rules"],
            {
                "incident": incident_id,
                "gauge": g,
                "state_version": newest["state_version"],
                "origin_at": newest["origin_at"],
                "rules": list(since[g]),
                "since": msgspec.json.encode(since[g]).decode(),
            },
        )


def signals(rows: Sequence[Mapping[str, Any]]) -> Signals:
    """Return one forecast of each gauge in arrays."""
    shape = (len(THRESHOLDS), len(STEPS_S))
    blank = np.full(shape, np.nan)
    passing = [
        blank if row["passing"] is None else np.asarray(row["passing"], dtype=float).reshape(shape)
        for row in rows
    ]
    return Signals(
        origin_s=_column(rows, "origin_s"),
        lon=_column(rows, "lon"),
        lat=_column(rows, "lat"),
        known=np.array([row["status"] != "none" for row in rows], dtype=np.bool_),
        newest_m=_column(rows, "newest_m"),
        slope_m_per_h=_column(rows, "slope_m_per_h"),
        thresholds_m=np.array([row["thresholds_m"] for row in rows], dtype=float),
        passing=np.stack(passing),
    )


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
