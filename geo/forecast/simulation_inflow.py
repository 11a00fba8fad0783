"""From what was asked to the water that comes in: one discharge over time for each member of a run; pure.

A discharge that somebody gives makes one member, `median`. A gauge's forecast makes three: the breach
discharge of the river level that is passed with 50, 10 and 90 % probability (`median`, `low`, `high`). Three
members are not an ensemble: no probability of the flood follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.flood.hydrograph import Hydrograph
from geo.flood.weir import breach_hydrograph, side_factor
from geo.forecast.simulation_note import Note, note
from geo.forecast.simulation_place import BreachPlace
from geo.forecast.simulation_request import Constant, FromGauge, Given, InundationRequest, RequestError

#: members in the order they are computed
MEMBERS: Final = ("median", "low", "high")
#: the one datum that gauges and terrain are brought together in (東京湾平均海面)
TP: Final = "T.P."
_TP_NAMES: Final = frozenset({"T.P.", "TP", "Tokyo Peil", "T.P", "JGD2011 (vertical) height"})


@dataclass(frozen=True, kw_only=True, eq=False)
class GaugeForecast:
    """A gauge and its newest level forecast; levels [m above the gauge's datum] at `time_s` after origin."""

    gauge_id: str
    name: str
    river: str | None
    datum: str
    #: height of the gauge's zero [m above T.P.], None = unknown
    zero_tp_m: float | None
    origin_at: datetime
    time_s: NDArray[np.float64]
    low_m: NDArray[np.float64]
    median_m: NDArray[np.float64]
    high_m: NDArray[np.float64]

    @property
    def words(self) -> str:
        """River and gauge, as the chronology calls it."""
        return f"{self.river} {self.name}" if self.river else self.name

    def levels_tp_m(self) -> dict[str, NDArray[np.float64]]:
        """Return levels by member [m above T.P.]. Raises `RequestError` when the gauge's zero is unknown."""
        zero = 0.0
        if self.datum != TP:
            if self.zero_tp_m is None:
                raise RequestError(
                    "discharge.gauge",
                    f"{self.words} measures above its own zero, whose height above T.P. is unknown",
                )
            zero = self.zero_tp_m
        return {"median": self.median_m + zero, "low": self.low_m + zero, "high": self.high_m + zero}


@dataclass(frozen=True, kw_only=True)
class Inflow:
    """What comes in: by member, times [s] and discharge [m³/s]; how to say it; from when on."""

    members: Mapping[str, Hydrograph]
    source: str
    words: str
    words_en: str
    #: t = 0 of a gauge's forecast, None = the moment of asking
    starts_at: datetime | None = None
    notes: Sequence[Note] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return the discharges as JSON-able data, members in the order they are computed."""
        return {
            name: {"time_s": self.members[name].time_s.tolist(), "m3_s": self.members[name].value.tolist()}
            for name in MEMBERS
            if name in self.members
        }

    def discharge(self) -> dict[str, Any]:
        """Return the run's `discharge` as the live wire has it (docs/live.md)."""
        peaks = {name: round(float(flow.value.max()), 2) for name, flow in self.members.items()}
        return {
            "source": self.source, "words": self.words, "words_en": self.words_en, "peak_m3_s": peaks,
        }  # fmt: skip


def resolve_inflow(
    request: InundationRequest, place: BreachPlace, forecast: GaugeForecast | None = None
) -> Inflow:
    """Return the water that a request lets in at `place`.

    `forecast` is that of the gauge which the request names. Raises `RequestError` naming the field.
    """
    match request.discharge:
        case Constant(m3_s=m3_s):
            flow = _capped([0.0], [m3_s], request.hours)
            return Inflow(
                members={"median": flow}, source="constant",
                words=f"一定 {m3_s:g} m³/s", words_en=f"{m3_s:g} m³/s throughout",
            )  # fmt: skip
        case Given(time_s=time_s, m3_s=values):
            flow = _capped(time_s, values, request.hours)
            peak = float(flow.value.max())
            if peak <= 0:
                raise RequestError("discharge.m3_s", f"no water comes in within {request.hours:g} h")
            return Inflow(
                members={"median": flow}, source="hydrograph",
                words=f"指定の流量波形 最大 {peak:g} m³/s", words_en=f"given hydrograph, up to {peak:g} m³/s",
            )  # fmt: skip
        case FromGauge() as asked:
            if forecast is None:
                raise RequestError("discharge.gauge", f"{asked.gauge[:60]!r} has no level forecast now")
            return _through_breach(asked, place, forecast, request.hours)


def _capped(time_s: ArrayLike, values: ArrayLike, hours: float) -> Hydrograph:
    """Return a hydrograph without what lies after the run's end, its last point at the end or before."""
    whole = Hydrograph(time_s, values)
    kept = whole.time_s < hours * 3600
    if kept.all():
        return whole
    end = hours * 3600
    return Hydrograph([*whole.time_s[kept], end], [*whole.value[kept], whole.at(end)])


def _through_breach(asked: FromGauge, place: BreachPlace, forecast: GaugeForecast, hours: float) -> Inflow:
    datum = place.ground.datum
    if datum not in _TP_NAMES:
        raise RequestError(
            "terrain", f"its heights are above {datum}, the river's above T.P.: they cannot be compared"
        )
    sill_m = place.sill_m if asked.sill_m is None else asked.sill_m
    width_m = place.length_m if asked.width_m is None else asked.width_m
    levels = forecast.levels_tp_m()
    highest = max(float(level.max()) for level in levels.values())
    if highest <= sill_m:
        raise RequestError(
            "discharge.sill_m",
            f"the forecast river stays below the sill: at most {highest:.2f} m, the sill is {sill_m:.2f} m"
            " above T.P.",
        )
    factor = 1.0 if asked.bed_slope is None else side_factor(asked.bed_slope, "breach")
    behind_m = min(float(np.nanmin(place.beside_m)), sill_m)
    members = {
        name: _capped_flow(
            breach_hydrograph(
                Hydrograph(forecast.time_s, levels[name]),
                sill_m=sill_m, width_m=width_m, behind_m=behind_m, factor=factor,
            ),
            hours,
        )
        for name in MEMBERS
    }  # fmt: skip
    return Inflow(
        members=members, source="gauge", starts_at=forecast.origin_at,
        notes=_gauge_notes(forecast, hours), **_gauge_words(forecast, sill_m, width_m, factor),
    )  # fmt: skip


def _capped_flow(flow: Hydrograph, hours: float) -> Hydrograph:
    return _capped(flow.time_s, flow.value, hours)


def _gauge_notes(forecast: GaugeForecast, hours: float) -> list[Note]:
    notes = [note("upper-bound")]
    ahead_s = float(forecast.time_s[-1])
    if hours * 3600 > ahead_s:
        notes.append(note("level-held", hours=ahead_s / 3600))
    return notes


def _gauge_words(forecast: GaugeForecast, sill_m: float, width_m: float, factor: float) -> dict[str, str]:
    ja = f"{forecast.words}の水位予測（10・50・90%）から本間公式 敷高 T.P. {sill_m:.2f} m 幅 {width_m:.0f} m"
    en = (
        f"level forecast of {forecast.words} (10, 50, 90 %), Honma's weir formula, sill {sill_m:.2f} m above"
        f" T.P., {width_m:.0f} m wide"
    )
    if factor != 1.0:
        ja, en = f"{ja} 横越流補正 {factor:.2f}", f"{en}, side factor {factor:.2f}"
    return {"words": ja, "words_en": en}
