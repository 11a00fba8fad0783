"""From tracks and poses to rows: judged, with their heights, and the state of the vehicle that they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from ingest.subscriber import Message
from ingest.track_event import emergency_ended, emergency_raised
from ingest.track_vehicle import FROM_POINT, Held, TrackRules
from ingest.track_work import Row, TrackWork, altitude_columns, storable
from sensors.altitude import Height, Surroundings, best
from sensors.field_event import emergency_of
from sensors.flags import Flag
from sensors.motion.contact import learned_interval
from sensors.track import Pose, Track, Trust
from sensors.track_quality import Fix, Judged, judge, observed_time

#: positions of a trail, and the least time between two of them [s]
TRAIL_LENGTH, TRAIL_EVERY_S = 30, 10.0
#: after a position with proof so long no broadcast one takes its place [s]
PROOF_LASTS_S: Final = 15.0
#: a height above the place of take-off below this says that it is still there [m]
_AT_TAKEOFF_M: Final = 3.0

#: gives the ground's height [m above T.P.] at a place [degrees], None where none is known
FindGround = Callable[[float, float], float | None]
#: gives the pressure at sea level [hPa] at a moment, None where none is known
PressureAt = Callable[[datetime], float | None]

#: columns that a point takes over from a track as they are
_TOLD: Final = (
    *("lon", "lat", "horizontal_accuracy_m", "ground_speed_m_s", "course_deg", "heading_deg", "climb_m_s"),
    "on_ground",
)
#: columns that a pose takes over as they are
_POSED: Final = (
    *("lon", "lat", "yaw_deg", "pitch_deg", "roll_deg", "hfov_deg", "vfov_deg", "zoom", "image_width"),
    *("image_height", "corners", "centre"),
)


class Positions:
    """Takes the positions of vehicles that are held."""

    def __init__(self, rules: TrackRules, find_ground: FindGround, pressure_at: PressureAt) -> None:
        self._rules = rules
        self._find_ground = find_ground
        self._pressure_at = pressure_at

    def take_track(
        self, held: Held, track: Track, trust: Trust, message: Message, received_at: datetime, work: TrackWork
    ) -> None:
        """Add a point, and let the vehicle be there if it is its newest believed position.

        Raises `UnreadableMessage` when its extra fields cannot be kept.
        """
        extra = storable(track.extra)
        if held.came_before("track", track.observed_at, track.key):
            work.repeated += 1
            return
        judged, memory = judge(held.memory.track, _fix(held, track, received_at, message), self._rules.limits)
        if judged.repeated:
            work.repeated += 1
            return
        row = {
            "vehicle_id": held.identity["id"],
            "observed_at": judged.observed_at,
            "key": track.key,
            "received_at": received_at,
            "device_at": track.observed_at,
            **{name: getattr(track, name) for name in _TOLD},
            **altitude_columns(track.altitudes, self._height(held, track)),
            "flag": int(judged.flag),
            "reasons": list(judged.reasons),
            "extra": extra,
        }
        work.points.append((message, row))
        if _is_second_voice(held, trust, received_at):
            return
        held.memory.track = memory
        if judged.current:
            self._move(held, track, trust, row, judged, work)
        elif held.state is not None:
            held.state["received_at"] = max(held.state["received_at"], received_at)
        held.touch(work)

    def take_pose(
        self, held: Held, pose: Pose, camera: str, message: Message, received_at: datetime, work: TrackWork
    ) -> None:
        """Add a pose. Raises `UnreadableMessage` when its extra fields cannot be kept."""
        extra = storable(pose.extra)
        if held.came_before("pose", pose.observed_at, pose.key):
            work.repeated += 1
            return
        fix = Fix("unknown", pose.lon, pose.lat, None, None, None, pose.observed_at, received_at)
        observed_at, reasons = observed_time(fix, self._rules.limits)
        doubtful = "clock-bad" in reasons or (message.retained and "no-time" in reasons)
        row = {
            "vehicle_id": held.identity["id"],
            "observed_at": observed_at,
            "key": pose.key,
            "received_at": received_at,
            "device_at": pose.observed_at,
            **{name: getattr(pose, name) for name in _POSED},
            **altitude_columns(pose.altitudes, self._height(held, pose)),
            "flag": int(Flag.SUSPECT if doubtful else Flag.NOT_EVALUATED),
            "reasons": [*reasons, "retained"] if message.retained else reasons,
            "extra": {**(extra or {}), "camera": camera} if camera else extra,
        }
        work.poses.append((message, row))

    def _move(
        self, held: Held, track: Track, trust: Trust, row: Row, judged: Judged, work: TrackWork
    ) -> None:
        """Let a vehicle be where its newest believed position is."""
        before, memory = held.state or {}, held.memory
        if trust == "authenticated":
            memory.proven_s = row["received_at"].timestamp()
        endurance = None if track.endurance_s is None else timedelta(seconds=track.endurance_s)
        told_until = None if endurance is None else judged.observed_at + endurance
        battery = track.battery_percent
        held.state = {
            **{name: row[name] for name in FROM_POINT},
            "ground_speed_m_s": judged.ground_speed_m_s,
            "course_deg": judged.course_deg,
            "turn_deg_per_s": judged.turn_deg_per_s,
            "battery_percent": before.get("battery_percent") if battery is None else battery,
            "endurance_until": before.get("endurance_until") if told_until is None else told_until,
            "link": track.link,
            "emergency": before.get("emergency"),
            "trust": trust,
            "stale_at": track.stale_at,
            "goodbye": False,
            "interval_s": self._interval(before.get("interval_s"), judged.gap_s),
            "trail": _trail(held, before.get("trail", []), judged),
        }
        self._note_emergency(held, track, judged.observed_at, work)

    def _interval(self, known_s: float | None, gap_s: float | None) -> float | None:
        if gap_s is None:
            return known_s
        before = np.array([np.nan if known_s is None else known_s])
        return round(float(learned_interval(before, np.array([gap_s]), self._rules.contact)[0]), 3)

    def _height(self, held: Held, record: Track | Pose) -> Height | None:
        self._note_takeoff(held, record)
        told = {one.reference for one in record.altitudes}
        around = Surroundings(
            sea_level_pressure_hpa=self._pressure(record) if "standard pressure" in told else None,
            takeoff_tp_m=held.memory.takeoff_tp_m,
            ground_tp_m=self._find_ground(record.lon, record.lat) if "ground" in told else None,
        )
        return best(record.altitudes, record.lon, record.lat, self._rules.altitude, around)

    def _pressure(self, record: Track | Pose) -> float | None:
        return None if record.observed_at is None else self._pressure_at(record.observed_at)

    def _note_takeoff(self, held: Held, record: Track | Pose) -> None:
        """Remember the height of the ground under a vehicle that says that it stands where it took off."""
        above = next((one.value_m for one in record.altitudes if one.reference == "takeoff"), None)
        if above is None or abs(above) > _AT_TAKEOFF_M:
            return
        found = self._find_ground(record.lon, record.lat)
        if found is not None:
            held.memory.takeoff_tp_m = round(found, 2)

    def _note_emergency(self, held: Held, track: Track, at: datetime, work: TrackWork) -> None:
        state, memory, rules = held.state, held.memory, self._rules.events
        if state is None or memory.emergency_by_event:
            return
        known, told = state["emergency"], emergency_of(track)
        if told is not None:
            memory.emergency_s = at.timestamp()
            if known != told:
                state["emergency"] = told
                work.entries.append(emergency_raised(held.craft, at, told, rules.emergency(told)))
        elif known is not None and at.timestamp() - (memory.emergency_s or 0.0) > rules.quiet_s:
            end_emergency(held, at, self._rules, work)


def end_emergency(held: Held, at: datetime, rules: TrackRules, work: TrackWork) -> None:
    """Let a vehicle's emergency be over, and say so; nothing happens when it has none."""
    state = held.state
    if state is None or state["emergency"] is None:
        return
    word, state["emergency"] = state["emergency"], None
    held.memory.emergency_by_event = False
    work.entries.append(emergency_ended(held.craft, at, word, rules.events.emergency(word)))


