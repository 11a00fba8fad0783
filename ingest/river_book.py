"""What is known of every river: the current states, and what a batch of readings makes of them.

Read → compute → write: this module computes. The history it looks back on is the ring of the quality
control; the states are those the database holds, so that a process that starts anew goes on where the
last one stopped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.chronology import Event
from ingest import event
from ingest.register import Register
from sensors import river
from sensors.flags import Flag, reason_names
from sensors.quality import RING_LENGTH, QualityControl
from sensors.river_levels import CLASSES, LevelClass, RiverRules, Scheme

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

#: newest readings whose time of receipt and source are remembered, per gauge
ARRIVALS_KEPT: Final = RING_LENGTH

_DANGER: Final = CLASSES.index("danger") - 1


class RiverBook:
    """The states of G rivers, by index of the register."""

    def __init__(
        self,
        register: Register,
        quality: QualityControl,
        rules: RiverRules,
        states: Sequence[Mapping[str, Any]],
    ) -> None:
        """`states` are the `river_state` rows of the incident."""
        self._register = register
        self._quality = quality
        self._rules = rules
        count = len(register)
        self._states: list[dict[str, Any] | None] = [None] * count
        self._settled = np.full(count, -1, dtype=np.int8)
        self._alarmed = np.zeros(count, dtype=np.bool_)
        self._above_since_s = np.full(count, np.nan)
        self._last_above_s = np.full(count, np.nan)
        self._arrivals: list[deque[tuple[float, datetime, str]]] = [
            deque(maxlen=ARRIVALS_KEPT) for _ in range(count)
        ]
        for row in states:
            index = register.index(row["gauge_id"])
            if index is not None:
                self._recall(index, row)

    def _recall(self, index: int, row: Mapping[str, Any]) -> None:
        self._states[index] = _comparable(row)
        self._settled[index] = CLASSES.index(row["river_class"]) - 1
        self._alarmed[index] = row["alarm"]
        if row["above_danger_since"] is not None:
            self._above_since_s[index] = row["above_danger_since"].timestamp()
            self._last_above_s[index] = row["observed_at"].timestamp()

    def note_arrivals(
        self,
        gauges: Sequence[int],
        observed_s: Sequence[float],
        received: Sequence[datetime],
        sources: Sequence[str],
    ) -> None:
        """Remember when and by which source n readings came, in order of arrival."""
        for gauge, seen_s, at, source in zip(gauges, observed_s, received, sources, strict=True):
            self._arrivals[gauge].append((seen_s, at, source))

    def update(self, gauges: Indices, now: datetime) -> tuple[list[dict[str, Any]], list[Event]]:
        """Return the states of `gauges` that are new, and what the chronology has to say of them.

        `gauges` int32[n], each once; `now` is the incident's time.
        """
        recent = self._quality.recent(gauges)
        usable = (recent.flag >= Flag.GOOD) & (recent.flag <= Flag.SUSPECT) & ~np.isnan(recent.level_m)
        column = recent.level_m.shape[1] - 1 - usable[:, ::-1].argmax(axis=1)
        rows = np.arange(len(gauges))
        has = usable.any(axis=1)
        level_m = np.where(has, recent.level_m[rows, column], np.nan)
        observed_s = np.where(has, recent.observed_s[rows, column], np.nan)
        flag = np.where(has, recent.flag[rows, column], Flag.MISSING).astype(np.uint8)
        reasons = np.where(has, recent.reasons[rows, column], 0)
        thresholds_m = self._register.thresholds_m[gauges]
        classes = river.classify(level_m, thresholds_m)
        settled = river.settle(level_m, thresholds_m, self._settled[gauges], self._rules)
        self._note_danger(gauges, classes, observed_s)
        doubted = river.threshold_doubt(self._above_since_s[gauges], now.timestamp(), self._rules)
        alarmed = river.alarm(
            recent.level_m, recent.flag, thresholds_m, self._alarmed[gauges], doubted, self._rules
        )
        trends = river.trend(recent.observed_s, recent.level_m, usable, observed_s, self._rules)
        due_s = river.due_at(
            observed_s,
            level_m,
            thresholds_m[:, 0],
            self._register.active_interval_s[gauges],
            self._register.idle_interval_s[gauges],
            flag,
            trends,
            self._rules,
        )
        states, events = [], []
        for at, gauge in enumerate(gauges.tolist()):
            state = self._state(
                gauge, level_m[at], observed_s[at], int(flag[at]), int(reasons[at]), int(classes[at])
            )
            state |= {
                "provisional": bool(flag[at] == Flag.SUSPECT),
                "alarm": bool(alarmed[at]),
                "threshold_doubt": bool(doubted[at]),
                "above_danger_since": _moment(self._above_since_s[gauge]),
                "trend_m_per_h": _value(trends.slope_m_per_h[at]),
                "trend_sd_m_per_h": _value(trends.sd_m_per_h[at]),
                "trend": river.TRENDS[int(trends.code[at]) + 2],
                "due_at": _moment(due_s[at]),
            }
            old = self._states[gauge]
            if old == state:
                continue
            events += self._events(gauge, old, state, int(self._settled[gauge]), int(settled[at]), now)
            self._states[gauge] = state
            states.append(state)
        self._settled[gauges] = settled
        self._alarmed[gauges] = alarmed
        return states, events

    def level_class(self, gauge: int, code: int) -> LevelClass:
        """Return name, level and colour of a class at a gauge."""
        scheme: Scheme = (
            "crisis-management" if self._register.rows[gauge]["scheme"] == "crisis-management" else "standard"
        )
        return self._rules.classes[scheme][code + 1]

    def _note_danger(self, gauges: Indices, classes: NDArray[np.int8], observed_s: Floats) -> None:
        """Keep since when each river has stood at or above danger, with no long silence in between."""
        above = classes >= _DANGER
        since_s = self._above_since_s[gauges]
        broken = observed_s - self._last_above_s[gauges] > self._rules.doubt_break_s
        begins_s = np.where(broken, observed_s, np.fmin(since_s, observed_s))
        self._above_since_s[gauges] = np.where(above, begins_s, np.nan)
        self._last_above_s[gauges] = np.where(above, observed_s, np.nan)

    def _state(
        self, gauge: int, level_m: float, observed_s: float, flag: int, reasons: int, code: int
    ) -> dict[str, Any]:
        received_at, source = next(
            ((at, name) for seen_s, at, name in reversed(self._arrivals[gauge]) if seen_s == observed_s),
            (None, None),
        )
        return {
            "gauge_id": self._register.rows[gauge]["id"],
            "level_m": _value(level_m),
            "observed_at": _moment(observed_s),
            "received_at": received_at,
            "source": source,
            "flag": flag,
            "reasons": reason_names(reasons),
            "river_class": river.class_name(code),
        }

    def _events(
        self,
        gauge: int,
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any],
        old_code: int,
        new_code: int,
        now: datetime,
    ) -> list[Event]:
        place = self._register.places[gauge]
        at = new["observed_at"] or now
        events = []
        if new_code != old_code and new["level_m"] is not None and max(new_code, old_code) > 0:
            events.append(
                event.class_changed(
                    place,
                    at,
                    old=None if old_code < 0 else self.level_class(gauge, old_code),
                    new=self.level_class(gauge, new_code),
                    level_m=new["level_m"],
                    datum=self._register.rows[gauge]["datum"],
                    provisional=new["provisional"],
                )
            )
        if new["provisional"] and not (old and old["provisional"]):
            events.append(
                event.reading_suspect(place, at, level_m=new["level_m"], reasons=list(new["reasons"]))
            )
        if new["threshold_doubt"] and not (old and old["threshold_doubt"]):
            events.append(event.threshold_doubted(place, at, since=new["above_danger_since"]))
        return events


def _comparable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `river_state` row without what the database alone keeps (version, incident, silence)."""
    return {name: value for name, value in row.items() if name not in ("incident_id", "version", "silent")}


def _value(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _moment(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(float(seconds), UTC)
