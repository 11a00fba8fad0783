"""The duty of the forecast process over river levels: forecast what is due, all gauges at once.

Read arrays, compute, write arrays, in one transaction. A gauge is due when its state has changed (a
reading, a verdict) or when time alone has made its forecast older; so nothing is made twice after a restart,
and nothing is missed when a notification was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.rows import dict_row

from geo import arrays
from geo.clock import Wall
from geo.flood.levels.forecast import STATUS
from geo.flood.levels.parameters import Parameters, load
from geo.forecast.forecast_rules import ForecastRules, forecast_rules
from geo.forecast.level_event import episodes, events
from geo.forecast.level_making import make
from geo.forecast.level_skill import ensure_skill
from geo.forecast.level_store import asked_of, hold, read_due, read_history, write
from geo.incident import Incident

log = logging.getLogger(__name__)

#: how often [s]: in every turn, since a turn that was woken must not pass over what woke it
EVERY_S: Final = 0.0
_NONE: Final = STATUS.index("none")


class LevelDuty:
    """Forecasts the levels of the current incident; `work` is called every `EVERY_S`."""

    def __init__(
        self,
        wall: Wall,
        *,
        rules: ForecastRules | None = None,
        parameters: Parameters | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Rules and fitted parameters are the project's unless given; `monotonic` is a clock [s]."""
        self._wall = wall
        self._rules = rules or forecast_rules()
        self._parameters = parameters
        self._monotonic = monotonic
        self._registered: psycopg.Connection[Any] | None = None
        #: what the heartbeat tells: forecasts made, gauges and seconds of the last batch
        self.detail: dict[str, Any] = {"forecasts": 0, "batch": 0, "batch_s": 0.0}

    def work(self, connection: psycopg.Connection[Any], incident: Incident) -> None:
        """Forecast the gauges that are due, if any. Raises what psycopg raises, having written nothing."""
        parameters = self._prepare(connection)
        began = self._monotonic()
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            if not hold(cursor, incident.id):
                return
            now = incident.now(self._wall())
            rows = read_due(cursor, incident.id, now, self._rules)
            if not rows:
                return
            readings = read_history(connection, incident.id, [row["gauge_id"] for row in rows], now)
            made = make(asked_of(rows), readings, parameters, self._rules)
            changed = episodes(made, np.array([row["warned"] for row in rows], dtype=np.bool_), self._rules)
            told = events(made, changed, rows, self._rules)
            made_at = max(incident.now(self._wall()), now)
            write(cursor, incident.id, rows, made, changed.warned, told, made_at)
        self._note(len(rows), int((made.forecast.status == _NONE).sum()), self._monotonic() - began)

    def _prepare(self, connection: psycopg.Connection[Any]) -> Parameters:
        """See once that a connection takes arrays, and that the skill shown is that of the parameters."""
        if self._parameters is None:
            self._parameters = load()
        if self._registered is not connection:
            arrays.register(connection)
            ensure_skill(connection, self._parameters)
            self._registered = connection
        return self._parameters

    def _note(self, gauges: int, without: int, seconds: float) -> None:
        self.detail = {
            "forecasts": self.detail["forecasts"] + gauges - without,
            "batch": gauges,
            "batch_s": round(seconds, 3),
        }
        log.debug("%d gauges forecast in %.3f s, %d of them cannot be", gauges, seconds, without)