def _fix(held: Held, track: Track, received_at: datetime, message: Message) -> Fix:
    return Fix(
        kind=held.identity["kind"],
        lon=track.lon,
        lat=track.lat,
        accuracy_m=track.horizontal_accuracy_m,
        ground_speed_m_s=track.ground_speed_m_s,
        course_deg=track.course_deg,
        device_at=track.observed_at,
        received_at=received_at,
        retained=message.retained,
    )


def _is_second_voice(held: Held, trust: Trust, received_at: datetime) -> bool:
    """Whether a broadcast position comes beside proven ones of the same vehicle: kept, not followed."""
    proven_s = held.memory.proven_s
    if trust == "authenticated" or proven_s is None:
        return False
    return received_at.timestamp() - proven_s <= PROOF_LASTS_S


def _trail(held: Held, known: list[Any], judged: Judged) -> list[Any]:
    memory, here = held.memory, held.memory.track.here
    assert here is not None  # noqa: S101 - a position was believed just now
    if "reacquired" in judged.reasons:
        known = []
    if known and memory.trail_s is not None and here.at_s - memory.trail_s < TRAIL_EVERY_S:
        return known
    memory.trail_s = here.at_s
    return [*known, [round(here.lon, 6), round(here.lat, 6)]][-TRAIL_LENGTH:]
