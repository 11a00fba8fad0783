"""What the forecasts of a replayed storm must be, computed anew from the readings in the database.

Each gauge is forecast alone, from all its readings, as of the moment the stored forecast was made for:
nothing here uses the program's choice of what is due, its window of readings or its batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.flood.levels.forecast import OLDEST_S, STATUS, forecast, passing
from geo.flood.levels.gauges import Gauges
from geo.flood.levels.parameters import Parameters
from geo.flood.levels.readings import Readings
from ops.check import Finding

Row = Mapping[str, Any]
Floats = NDArray[np.float64]

#: what single precision may change [m], and of a probability
LEVEL_M: Final = 0.001
PROBABILITY: Final = 0.001
#: beyond the interval of renewal a forecast may be so old: what passes while one batch is computed
SLACK: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Usable:
    """The usable readings of one gauge, oldest first."""

    observed_s: Floats
    level_m: Floats

    def age_s(self, now: datetime) -> float:
        """Return the age of the newest reading at `now` [s]."""
        return now.timestamp() - float(self.observed_s[-1])


def check_presence(
    readings: Mapping[str, Usable], forecasts: Mapping[str, Row], now: datetime, refresh_min: float
) -> Finding:
    """Every gauge that can be forecast at `now` is, of late; every other one is said to be `none`.

    `forecasts` are the newest `level_forecast` rows by gauge, with `value`, what screens hold.
    """
    oldest = now - timedelta(minutes=refresh_min) - SLACK
    wrong = [f"{gauge_id} has a forecast and no reading" for gauge_id in forecasts.keys() - readings.keys()]
    for gauge_id, usable in sorted(readings.items()):
        row = forecasts.get(gauge_id)
        if row is None:
            wrong.append(f"{gauge_id} has readings and no forecast")
        elif usable.age_s(now) > OLDEST_S + refresh_min * 60:
            if row["status"] != "none":
                wrong.append(
                    f"{gauge_id}: its newest reading is too old, its forecast stands ({row['status']})"
                )
        elif usable.age_s(now) <= OLDEST_S:
            if row["status"] == "none":
                wrong.append(f"{gauge_id}: it can be forecast and is not")
            elif row["origin_at"] < oldest:
                wrong.append(f"{gauge_id}: its forecast is as of {row['origin_at']:%H:%M:%S} UTC")
        if row is not None:
            wrong += _shown_otherwise(gauge_id, row)
    counts = Counter(row["status"] for row in forecasts.values())
    shown = ", ".join(f"{name} {counts[name]}" for name in STATUS if counts[name])
    alarms = sum(bool(row["alarm"]) for row in forecasts.values())
    return Finding("every gauge forecast, or said not to be", f"{shown}; {alarms} pointed out", wrong)


def _shown_otherwise(gauge_id: str, row: Row) -> list[str]:
    value = row["value"]
    same = (
        datetime.fromisoformat(value["origin_at"]) == row["origin_at"]
        and value["status"] == row["status"]
        and value["alarm"] == row["alarm"]
    )
    return [] if same else [f"{gauge_id}: screens hold another forecast than the stored one"]


def check_against_fresh(
    readings: Mapping[str, Usable],
    forecasts: Mapping[str, Row],
    gauges: Mapping[str, tuple[float, float]],
    parameters: Parameters,
) -> Finding:
    """Every stored forecast equals one computed now, as of the same moment.

    `gauges` are start and danger level [m] by gauge, NaN = none.
    """
    wrong: list[str] = []
    worst_m, compared = 0.0, 0
    for gauge_id, row in sorted(forecasts.items()):
        usable = readings.get(gauge_id)
        if usable is None:
            continue
        differs_m, faults = _compare(gauge_id, row, usable, gauges[gauge_id], parameters)
        wrong += faults
        worst_m, compared = max(worst_m, differs_m), compared + 1
    shown = f"{compared} forecasts, largest difference {worst_m * 1000:.2f} mm"
    return Finding("stored forecasts = computed anew", shown, wrong)


def _compare(
    gauge_id: str, row: Row, usable: Usable, thresholds_m: tuple[float, float], parameters: Parameters
) -> tuple[float, list[str]]:
    """Return the largest difference of levels [m], and what differs."""
    start_m, danger_m = np.array(thresholds_m[:1]), np.array(thresholds_m[1:])
    one = np.zeros(1, dtype=np.int64)
    past = Readings(np.zeros(len(usable.level_m), dtype=np.int64), usable.observed_s, usable.level_m)
    at_s = np.array([row["origin_at"].timestamp()])
    made = forecast(past, Gauges(start_m, danger_m), one, at_s, parameters)
    status = STATUS[int(made.status[0])]
    if status != row["status"]:
        return 0.0, [f"{gauge_id}: stored as {row['status']}, anew {status}"]
    if status == "none":
        return 0.0, []
    levels = [(name, row[name], getattr(made, name)[0]) for name in ("level_m", "highest_m")]
    differences = [(name, _largest(stored, fresh)) for name, stored, fresh in levels]
    wrong = [f"{gauge_id}: {name} differs by {by:.4f} m" for name, by in differences if not by <= LEVEL_M]
    if not np.isnan(danger_m[0]):
        by = _largest(_danger(row["passing"], made.level_m.shape[1]), passing(made, danger_m)[0])
        wrong += [f"{gauge_id}: probability of danger differs by {by:.4f}"] if not by <= PROBABILITY else []
    return max(by for _, by in differences), wrong


def _danger(stored: Sequence[float], steps: int) -> Floats:
    """Return the danger level's row of the stored probabilities: the last but one threshold."""
    by_step: Floats = np.asarray(stored, dtype=float).reshape(-1, steps)[-2]
    return by_step


def _largest(stored: Any, fresh: Floats) -> float:  # noqa: ANN401 - a list from the database or an array
    return float(np.abs(np.asarray(stored, dtype=float).ravel() - fresh.ravel()).max())
