"""What the chronology says of level forecasts: danger ahead, eased, no longer known; pure.

Once per episode: it begins when the probability of reaching danger within the look-ahead passes the set
value and ends when it falls below a lower one, or when nothing can be forecast any more. The words say
推計 (an estimate) and never use an official term; warnings are issued by others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.chronology import Event
from geo.flood.levels.forecast import STATUS, TIME_LEVELS
from geo.forecast.forecast_rules import ForecastRules
from geo.forecast.level_making import Made
from geo.forecast.level_value import after
from geo.live_value import THRESHOLDS
from geo.moment import utc_text

Mask = NDArray[np.bool_]

JST: Final = timezone(timedelta(hours=9))
#: `severity` of an entry: danger ahead ranks with 警戒レベル 3, below a level that was reached
AHEAD_SEVERITY: Final = 3
LOST_SEVERITY: Final = 2
_DANGER: Final = THRESHOLDS.index("danger")
_P10, _P50, _P90 = (TIME_LEVELS.index(level) for level in (0.1, 0.5, 0.9))
_NONE: Final = STATUS.index("none")


class Episodes(NamedTuple):
    """What begins and ends with n forecasts, bool[n] each."""

    begins: Mask
    eases: Mask
    #: danger was told to be ahead, and nothing can be forecast any more
    lost: Mask
    #: told to be ahead from now on
    warned: Mask


def episodes(made: Made, warned: Mask, rules: ForecastRules) -> Episodes:
    """Return what changes; `warned` bool[n] is what was told so far.

    Where the danger level is doubted nothing is told, neither that it lies ahead nor that it eased.
    """
    chance = np.nan_to_num(made.chance)
    doubted = made.asked.doubted
    lost = warned & (made.forecast.status == _NONE)
    begins = made.alarm & ~warned
    eases = warned & ~lost & ~doubted & (chance < rules.eased_probability)
    return Episodes(begins, eases, lost, (warned | begins) & ~eases & ~lost & ~doubted)


def events(
    made: Made, changed: Episodes, rows: Sequence[Mapping[str, Any]], rules: ForecastRules
) -> list[Event]:
    """Return the entries; `rows` are the gauges' `name`, `river`, `gauge_id` and `origin_at`.

    Where the newest reading is over the danger level already, the reading itself says so.
    """
    over = made.forecast.newest_m >= made.asked.thresholds_m[:, _DANGER]
    return [
        *(_ahead(made, at, rows[at], rules) for at in np.flatnonzero(changed.begins & ~over).tolist()),
        *(_eased(made, at, rows[at], rules) for at in np.flatnonzero(changed.eases).tolist()),
        *(_lost(made, at, rows[at]) for at in np.flatnonzero(changed.lost).tolist()),
    ]


def _ahead(made: Made, at: int, row: Mapping[str, Any], rules: ForecastRules) -> Event:
    params = _params(made, at, row, rules)
    origin = row["origin_at"]
    moments = [after(origin, made.time_to_s[at, _DANGER, which]) for which in (_P10, _P50, _P90)]
    early, middle, late = (_clock(moment, origin) for moment in moments)
    level_m, newest_m = params["threshold_m"], params["newest_m"]
    observed = _clock(datetime.fromtimestamp(made.forecast.observed_s[at], JST), origin)
    hours, percent = f"{rules.look_ahead_h:g}", _percent(made.chance[at])
    return Event(
        event_at=origin,
        category="forecast",
        object_id=row["gauge_id"],
        severity=AHEAD_SEVERITY,
        code="forecast.ahead",
        text=(
            f"{_words(row)} 【推計】水位予測："
            f"{hours}時間以内に危険の水位 {level_m:.2f}m に達する確率 {percent}"
            f"（早ければ{early or '6時間内になし'}、中央{middle or '6時間内になし'}、"
            f"遅ければ{late or '6時間より後か達せず'}。{observed}の {newest_m:.2f}m から）"
        ),
        text_en=(
            f"{_words(row)}: estimate, level forecast: {percent} to reach danger {level_m:.2f} m"
            f" within {hours} h"
            f" (early {early or 'not within 6 h'}, median {middle or 'not within 6 h'},"
            f" late {late or 'after 6 h or not at all'} JST; from {newest_m:.2f} m at {observed})"
        ),
        params={**params, **_times(moments)},
    )


def _times(moments: Sequence[datetime | None]) -> dict[str, str | None]:
    names = ("p10_at", "p50_at", "p90_at")
    return {name: utc_text(moment) for name, moment in zip(names, moments, strict=True)}


def _eased(made: Made, at: int, row: Mapping[str, Any], rules: ForecastRules) -> Event:
    params = _params(made, at, row, rules)
    hours, percent, level_m = f"{rules.look_ahead_h:g}", _percent(made.chance[at]), params["threshold_m"]
    return Event(
        event_at=row["origin_at"],
        category="forecast",
        object_id=row["gauge_id"],
        severity=0,
        code="forecast.eased",
        text=(
            f"{_words(row)} 【推計】水位予測：{hours}時間以内に危険の水位 {level_m:.2f}m に達する確率は"
            f" {percent} に下がった"
        ),
        text_en=(
            f"{_words(row)}: estimate, level forecast: {percent} to reach danger {level_m:.2f} m within"
            f" {hours} h, lower than before"
        ),
        params=params,
    )


def _lost(made: Made, at: int, row: Mapping[str, Any]) -> Event:
    observed_s = float(made.forecast.observed_s[at])
    seen = None if np.isnan(observed_s) else datetime.fromtimestamp(observed_s, JST)
    clock = _clock(seen, row["origin_at"])
    return Event(
        event_at=row["origin_at"],
        category="forecast",
        object_id=row["gauge_id"],
        severity=LOST_SEVERITY,
        code="forecast.lost",
        text=(
            f"{_words(row)} 【推計】水位予測ができなくなった（最後の観測 {clock or '不明'}）。"
            "危険が去ったという意味ではない"
        ),
        text_en=(
            f"{_words(row)}: estimate, level forecast no longer possible (last reading {clock or 'unknown'}"
            " JST); this does not mean that the danger has passed"
        ),
        params={"last_at": utc_text(seen), "origin_at": utc_text(row["origin_at"])},
    )


def _params(made: Made, at: int, row: Mapping[str, Any], rules: ForecastRules) -> dict[str, Any]:
    return {
        "threshold": "danger",
        "threshold_m": round(float(made.asked.thresholds_m[at, _DANGER]), 3),
        "newest_m": round(float(made.forecast.newest_m[at]), 3),
        "chance": round(float(made.chance[at]), 4),
        "hours": rules.look_ahead_h,
        "status": STATUS[made.forecast.status[at]],
        "origin_at": utc_text(row["origin_at"]),
    }


def _words(row: Mapping[str, Any]) -> str:
    return f"{row['river']} {row['name']}" if row["river"] else str(row["name"])


def _percent(chance: float) -> str:
    """Return a probability for reading: what is not certain is never told as 100 %, nor as 0 %."""
    return "100%" if chance >= 1 else f"{min(max(round(chance * 100), 1), 99)}%"


def _clock(moment: datetime | None, origin: datetime) -> str | None:
    """Return a moment as Japan's clocks show it, with the day where it is not the origin's."""
    if moment is None:
        return None
    local, today = moment.astimezone(JST), origin.astimezone(JST).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.month}/{local.day} {local:%H:%M}"
