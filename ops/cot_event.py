"""What of our picture goes out as Cursor on Target, and how each object reads there. Pure.

Only the kinds in `CARRIED` go out. Residents' reports and calls for help never do: they are no kind of this
table, and of a shelter only what its entrance would tell is taken.

TAK clients take things for old by their own clock. In a replayed drill the incident's times are therefore
told as the moments of the wall clock at which they happen; the time of the incident stands in the remarks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal

from geo.incident import Incident
from sensors.altitude import altitude_rules
from sensors.codecs.cot_writer import GONE, SHAPE, SPOT, CotEvent
from sensors.codecs.cursor_on_target import TYPES
from sensors.track import VehicleKind

Language = Literal["ja", "en"]
Value = Mapping[str, Any]

#: what stands still holds so long after each telling; it is told again well before [s]
HOLDS_S: Final = 300.0
#: a moving thing is old after so many of its own intervals, and never before so long [s]
INTERVALS, LEAST_S, FIRST_INTERVAL_S = 6.0, 30.0, 30.0
#: who is lost is old so soon after each telling: a client may pass over what is old when it comes [s]
LOST_HOLDS_S: Final = 5.0
#: corners of a drawing; more is not carried
MOST_CORNERS: Final = 1000
JST: Final = timezone(timedelta(hours=9))
_DANGER: Final = frozenset({"danger", "overflow"})
_KINDS: Final[Mapping[str, VehicleKind]] = {kind: kind for kind in TYPES}
_RED, _PURPLE, _GREEN, _GREY, _ORANGE, _BLACK = (
    *(0xFFFF2800, 0xFFAA00AA, 0xFF35A16B, 0xFF7F878F, 0xFFFF9900, 0xFF0C000C),
)
_ORDER_COLOURS: Final = {3: _RED, 4: _PURPLE, 5: _BLACK}
_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "drill": {"ja": "【訓練】", "en": "[DRILL] "},
    "synthetic": {"ja": "模擬（架空）", "en": "made up for a drill"},
    "height unknown": {"ja": "高度不明", "en": "height unknown"},
    "height": {"ja": "高度 T.P.", "en": "height above T.P."},
    "lost": {"ja": "交信途絶", "en": "contact lost"},
    "signed off": {"ja": "運航終了の連絡あり", "en": "signed off"},
    "emergency": {"ja": "緊急", "en": "EMERGENCY"},
    "endurance": {"ja": "飛行可能", "en": "can stay up until"},
    "seen": {"ja": "観測", "en": "observed"},
    "danger": {"ja": "氾濫危険水位以上", "en": "at or above flood danger level"},
    "overflow": {"ja": "氾濫相当水位", "en": "at overflow level"},
    "silent": {"ja": "その後の値なし", "en": "silent since"},
    "doubt": {"ja": "閾値に疑い", "en": "threshold doubted"},
    "provisional": {"ja": "要確認の値", "en": "value to be checked"},
    "open": {"ja": "開設", "en": "open"},
    "full": {"ja": "満員", "en": "full"},
    "opening unknown": {"ja": "開設状況不明", "en": "opening unknown"},
    "persons": {"ja": "人", "en": " persons"},
    "capacity": {"ja": "定員", "en": "capacity"},
    "closed": {"ja": "通行止・規制", "en": "closed"},
    "floor": {"ja": "下限 T.P.", "en": "floor above T.P."},
    "ceiling": {"ja": "上限 T.P.", "en": "ceiling above T.P."},
    "until": {"ja": "まで", "en": "until"},
}


@dataclass(frozen=True)
class Frame:
    """In which incident something is told, when (wall clock), and in which language."""

    incident: Incident
    now: datetime
    language: Language = "ja"

    def word(self, name: str) -> str:
        """Return a word; a name without an entry stands for itself."""
        return _WORDS.get(name, {}).get(self.language, name)

    @property
    def drill(self) -> bool:
        """Whether nothing of it is real."""
        return self.incident.kind != "actual"

    @property
    def speed(self) -> float:
        """How many times as fast as the wall's the incident's clock runs."""
        return 1.0 if self.incident.clock is None else self.incident.clock.speed

    def wall(self, moment: datetime) -> datetime:
        """Return the wall time of a moment of the incident."""
        clock = self.incident.clock
        return moment if clock is None else min(clock.wall_at(moment), self.now)

    def clock_text(self, told: str | None) -> str:
        """Return a time of the incident as people read it."""
        return "?" if told is None else f"{_moment(told).astimezone(JST):%m/%d %H:%M} JST"

    def name(self, text: str) -> str:
        """Return a callsign; in a drill it says so."""
        return f"{self.word('drill')}{text}" if self.drill else text


def events_of(kind: str, value: Value, frame: Frame) -> list[CotEvent]:
    """Return the events that show an object, none when it is not (or no longer) to be shown."""
    carry = CARRIED.get(kind)
    return [] if carry is None else carry(value, frame)


def gone_event(uid: str, kind: str, now: datetime) -> CotEvent:
    """Return the event that takes an earlier one (its `uid` and type) off the map."""
    stale = now + timedelta(seconds=60)
    return CotEvent(
        uid=f"{uid}.gone", type=GONE, how="m-g", time=now, start=now, stale=stale, gone=(uid, kind)
    )


def _vehicle(value: Value, frame: Frame) -> list[CotEvent]:
    observed = frame.wall(_moment(value["observed_at"]))
    hae_m, le_m, height = _height(value, frame)
    lost = value["state"] == "lost"
    said = [
        frame.word("synthetic") if value["synthetic"] else None,
        f"{frame.word('emergency')}: {value['emergency']}" if value["emergency"] else None,
        frame.word("signed off" if value["goodbye"] else "lost") if lost else None,
        height,
        _endurance(value, frame),
        f"{frame.word('seen')} {frame.clock_text(value['observed_at'])}",
        value["source"],
    ]
    return [
        CotEvent(
            uid=f"sonae.vehicle.{value['id']}",
            type=TYPES[_KINDS.get(value["kind"], "unknown")],
            how="m-s" if value["synthetic"] else "m-g",
            time=observed,
            start=observed,
            # Old is how a TAK client shows who is lost: grey, where he was.
            stale=frame.now + timedelta(seconds=LOST_HOLDS_S) if lost else _old_at(value, observed, frame),
            lon=value["lon"],
            lat=value["lat"],
            hae_m=hae_m,
            ce_m=value["uncertainty_m"],
            le_m=le_m,
            callsign=frame.name(value["callsign"] or value["registration"] or value["id"]),
            course_deg=value["course_deg"],
            speed_m_s=value["ground_speed_m_s"],
            battery_percent=value["battery_percent"],
            remarks=_joined(said),
            opex=_opex(frame, synthetic=value["synthetic"]),
        )
    ]


def _height(value: Value, frame: Frame) -> tuple[float | None, float | None, str]:
    """Return the height above the ellipsoid with its error, and the words for it.

    A height above T.P. is raised by the geoid; without one nothing is sent as a height.
    """
    altitude = value["altitude"]
    if altitude is None or altitude["value_m"] is None:
        told = [] if altitude is None else altitude["reported"]
        heights = ", ".join(f"{one['value_m']:.0f} m ({one['reference']})" for one in told)
        return None, None, f"{frame.word('height unknown')} {heights}".strip()
    geoid_m = altitude_rules().geoid.at(value["lon"], value["lat"])
    words = f"{frame.word('height')} {altitude['value_m']:.0f} m ({altitude['way']})"
    if geoid_m is None:
        return None, None, words
    return altitude["value_m"] + geoid_m, altitude["uncertainty_m"], words


def _old_at(value: Value, observed: datetime, frame: Frame) -> datetime:
    interval_s = (value["interval_s"] or FIRST_INTERVAL_S) / frame.speed
    old = observed + timedelta(seconds=max(INTERVALS * interval_s, LEAST_S))
    clock = frame.incident.clock
    if value["stale_at"] is None:
        return old
    told = _moment(value["stale_at"])
    return min(old, told if clock is None else clock.wall_at(told))


def _endurance(value: Value, frame: Frame) -> str | None:
    until = value["endurance_until"]
    return None if until is None else f"{frame.word('endurance')} {frame.clock_text(until)}"


def _gauge(value: Value, frame: Frame) -> list[CotEvent]:
    """Return a gauge at or above the danger level. One that is not shown is not known to be safe."""
    if value["class"] not in _DANGER:
        return []
    level = "?" if value["level_m"] is None else f"{value['level_m']:.2f} m {value['datum']}"
    said = [
        frame.word(value["class"]),
        level,
        f"{frame.word('seen')} {frame.clock_text(value['observed_at'])}",
        frame.word("silent") if value["silent"] else None,
        frame.word("doubt") if value["threshold_doubt"] else None,
        frame.word("provisional") if value["provisional"] else None,
    ]
    river = f"{value['river']} " if value["river"] else ""
    return [_spot("gauge", value, f"{river}{value['name']} {level}", _PURPLE, said, frame)]


def _shelter(value: Value, frame: Frame) -> list[CotEvent]:
    if value["lon"] is None:
        return []
    opening, people, capacity = value.get("opening"), value.get("people"), value.get("capacity")
    said = [
        frame.word(opening or "opening unknown"),
        None if people is None else f"{people:.0f}{frame.word('persons')}",
        None if capacity is None else f"{frame.word('capacity')} {capacity}",
        f"{frame.word('seen')} {frame.clock_text(value.get('reported_at'))}",
    ]
    colour = {"open": _GREEN, "full": _ORANGE}.get(str(opening), _GREY)
    return [_spot("shelter", value, value["name"], colour, said, frame)]


def _disruption(value: Value, frame: Frame) -> list[CotEvent]:
    if value["lon"] is None or value["lat"] is None:
        return []
    said = [frame.word("closed"), value["label"], value["source"]]
    name = value["label"] or frame.word("closed")
    return [_spot("disruption", value, name, _ORANGE, said, frame)]


def _airspace(value: Value, frame: Frame) -> list[CotEvent]:
    floor, ceiling, until = value["floor_tp_m"], value["ceiling_tp_m"], value["to_at"]
    said = [
        value["kind"],
        None if floor is None else f"{frame.word('floor')} {floor:.0f} m",
        None if ceiling is None else f"{frame.word('ceiling')} {ceiling:.0f} m",
        None if until is None else f"{frame.clock_text(until)} {frame.word('until')}",
        value["source"],
    ]
    colour = _GREEN if value["kind"] in ("keep-in", "operation") else _RED
    return _shapes("airspace", value, value["name"], colour, said, frame)


def _order(value: Value, frame: Frame) -> list[CotEvent]:
    if value["state"] != "issued" or value["geometry"] is None:
        return []
    until = value["expires_at"]
    said = [
        f"{frame.word('drill') if frame.drill else ''}{value['name']}",
        value["area_name"],
        None if until is None else f"{frame.clock_text(until)} {frame.word('until')}",
    ]
    name = f"{value['name']} {value['area_name'] or value['area']}"
    return _shapes("order", value, name, _ORDER_COLOURS.get(value["level"], _RED), said, frame)


CARRIED: Final[Mapping[str, Callable[[Value, Frame], list[CotEvent]]]] = {
    "vehicle": _vehicle,
    "gauge": _gauge,
    "shelter": _shelter,
    "disruption": _disruption,
    "airspace": _airspace,
    "order": _order,
}


def _spot(
    kind: str, value: Value, name: str, argb: int, said: Sequence[str | None], frame: Frame
) -> CotEvent:
    return CotEvent(
        uid=f"sonae.{kind}.{value['id']}",
        type=SPOT,
        how="m-g",
        time=frame.now,
        start=frame.now,
        stale=frame.now + timedelta(seconds=HOLDS_S),
        lon=value["lon"],
        lat=value["lat"],
        callsign=frame.name(name),
        remarks=_joined(said),
        argb=argb,
        opex=_opex(frame),
    )


def _shapes(
    kind: str, value: Value, name: str, argb: int, said: Sequence[str | None], frame: Frame
) -> list[CotEvent]:
    """Return a drawing for each polygon; holes are not drawn, and too many corners are not carried."""
    rings = [polygon[0] for polygon in value["geometry"]["coordinates"]]
    return [
        CotEvent(
            uid=f"sonae.{kind}.{value['id']}.{number}",
            type=SHAPE,
            how="m-g",
            time=frame.now,
            start=frame.now,
            stale=frame.now + timedelta(seconds=HOLDS_S),
            lon=sum(place[0] for place in ring) / len(ring),
            lat=sum(place[1] for place in ring) / len(ring),
            callsign=frame.name(name),
            remarks=_joined(said),
            argb=argb,
            ring=tuple((place[0], place[1]) for place in ring),
            opex=_opex(frame),
        )
        for number, ring in enumerate(rings)
        if 0 < len(ring) <= MOST_CORNERS
    ]


def _opex(frame: Frame, *, synthetic: bool = False) -> str | None:
    return "s" if synthetic else "e" if frame.drill else None


def _joined(said: Sequence[str | None]) -> str:
    return "\n".join(one for one in said if one)


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told)
